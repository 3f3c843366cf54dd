// The audit of a conversation: who changed who may enter it or what Claude may do in it, and when. Entries never change, except that erasing a person replaces
// their id.

import { isoTime } from "../../protocol/iso-time.ts";

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

export class Audit {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add(action: AuditAction, actor: string, subject: string | undefined, now: number): void {
		this.#sql.exec("INSERT INTO audit (at, action, actor, subject) VALUES (?, ?, ?, ?)", now, action, actor, subject ?? null);
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
