// Every SQL statement on what a conversation is beside its messages, by name: itself, its members, its invites. Rows in, values out; no
// rule of the chat is decided here. All calls are synchronous: what happens between two awaits of the caller is one step.

import type { AssistantMode, ConversationInfo, Member, MemberRole } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import type { Person } from "../protocol/person.ts";
import { Log } from "./log.ts";
import { migrations } from "./migrations.ts";
import { isoTime } from "./rows.ts";

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

export type AuditAction = "created" | "joined" | "left" | "removed" | "invited" | "role_changed" | "token_refused" | "flooded";

/** One line of the audit: who did what, to whom where that is somebody else; `at` is ISO 8601. */
export type AuditEntry = { id: number; at: string; action: AuditAction; actor: string; subject?: string };

export class Store {
	readonly #sql: SqlStorage;
	#conversation?: ConversationInfo;
	#log?: Log;
	/** Members that were asked for, as they are: every message asks. */
	readonly #known = new Map<string, Member>();
	#isAlone: boolean | undefined;

	/** Reads only: a conversation that was never created leaves nothing behind by being asked for. */
	constructor(sql: SqlStorage) {
		this.#sql = sql;
		const created = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'conversation'").toArray().length > 0;
		if (!created) return;
		this.#migrate();
		this.#load();
	}

	#migrate(): void {
		this.#sql.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) STRICT");
		const done = this.#sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM migrations").one().version ?? 0;
		if (done > migrations.length) throw new Error(`This conversation was written by a newer version (${done}).`);
		for (let version = done; version < migrations.length; version++) {
			this.#sql.exec(migrations[version] as string);
			this.#sql.exec("INSERT INTO migrations (version) VALUES (?)", version + 1);
		}
	}

	#load(): void {
		const row = this.#sql
			.exec<{ id: string; title: string; assistant: AssistantMode; lineage: string; created_at: number }>("SELECT * FROM conversation")
			.toArray()[0];
		if (!row) return;
		const { created_at, lineage, id, title, assistant } = row;
		this.#conversation = { id, title, createdAt: isoTime(created_at), assistant };
		this.#log = new Log(this.#sql, { id, lineage });
	}

	// The conversation

	create(conversation: { id: string; title: string; lineage: string }, owner: Person, now: number): void {
		this.#migrate();
		this.#sql.exec(
			"INSERT INTO conversation (one, id, title, assistant, lineage, created_at) VALUES (1, ?, ?, 'auto', ?, ?)",
			conversation.id,
			conversation.title,
			conversation.lineage,
			now,
		);
		this.addMember({ ...owner, role: "owner" }, now);
		this.#load();
	}

	/** Whether somebody has created it; without that there is nothing else. */
	get exists(): boolean {
		return this.#conversation !== undefined;
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

	/** When something was last said, or it began, in ms. */
	lastActivity(): number {
		return this.log.lastMessageAt() ?? Date.parse(this.info.createdAt);
	}

	update(change: { title?: string; assistant?: AssistantMode }): void {
		const { title, assistant } = { ...this.info, ...change };
		this.#sql.exec("UPDATE conversation SET title = ?, assistant = ?", title, assistant);
		this.#conversation = { ...this.info, title, assistant };
	}

	// Members

	addMember(member: Member, now: number): void {
		this.#isAlone = undefined;
		this.#sql.exec("DELETE FROM removed WHERE user_id = ?", member.userId);
		this.#sql.exec(
			"INSERT INTO members (user_id, username, role, joined_at) VALUES (?, ?, ?, ?)",
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
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members").one().count;
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

	/** Up to which place each member has read; in a large conversation this one alone. */
	reads(userId: string): { userId: string; upTo: number }[] {
		const where = this.countMembers() > limits.readers ? "user_id = ?" : "read_up_to > 0 OR user_id = ?";
		return this.#sql
			.exec<{ userId: string; upTo: number }>(`SELECT user_id AS userId, read_up_to AS upTo FROM members WHERE ${where}`, userId)
			.toArray();
	}

	#members(where: string, ...values: SqlStorageValue[]): Member[] {
		return this.#sql.exec<Member>(`SELECT user_id AS userId, username, role FROM members ${where}`, ...values).toArray();
	}

	/** `isBarred`: no token brings them back, only an invite. */
	removeMember(userId: string, isBarred: boolean): void {
		this.#known.delete(userId);
		this.#isAlone = undefined;
		this.#sql.exec("DELETE FROM members WHERE user_id = ?", userId);
		if (isBarred) this.#sql.exec("INSERT INTO removed (user_id) VALUES (?)", userId);
	}

	isBarred(userId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM removed WHERE user_id = ?", userId).toArray().length > 0;
	}

	countOwners(): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM members WHERE role = 'owner'").one().count;
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
		return this.#sql
			.exec<Invite>(
				`SELECT id, role, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt, max_uses AS maxUses, uses
				FROM invites WHERE id = ?`,
				id,
			)
			.toArray()[0];
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
