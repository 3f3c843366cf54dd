// The networks that may not use the deployment for a time: every SQL statement on them.

import type { NetworkBan } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

type Row = { prefix: string; at: number; until: number; by_user: string };

export class Networks {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Another ban of the same prefix replaces it. */
	ban(prefix: string, until: number, by: string, now: number): void {
		this.#sql.exec("DELETE FROM networks WHERE until <= ?", now);
		this.#sql.exec("INSERT OR REPLACE INTO networks (prefix, at, until, by_user) VALUES (?, ?, ?, ?)", prefix, now, until, by);
	}

	/** False if there is no such ban. */
	unban(prefix: string): boolean {
		return this.#sql.exec("DELETE FROM networks WHERE prefix = ? RETURNING prefix", prefix).toArray().length > 0;
	}

	find(prefix: string, now: number): NetworkBan | undefined {
		return this.list(now).find((ban) => ban.prefix === prefix);
	}

	/** Those in force, the latest first. */
	list(now: number): NetworkBan[] {
		const rows = this.#sql.exec<Row>("SELECT * FROM networks WHERE until > ? ORDER BY at DESC, prefix", now).toArray();
		return rows.map(({ prefix, at, until, by_user }) => ({ prefix, until: isoTime(until), at: isoTime(at), by: by_user }));
	}
}
