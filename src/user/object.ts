// The Durable Object of one person: accept, forward, alarm. It believes whoever holds its stub: the Worker, and the conversations
// that the person is in.

import { DurableObject } from "cloudflare:workers";
import { Alarm } from "../platform/alarm.ts";
import { acceptUpgrade, answerClose, buildUpgrade, readUpgrade, refuseUpgrade } from "../platform/upgrade.ts";
import type { ListEntry, ListEntryChange, ListSummary } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalSettings, SettingsChange } from "../protocol/me.ts";
import type { PersonalToken } from "../protocol/token.ts";
import { type Erased, Erasure } from "./erasure.ts";
import { Sockets } from "./sockets.ts";
import { end, type Page, type Place, Store } from "./store.ts";
import { type NewToken, type ShownToken, Tokens } from "./tokens.ts";

/** What the Worker knows of a socket that it lets through; `expiresAt` in ms, `tokenId` of the personal token that opens it, if one does. */
type Upgrade = { expiresAt: number; tokenId: string | undefined; isChatProtocol: boolean };

export const listUpgradeRequest = (upgrade: Upgrade): Request => buildUpgrade(upgrade);

/**
 * How soon after a sign-out, or after a token is revoked, the sockets are closed once more, in ms: a conversation may not have heard of it, or
 * let one in just then.
 */
const closeAgain = 2_000;

