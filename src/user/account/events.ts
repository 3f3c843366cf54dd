// The log of changes to one person's account, for that person: every SQL statement on it. The table is created with the first change.

import { hasTable } from "../../platform/migrate.ts";
import type { AccountAct, AccountEvent, Device } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { isoTime } from "../../protocol/iso-time.ts";

type Row = { id: number; at: number; act: AccountAct; subject: string | null; device: string };

export class AccountEvents {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** `subject`: the name of the passkey or device. `device`: where it was done. `now` in ms. */
	add(act: AccountAct, subject: string | undefined, device: Device, now: number): void {
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS account_events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, act TEXT NOT NULL,
			subject TEXT, device TEXT NOT NULL) STRICT`);
		const values = [now, act, subject ?? null, JSON.stringify(device)];
		const [added] = this.#sql
			.exec<{ id: number }>("INSERT INTO account_events (at, act, subject, device) VALUES (?, ?, ?, ?) RETURNING id", ...values)
			.toArray();
		this.#sql.exec("DELETE FROM account_events WHERE id <= ?", (added?.id ?? 0) - accountLimits.accountEvents);
	}

	/** Newest first. */
	list(): AccountEvent[] {
		if (!this.#exist) return [];
		const rows = this.#sql.exec<Row>("SELECT * FROM account_events ORDER BY id DESC").toArray();
		return rows.map(({ at, act, subject, device }) => ({
			at: isoTime(at),
			act,
			...(subject !== null && { subject }),
			device: JSON.parse(device) as Device,
		}));
	}

	deleteAll(): void {
		if (this.#exist) this.#sql.exec("DELETE FROM account_events");
	}

	get #exist(): boolean {
		return hasTable(this.#sql, "account_events");
	}
}
