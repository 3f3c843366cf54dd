// The members of a conversation: their names and roles, how far each has read, and people who may not enter.

import type { Member, MemberRole } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";

/** SQL for a row of `members`: the last place that counts as read for the member. */
export const readUpTo = "coalesce(unread_from - 1, read_up_to)";

export class Members {
	readonly #sql: SqlStorage;
	/** Members that were looked up before: every message looks one up. */
	readonly #known = new Map<string, Member>();
	#isAlone: boolean | undefined;
	#count: number | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Everything that was written before counts as read for a new member. */
	add(member: Member & { namedAt?: number | undefined }, now: number): void {
		this.#isAlone = undefined;
		this.#count = undefined;
		this.#sql.exec("DELETE FROM removed WHERE user_id = ?", member.userId);
		this.#sql.exec(
			`INSERT INTO members (user_id, username, role, joined_at, named_at, read_up_to)
			VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM messages))`,
			member.userId,
			member.username,
			member.role,
			now,
			member.namedAt ?? 0,
		);
	}

	/** `namedAt`: when the name was given, in ms. */
	rename(userId: string, username: string, namedAt: number): void {
		this.#known.delete(userId);
		this.#sql.exec("UPDATE members SET username = ?, named_at = ? WHERE user_id = ?", username, namedAt, userId);
	}

	namedAt(userId: string): number {
		return this.#sql.exec<{ at: number }>("SELECT named_at AS at FROM members WHERE user_id = ?", userId).toArray()[0]?.at ?? 0;
	}

	setRole(userId: string, role: MemberRole): void {
		this.#known.delete(userId);
		this.#sql.exec("UPDATE members SET role = ? WHERE user_id = ?", role, userId);
	}

	/** With `isBarred`, a granting token no longer admits this person; a new invite does. */
	remove(userId: string, isBarred: boolean): void {
		this.#known.delete(userId);
		this.#isAlone = undefined;
		this.#count = undefined;
		this.#sql.exec("DELETE FROM members WHERE user_id = ?", userId);
		if (isBarred) this.#sql.exec("INSERT INTO removed (user_id) VALUES (?)", userId);
	}

	clear(): void {
		this.#known.clear();
		this.#isAlone = undefined;
		this.#count = undefined;
		this.#sql.exec("DELETE FROM members");
	}

	find(userId: string): Member | undefined {
		const known = this.#known.get(userId) ?? this.#select("WHERE user_id = ?", userId)[0];
		if (known) this.#known.set(userId, known);
		return known;
	}

	get count(): number {
		this.#count ??= this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members").one().count;
		return this.#count;
	}

	get isAlone(): boolean {
		this.#isAlone ??= this.list(2).length < 2;
		return this.#isAlone;
	}

	/** There are too many members to tell each of them how far the others have read. */
	get isLarge(): boolean {
		return this.count > limits.readers;
	}

	/** Up to `limit` members, in no particular order. */
	list(limit: number): Member[] {
		return this.#select("LIMIT ?", limit);
	}

	countOwners(): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members WHERE role = 'owner'").one().count;
	}

	/** The member who becomes the owner after the last one: the one who joined first, and a reader only if there are no others. */
	successor(): Member | undefined {
		return this.#select("WHERE role <> 'owner' ORDER BY role = 'reader', joined_at, user_id LIMIT 1")[0];
	}

	#select(where: string, ...values: SqlStorageValue[]): Member[] {
		return this.#sql.exec<Member>(`SELECT user_id AS userId, username, role FROM members ${where}`, ...values).toArray();
	}

	// Read marks

	/** The read mark of each member, as this member may see it; in a large conversation only the member's own. */
	reads(userId: string): { userId: string; upTo: number }[] {
		const where = this.isLarge ? "user_id = ?1" : "read_up_to > 0 OR user_id = ?1";
		return this.#sql
			.exec<{ userId: string; upTo: number }>(
				`SELECT user_id AS userId, CASE user_id WHEN ?1 THEN ${readUpTo} ELSE read_up_to END AS upTo
				FROM members WHERE ${where}`,
				userId,
			)
			.toArray();
	}

	/** The last place that counts as read for a member, and how often they have marked something unread. */
	reading(userId: string): { upTo: number; marks: number } {
		return (
			this.#sql
				.exec<{ upTo: number; marks: number }>(`SELECT ${readUpTo} AS upTo, marks FROM members WHERE user_id = ?`, userId)
				.toArray()[0] ?? { upTo: 0, marks: 0 }
		);
	}

	readUpTo(userId: string): number {
		return this.reading(userId).upTo;
	}

	/** Others see the furthest place ever read, so that one never goes back. */
	setReadUpTo(userId: string, seq: number): void {
		this.#sql.exec(
			`UPDATE members SET read_up_to = max(read_up_to, ?1), unread_from = CASE WHEN ?1 < read_up_to THEN ?1 + 1 END
			WHERE user_id = ?2`,
			seq,
			userId,
		);
	}

	setAllReadUpTo(seq: number): void {
		this.#sql.exec("UPDATE members SET read_up_to = ?", seq);
	}

	markUnread(userId: string, from: number): void {
		this.#sql.exec("UPDATE members SET unread_from = ?, marks = marks + 1 WHERE user_id = ?", from, userId);
	}

	// Access

	/** An owner removed this person, so that only an invite admits them. */
	isBarred(userId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM removed WHERE user_id = ?", userId).toArray().length > 0;
	}

	/** Records that an owner removed somebody (`null`) or gave them a role. It is kept after they leave. */
	decide(userId: string, role: MemberRole | null, now: number): void {
		this.#sql.exec(
			"INSERT INTO decided (user_id, role, at) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, at = excluded.at",
			userId,
			role,
			now,
		);
	}

	/** An owner has made this person a reader, who may have left since. */
	isDemoted(userId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM decided WHERE user_id = ? AND role = 'reader'", userId).toArray().length > 0;
	}

	/** The time of the last such decision in ms, or 0. */
	decidedAt(userId: string): number {
		return this.#sql.exec<{ at: number }>("SELECT at FROM decided WHERE user_id = ?", userId).toArray()[0]?.at ?? 0;
	}

	/** Keeps a person out until a time, after they flooded the conversation. */
	shutOut(userId: string, until: number): void {
		this.#sql.exec(
			"INSERT INTO shut_out (user_id, until) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET until = excluded.until",
			userId,
			until,
		);
	}

	/** The time in ms until which a person is kept out, or 0. */
	shutOutUntil(userId: string): number {
		return this.#sql.exec<{ until: number }>("SELECT until FROM shut_out WHERE user_id = ?", userId).toArray()[0]?.until ?? 0;
	}
}
