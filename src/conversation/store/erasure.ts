// Removes a person from what is stored of a conversation. Every step can be repeated: it finds nothing left to do.

import type { Mention, Reaction } from "../../protocol/message.ts";
import { erasedName, isGuestId, type Person } from "../../protocol/person.ts";
import { deletedColumns, listColumn, type MessageRow } from "./columns.ts";
import type { Until } from "./keeping.ts";
import { updateRow } from "./rows.ts";

const all = Number.MAX_SAFE_INTEGER;

/** A message that is affected: one of the person's own, or one that names them. */
export type AffectedRow = Pick<MessageRow, "seq" | "author_id" | "reactions" | "mentions" | "asked_by" | "deleted_at">;

export class ErasureTables {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/**
	 * Everything beside messages: audit and invites name the alias instead, and the rest is deleted but for decisions of owners. What came
	 * after `upTo` and `at` stays. `isBack`: they are a member again.
	 */
	eraseMember(
		userId: string,
		alias: string,
		{ now, isBack = false, upTo = all, at = all }: Partial<Until> & { now: number; isBack?: boolean },
	): void {
		this.#sql.exec("UPDATE audit SET actor = ? WHERE actor = ? AND at <= ?", alias, userId, at);
		this.#sql.exec("UPDATE audit SET subject = ? WHERE subject = ? AND at <= ?", alias, userId, at);
		this.#sql.exec("UPDATE invites SET created_by = ? WHERE created_by = ? AND created_at <= ?", alias, userId, at);
		this.#sql.exec("UPDATE bans SET banned_by = ? WHERE banned_by = ? AND at <= ?", alias, userId, at);
		this.#sql.exec("DELETE FROM mentions WHERE user_id = ? AND seq <= ?", userId, upTo);
		this.#sql.exec("DELETE FROM member_changes WHERE user_id = ? AND at <= ?", userId, at);
		if (!isBack) this.#sql.exec("DELETE FROM invite_uses WHERE user_id = ?", userId);
		// A legal hold has kept them, also if their person is a member again.
		this.#sql.exec("DELETE FROM asides WHERE user_id = ? AND created_at <= ?", userId, at);
		// Decisions against a person stay: somebody who comes back under their id would otherwise have lifted them. Only the name goes.
		this.#sql.exec("UPDATE bans SET username = NULL WHERE user_id = ?", userId);
		this.#sql.exec("DELETE FROM decided WHERE user_id = ? AND role IN ('member', 'owner') AND at <= ?", userId, at);
		this.#sql.exec("DELETE FROM shut_out WHERE user_id = ? AND until <= ?", userId, now);
		// Nobody comes back under the id of an erased guest.
		if (isGuestId(userId))
			for (const table of ["removed", "decided", "shut_out"]) this.#sql.exec(`DELETE FROM ${table} WHERE user_id = ?`, userId);
	}

	/**
	 * Messages in a range of places that are theirs, name them, that they pinned, or replies that they asked for or stopped, each up to the
	 * place `upTo`; and those that quote one of theirs.
	 */
	affected(userId: string, alias: string, { after, until, upTo }: { after: number; until: number; upTo: number }): AffectedRow[] {
		const quoted = JSON.stringify(userId);
		return this.#sql
			.exec<AffectedRow>(
				`SELECT seq, author_id, reactions, mentions, asked_by, deleted_at FROM messages AS message
				WHERE seq > ?1 AND seq <= ?2 AND ((seq <= ?6 AND (author_id = ?3
				OR instr(reactions, ?4) > 0 OR instr(mentions, ?4) > 0 OR instr(asked_by, ?4) > 0 OR instr(reply, ?4) > 0 OR pinned_by = ?3
				OR (versions > 0 AND EXISTS (SELECT 1 FROM versions WHERE versions.seq = message.seq AND instr(reply, ?4) > 0))))
				OR EXISTS (SELECT 1 FROM messages AS quoted WHERE quoted.seq = message.reply_to AND quoted.seq <= ?6 AND quoted.author_id IN (?3, ?5)))`,
				after,
				until,
				userId,
				quoted,
				alias,
				upTo,
			)
			.toArray();
	}

	/** Something that it quotes has changed. */
	touch({ seq }: AffectedRow, revision: number): void {
		updateRow(this.#sql, seq, { revision });
	}

	/** Deletes one of their messages and puts the alias in place of its author. */
	eraseMessage({ seq, deleted_at }: AffectedRow, alias: string, now: number, revision: number): void {
		// By the people it names, while it still does: a search by place alone would read all mentions of the conversation.
		this.#sql.exec(
			`DELETE FROM mentions WHERE seq = ?1 AND user_id IN (
			SELECT value ->> 'userId' FROM messages, json_each(messages.mentions) WHERE messages.seq = ?1
			UNION SELECT quoted.author_id FROM messages JOIN messages AS quoted ON quoted.seq = messages.reply_to WHERE messages.seq = ?1)`,
			seq,
		);
		const author = { author_id: alias, author_name: erasedName, program: null, client_id: null };
		updateRow(this.#sql, seq, { ...deletedColumns, ...author, deleted_at: deleted_at ?? now, revision });
		this.#sql.exec("DELETE FROM versions WHERE seq = ?", seq);
		this.#sql.exec("DELETE FROM words WHERE rowid = ?", seq);
	}

	/** Takes their reactions from another person's message, and their id from where it names them. Returns the number of reactions. */
	eraseFromMessage(row: AffectedRow, userId: string, alias: string, revision: number): number {
		const reactions = listOf<Reaction>(row.reactions);
		const others = reactions
			.map(({ emoji, userIds }) => ({ emoji, userIds: userIds.filter((id) => id !== userId) }))
			.filter(({ userIds }) => userIds.length > 0);
		updateRow(this.#sql, row.seq, {
			reactions: listColumn(others),
			mentions: listColumn(listOf<Mention>(row.mentions).filter((mention) => mention.userId !== userId)),
			asked_by: listColumn(listOf<Person>(row.asked_by).filter((asker) => asker.userId !== userId)),
			revision,
		});
		this.#sql.exec("UPDATE messages SET pinned_by = ? WHERE seq = ? AND pinned_by = ?", alias, row.seq, userId);
		// They may have stopped this reply, or a former version of it.
		for (const table of ["messages", "versions"])
			this.#sql.exec(
				`UPDATE ${table} SET reply = json_remove(reply, '$.stoppedBy') WHERE seq = ? AND reply ->> '$.stoppedBy.userId' = ?`,
				row.seq,
				userId,
			);
		// A shared answer stays one: it is no reply to a question, also in a fork.
		this.#sql.exec(
			"UPDATE messages SET reply = json_set(reply, '$.sharedBy', json(?)) WHERE seq = ? AND reply ->> '$.sharedBy.userId' = ?",
			JSON.stringify({ userId: alias, username: erasedName }),
			row.seq,
			userId,
		);
		// And decided about calls in them.
		for (const table of ["versions", "messages"])
			this.#sql.exec(
				`UPDATE ${table} SET reply = json_set(reply, '$.tools', (SELECT json_group_array(json(
				CASE WHEN value ->> '$.decidedBy.userId' = ?2 THEN json_remove(value, '$.decidedBy') ELSE value END)) FROM json_each(reply, '$.tools')))
				WHERE seq = ?1 AND instr(reply, '"decidedBy"') > 0`,
				row.seq,
				userId,
			);
		return reactions.filter(({ userIds }) => userIds.includes(userId)).length;
	}
}

function listOf<T>(column: string | null): T[] {
	return column === null ? [] : (JSON.parse(column) as T[]);
}
