// The invites of a conversation, and what was used of those that limit the people who come by them.

import type { MemberRole } from "../../protocol/conversation.ts";

/** Released: never edit it. */
export const linkTables = `
	-- What a link limits; NULL where it does not. Times in ms, money in micro-dollars.
	ALTER TABLE invites ADD COLUMN most_questions INTEGER;
	ALTER TABLE invites ADD COLUMN most_micro_usd INTEGER;
	ALTER TABLE invites ADD COLUMN access_ends_at INTEGER;
	ALTER TABLE invites ADD COLUMN hides_past INTEGER NOT NULL DEFAULT 0;
	-- What the people who came by it have used.
	ALTER TABLE invites ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE invites ADD COLUMN micro_usd INTEGER NOT NULL DEFAULT 0;
	-- The link that a member came by, if it limits them; the place of the first message that they may read; and when their membership ends.
	ALTER TABLE members ADD COLUMN link TEXT;
	ALTER TABLE members ADD COLUMN from_seq INTEGER;
	ALTER TABLE members ADD COLUMN ends_at INTEGER;
	CREATE INDEX members_ending ON members (ends_at) WHERE ends_at IS NOT NULL;
`;

/** Released with the version that it came in: never edit it. */
export const endedLinks = `
	-- 1: the link was ended before its time. It stays ended, also if the clock is set back.
	ALTER TABLE invites ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
	UPDATE invites SET ended = 1 WHERE expires_at <= unixepoch() * 1000;
	-- To find the latest link and the latest decision. The next one gets a later time, also if the clock was set back.
	CREATE INDEX invites_made ON invites (created_at);
	CREATE INDEX decided_at ON decided (at);
`;

/** What a link allows at most, to all who come by it together: `null` where it sets no limit. `accessEndsAt` in ms. */
export type LinkLimits = {
	mostQuestions: number | null;
	mostMicroUsd: number | null;
	accessEndsAt: number | null;
	/** 1: only what is said after somebody has joined. */
	hidesPast: 0 | 1;
};

export const noLimits: LinkLimits = { mostQuestions: null, mostMicroUsd: null, accessEndsAt: null, hidesPast: 0 };

export function isLimited({ mostQuestions, mostMicroUsd, accessEndsAt, hidesPast }: LinkLimits): boolean {
	return mostQuestions !== null || mostMicroUsd !== null || accessEndsAt !== null || hidesPast === 1;
}

/** What was used of a link that limits something. */
export type LinkUse = { asked: number; microUsd: number };

export type Invite = LinkLimits &
	LinkUse & {
		/** SHA-256 of the link's secret, in hex. */
		id: string;
		role: MemberRole;
		createdBy: string;
		createdAt: number;
		expiresAt: number;
		maxUses: number | null;
		uses: number;
		/** 1: it ended before its time. */
		ended: 0 | 1;
	};

/** `?1`: the time in ms. */
const isLive = "ended = 0 AND expires_at > ?1 AND (max_uses IS NULL OR uses < max_uses)";

