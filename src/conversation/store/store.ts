// Every SQL statement on what a conversation is beside its messages, by name: itself, its members, its invites. Rows in, values out; no
// rule of the chat is decided here. All calls are synchronous: what happens between two awaits of the caller is one step.

import { migrate } from "../../platform/migrate.ts";
import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Usage } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";
import { isoTime } from "./columns.ts";
import { Outbox } from "./list-deliveries.ts";
import { Log } from "./log.ts";
import { migrations } from "./migrations.ts";
import { readUpTo } from "./rows.ts";

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

export type AuditAction = "created" | "joined" | "left" | "removed" | "invited" | "revoked" | "role_changed" | "token_refused" | "flooded";

type ConversationRow = {
	id: string;
	title: string;
	assistant: AssistantMode;
	lineage: string;
	created_at: number;
	is_titled: number;
	titled_from: number | null;
	is_title_asked: number;
	title_usage: string | null;
	deleted_at: number | null;
};

/** The tokens that one request for a title used, and of which model. */
export type TitleUsage = Usage & { model: string | undefined };

/**
 * How a conversation came by its title: whether a person gave it, else of which message it was made; whether Claude was asked for one,
 * and what that request used.
 */
export type Titling = { isGiven: boolean; from: number | null; isAsked: boolean; usage?: TitleUsage };

/** One line of the audit: who did what, to whom where that is somebody else; `at` is ISO 8601. */
export type AuditEntry = { id: number; at: string; action: AuditAction; actor: string; subject?: string };

export class Store {
	readonly #sql: SqlStorage;
	#conversation?: ConversationInfo;
	#titling: Titling = { isGiven: false, from: null, isAsked: false };
	#end: "ending" | "over" | undefined;
	#log?: Log;
	#outbox?: Outbox;
	/** Members that were asked for, as they are: every message asks. */
	readonly #known = new Map<string, Member>();
	#isAlone: boolean | undefined;
	#memberCount: number | undefined;

	/** Reads only: a conversation that was never created leaves nothing behind by being asked for. */
	constructor(sql: SqlStorage) {
		this.#sql = sql;
		const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name IN ('conversation', 'deleted')").toArray();
		if (tables.some(({ name }) => name === "deleted")) this.#end = "over";
		if (!tables.some(({ name }) => name === "conversation")) return;
		migrate(sql, migrations);
		this.#load();
	}

