// The acts of administrators, and the people at whom they looked: every SQL statement on them.

import type { ActFilter, AdminAct, actions } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

type Action = (typeof actions)[number];

/** In ms. Somebody who looks at the same again within this time is not noted again. */
const looksApart = 3600_000;

type Row = { id: number; at: number; action: string; actor: string; subject: string | null };

export class Audit {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add(action: Action, actor: string, subject: string | undefined, now: number): void {
		this.#sql.exec("INSERT INTO audit (at, action, actor, subject) VALUES (?, ?, ?, ?)", now, action, actor, subject ?? null);
	}

	/** Notes that somebody has looked at people, which changes nothing. */
	addLook(action: Action, actor: string, subject: string | undefined, now: number): void {
		const recent = "SELECT 1 FROM audit WHERE at > ? AND action = ? AND actor = ? AND subject IS ? LIMIT 1";
		const isNoted = this.#sql.exec(recent, now - looksApart, action, actor, subject ?? null).toArray().length > 0;
		if (!isNoted) this.add(action, actor, subject, now);
	}

	/** The acts before one, newest first. */
	before(id: number, limit: number, { action, actor, subject }: ActFilter = {}): AdminAct[] {
		const rows = this.#sql
			.exec<Row>(
				`SELECT * FROM audit WHERE id < ?1 AND (?3 IS NULL OR action = ?3) AND (?4 IS NULL OR actor = ?4)
				AND (?5 IS NULL OR subject = ?5) ORDER BY id DESC LIMIT ?2`,
				id,
				limit,
				action ?? null,
				actor ?? null,
				subject ?? null,
			)
			.toArray();
		return rows.map(({ id, at, action, actor, subject }) => ({ id, at: isoTime(at), action, actor, ...(subject !== null && { subject }) }));
	}
}
