// How long the conversation keeps its messages, and whether an administrator keeps everything in it: every SQL statement on both. Times in ms.

import type { ConversationInfo } from "../../protocol/conversation.ts";

/** For the migrations. It is released: never edit it. */
export const keepingTables = `
	CREATE TABLE keeping (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		-- The days that owners have set; NULL if they have set none.
		days INTEGER,
		-- Since when nothing may be deleted; NULL if it may.
		held_at INTEGER,
		-- Everything up to this place is deleted.
		expired_upto INTEGER NOT NULL
	) STRICT;

	-- People who are erased once the conversation is not held any more, each with the id in place of theirs.
	CREATE TABLE held_erasures (
		user_id TEXT PRIMARY KEY,
		alias TEXT NOT NULL,
		after INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
`;

/** For the migrations. It is released: never edit it. */
export const heldPlaces = `
	-- The place of the last message and the time at the erasure: what came since is not erased. NULL: erased by an earlier release.
	ALTER TABLE held_erasures ADD COLUMN upto INTEGER;
	ALTER TABLE held_erasures ADD COLUMN at INTEGER;
	-- The last member has left for good. 1: it is deleted when it is not held any more. 2: only administrators delete it.
	ALTER TABLE keeping ADD COLUMN is_left INTEGER NOT NULL DEFAULT 0;
`;

/** For the migrations. A table of its own: releases without it rewrite the whole row of `keeping`. */
export const setDaysTable = `
	-- The days that an administrator has set in place of the deployment's.
	CREATE TABLE set_days (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		days INTEGER NOT NULL
	) STRICT;
`;

/** For the migrations. A table of its own: the release without it rewrites the whole row of `keeping` and forgets who has left. */
export const leftTable = `
	-- The last member has left for good: the same as \`keeping.is_left\`, which only the release before reads.
	CREATE TABLE left_for_good (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		is_left INTEGER NOT NULL
	) STRICT;
	INSERT INTO left_for_good (one, is_left) SELECT 1, is_left FROM keeping WHERE is_left > 0;
`;

/** `null`: as long as the deployment does. */
export type RetentionChange = { retentionDays?: number | null | undefined };

type Row = { days: number | null; held_at: number | null; expired_upto: number; is_left: number };
/** The place of the last message that is erased from, and the time until which, in ms. */
export type Until = { upTo: number; at: number };
type HeldErasure = { userId: string; alias: string; after: number } & Until;
type Memory = { row: Row; erasures: HeldErasure[]; administratorDays: number | null };

export class Keeping {
	readonly #sql: SqlStorage;
	#erasures: HeldErasure[] = [];
	#row: Row = { days: null, held_at: null, expired_upto: 0, is_left: 0 };
	readonly #deploymentDays: number | undefined;
	#administratorDays: number | null = null;

	/** `deploymentDays`: those that the deployment's setting names. */
	constructor(sql: SqlStorage, deploymentDays?: number) {
		this.#sql = sql;
		this.#deploymentDays = deploymentDays;
	}

	/** The tables exist. */
	load(): void {
		const [row] = this.#sql.exec<Row>("SELECT days, held_at, expired_upto, is_left FROM keeping").toArray();
		if (row) this.#row = row;
		// The release before writes `keeping` alone, and may have lost what is in the table.
		const [left] = this.#sql.exec<Pick<Row, "is_left">>("SELECT is_left FROM left_for_good").toArray();
		if (left) this.#row = { ...this.#row, is_left: left.is_left };
		this.#administratorDays = this.#sql.exec<{ days: number }>("SELECT days FROM set_days").toArray()[0]?.days ?? null;
		this.#loadErasures();
	}

