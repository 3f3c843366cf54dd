// The link by which a guest adds a second device: every SQL statement on it. There is one at a time, for two minutes. The table is
// created with the first one. Times in ms.

import { hasTable } from "../../platform/migrate.ts";
import type { Device } from "../../protocol/account/account.ts";

/** `id`: SHA-256 of the link's token. `claim`: SHA-256 of what the device that opened it knows. `code`: what both devices show. */
export type DeviceLink = { id: string; expiresAt: number; claim?: string; code?: string; device?: Device; isConfirmed: boolean };

type Row = { id: string; expires_at: number; claim: string | null; code: string | null; device: string | null; is_confirmed: number };

export class DeviceLinks {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The former one ends. */
	make(id: string, expiresAt: number): void {
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS device_links (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, claim TEXT, code TEXT,
			device TEXT, is_confirmed INTEGER NOT NULL) STRICT, WITHOUT ROWID`);
		this.deleteAll();
		this.#sql.exec("INSERT INTO device_links VALUES (?, ?, NULL, NULL, NULL, 0)", id, expiresAt);
	}

	/** `undefined` if there is none of this id, or no longer. */
	find(id: string, now: number): DeviceLink | undefined {
		if (!this.#exist) return undefined;
		const [row] = this.#sql.exec<Row>("SELECT * FROM device_links WHERE id = ? AND expires_at > ?", id, now).toArray();
		if (!row) return undefined;
		const opened = row.device !== null && {
			claim: row.claim as string,
			code: row.code as string,
			device: JSON.parse(row.device) as Device,
		};
		return { id, expiresAt: row.expires_at, isConfirmed: row.is_confirmed === 1, ...opened };
	}

	open(id: string, claim: string, code: string, device: Device): void {
		this.#sql.exec("UPDATE device_links SET claim = ?, code = ?, device = ? WHERE id = ?", claim, code, JSON.stringify(device), id);
	}

	confirm(id: string): void {
		this.#sql.exec("UPDATE device_links SET is_confirmed = 1 WHERE id = ?", id);
	}

	deleteAll(): void {
		if (this.#exist) this.#sql.exec("DELETE FROM device_links");
	}

	get #exist(): boolean {
		return hasTable(this.#sql, "device_links");
	}
}