export class UserObject extends DurableObject<Env> {
	readonly #store: Store;
	readonly #sockets: Sockets;
	readonly #alarm: Alarm;
	readonly #erasure: Erasure;
	#tokens: Tokens;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const now = () => Date.now();
		this.#store = new Store(ctx.storage.sql);
		this.#sockets = new Sockets(ctx, now);
		this.#alarm = new Alarm({ storage: ctx.storage, dueTimes: () => [this.#sockets.nextExpiry, this.#erasure.dueAt], now });
		this.#erasure = new Erasure({
			sql: ctx.storage.sql,
			step: (id, alias, after) => env.CONVERSATIONS.getByName(id).erase(ctx.id.name as string, alias, after),
			finish: () => this.#empty(),
			alarm: this.#alarm,
			now,
		});
		this.#tokens = new Tokens(ctx.storage.sql);
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
	}

	// Sockets

	/** Answers a `listUpgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		const { expiresAt, tokenId, isChatProtocol } = readUpgrade<Upgrade>(request);
		// The Worker has asked; but they may have signed out since, or revoked it.
		if (this.#store.isSignedOut || (tokenId !== undefined && !this.#tokens.show(tokenId, Date.now())))
			return refuseUpgrade({ code: "unauthorized" });
		const room = this.#sockets.makeRoom();
		if (room !== "open") return refuseUpgrade({ code: room, ...(room === "rate_limited" && { retryAfterMs: limits.floodBlock }) });
		const { 0: theirs, 1: ours } = new WebSocketPair();
		const { settings } = this.#store;
		const first = { type: "me:conversations", ...this.#store.first(limits.listPage.default), settings } as const;
		this.#sockets.open(ours, { expiresAt, tokenId }, first);
		this.#alarm.bringForward();
		return acceptUpgrade(theirs, isChatProtocol);
	}

	override webSocketMessage(socket: WebSocket): void {
		this.#sockets.refuse(socket);
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#sockets.delete(socket);
		answerClose(socket, code, reason);
	}

	override webSocketError(socket: WebSocket): void {
		this.#sockets.delete(socket);
	}

	/** Who may no longer listen is let go; and what could not be done at once, in every conversation, is tried again. */
	override async alarm(): Promise<void> {
		this.#sockets.expire();
		if (this.#erasure.isInProgress) await this.#erasure.proceed();
		if (this.#store.isSignedOut) await this.#endSockets();
		const revoked = this.#tokens.revoked();
		await this.#endSocketsOf(revoked);
		this.#tokens.forget(revoked);
		this.#alarm.fired();
	}

	// Calls of conversations

	async remember(standing: ListSummary): Promise<void> {
		if (this.#erasure.covers(standing.id)) return;
		const conversation = this.#store.remember(standing);
		if (conversation) this.#sockets.broadcast({ type: "me:conversation", conversation });
	}

	/** The conversation is no longer theirs. */
	async forget(conversationId: string): Promise<void> {
		if (this.#store.forget(conversationId)) this.#sockets.broadcast({ type: "me:removed", conversationId });
	}

	// Calls of the Worker

	/** Newest activity first; from the newest one on, or from a place. */
	async page(before: Place | undefined, limit: number): Promise<Page> {
		return this.#store.page(before ?? end, limit);
	}

	async change(conversationId: string, change: ListEntryChange): Promise<ListEntry | { code: "not_found" }> {
		const conversation = this.#store.change(conversationId, change);
		if (!conversation) return { code: "not_found" };
		this.#sockets.broadcast({ type: "me:conversation", conversation });
		return conversation;
	}

	async settings(): Promise<PersonalSettings> {
		return this.#store.settings;
	}

	async changeSettings(change: SettingsChange): Promise<{ settings: PersonalSettings } | { code: "too_many" }> {
		const merged = Object.entries({ ...this.#store.settings, ...change });
		const settings = Object.fromEntries(merged.filter((entry): entry is [string, PersonalSettings[string]] => entry[1] !== null));
		if (Object.keys(settings).length > limits.settings) return { code: "too_many" };
		this.#store.keepSettings(settings);
		this.#sockets.broadcast({ type: "me:settings", settings });
		return { settings };
	}

	/** For good: no token of this person is accepted from now on, and their sockets are closed, here and in every conversation they are in. */
	async signOut(): Promise<void> {
		this.#tokens.forgetAll();
		this.#store.signOut(Date.now());
		this.#sockets.close(closeCodes.token, "signed out");
		this.#alarm.set(Date.now() + closeAgain);
		await this.#alarm.settled;
		await this.#endSockets();
	}

	/** Where they are a member, they are called so. What cannot be reached now, or is too much for one go, hears it when they come there. */
	async rename(username: string): Promise<void> {
		const person = { userId: this.ctx.id.name as string, username };
		const ids = this.#store.ids().slice(0, limits.calls);
		await Promise.allSettled(ids.map((id) => this.env.CONVERSATIONS.getByName(id).rename(person)));
	}

	async isSignedOut(): Promise<boolean> {
		return this.#store.isSignedOut;
	}

	async #endSockets(): Promise<void> {
		const userId = this.ctx.id.name as string;
		await Promise.all(this.#store.ids().map((id) => this.env.CONVERSATIONS.getByName(id).signOut(userId)));
	}

	/**
	 * Takes this person out of every conversation they are in, and this object's own rows with them. They begin with nothing, or, as a guest,
	 * are signed out for good. What cannot be done at once goes on by the alarm.
	 */
	async erase(isGuest: boolean): Promise<Erased> {
		this.#tokens.forgetAll();
		if (isGuest) this.#store.signOut(Date.now());
		const erased = this.#erasure.begin(this.#store.ids());
		this.#store.forgetAll();
		this.#sockets.close(closeCodes.token, "erased");
		return erased;
	}

	/** Nothing of an erasure is kept, nor of anything else but what came since; and that a guest is signed out, which is for good. */
	async #empty(): Promise<void> {
		if (!this.#store.isEmpty || this.#tokens.list().length > 0) return;
		const { isSignedOut } = this.#store;
		const emptied = this.ctx.storage.deleteAll();
		this.#store.emptied();
		this.#tokens = new Tokens(this.ctx.storage.sql);
		if (isSignedOut) this.#store.signOut(Date.now());
		await emptied;
		await this.ctx.storage.deleteAlarm();
		this.#alarm.fired();
	}

	// Personal tokens

	async addToken(token: NewToken): Promise<PersonalToken | { code: "too_many" }> {
		return this.#tokens.add(token, Date.now()) ?? { code: "too_many" };
	}

	async tokens(): Promise<PersonalToken[]> {
		return this.#tokens.list();
	}

	/** What the token of this id is good for, which somebody has just shown. One made while its owner signed out is good for nothing. */
	async showToken(id: string): Promise<ShownToken | undefined> {
		return this.#store.isSignedOut ? undefined : this.#tokens.show(id, Date.now());
	}

	/** Whether there was one. It is accepted no more, and its sockets are closed. */
	async revokeToken(id: string): Promise<boolean> {
		if (!this.#tokens.revoke(id, Date.now())) return false;
		this.#alarm.set(Date.now() + closeAgain);
		await this.#alarm.settled;
		await this.#endSocketsOf([id]).catch((error) => console.error("A revoked token's sockets could not be closed yet", error));
		return true;
	}

	async #endSocketsOf(tokenIds: readonly string[]): Promise<void> {
		if (tokenIds.length === 0) return;
		this.#sockets.closeTokens(tokenIds);
		const userId = this.ctx.id.name as string;
		await Promise.all(this.#store.ids().map((id) => this.env.CONVERSATIONS.getByName(id).endTokens(userId, tokenIds)));
	}
}