	/** What is put back where something was not stored. */
	get memory(): Memory {
		return { row: this.#row, erasures: this.#erasures, administratorDays: this.#administratorDays };
	}

	set memory({ row, erasures, administratorDays }: Memory) {
		[this.#row, this.#erasures, this.#administratorDays] = [row, erasures, administratorDays];
	}

	/** What people see of it. */
	get info(): Pick<ConversationInfo, "retentionDays" | "keptDays" | "held"> {
		const { days } = this.#row;
		const kept = this.keptDays;
		return {
			...(days !== null && { retentionDays: days }),
			...(kept !== undefined && { keptDays: kept }),
			...(this.isHeld && { held: true }),
		};
	}

	/** Days after which messages are deleted: the shorter time counts. An administrator's stand in place of the deployment's. */
	get keptDays(): number | undefined {
		return this.#keptWith(this.#administratorDays);
	}

	#keptWith(administratorDays: number | null): number | undefined {
		const all = [this.#row.days, administratorDays ?? this.#deploymentDays].filter((days) => days !== null && days !== undefined);
		return all.length === 0 ? undefined : Math.min(...all);
	}

	/** True if an administrator's days would delete messages that are kept now, or that would be once owners set no time any more. */
	isShorter(administratorDays: number | null): boolean {
		const isLess = (days: number | undefined, others: number | undefined) =>
			(days ?? Number.POSITIVE_INFINITY) < (others ?? Number.POSITIVE_INFINITY);
		const withoutOwners = (set: number | null) => set ?? this.#deploymentDays;
		const [next, current] = [withoutOwners(administratorDays), withoutOwners(this.#administratorDays)];
		return isLess(this.#keptWith(administratorDays), this.keptDays) || isLess(next, current);
	}

	get isHeld(): boolean {
		return this.#row.held_at !== null;
	}

	/** The last member has left for good, and it could not be deleted then. It is nobody's until it is. */
	get isLeft(): boolean {
		return this.#row.is_left > 0;
	}

	/** It is deleted when it is not held any more. */
	get isToDelete(): boolean {
		return this.#row.is_left === 1;
	}

	/** `keeps`: only administrators delete it. */
	setLeft(keeps: boolean): void {
		const is_left = keeps ? 2 : 1;
		this.#sql.exec("INSERT OR REPLACE INTO left_for_good (one, is_left) VALUES (1, ?)", is_left);
		this.#save({ is_left });
	}

	get expiredUpto(): number {
		return this.#row.expired_upto;
	}

	/** `null`: as long as the deployment does. False if nothing is different. */
	setDays(days: number | null | undefined): boolean {
		if (days === undefined || days === this.#row.days) return false;
		this.#save({ days });
		return true;
	}

	get administratorDays(): number | null {
		return this.#administratorDays;
	}

	/** False if nothing is different. */
	setAdministratorDays(days: number | null): boolean {
		if (days === this.#administratorDays) return false;
		if (days === null) this.#sql.exec("DELETE FROM set_days");
		else this.#sql.exec("INSERT OR REPLACE INTO set_days (one, days) VALUES (1, ?)", days);
		this.#administratorDays = days;
		return true;
	}

	/** False if it was so already. */
	setHeld(isHeld: boolean, now: number): boolean {
		if (isHeld === this.isHeld) return false;
		this.#save({ held_at: isHeld ? now : null });
		return true;
	}

	setExpiredUpto(seq: number): void {
		this.#save({ expired_upto: seq });
	}

	/** Stored first: what is only known here would count as done. */
	#save(change: Partial<Row>): void {
		const row = { ...this.#row, ...change };
		const { days, held_at, expired_upto, is_left } = row;
		const statement = "INSERT OR REPLACE INTO keeping (one, days, held_at, expired_upto, is_left) VALUES (1, ?, ?, ?, ?)";
		this.#sql.exec(statement, days, held_at, expired_upto, is_left);
		this.#row = row;
	}

	/** When the oldest message that is not deleted was sent, or the oldest private question was asked. */
	oldestAt(): number | undefined {
		const query = `SELECT min(at) AS at FROM (
			SELECT * FROM (SELECT created_at AS at FROM messages WHERE seq > ? AND deleted_at IS NULL ORDER BY seq LIMIT 1)
			UNION ALL SELECT * FROM (SELECT created_at AS at FROM asides ORDER BY n LIMIT 1))`;
		return this.#sql.exec<{ at: number | null }>(query, this.expiredUpto).one().at ?? undefined;
	}

	/** Ids of the oldest messages that are not deleted and were sent before a time. A reply that runs ends the list. */
	expired(before: number, limit: number): string[] {
		const query = `SELECT id, created_at < ? AND status <> 'streaming' AS isExpired FROM messages
			WHERE seq > ? AND deleted_at IS NULL ORDER BY seq LIMIT ?`;
		const rows = this.#sql.exec<{ id: string; isExpired: number }>(query, before, this.expiredUpto, limit).toArray();
		const end = rows.findIndex(({ isExpired }) => isExpired === 0);
		return rows.slice(0, end === -1 ? undefined : end).map(({ id }) => id);
	}

	/** Deletes private questions and answers from before a time. */
	expireAsides(before: number): void {
		this.#sql.exec("DELETE FROM asides WHERE created_at < ? AND status <> 'streaming'", before);
	}

	putErasure({ userId, alias, after, upTo, at }: HeldErasure): void {
		const statement = "INSERT OR REPLACE INTO held_erasures (user_id, alias, after, upto, at) VALUES (?, ?, ?, ?, ?)";
		this.#sql.exec(statement, userId, alias, after, upTo, at);
		this.#loadErasures();
	}

	dropErasure(userId: string): void {
		this.#sql.exec("DELETE FROM held_erasures WHERE user_id = ?", userId);
		this.#loadErasures();
	}

	get erasures(): readonly HeldErasure[] {
		return this.#erasures;
	}

	#loadErasures(): void {
		const query = `SELECT user_id AS userId, alias, after, ifnull(upto, ${Number.MAX_SAFE_INTEGER}) AS upTo, ifnull(at, ${Number.MAX_SAFE_INTEGER}) AS at
			FROM held_erasures ORDER BY user_id`;
		this.#erasures = this.#sql.exec<HeldErasure>(query).toArray();
	}
}
