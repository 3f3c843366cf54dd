// The members of a conversation: their names and roles, and how far each has read. However many they are, nothing here reads all of them.

import type { Member, MemberRole } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import { isGuestId, type NamedPerson, type Person } from "../../protocol/person.ts";
import { Access } from "./people/access.ts";
import { MemberNames } from "./people/names.ts";

/**
 * What the link that a member came by allows; without a link, everything that their role does. `from`: the place of the first message
 * that they may read. `endsAt`: when they stop being a member, in ms.
 */
export type Standing = { link: string | null; from: number; endsAt: number | null };

export const ordinary: Standing = { link: null, from: 1, endsAt: null };

type Row = Omit<Member, "may"> & Standing;
/** A member, and what the link allows by which they came. */
type Known = { member: Member; standing: Standing };

/** SQL for a row of `members`: the last place that counts as read for the member. */
export const readUpTo = "coalesce(unread_from - 1, read_up_to)";

/** The last place that counts as read for a member, and how often they have marked something unread. */
type Reading = { upTo: number; marks: number };

/** Members that are kept in memory once they were looked up. */
const mostKnown = 20_000;

export class Members {
	readonly #sql: SqlStorage;
	readonly access: Access;
	readonly names: MemberNames;
	/** Members that were looked up before: every message looks one up. */
	readonly #known = new Map<string, Known>();
	/** People with a guest's id who were looked up before: whether they are guests still. */
	readonly #guests = new Map<string, boolean>();
	/** How far members have read, if that was looked up before. */
	readonly #reading = new Map<string, Reading>();
	/** Everybody in a small conversation, once they were listed. */
	#all: readonly Member[] | undefined;
	#isAlone: boolean | undefined;
	#count: number | undefined;
	#nextEnd: { at: number | null } | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.access = new Access(sql);
		this.names = new MemberNames(sql);
	}

	/** Everything that was written before counts as read for a new member. */
	add(member: Member & Omit<NamedPerson, keyof Person> & Partial<Standing>, now: number): void {
		const beginnings = this.areMany ? this.names.add(member.userId, member.username) : null;
		this.#changed(member.userId);
		this.access.unbar(member.userId);
		this.#sql.exec(
			`INSERT INTO members (user_id, username, role, joined_at, named_at, is_account, link, from_seq, ends_at, beginnings, read_up_to)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM messages))`,
			member.userId,
			member.username,
			member.role,
			now,
			member.namedAt ?? 0,
			Number(member.isAccount ?? false),
			member.link ?? null,
			member.from === undefined || member.from <= 1 ? null : member.from,
			member.endsAt ?? null,
			beginnings,
		);
		// While they are few: later, finding those who are missing there would take longer.
		if (this.count === limits.namedMembers + 1) this.names.complete();
	}

	/** `namedAt`: when the name was given, in ms. */
	rename(userId: string, username: string, namedAt: number): void {
		this.#changed(userId);
		this.#sql.exec("UPDATE members SET username = ?, named_at = ? WHERE user_id = ?", username, namedAt, userId);
		// A trigger has removed what was indexed of the former name.
		if (this.areMany) this.#sql.exec("UPDATE members SET beginnings = ? WHERE user_id = ?", this.names.add(userId, username), userId);
	}

	/** True for a guest who does not sign in with a provider since, and for nobody else. */
	isGuest(userId: string): boolean {
		if (!isGuestId(userId)) return false;
		const query = "SELECT 1 FROM members WHERE user_id = ? AND is_account = 1";
		const known = this.#guests.get(userId) ?? this.#sql.exec(query, userId).toArray().length === 0;
		if (this.#guests.size >= mostKnown) this.#guests.clear();
		this.#guests.set(userId, known);
		return known;
	}

	setAccount(userId: string, isAccount: boolean): void {
		this.#guests.delete(userId);
		this.#sql.exec("UPDATE members SET is_account = ? WHERE user_id = ?", Number(isAccount), userId);
	}

	namedAt(userId: string): number {
		return this.#sql.exec<{ at: number }>("SELECT named_at AS at FROM members WHERE user_id = ?", userId).toArray()[0]?.at ?? 0;
	}

	/** Without a standing, they are an ordinary member from now on. */
	setStanding(userId: string, { link, from, endsAt }: Standing = ordinary): void {
		this.#changed(userId);
		const set = "UPDATE members SET link = ?, from_seq = ?, ends_at = ? WHERE user_id = ?";
		this.#sql.exec(set, link, from <= 1 ? null : from, endsAt, userId);
	}

	setRole(userId: string, role: MemberRole): void {
		this.#changed(userId);
		this.#sql.exec("UPDATE members SET role = ? WHERE user_id = ?", role, userId);
	}

	/** With `isBarred`, a granting token no longer admits this person; a new invite does. */
	remove(userId: string, isBarred: boolean): void {
		this.#changed(userId);
		this.#sql.exec("DELETE FROM members WHERE user_id = ?", userId);
		if (isBarred) this.access.bar(userId);
	}

	clear(): void {
		this.forget();
		this.#sql.exec("DELETE FROM members");
	}

	/** Forgets what was looked up: something of it was not stored. */
	forget(): void {
		this.#guests.clear();
		this.#known.clear();
		this.#reading.clear();
		this.#changed();
	}

	/** Forgets what was looked up before a member was added, changed or removed. */
	#changed(userId?: string): void {
		if (userId !== undefined) {
			this.#known.delete(userId);
			this.#reading.delete(userId);
			this.#guests.delete(userId);
		}
		this.#all = undefined;
		this.#nextEnd = undefined;
		this.#isAlone = undefined;
		this.#count = undefined;
	}

	find(userId: string): Member | undefined {
		return this.#knownOf(userId)?.member;
	}

	/** Those of these people who are members, each once. */
	findEach(userIds: Iterable<string>): Member[] {
		return [...new Set(userIds)].flatMap((userId) => this.find(userId) ?? []);
	}

	/** That of a stranger is ordinary: nothing is read for them. */
	standing(userId: string): Standing {
		return this.#knownOf(userId)?.standing ?? ordinary;
	}

	#knownOf(userId: string): Known | undefined {
		return this.#known.get(userId) ?? this.#select("WHERE user_id = ?", userId)[0];
	}

	/** When the next membership ends by itself, in ms. */
	get nextEnd(): number | undefined {
		this.#nextEnd ??= this.#sql.exec<{ at: number | null }>("SELECT min(ends_at) AS at FROM members WHERE ends_at IS NOT NULL").one();
		return this.#nextEnd.at ?? undefined;
	}

	/** The members whose time is over. */
	ended(now: number, limit: number): string[] {
		const query = "SELECT user_id AS userId FROM members WHERE ends_at <= ? LIMIT ?";
		return this.#sql
			.exec<{ userId: string }>(query, now, limit)
			.toArray()
			.map(({ userId }) => userId);
	}

	get count(): number {
		this.#count ??= this.names.count();
		return this.#count;
	}

	/** There are too many members to tell everybody who they are. */
	get areMany(): boolean {
		return this.count > limits.namedMembers;
	}

	get isAlone(): boolean {
		this.#isAlone ??= this.list(2).length < 2;
		return this.#isAlone;
	}

	/** There are too many members to tell each of them how far the others have read. */
	get isLarge(): boolean {
		return this.count > limits.readers;
	}

	/**
	 * Everybody, in no particular order: the same list until somebody joins, leaves or changes. `undefined` in a large conversation, where
	 * `names` has them in pages.
	 */
	get all(): readonly Member[] | undefined {
		if (this.areMany) return undefined;
		this.#all ??= this.list(limits.namedMembers);
		return this.#all;
	}

	/** Up to `limit` members after one, in the order of their ids. */
	list(limit: number, after = ""): Member[] {
		return this.#select("WHERE user_id > ? ORDER BY user_id LIMIT ?", after, limit).map(({ member }) => member);
	}

	/** Up to `limit` owners. */
	owners(limit: number): Member[] {
		return this.#select("WHERE role = 'owner' ORDER BY user_id LIMIT ?", limit).map(({ member }) => member);
	}

	countOwners(): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members WHERE role = 'owner'").one().count;
	}

	/** The member who becomes the owner after the last one: the one who joined first; a reader, or one whom a link limits, only if there are no others. */
	successor(): Member | undefined {
		const first = "WHERE role <> 'owner' ORDER BY role = 'reader', link IS NOT NULL, joined_at, user_id LIMIT 1";
		return this.#select(first)[0]?.member;
	}

	/** Remembers whom it finds. */
	#select(where: string, ...values: SqlStorageValue[]): Known[] {
		const columns = "user_id AS userId, username, role, link, ifnull(from_seq, 1) AS [from], ends_at AS endsAt";
		const rows = this.#sql.exec<Row>(`SELECT ${columns} FROM members ${where}`, ...values).toArray();
		if (this.#known.size + rows.length > mostKnown) this.#known.clear();
		return rows.map(({ userId, username, role, ...standing }) => {
			const known = { member: { userId, username, role }, standing };
			this.#known.set(userId, known);
			return known;
		});
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

	reading(userId: string): Reading {
		let reading = this.#reading.get(userId);
		if (reading === undefined) {
			const rows = this.#sql.exec<Reading>(`SELECT ${readUpTo} AS upTo, marks FROM members WHERE user_id = ?`, userId).toArray();
			reading = rows[0] ?? { upTo: 0, marks: 0 };
			if (this.#reading.size >= mostKnown) this.#reading.clear();
			this.#reading.set(userId, reading);
		}
		return reading;
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
		if (this.find(userId)) this.#reading.set(userId, { ...this.reading(userId), upTo: seq });
	}

	setAllReadUpTo(seq: number): void {
		this.#reading.clear();
		this.#sql.exec("UPDATE members SET read_up_to = ?", seq);
	}

	markUnread(userId: string, from: number): void {
		this.#reading.delete(userId);
		this.#sql.exec("UPDATE members SET unread_from = ?, marks = marks + 1 WHERE user_id = ?", from, userId);
	}
}
