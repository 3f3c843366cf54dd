// What is kept about people's access beside their membership: who was removed, whom an owner gave a role, and who is shut out.

import type { MemberRole } from "../../../protocol/conversation.ts";

export class Access {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** A granting token no longer admits this person; a new invite does. */
	bar(userId: string): void {
		this.#sql.exec("INSERT INTO removed (user_id) VALUES (?)", userId);
	}

	unbar(userId: string): void {
		this.#sql.exec("DELETE FROM removed WHERE user_id = ?", userId);
	}

	/** An owner removed this person, so that only an invite admits them. */
	isBarred(userId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM removed WHERE user_id = ?", userId).toArray().length > 0;
	}

	/**
	 * Records that an owner removed somebody (`null`) or gave them a role. It is kept after they leave, and counts as decided after all
	 * links that there are, also if the clock was set back since one was made.
	 */
	decide(userId: string, role: MemberRole | null, now: number): void {
		this.#sql.exec(
			`INSERT INTO decided (user_id, role, at) VALUES (?, ?, max(?, (SELECT ifnull(max(created_at), 0) + 1 FROM invites)))
			ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, at = excluded.at`,
			userId,
			role,
			now,
		);
	}

	/** An owner has made this person a reader, who may have left since. */
	isDemoted(userId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM decided WHERE user_id = ? AND role = 'reader'", userId).toArray().length > 0;
	}

	/** The time of the last such decision in ms, or 0. */
	decidedAt(userId: string): number {
		return this.#sql.exec<{ at: number }>("SELECT at FROM decided WHERE user_id = ?", userId).toArray()[0]?.at ?? 0;
	}

	/** The time of the latest such decision about anybody in ms, or 0. */
	get latest(): number {
		return this.#sql.exec<{ at: number }>("SELECT ifnull(max(at), 0) AS at FROM decided").one().at;
	}

	/** Keeps a person out until a time, after they flooded the conversation. */
	shutOut(userId: string, until: number): void {
		this.#sql.exec(
			"INSERT INTO shut_out (user_id, until) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET until = excluded.until",
			userId,
			until,
		);
	}

	/** The time in ms until which a person is kept out, or 0. */
	shutOutUntil(userId: string): number {
		return this.#sql.exec<{ until: number }>("SELECT until FROM shut_out WHERE user_id = ?", userId).toArray()[0]?.until ?? 0;
	}
}
