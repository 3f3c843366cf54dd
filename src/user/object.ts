// The Durable Object of one person: the list of conversations they are in, as those tell it.

import { DurableObject } from "cloudflare:workers";
import type { AssistantMode, ConversationInfo } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { PersonalToken } from "../protocol/token.ts";
import { type Erased, Erasure } from "./erasure.ts";
import { type NewToken, type ShownToken, Tokens } from "./tokens.ts";

/** A conversation as its list shows it; `lastActivityAt` in ms. */
export type Listed = ConversationInfo & { lastActivityAt: number };

/** How soon after a failure the rest is told that a person has signed out, in ms. */
const signOutAgain = 5_000;
/** How soon after a token is revoked its sockets are closed once more, in ms: a conversation may not have heard of it, or let one in just then. */
const revokeAgain = 2_000;

type Row = { id: string; title: string; assistant: AssistantMode; created_at: string; last_activity_at: number };

export class UserObject extends DurableObject<Env> {
	readonly #sql: SqlStorage;
	readonly #erasure: Erasure;
	#tokens: Tokens;
	#hasTable: boolean;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		this.#sql = ctx.storage.sql;
		this.#erasure = new Erasure({
			storage: ctx.storage,
			step: (id, alias, after) => env.CONVERSATIONS.getByName(id).erase(ctx.id.name as string, alias, after),
			over: () => this.#empty(),
			now: () => Date.now(),
		});
		this.#tokens = new Tokens(this.#sql);
		this.#hasTable = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'conversations'").toArray().length > 0;
	}

	/** How a conversation stands now. Older news that comes late changes nothing, and what is no news writes nothing. */
	async remember(listed: Listed): Promise<void> {
		if (this.#erasure.covers(listed.id)) return;
		if (!this.#hasTable) {
			this.#sql.exec(`CREATE TABLE conversations (id TEXT PRIMARY KEY, title TEXT NOT NULL, assistant TEXT NOT NULL,
				created_at TEXT NOT NULL, last_activity_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`);
			this.#hasTable = true;
		}
		this.#sql.exec(
			`INSERT INTO conversations (id, title, assistant, created_at, last_activity_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET title = excluded.title, assistant = excluded.assistant, last_activity_at = excluded.last_activity_at
			WHERE excluded.last_activity_at >= last_activity_at
				AND (excluded.last_activity_at, excluded.title, excluded.assistant) <> (last_activity_at, title, assistant)`,
			listed.id,
			listed.title,
			listed.assistant,
			listed.createdAt,
			listed.lastActivityAt,
		);
	}

	/** The conversation is no longer theirs. */
	async forget(id: string): Promise<void> {
		if (this.#hasTable) this.#sql.exec("DELETE FROM conversations WHERE id = ?", id);
	}

	/** For good: no token of this person is accepted from now on, and their sockets are closed in every conversation they are in. */
	async signOut(): Promise<void> {
		this.#tokens.forgetAll();
		this.#markSignedOut();
		// Should a conversation not hear of it now, the alarm tells it.
		await this.ctx.storage.setAlarm(Date.now() + signOutAgain);
		await this.#endSockets();
		await this.ctx.storage.deleteAlarm();
	}

	#markSignedOut(): void {
		this.#sql.exec("CREATE TABLE IF NOT EXISTS signed_out (at INTEGER NOT NULL) STRICT");
		if (!this.#isSignedOut()) this.#sql.exec("INSERT INTO signed_out (at) VALUES (?)", Date.now());
	}

	async isSignedOut(): Promise<boolean> {
		return this.#isSignedOut();
	}

	#isSignedOut(): boolean {
		const hasTable = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'signed_out'").toArray().length > 0;
		return hasTable && this.#sql.exec("SELECT 1 FROM signed_out").toArray().length > 0;
	}

	override async alarm(): Promise<void> {
		if (this.#erasure.isUnderWay) {
			await this.#erasure.proceed();
			return;
		}
		if (this.#isSignedOut()) await this.#endSockets();
		const revoked = this.#tokens.revoked();
		await this.#endSocketsOf(revoked);
		this.#tokens.forget(revoked);
	}

	/**
	 * Takes this person out of every conversation they are in, and this object's own rows with them. They begin with nothing, or, as a guest,
	 * are signed out for good. What cannot be done at once goes on by the alarm.
	 */
	async erase(isGuest: boolean): Promise<Erased> {
		const ids = this.#hasTable ? this.#sql.exec<{ id: string }>("SELECT id FROM conversations").toArray() : [];
		this.#tokens.forgetAll();
		if (isGuest) this.#markSignedOut();
		const begun = this.#erasure.begin(ids.map(({ id }) => id));
		if (this.#hasTable) this.#sql.exec("DELETE FROM conversations");
		await begun;
		for (const socket of this.ctx.getWebSockets()) socket.close(closeCodes.token, "erased");
		return this.#erasure.proceed();
	}

	/** Nothing of an erasure is kept, nor of anything else but what came since; and that a guest is signed out, which is for good. */
	async #empty(): Promise<void> {
		this.#sql.exec("DROP TABLE erasing");
		this.#sql.exec("DROP TABLE erased");
		if (this.#hasTable && this.#sql.exec("SELECT 1 FROM conversations LIMIT 1").toArray().length > 0) return;
		if (this.#tokens.list().length > 0) return;
		const isSignedOut = this.#isSignedOut();
		const emptied = this.ctx.storage.deleteAll();
		this.#hasTable = false;
		this.#tokens = new Tokens(this.#sql);
		if (isSignedOut) this.#markSignedOut();
		await emptied;
		await this.ctx.storage.deleteAlarm();
	}

	async #endSockets(): Promise<void> {
		const userId = this.ctx.id.name as string;
		const conversations = await this.conversations();
		await Promise.all(conversations.map(({ id }) => this.env.CONVERSATIONS.getByName(id).signOut(userId)));
	}

	// Personal tokens

	async addToken(token: NewToken): Promise<PersonalToken | { code: "too_many" }> {
		return this.#tokens.add(token, Date.now()) ?? { code: "too_many" };
	}

	async tokens(): Promise<PersonalToken[]> {
		return this.#tokens.list();
	}

	/** What the token of this id is good for, which somebody has just shown. */
	async showToken(id: string): Promise<ShownToken | undefined> {
		return this.#tokens.show(id, Date.now());
	}

	/** Whether there was one. It is accepted no more, and its sockets are closed. */
	async revokeToken(id: string): Promise<boolean> {
		if (!this.#tokens.revoke(id, Date.now())) return false;
		await this.ctx.storage.setAlarm(Date.now() + revokeAgain);
		await this.#endSocketsOf([id]).catch((error) => console.error("A revoked token's sockets could not be closed yet", error));
		return true;
	}

	async #endSocketsOf(tokenIds: readonly string[]): Promise<void> {
		if (tokenIds.length === 0) return;
		const userId = this.ctx.id.name as string;
		const conversations = await this.conversations();
		await Promise.all(conversations.map(({ id }) => this.env.CONVERSATIONS.getByName(id).endTokens(userId, tokenIds)));
	}

	/** Newest activity first. */
	async conversations(): Promise<(ConversationInfo & { lastActivityAt: string })[]> {
		if (!this.#hasTable) return [];
		return this.#sql
			.exec<Row>("SELECT * FROM conversations ORDER BY last_activity_at DESC, created_at DESC")
			.toArray()
			.map(({ id, title, assistant, created_at, last_activity_at }) => ({
				id,
				title,
				createdAt: created_at,
				assistant,
				lastActivityAt: new Date(last_activity_at).toISOString(),
			}));
	}
}