export class Invites {
	readonly #sql: SqlStorage;
	/** Called with the id of a link of which something was used. */
	used: (id: string) => void = () => {};

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/**
	 * `byToken`: the personal token that made it, if one did. It counts as made after all that owners have decided about people, also if
	 * the clock was set back since.
	 */
	add(invite: Invite, byToken: string | null): void {
		this.#sql.exec(
			`INSERT INTO invites (id, role, created_by, created_at, expires_at, max_uses, by_token, most_questions, most_micro_usd,
			access_ends_at, hides_past, ended) VALUES (?, ?, ?, max(?, (SELECT ifnull(max(at), 0) FROM decided)), ?, ?, ?, ?, ?, ?, ?, ?)`,
			invite.id,
			invite.role,
			invite.createdBy,
			invite.createdAt,
			invite.expiresAt,
			invite.maxUses,
			byToken,
			invite.mostQuestions,
			invite.mostMicroUsd,
			invite.accessEndsAt,
			invite.hidesPast,
			invite.ended,
		);
	}

	/** Expires the live invites that these personal tokens made. Returns how many. */
	expireOfTokens(tokenIds: readonly string[], now: number): number {
		const made = `UPDATE invites SET ended = 1, expires_at = ?1 WHERE ${isLive} AND by_token IN (SELECT value FROM json_each(?2)) RETURNING id`;
		return this.#sql.exec(made, now, JSON.stringify(tokenIds)).toArray().length;
	}

	find(id: string): Invite | undefined {
		return this.#select("WHERE id = ?", id)[0];
	}

	/** The person who made an invite, and the personal token by which they did, if one did. */
	makerOf(id: string): { userId: string; tokenId: string | null } | undefined {
		const query = "SELECT created_by AS userId, by_token AS tokenId FROM invites WHERE id = ?";
		return this.#sql.exec<{ userId: string; tokenId: string | null }>(query, id).toArray()[0];
	}

	/** The invites that still admit somebody, newest first. */
	live(now: number): Invite[] {
		return this.#select(`WHERE ${isLive} ORDER BY created_at DESC, id`, now);
	}

	countLive(now: number): number {
		return this.#sql.exec<{ count: number }>(`SELECT count(*) AS count FROM invites WHERE ${isLive}`, now).one().count;
	}

	/** The invite stays: a person who uses it learns that it has expired. */
	expire(id: string, now: number): void {
		this.#sql.exec("UPDATE invites SET ended = 1, expires_at = ? WHERE id = ?", now, id);
	}

	/** Expires the live invites that this person made. Returns their number. */
	expireOf(createdBy: string, now: number): number {
		const { length } = this.#sql
			.exec(`UPDATE invites SET ended = 1, expires_at = ?1 WHERE created_by = ?2 AND ${isLive} RETURNING id`, now, createdBy)
			.toArray();
		return length;
	}

	/** Expires the live invites that this person accepted. Returns their number. */
	expireUsedBy(userId: string, now: number): number {
		const used = "id IN (SELECT invite_id FROM invite_uses WHERE user_id = ?2)";
		return this.#sql.exec(`UPDATE invites SET ended = 1, expires_at = ?1 WHERE ${used} AND ${isLive} RETURNING id`, now, userId).toArray()
			.length;
	}

	/** A person counts once for an invite, so that nobody can use it up by leaving and coming back. */
	countUse(id: string, userId: string): void {
		const count =
			"INSERT INTO invite_uses (user_id, invite_id) VALUES (?, ?) ON CONFLICT DO UPDATE SET is_counted = 1 WHERE is_counted = 0 RETURNING 1";
		const isNew = this.#sql.exec(count, userId, id).toArray().length > 0;
		if (isNew) this.#sql.exec("UPDATE invites SET uses = uses + 1 WHERE id = ?", id);
	}

	/** Keeps that a person knows an invite. It counts as a use only when it admits them. */
	recordUse(id: string, userId: string): void {
		this.#sql.exec("INSERT OR IGNORE INTO invite_uses (user_id, invite_id, is_counted) VALUES (?, ?, 0)", userId, id);
	}

	/** Those that have ended and by which somebody is here, newest first. */
	ended(now: number, limit: number): Invite[] {
		const isHere = "id IN (SELECT invite_id FROM invite_uses JOIN members USING (user_id) WHERE is_counted = 1)";
		return this.#select(`WHERE NOT (${isLive}) AND ${isHere} ORDER BY created_at DESC, id LIMIT ?2`, now, limit);
	}

	/** Questions that its people have asked; a negative number takes some back. */
	countAsked(id: string, count: number): void {
		this.#sql.exec("UPDATE invites SET asked = max(0, asked + ?) WHERE id = ?", count, id);
		this.used(id);
	}

	charge(id: string, microUsd: number): void {
		if (microUsd !== 0) this.#sql.exec("UPDATE invites SET micro_usd = micro_usd + ? WHERE id = ?", microUsd, id);
		this.used(id);
	}

	/** The members who came by it. */
	peopleOf(id: string): string[] {
		const query =
			"SELECT user_id AS userId FROM members WHERE user_id IN (SELECT user_id FROM invite_uses WHERE invite_id = ?1 AND is_counted = 1)";
		return this.#sql
			.exec<{ userId: string }>(query, id)
			.toArray()
			.map(({ userId }) => userId);
	}

	/** When the latest one was made, in ms. */
	get latest(): number {
		return this.#sql.exec<{ at: number }>("SELECT ifnull(max(created_at), 0) AS at FROM invites").one().at;
	}

	/** Some link limits what may be spent. */
	get limitSpending(): boolean {
		return this.#sql.exec("SELECT 1 FROM invites WHERE most_micro_usd IS NOT NULL LIMIT 1").toArray().length > 0;
	}

	#select(where: string, ...values: SqlStorageValue[]): Invite[] {
		const columns = `id, role, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt, max_uses AS maxUses, uses,
			most_questions AS mostQuestions, most_micro_usd AS mostMicroUsd, access_ends_at AS accessEndsAt, hides_past AS hidesPast, asked,
			micro_usd AS microUsd, ended`;
		return this.#sql.exec<Invite>(`SELECT ${columns} FROM invites ${where}`, ...values).toArray();
	}
}
