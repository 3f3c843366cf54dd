// The device of each session, and when somebody last proved on it who they are: every SQL statement on them. The table is created
// with the first entry, beside the one of the sessions, to which the release before adds rows. Times in ms.

import { hasTable } from "../../platform/migrate.ts";
import type { Device } from "../../protocol/account/account.ts";

type Row = { id: string; device: string; proved_at: number | null };

export class Devices {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Notes where a session is used. Writes only what is new. */
	note(session: string, device: Device): void {
		const text = JSON.stringify(device);
		if (this.#find(session)?.device !== text) this.#write(session, text, null);
	}

	/** Somebody has proved in this session who they are. */
	prove(session: string, device: Device, now: number): void {
		this.#write(session, JSON.stringify(device), now);
	}

	provedAt(session: string): number | undefined {
		return this.#find(session)?.proved_at ?? undefined;
	}

	deviceOf(session: string): Device {
		return JSON.parse(this.#find(session)?.device ?? "{}") as Device;
	}

	deleteAll(): void {
		if (this.#exist) this.#sql.exec("DELETE FROM devices");
	}

	/** Deletes those whose sessions are gone. */
	#write(session: string, device: string, provedAt: number | null): void {
		this.#sql.exec(
			"CREATE TABLE IF NOT EXISTS devices (id TEXT PRIMARY KEY, device TEXT NOT NULL, proved_at INTEGER) STRICT, WITHOUT ROWID",
		);
		if (hasTable(this.#sql, "sessions")) this.#sql.exec("DELETE FROM devices WHERE id NOT IN (SELECT id FROM sessions)");
		this.#sql.exec(
			`INSERT INTO devices VALUES (?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET device = excluded.device, proved_at = COALESCE(excluded.proved_at, proved_at)`,
			session,
			device,
			provedAt,
		);
	}

	#find(session: string): Row | undefined {
		return this.#exist ? this.#sql.exec<Row>("SELECT * FROM devices WHERE id = ?", session).toArray()[0] : undefined;
	}

	get #exist(): boolean {
		return hasTable(this.#sql, "devices");
	}
}
