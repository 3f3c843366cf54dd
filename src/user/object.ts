// The Durable Object of one person: their list of conversations, settings, tokens and sockets. It trusts its callers: only the
// Worker and the person's conversations hold its stub.

import { DurableObject } from "cloudflare:workers";
import { Alarm } from "../platform/alarm.ts";
import { acceptUpgrade, answerClose, buildUpgrade, readUpgrade, refuseUpgrade } from "../platform/upgrade.ts";
import type { ListEntry, ListEntryChange, ListSummary } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalSettings, SettingsChange } from "../protocol/me.ts";
import type { PersonalToken } from "../protocol/token.ts";
import { actsOf } from "./acts.ts";
import { Endings } from "./endings.ts";
import { type Erased, Erasure } from "./erasure.ts";
import { Everywhere } from "./everywhere.ts";
import { type Presented, SignIns } from "./sign-ins.ts";
import { Sockets } from "./sockets.ts";
import { newest, type Page, type Place, Store } from "./store.ts";
import type { NewToken, ShownToken } from "./tokens.ts";

/**
 * Verified by the Worker. `expiresAt`: when the sign-in expires, in ms. `tokenId`: the personal token that opens the socket, if one does;
 * `session`: a guest's.
 */
type Upgrade = { expiresAt: number; tokenId: string | undefined; session?: string | undefined; isChatProtocol: boolean };

export const listUpgradeRequest = (upgrade: Upgrade): Request => buildUpgrade(upgrade);

