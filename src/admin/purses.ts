// The limits that administrators set for spending on Claude: every SQL statement on it. The purses themselves enforce it.

import type { PurseRecord } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

type Row = { owner: string; limits: string; until: number | null; at: number; by_user: string };
export type PurseOwner = Pick<PurseRecord, "of" | "userId">;
/** `until`: in ms. */
export type NewPurse = PurseOwner & { limits: PurseRecord["limits"]; until: number | undefined; by: string };

export class Purses {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Replaces what was set before. */
	set({ limits, until, by, ...owner }: NewPurse, now: number): void {
		this.#sql.exec(
			"INSERT OR REPLACE INTO purses (owner, limits, until, at, by_user) VALUES (?, ?, ?, ?, ?)",
			keyOf(owner),
			JSON.stringify(limits),
			until ?? null,
			now,
			by,
		);
	}

	/** False if nothing was set. */
	delete(owner: PurseOwner): boolean {
		return this.#sql.exec("DELETE FROM purses WHERE owner = ? RETURNING owner", keyOf(owner)).toArray().length > 0;
	}

	find(owner: PurseOwner, now: number): PurseRecord | undefined {
		return this.#select("owner = ?2", now, keyOf(owner))[0];
	}

	/** Those in force, the latest first. */
	list(now: number, limit: number): PurseRecord[] {
		return this.#select("1 ORDER BY at DESC, owner LIMIT ?2", now, limit);
	}

	#select(where: string, now: number, value: SqlStorageValue): PurseRecord[] {
		const query = `SELECT * FROM purses WHERE (until IS NULL OR until > ?1) AND ${where}`;
		return this.#sql.exec<Row>(query, now, value).toArray().map(toRecord);
	}
}

export function keyOf({ of, userId }: PurseOwner): string {
	return userId === undefined ? of : `${of} ${userId}`;
}

export function ownerOf(key: string): PurseOwner {
	const [of, userId] = key.split(/ (.*)/s) as [PurseRecord["of"], string | undefined];
	return { of, ...(userId !== undefined && { userId }) };
}

function toRecord({ owner, limits, until, at, by_user }: Row): PurseRecord {
	return {
		...ownerOf(owner),
		limits: JSON.parse(limits) as PurseRecord["limits"],
		...(until !== null && { until: isoTime(until) }),
		at: isoTime(at),
		by: by_user,
	};
}
