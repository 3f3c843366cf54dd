// The audit of a conversation: who changed who may enter it or what Claude may do in it, and when. Entries never change, except that erasing a person replaces
// their id. Of an act that one person repeats on the same subject, the newest entries are kept.

import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";

export type AuditAction =
	| "created"
	| "forked"
	| "joined"
	| "left"
	| "removed"
	| "banned"
	| "unbanned"
	| "invited"
	| "revoked"
	| "role_changed"
	| `${"model" | "effort" | "instructions" | "asks" | "tools" | "budget"}_changed`
	| "token_refused"
	| "flooded";

/** `subject`: whom the action was about, if not the actor; `at` is ISO 8601. */
export type AuditEntry = { id: number; at: string; action: AuditAction; actor: string; subject?: string };

/** Pruning reads the whole audit. */
const pruneEvery = 64;

export class Audit {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add(action: AuditAction, actor: string, subject: string | undefined, now: number): void {
		const inserted = this.#sql.exec<{ id: number }>(
			"INSERT INTO audit (at, action, actor, subject) VALUES (?, ?, ?, ?) RETURNING id",
			now,
			action,
			actor,
			subject ?? null,
		);
		if (inserted.one().id % pruneEvery === 0) this.#prune();
	}

	/** Migrations ask which people ever joined: the newest entry of everybody's acts always stays. */
	#prune(): void {
		this.#sql.exec(
			`DELETE FROM audit WHERE id IN (SELECT id FROM
			(SELECT id, row_number() OVER (PARTITION BY action, actor, subject ORDER BY id DESC) AS place FROM audit) WHERE place > ?)`,
			limits.auditRepeats,
		);
	}

	/** The entries before one, newest first. */
	before(id: number, limit: number): AuditEntry[] {
		return this.#sql
			.exec<{ id: number; at: number; action: AuditAction; actor: string; subject: string | null }>(
				"SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
				id,
				limit,
			)
			.toArray()
			.map(({ at, subject, ...entry }) => ({ ...entry, at: isoTime(at), ...(subject !== null && { subject }) }));
	}
}
