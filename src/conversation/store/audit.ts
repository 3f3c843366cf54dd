// The audit of a conversation: who changed who may enter it or what Claude may do in it, and when. Entries never change, except that erasing a person replaces
// their id. The newest entries of every act are kept, and the newest joining, leaving and removal of everybody. Members see some entries as
// notices: those that have a place in the log and names.

import { isoTime } from "../../protocol/iso-time.ts";
import { limits } from "../../protocol/limits.ts";
import type { Notice } from "../../protocol/people/notice.ts";

export type AuditAction =
	| "created"
	| "forked"
	| "joined"
	| "left"
	| "ended"
	| "removed"
	| "title_changed"
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

/** Released: never edit it. The trigger runs in every release that erases a person. */
export const noticeColumns = `
	-- Of an entry that members see as a notice: the place of the last message before it, and the names and the title, in JSON.
	ALTER TABLE audit ADD COLUMN after INTEGER;
	ALTER TABLE audit ADD COLUMN notice TEXT;
	CREATE INDEX audit_notices ON audit (after) WHERE after IS NOT NULL;

	-- An erasure puts another id in place of the person's. Their name goes with it.
	CREATE TRIGGER audit_erased AFTER UPDATE OF actor, subject ON audit WHEN NEW.after IS NOT NULL BEGIN
		UPDATE audit SET after = NULL, notice = NULL WHERE id = NEW.id;
	END;
`;

/** The columns that turn an audit entry into a notice. `actor` and `subject` are names. */
export type Noticed = { after: number; actor: string; subject?: string; title?: string };
type NoticeRow = { id: number; at: number; action: AuditAction; actor: string; subject: string | null; after: number; notice: string };

export class Audit {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Returns the entry as members see it, if they do. */
	add(action: AuditAction, actor: string, subject: string | undefined, now: number, noticed?: Noticed): Notice | undefined {
		const { after = null, ...names } = noticed ?? {};
		const columns = "INSERT INTO audit (at, action, actor, subject, after, notice) VALUES (?, ?, ?, ?, ?, ?) RETURNING *";
		const notice = noticed ? JSON.stringify(names) : null;
		const row = this.#sql.exec<NoticeRow>(columns, now, action, actor, subject ?? null, after, notice).one();
		this.#prune(action, subject ?? actor);
		return noticed && noticeOf(row);
	}

	/**
	 * The newest notices after the message at a place and before another one, oldest first. `joined`: only those since this person's last
	 * joining.
	 */
	notices({ after, before, joined }: { after: number; before: number; joined?: string | undefined }): Notice[] {
		const since = `AND id >= (SELECT max(id) FROM audit WHERE action = 'joined' AND ${about} = ?)`;
		return this.#sql
			.exec<NoticeRow>(
				`SELECT * FROM audit WHERE after >= ? AND after < ? ${joined === undefined ? "" : since} ORDER BY after DESC, id DESC LIMIT ?`,
				after,
				before,
				...(joined === undefined ? [] : [joined]),
				limits.notices,
			)
			.toArray()
			.map(noticeOf)
			.reverse();
	}

	/** True if there are notices in which this person is. */
	hasNoticesOf(userId: string): boolean {
		return (
			this.#sql.exec("SELECT 1 FROM audit WHERE after IS NOT NULL AND (actor = ?1 OR subject = ?1) LIMIT 1", userId).toArray().length > 0
		);
	}

	/** The titles that this person has given, oldest first. */
	titlesOf(userId: string): { at: string; title: string }[] {
		return this.#sql
			.exec<NoticeRow>("SELECT * FROM audit WHERE action = 'title_changed' AND actor = ? AND after IS NOT NULL ORDER BY id", userId)
			.toArray()
			.map(noticeOf)
			.map(({ at, title = "" }) => ({ at, title }));
	}

	/** Members see nothing any more of what happened before this time. */
	expireNotices(before: number): void {
		this.#sql.exec("UPDATE audit SET after = NULL, notice = NULL WHERE after IS NOT NULL AND at < ?", before);
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
		else {
			this.#sql.exec(
				`DELETE FROM audit AS old WHERE id = ?1 AND EXISTS (SELECT 1 FROM audit AS newer
				WHERE newer.action = ?2 AND ifnull(newer.subject, newer.actor) = ifnull(old.subject, old.actor) AND newer.id > ?1)`,
				old.id,
				action,
			);
			this.#sql.exec("UPDATE audit SET after = NULL, notice = NULL WHERE id = ? AND after IS NOT NULL", old.id);
		}
	}

	/** The entries before one, newest first. */
	before(id: number, limit: number): AuditEntry[] {
		return this.#sql
			.exec<{ id: number; at: number; action: AuditAction; actor: string; subject: string | null }>(
				"SELECT id, at, action, actor, subject FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
				id,
				limit,
			)
			.toArray()
			.map(({ at, subject, ...entry }) => ({ ...entry, at: isoTime(at), ...(subject !== null && { subject }) }));
	}
}

function noticeOf({ id, at, action, actor, subject, after, notice }: NoticeRow): Notice {
	const { title, ...names } = JSON.parse(notice) as Omit<Noticed, "after">;
	return {
		id,
		at: isoTime(at),
		after,
		// Nobody else needs to know that somebody came for a time.
		action: (action === "ended" ? "left" : action) as Notice["action"],
		actor: { userId: actor, username: names.actor },
		...(subject !== null && { subject: { userId: subject, username: names.subject ?? "" } }),
		...(title !== undefined && { title }),
	};
}
