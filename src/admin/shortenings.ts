// The shorter times for which administrators want conversations to keep messages, until another administrator sets the same one: every SQL
// statement on them. A shorter time deletes messages, which nobody does alone.

import { adminLimits } from "../protocol/admin/limits.ts";
import type { RetentionRecord } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

/** For the migrations. */
export const shorteningsTable = `
	-- Times in ms. NULL days: those of the deployment. Vouchers: what vouched for the administrator, sealed, in JSON.
	CREATE TABLE shortenings (
		conversation_id TEXT PRIMARY KEY,
		days INTEGER,
		by_user TEXT NOT NULL,
		vouchers TEXT NOT NULL,
		at INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
`;

/** `vouchers`: see `sealVouchers` in `auth/administrators`. */
export type Administrator = { by: string; vouchers: readonly string[] };

type Row = { days: number | null; by_user: string; vouchers: string; at: number };
type Shortening = Administrator & { days: number | null; at: number };

export class Shortenings {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** `undefined` if nobody has asked for one within a day. */
	find(conversationId: string, now: number): Shortening | undefined {
		const query = "SELECT days, by_user, vouchers, at FROM shortenings WHERE conversation_id = ? AND at > ?";
		const [row] = this.#sql.exec<Row>(query, conversationId, now - adminLimits.legalRequest).toArray();
		return row && { days: row.days, by: row.by_user, vouchers: JSON.parse(row.vouchers) as string[], at: row.at };
	}

	/** In place of what somebody asked for before. */
	put(conversationId: string, days: number | null, { by, vouchers }: Administrator, now: number): void {
		this.#sql.exec("DELETE FROM shortenings WHERE at <= ?", now - adminLimits.legalRequest);
		const statement = "INSERT OR REPLACE INTO shortenings (conversation_id, days, by_user, vouchers, at) VALUES (?, ?, ?, ?, ?)";
		this.#sql.exec(statement, conversationId, days, by, JSON.stringify(vouchers), now);
	}

	drop(conversationId: string): void {
		this.#sql.exec("DELETE FROM shortenings WHERE conversation_id = ?", conversationId);
	}
}

/** True if another administrator asks for the same. Two who have a voucher in common may be the same human. */
export function isConfirmedBy(shortening: Shortening, days: number | null, { by, vouchers }: Administrator): boolean {
	const isSame = shortening.by === by || vouchers.some((voucher) => shortening.vouchers.includes(voucher));
	return shortening.days === days && !isSame;
}

export function toPending({ days, by, at }: Shortening): NonNullable<RetentionRecord["pending"]> {
	return { retentionDays: days, by, until: isoTime(at + adminLimits.legalRequest) };
}
