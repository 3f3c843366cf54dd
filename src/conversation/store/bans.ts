// The people whom owners banned from a conversation.

import { isoTime } from "../../protocol/iso-time.ts";

/** `username`: the name they had here when they were banned. `bannedAt` is ISO 8601. */
export type Ban = { userId: string; username?: string; bannedBy: string; bannedAt: string };

type Row = { user_id: string; username: string | null; banned_by: string; at: number };

export class Bans {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Changes nothing for somebody who is banned already. */
	add(userId: string, username: string | undefined, bannedBy: string, now: number): void {
		this.#sql.exec(
			"INSERT OR IGNORE INTO bans (user_id, username, banned_by, at) VALUES (?, ?, ?, ?)",
			userId,
			username ?? null,
			bannedBy,
			now,
		);
	}

	/** Returns false if there was no such ban. */
	delete(userId: string): boolean {
		return this.#sql.exec("DELETE FROM bans WHERE user_id = ? RETURNING user_id", userId).toArray().length > 0;
	}

	find(userId: string): Ban | undefined {
		return this.#select("WHERE user_id = ?", userId)[0];
	}

	/** Newest first. */
	list(): Ban[] {
		return this.#select("ORDER BY at DESC, user_id");
	}

	get count(): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM bans").one().count;
	}

	#select(where: string, ...values: SqlStorageValue[]): Ban[] {
		const rows = this.#sql.exec<Row>(`SELECT user_id, username, banned_by, at FROM bans ${where}`, ...values).toArray();
		return rows.map(({ user_id, username, banned_by, at }) => ({
			userId: user_id,
			...(username !== null && { username }),
			bannedBy: banned_by,
			bannedAt: isoTime(at),
		}));
	}
}
