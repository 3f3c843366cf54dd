// What one person has written and done in a conversation. Nobody else's words are read.

import type { OwnAct } from "../../../protocol/account/export.ts";
import { isoTime } from "../../../protocol/iso-time.ts";
import type { Message, Reaction } from "../../../protocol/message.ts";
import type { Person } from "../../../protocol/person.ts";
import { factsOf, type MessageRow, messageOf } from "../columns.ts";
import { readUpTo } from "../members.ts";

/** Something that they did to a message, whoever wrote it. */
type Act = { messageId: string; act: OwnAct; emoji?: string; tool?: string; at?: string };
/** A message of theirs, without what others did to it. */
type OwnMessage = Omit<Message, "reactions" | "pinned" | "quoted" | "revision" | "role">;

/** A place in the log, and what they have there. */
export type Trace = { seq: number; message?: OwnMessage; acts: Act[] };

/** One request to Claude that they have paid for. */
export type Payment = {
	n: number;
	at: string;
	kind: string;
	messageId: string;
	model: string;
	microUsd: number;
	input: number;
	output: number;
	cacheRead: number;
	cacheWrite: number;
	searches: number;
	outcome: string;
};

type Row = MessageRow & { quoted_id: string | null };

export class OwnTraces {
	readonly #sql: SqlStorage;
	readonly #conversationId: string;
	readonly #userId: string;

	constructor(sql: SqlStorage, conversationId: string, userId: string) {
		this.#sql = sql;
		this.#conversationId = conversationId;
		this.#userId = userId;
	}

	/** Since when they are a member, and how far they have read. `undefined` for somebody who is none. */
	membership(): { joinedAt: string; readUpTo: number } | undefined {
		const query = `SELECT joined_at AS joinedAt, ${readUpTo} AS readUpTo FROM members WHERE user_id = ?`;
		const [row] = this.#sql.exec<{ joinedAt: number; readUpTo: number }>(query, this.#userId).toArray();
		return row && { ...row, joinedAt: isoTime(row.joinedAt) };
	}

	/** Files that they have uploaded, and no message names yet. They are bounded in number. */
	unsentFiles(): { addedAt: string; file: object }[] {
		return this.#sql
			.exec<{ file: string; at: number }>("SELECT file, added_at AS at FROM files WHERE user_id = ? AND seq IS NULL", this.#userId)
			.toArray()
			.map(({ file, at }) => ({ addedAt: isoTime(at), file: JSON.parse(file) as object }));
	}

	/** The places after one place and up to another at which they have something. Each row is read only when it is asked for. */
	*traces(after: number, until: number): Iterable<Trace> {
		const rows = this.#sql.exec<Row>(
			`SELECT *, (SELECT id FROM messages AS quoted WHERE quoted.seq = message.reply_to) AS quoted_id FROM messages AS message
			WHERE seq > ?1 AND seq <= ?2 AND (author_id = ?3
			OR instr(reactions, ?4) > 0 OR instr(asked_by, ?4) > 0 OR instr(reply, ?4) > 0 OR pinned_by = ?3)`,
			after,
			until,
			this.#userId,
			JSON.stringify(this.#userId),
		);
		for (const row of rows) {
			const message = row.author_id === this.#userId && { message: this.#messageOf(row) };
			yield { seq: row.seq, ...message, acts: this.#actsIn(row) };
		}
	}

	#messageOf({ quoted_id, ...row }: Row): OwnMessage {
		const { reactions: _, pinned: __, revision: ___, role: ____, ...own } = messageOf(row, this.#conversationId);
		return { ...own, ...(quoted_id !== null && { replyTo: quoted_id }) };
	}

	#actsIn(row: Row): Act[] {
		const isOwn = (person?: Pick<Person, "userId">) => person?.userId === this.#userId;
		const acts: Omit<Act, "messageId">[] = [];
		for (const { emoji, userIds } of listOf<Reaction>(row.reactions))
			if (userIds.includes(this.#userId)) acts.push({ act: "reacted", emoji });
		if (row.pinned_by === this.#userId && row.pinned_at !== null) acts.push({ act: "pinned", at: isoTime(row.pinned_at) });
		if (listOf<Person>(row.asked_by).some(isOwn)) acts.push({ act: "asked" });
		const { stoppedBy, sharedBy, tools = [] } = factsOf(row);
		if (isOwn(stoppedBy)) acts.push({ act: "stopped" });
		if (isOwn(sharedBy)) acts.push({ act: "shared" });
		for (const { name, decidedBy } of tools) if (isOwn(decidedBy)) acts.push({ act: "decided", tool: name });
		return acts.map((act) => ({ messageId: row.id, ...act }));
	}

	/** Oldest first, after a number. */
	payments(after: number, limit: number): Payment[] {
		return this.#sql
			.exec<Omit<Payment, "at"> & { at: number }>(
				`SELECT n, at, kind, message_id AS messageId, model, cost AS microUsd, input, output, cache_read AS cacheRead,
				cache_write AS cacheWrite, searches, outcome FROM journal WHERE payer = ? AND n > ? ORDER BY n LIMIT ?`,
				this.#userId,
				after,
				limit,
			)
			.toArray()
			.map((payment) => ({ ...payment, at: isoTime(payment.at) }));
	}
}

function listOf<T>(column: string | null): T[] {
	return column === null ? [] : (JSON.parse(column) as T[]);
}
