// The invites of a conversation.

import type { MemberRole } from "../../protocol/conversation.ts";

export type Invite = {
	/** SHA-256 of the link's secret, in hex. */
	id: string;
	role: MemberRole;
	createdBy: string;
	createdAt: number;
	expiresAt: number;
	maxUses: number | null;
	uses: number;
};

/** `?1`: the time in ms. */
const isLive = "expires_at > ?1 AND (max_uses IS NULL OR uses < max_uses)";

export class Invites {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** `byToken`: the personal token that made it, if one did. */
	add(invite: Invite, byToken: string | null): void {
		this.#sql.exec(
			"INSERT INTO invites (id, role, created_by, created_at, expires_at, max_uses, by_token) VALUES (?, ?, ?, ?, ?, ?, ?)",
			invite.id,
			invite.role,
			invite.createdBy,
			invite.createdAt,
			invite.expiresAt,
			invite.maxUses,
			byToken,
		);
	}

	/** Expires the live invites that these personal tokens made. Returns how many. */
	expireOfTokens(tokenIds: readonly string[], now: number): number {
		const made = `UPDATE invites SET expires_at = ?1 WHERE ${isLive} AND by_token IN (SELECT value FROM json_each(?2)) RETURNING id`;
		return this.#sql.exec(made, now, JSON.stringify(tokenIds)).toArray().length;
	}

	find(id: string): Invite | undefined {
		return this.#select("WHERE id = ?", id)[0];
	}

	/** The personal token that made an invite, and its owner; `undefined` if a person made it. */
	programOf(id: string): { userId: string; tokenId: string } | undefined {
		const query = "SELECT created_by AS userId, by_token AS tokenId FROM invites WHERE id = ? AND by_token IS NOT NULL";
		return this.#sql.exec<{ userId: string; tokenId: string }>(query, id).toArray()[0];
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
		this.#sql.exec("UPDATE invites SET expires_at = ? WHERE id = ?", now, id);
	}

	/** Expires the live invites that this person made. Returns their number. */
	expireOf(createdBy: string, now: number): number {
		const { length } = this.#sql
			.exec(`UPDATE invites SET expires_at = ?1 WHERE created_by = ?2 AND ${isLive} RETURNING id`, now, createdBy)
			.toArray();
		return length;
	}

	/** Expires the live invites that this person accepted. Returns their number. */
	expireUsedBy(userId: string, now: number): number {
		const used = "id IN (SELECT invite_id FROM invite_uses WHERE user_id = ?2)";
		return this.#sql.exec(`UPDATE invites SET expires_at = ?1 WHERE ${used} AND ${isLive} RETURNING id`, now, userId).toArray().length;
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

	#select(where: string, ...values: SqlStorageValue[]): Invite[] {
		const columns = "id, role, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt, max_uses AS maxUses, uses";
		return this.#sql.exec<Invite>(`SELECT ${columns} FROM invites ${where}`, ...values).toArray();
	}
}
