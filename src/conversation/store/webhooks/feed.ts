// Reads the changes of a conversation one after another, from a place that whoever is told of them keeps: messages by their revisions,
// and memberships by the audit. Nothing is written for it.

import type { Message } from "../../../protocol/message.ts";
import type { AuditAction } from "../audit.ts";
import type { MessageRows } from "../rows.ts";

/**
 * How far somebody has been told. `revision` and `within`: of messages, the last change and the message of it that came last, because
 * one change may be of many. `seq`: the last message. `audit`: the last entry. `running`: the replies that were running when they
 * were passed, by their places. `ahead`: messages that were read with a later change, by their places, each with its number.
 */
export type Place = {
	revision: number;
	within: number;
	seq: number;
	audit: number;
	running: number[];
	ahead: { [seq: string]: number };
};

/** `isNew`: the message was added, and not changed. `number`: of this change; with `seq`, nothing else has it. */
export type MessageChange = { seq: number; isNew: boolean; number: number };
export type MemberChange = { id: number; at: number; action: AuditAction; userId: string };

const memberActs = "('joined', 'left', 'ended', 'removed', 'role_changed')";

export class Feed {
	readonly #sql: SqlStorage;
	readonly #rows: MessageRows;

	constructor(sql: SqlStorage, rows: MessageRows) {
		this.#sql = sql;
		this.#rows = rows;
	}

	/** A message that was changed before it was passed comes twice: as added, and as changed. */
	nextMessage({ revision, within, seq }: Place): MessageChange | undefined {
		const added = this.#one("SELECT seq, born AS number FROM messages WHERE seq > ? ORDER BY seq LIMIT 1", seq);
		const changed = this.#one(
			`SELECT seq, revision AS number FROM messages
			WHERE revision > born AND revision >= ?1 AND (revision > ?1 OR seq > ?2) AND seq <= ?3 ORDER BY revision, seq LIMIT 1`,
			revision,
			within,
			seq,
		);
		if (added && !(changed && changed.number < added.number)) return { ...added, isNew: true };
		return changed && { ...changed, isNew: false };
	}

	#one(statement: string, ...values: number[]): { seq: number; number: number } | undefined {
		return this.#sql.exec<{ seq: number; number: number }>(statement, ...values).toArray()[0];
	}

	messageAt(seq: number): Message | undefined {
		return this.#rows.all("WHERE seq = ?", seq)[0];
	}

	nextMember({ audit }: Place): MemberChange | undefined {
		return this.#sql
			.exec<MemberChange>(
				`SELECT id, at, action, ifnull(subject, actor) AS userId FROM audit WHERE id > ? AND action IN ${memberActs} ORDER BY id LIMIT 1`,
				audit,
			)
			.toArray()[0];
	}

	/** The place of somebody who is told of what happens from now on. */
	end({ revision, seq }: { revision: number; seq: number }): Place {
		const { audit } = this.#sql.exec<{ audit: number }>("SELECT ifnull(max(id), 0) AS audit FROM audit").one();
		const running = this.#sql.exec<{ seq: number }>("SELECT seq FROM messages WHERE status = 'streaming'").toArray();
		return { revision, within: Number.MAX_SAFE_INTEGER, seq, audit, running: running.map((row) => row.seq), ahead: {} };
	}
}
