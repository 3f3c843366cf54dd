// The audit of a conversation: who changed who may enter it or what Claude may do in it, and when. Entries never change, except that erasing a person replaces
// their id. The newest entries of every act are kept, and the newest joining, leaving and removal of everybody.

import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";

export type AuditAction =
	| "created"
	| "forked"
	| "joined"
	| "left"
	| "ended"
	| "removed"
	| "banned"
	| "unbanned"
	| "invited"
	| "revoked"
	| "role_changed"
	| "limits_changed"
	| `${"model" | "effort" | "instructions" | "asks" | "tools" | "budget"}_changed`
	| `tool_${"called" | "allowed" | "declined" | "undecided"}`
	| `webhook_${"added" | "removed"}`
	| "token_refused"
	| "retention_changed"
	| "held"
	| "released"
	| "flooded";

/** `subject`: whom the action was about, if not the actor; `at` is ISO 8601. */
export type AuditEntry = { id: number; at: string; action: AuditAction; actor: string; subject?: string };

/** Of these acts the newest about each person stays, however long ago. They say who has ever been in the conversation. */
const lastingActs: readonly AuditAction[] = ["joined", "left", "ended", "removed"];

/** As the index has it. */
const about = "ifnull(subject, actor)";

/** Released: never edit it. Entries of earlier versions that are too many go at once, because later ones are dropped one by one. */
export const auditBounds = `
	-- The person whom an entry is about is its subject, or its actor.
	CREATE INDEX audit_acts ON audit (action);
	CREATE INDEX audit_about ON audit (action, ifnull(subject, actor));
	DELETE FROM audit WHERE id IN (SELECT id FROM (
		SELECT id, action,
			row_number() OVER (PARTITION BY action ORDER BY id DESC) AS place,
			row_number() OVER (PARTITION BY action, ifnull(subject, actor) ORDER BY id DESC) AS repeat
		FROM audit
	) WHERE repeat > 100 OR (place > 1000 AND (repeat > 1 OR action NOT IN ('joined', 'left', 'removed'))));
`;

export class Audit {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add(action: AuditAction, actor: string, subject: string | undefined, now: number): void {
		const columns = "INSERT INTO audit (at, action, actor, subject) VALUES (?, ?, ?, ?)";
		this.#sql.exec(columns, now, action, actor, subject ?? null);
		this.#prune(action, subject ?? actor);
	}

	/** Drops what a new entry makes too old. The work is the same however long the audit is. */
	#prune(action: AuditAction, person: string): void {
		this.#sql.exec(
			`DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE action = ? AND ${about} = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
			action,
			person,
			limits.auditRepeats,
		);
		const [old] = this.#sql
			.exec<{ id: number }>("SELECT id FROM audit WHERE action = ? ORDER BY id DESC LIMIT 1 OFFSET ?", action, limits.auditEvents)
			.toArray();
		if (!old) return;
		this.#sql.exec(`DELETE FROM audit WHERE action = ? AND ${about} = ? AND id < ?`, action, person, old.id);
		if (!lastingActs.includes(action)) this.#sql.exec("DELETE FROM audit WHERE id = ?", old.id);
		else
			this.#sql.exec(
				`DELETE FROM audit AS old WHERE id = ?1 AND EXISTS (SELECT 1 FROM audit AS newer
				WHERE newer.action = ?2 AND ifnull(newer.subject, newer.actor) = ifnull(old.subject, old.actor) AND newer.id > ?1)`,
				old.id,
				action,
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