	#load(): void {
		const row = this.#sql.exec<ConversationRow>("SELECT * FROM conversation").toArray()[0];
		if (!row) return;
		const { created_at, lineage, id, title, assistant } = row;
		if (row.deleted_at !== null) this.#end = "ending";
		this.#conversation = { id, title, createdAt: isoTime(created_at), assistant };
		this.#titling = {
			isGiven: row.is_titled === 1,
			from: row.titled_from,
			isAsked: row.is_title_asked === 1,
			...(row.title_usage !== null && { usage: JSON.parse(row.title_usage) as TitleUsage }),
		};
		this.#log = new Log(this.#sql, { id, lineage });
		this.#outbox = new Outbox(this.#sql);
	}

	// The conversation

	create(conversation: { id: string; title: string; lineage: string }, owner: Person, now: number): void {
		if (this.#end) throw new Error("A conversation that was deleted does not begin again.");
		migrate(this.#sql, migrations);
		this.#sql.exec(
			"INSERT INTO conversation (one, id, title, assistant, lineage, created_at, is_titled) VALUES (1, ?, ?, 'auto', ?, ?, ?)",
			conversation.id,
			conversation.title,
			conversation.lineage,
			now,
			conversation.title === "" ? 0 : 1,
		);
		this.addMember({ ...owner, role: "owner" }, now);
		this.#load();
	}

	/** The tables, for a conversation that comes from elsewhere. */
	prepare(): void {
		migrate(this.#sql, migrations);
	}

	/** What has been put into the tables is the conversation from now on. */
	appear(): ConversationInfo {
		this.#known.clear();
		this.#isAlone = undefined;
		this.#load();
		return this.info;
	}

	/** Whether somebody has created it, and nobody deleted it; without that there is nothing else to be asked for. */
	get exists(): boolean {
		return this.#conversation !== undefined && this.#end === undefined;
	}

	/** Whether it was deleted, for ever: `ending` while there is still something of it. */
	get end(): "ending" | "over" | undefined {
		return this.#end;
	}

	markDeleted(now: number): void {
		this.#sql.exec("UPDATE conversation SET deleted_at = ?", now);
		this.#end = "ending";
	}

	/** On an empty storage: the one row that stays. */
	bury(now: number): void {
		this.#sql.exec("CREATE TABLE deleted (at INTEGER NOT NULL) STRICT");
		this.#sql.exec("INSERT INTO deleted (at) VALUES (?)", now);
		this.#end = "over";
	}

	get info(): ConversationInfo {
		if (!this.#conversation) throw new Error("The conversation does not exist.");
		return this.#conversation;
	}

	/** Its messages. */
	get log(): Log {
		if (!this.#log) throw new Error("The conversation does not exist.");
		return this.#log;
	}

	/** What its members' lists have been told. */
	get outbox(): Outbox {
		if (!this.#outbox) throw new Error("The conversation does not exist.");
		return this.#outbox;
	}

	setAssistant(assistant: AssistantMode): void {
		this.#sql.exec("UPDATE conversation SET assistant = ?", assistant);
		this.#conversation = { ...this.info, assistant };
	}

	get titling(): Titling {
		return this.#titling;
	}

	/** `from`: the message of which it was made; a title without one was given by a person. */
	setTitle(title: string, from?: number): void {
		const isGiven = title !== "" && from === undefined;
		this.#sql.exec("UPDATE conversation SET title = ?, is_titled = ?, titled_from = ?", title, isGiven ? 1 : 0, from ?? null);
		this.#conversation = { ...this.info, title };
		this.#titling = { ...this.#titling, isGiven, from: from ?? null };
	}

	markTitleAsked(): void {
		this.#sql.exec("UPDATE conversation SET is_title_asked = 1");
		this.#titling = { ...this.#titling, isAsked: true };
	}

	setTitleUsage(usage: TitleUsage): void {
		this.#sql.exec("UPDATE conversation SET title_usage = ?", JSON.stringify(usage));
		this.#titling = { ...this.#titling, usage };
	}

	// Members

	/** Who is new has read what was said before. */
	addMember(member: Member, now: number): void {
		this.#isAlone = undefined;
		this.#memberCount = undefined;
		this.#sql.exec("DELETE FROM removed WHERE user_id = ?", member.userId);
		this.#sql.exec(
			`INSERT INTO members (user_id, username, role, joined_at, read_up_to)
			VALUES (?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM messages))`,
			member.userId,
			member.username,
			member.role,
			now,
		);
	}

	rename(userId: string, username: string): void {
		this.#known.delete(userId);
		this.#sql.exec("UPDATE members SET username = ? WHERE user_id = ?", username, userId);
	}

	setRole(userId: string, role: MemberRole): void {
		this.#known.delete(userId);
		this.#sql.exec("UPDATE members SET role = ? WHERE user_id = ?", role, userId);
	}

	member(userId: string): Member | undefined {
		const known = this.#known.get(userId) ?? this.#members("WHERE user_id = ?", userId)[0];
		if (known) this.#known.set(userId, known);
		return known;
	}

	countMembers(): number {
		this.#memberCount ??= this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members").one().count;
		return this.#memberCount;
	}

	/** Whether there is one member. */
	get isAlone(): boolean {
		this.#isAlone ??= this.members(2).length < 2;
		return this.#isAlone;
	}

	/** Up to `limit`, in no particular order. */
	members(limit: number): Member[] {
		return this.#members("LIMIT ?", limit);
	}

	/** Whether there are too many members for all to hear how far each has read. */
	get isLarge(): boolean {
		return this.countMembers() > limits.readers;
	}

	/** Up to which place each member has read, this one for themselves; in a large conversation this one alone. */
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

	/** Up to which place a member has read, as they want it to count for themselves; and how often it has gone back. */
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

	/** What they had seen before, they have seen still. */
	setReadUpTo(userId: string, seq: number): void {
		this.#sql.exec(
			`UPDATE members SET read_up_to = max(read_up_to, ?1), unread_from = CASE WHEN ?1 < read_up_to THEN ?1 + 1 END
			WHERE user_id = ?2`,
			seq,
			userId,
		);
	}

	markUnread(userId: string, from: number): void {
		this.#sql.exec("UPDATE members SET unread_from = ?, marks = marks + 1 WHERE user_id = ?", from, userId);
	}

	#members(where: string, ...values: SqlStorageValue[]): Member[] {
		return this.#sql.exec<Member>(`SELECT user_id AS userId, username, role FROM members ${where}`, ...values).toArray();
	}

	/** `isBarred`: no token brings them back, only an invite. */
	removeMember(userId: string, isBarred: boolean): void {
		this.#known.delete(userId);
		this.#isAlone = undefined;
		this.#memberCount = undefined;
		this.#sql.exec("DELETE FROM members WHERE user_id = ?", userId);
		if (isBarred) this.#sql.exec("INSERT INTO removed (user_id) VALUES (?)", userId);
	}

	isBarred(userId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM removed WHERE user_id = ?", userId).toArray().length > 0;
	}

	/** An owner has decided about somebody: kept also after they left. */
	decide(userId: string, now: number): void {
		this.#sql.exec("INSERT INTO decided (user_id, at) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET at = excluded.at", userId, now);
	}

	/** When an owner last did, in ms; 0 where none ever did. */
	decidedAt(userId: string): number {
		return this.#sql.exec<{ at: number }>("SELECT at FROM decided WHERE user_id = ?", userId).toArray()[0]?.at ?? 0;
	}

	countOwners(): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members WHERE role = 'owner'").one().count;
	}

	/** Who is to be the owner where there is none left: whoever has been here longest, of those who may write if there are any. */
	heir(): Member | undefined {
		return this.#members("WHERE role <> 'owner' ORDER BY role = 'reader', joined_at, user_id LIMIT 1")[0];
	}

	// Who stays outside, and who did what to the doors

	shutOut(userId: string, until: number): void {
		this.#sql.exec(
			"INSERT INTO shut_out (user_id, until) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET until = excluded.until",
			userId,
			until,
		);
	}

	/** Until when a person stays outside, in ms; 0 for who does not. */
	shutOutUntil(userId: string): number {
		return this.#sql.exec<{ until: number }>("SELECT until FROM shut_out WHERE user_id = ?", userId).toArray()[0]?.until ?? 0;
	}

	audit(action: AuditAction, actor: string, subject: string | undefined, now: number): void {
		this.#sql.exec("INSERT INTO audit (at, action, actor, subject) VALUES (?, ?, ?, ?)", now, action, actor, subject ?? null);
	}

	/** Newest first, before an entry. */
	auditBefore(id: number, limit: number): AuditEntry[] {
		return this.#sql
			.exec<{ id: number; at: number; action: AuditAction; actor: string; subject: string | null }>(
				"SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
				id,
				limit,
			)
			.toArray()
			.map(({ at, subject, ...entry }) => ({ ...entry, at: isoTime(at), ...(subject !== null && { subject }) }));
	}

	// Invites

	addInvite(invite: Invite): void {
		this.#sql.exec(
			"INSERT INTO invites (id, role, created_by, created_at, expires_at, max_uses) VALUES (?, ?, ?, ?, ?, ?)",
			invite.id,
			invite.role,
			invite.createdBy,
			invite.createdAt,
			invite.expiresAt,
			invite.maxUses,
		);
	}

	invite(id: string): Invite | undefined {
		return this.#invites("WHERE id = ?", id)[0];
	}

	#invites(where: string, ...values: SqlStorageValue[]): Invite[] {
		const columns = "id, role, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt, max_uses AS maxUses, uses";
		return this.#sql.exec<Invite>(`SELECT ${columns} FROM invites ${where}`, ...values).toArray();
	}

	/** Newest first. */
	liveInvites(now: number): Invite[] {
		return this.#invites("WHERE expires_at > ? AND (max_uses IS NULL OR uses < max_uses) ORDER BY created_at DESC, id", now);
	}

	/** Ends an invite now: whoever comes with it hears that it has expired. */
	expireInvite(id: string, now: number): void {
		this.#sql.exec("UPDATE invites SET expires_at = ? WHERE id = ?", now, id);
	}

	countLiveInvites(now: number): number {
		return this.#sql
			.exec<{ count: number }>("SELECT count(*) AS count FROM invites WHERE expires_at > ? AND (max_uses IS NULL OR uses < max_uses)", now)
			.one().count;
	}

	countInviteUse(id: string): void {
		this.#sql.exec("UPDATE invites SET uses = uses + 1 WHERE id = ?", id);
	}
}