export class UserObject extends DurableObject<Env> {
	readonly #store: Store;
	readonly #sockets: Sockets;
	readonly #alarm: Alarm;
	readonly #erasure: Erasure;
	readonly #everywhere: Everywhere;
	readonly #endings: Endings;
	readonly #signIns: SignIns;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const now = () => Date.now();
		this.#store = new Store(ctx.storage.sql);
		this.#sockets = new Sockets(ctx, now);
		const userId = ctx.id.name as string;
		this.#signIns = new SignIns({
			userId,
			sql: ctx.storage.sql,
			store: this.#store,
			sockets: this.#sockets,
			endings: () => this.#endings,
			everywhere: () => this.#everywhere,
			now,
		});
		this.#alarm = new Alarm({
			storage: ctx.storage,
			dueTimes: () => [this.#sockets.nextExpiry, this.#erasure.dueAt, this.#everywhere.dueAt, this.#signIns.guestEnd],
			now,
		});
		this.#erasure = new Erasure({
			sql: ctx.storage.sql,
			step: (id, alias, after) => env.CONVERSATIONS.getByName(id).erase(userId, alias, after),
			finish: () => this.#deleteRest(),
			alarm: this.#alarm,
			now,
		});
		const shared = { tokens: () => this.#signIns.tokens, sessions: () => this.#signIns.sessions, now };
		this.#everywhere = new Everywhere({
			sql: ctx.storage.sql,
			acts: actsOf({ ...shared, userId, conversations: env.CONVERSATIONS }),
			isOpen: () => this.#store.isWritten,
			alarm: this.#alarm,
			now,
		});
		this.#endings = new Endings({ ...shared, store: this.#store, everywhere: this.#everywhere, alarm: this.#alarm });
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		// Its alarm may have fired in another release, which knows nothing of the erasure or the guest's end.
		if (this.#erasure.isInProgress || this.#signIns.guestEnd !== undefined) this.#alarm.bringForward();
	}

	// Sockets

	/** Answers a `listUpgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		const { expiresAt, tokenId, session, isChatProtocol } = readUpgrade<Upgrade>(request);
		// The Worker has checked this; but they may have signed out, or revoked the token, since then.
		if (this.#signIns.isEnded({ tokenId, session })) return refuseUpgrade({ code: "unauthorized" });
		const room = this.#sockets.makeRoom();
		if (room !== "open") return refuseUpgrade({ code: room, ...(room === "rate_limited" && { retryAfterMs: limits.floodBlock }) });
		const { 0: theirs, 1: ours } = new WebSocketPair();
		const first = { ...this.#store.firstPage(limits.listPage.default), settings: this.#store.settings };
		this.#sockets.open(ours, { expiresAt, tokenId, session }, { type: "me:conversations", ...first });
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

	/** Closes sockets whose sign-in has expired, and continues what is left to do in the person's conversations. */
	override async alarm(): Promise<void> {
		this.#sockets.expire();
		if (this.#erasure.isInProgress) await this.#erasure.proceed();
		await this.#everywhere.proceed();
		if (Date.now() >= (this.#signIns.guestEnd ?? Number.POSITIVE_INFINITY)) await this.signOut();
		await this.#endings.endAgain();
		this.#alarm.fired();
	}

	// Calls of conversations

	async updateEntry(summary: ListSummary): Promise<void> {
		if (this.#erasure.covers(summary.id)) return;
		// It admitted this person while they signed out.
		if (this.#store.isSignedOut) void this.#everywhere.begin("sign-out", [summary.id]);
		const conversation = this.#store.updateEntry(summary);
		if (conversation) this.#sockets.broadcast({ type: "me:conversation", conversation });
		if (this.#signIns.guestEnd !== undefined) this.#alarm.bringForward();
	}

	/** The person is no longer a member of the conversation; `isDeleted`: nobody is, since it was deleted. */
	async removeEntry(conversationId: string, isDeleted = false): Promise<void> {
		if (isDeleted) this.#store.unmarkEntered(conversationId);
		else if (!this.#erasure.covers(conversationId)) this.#store.markEntered(conversationId);
		if (this.#store.removeEntry(conversationId)) this.#sockets.broadcast({ type: "me:removed", conversationId });
	}

	/** Something of the person is copied into a conversation that they are not in. An erasure that is in progress covers it too. */
	async enter(conversationId: string): Promise<void> {
		if (!this.#erasure.include(conversationId)) this.#store.markEntered(conversationId);
	}

	/** The former names of the two, called by conversations that still run the version before. To be removed after one release. */
	remember(summary: ListSummary): Promise<void> {
		return this.updateEntry(summary);
	}

	forget(conversationId: string): Promise<void> {
		return this.removeEntry(conversationId);
	}

	// Calls of the Worker

	/** Newest activity first, from the newest or from a place on. `only`: the conversations that a personal token is limited to. */
	async page(before: Place | undefined, limit: number, only?: readonly string[]): Promise<Page> {
		return this.#store.page(before ?? newest, limit, only);
	}

	async change(conversationId: string, change: ListEntryChange): Promise<ListEntry | { code: "not_found" }> {
		const conversation = this.#store.changeEntry(conversationId, change);
		if (conversation) this.#sockets.broadcast({ type: "me:conversation", conversation });
		return conversation ?? { code: "not_found" };
	}

	async settings(): Promise<PersonalSettings> {
		return this.#store.settings;
	}

	async changeSettings(change: SettingsChange): Promise<{ settings: PersonalSettings } | { code: "too_many" }> {
		const settings = this.#store.changeSettings(change);
		if (!settings) return { code: "too_many" };
		this.#sockets.broadcast({ type: "me:settings", settings });
		return { settings };
	}

	/** Permanent, as `SignIns` says, like the calls below. */
	signOut(): Promise<void> {
		return this.#signIns.signOut();
	}

	beginSession(session: string, username: string): Promise<void> {
		return this.#signIns.begin(session, username);
	}

	endSession(session: string): Promise<void> {
		return this.#signIns.endSession(session);
	}

	async renewSession(presented: Presented, username: string): Promise<{ version: string; username: string } | undefined> {
		return this.#signIns.renew(presented, username);
	}

	rename(username: string): Promise<void> {
		return this.#signIns.rename(username);
	}

	async showGuest(session: string): Promise<{ username?: string } | undefined> {
		return this.#signIns.show(session);
	}

	async isSignedOut(session?: string): Promise<boolean> {
		return this.#signIns.isEnded({ session });
	}

	/**
	 * Erases this person from all conversations that they are or were in, and deletes the rows of this object. A guest is also signed out permanently.
	 * The alarm continues with conversations that failed or did not fit into this go.
	 */
	async erase(isGuest: boolean): Promise<Erased> {
		this.#signIns.deleteAll();
		if (isGuest) this.#store.signOut(Date.now());
		this.#everywhere.cancel();
		const erased = this.#erasure.begin(this.#store.enteredIds());
		this.#store.clear();
		this.#sockets.close(closeCodes.token, "erased");
		return erased;
	}

	/** After an erasure, unless the person has come back since. Only the sign-out of a guest stays, which is permanent. */
	async #deleteRest(): Promise<void> {
		if (!this.#store.isEmpty || !this.#signIns.isEmpty) return;
		const { isSignedOut } = this.#store;
		const deleted = this.ctx.storage.deleteAll();
		this.#store.reset();
		this.#signIns.reset();
		if (isSignedOut) this.#store.signOut(Date.now());
		await deleted;
		await this.ctx.storage.deleteAlarm();
		this.#alarm.fired();
	}

	// Personal tokens

	async addToken(token: NewToken): Promise<PersonalToken | { code: "too_many" }> {
		return this.#signIns.tokens.add(token, Date.now()) ?? { code: "too_many" };
	}

	async tokens(epoch: string): Promise<PersonalToken[]> {
		return this.#signIns.tokens.list(epoch);
	}

	async ownerSeen(): Promise<void> {
		this.#signIns.tokens.ownerSeen(Date.now());
	}

	/** Returns what a token that somebody presents permits. One that was created while its owner signed out permits nothing. */
	async showToken(id: string): Promise<ShownToken | undefined> {
		return this.#store.isSignedOut ? undefined : this.#signIns.tokens.use(id, Date.now());
	}

	revokeToken(id: string): Promise<boolean> {
		return this.#signIns.revokeToken(id);
	}
}
