// The Durable Object of one person: their list of conversations, settings, tokens and sockets. It trusts its callers: only the
// Worker and the person's conversations hold its stub.

import { Alarm } from "../platform/alarm.ts";
import { acceptUpgrade, answerClose, buildUpgrade, readUpgrade, refuseUpgrade } from "../platform/upgrade.ts";
import type { Device } from "../protocol/account/account.ts";
import type { ListEntry, ListEntryChange, ListSummary } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalSettings, SettingsChange } from "../protocol/me.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { PersonalToken } from "../protocol/token.ts";
import { Account } from "./account/account.ts";
import { actsOf } from "./acts.ts";
import { Endings } from "./endings.ts";
import { type Erased, Erasure } from "./erasure.ts";
import { Everywhere } from "./everywhere.ts";
import { ExportCalls } from "./export/calls.ts";
import type { OwnData } from "./export/own-data.ts";
import { ownDataOf } from "./export/wiring.ts";
import { Presence } from "./presence.ts";
import type { Push } from "./push/push.ts";
import { pushOf } from "./push/wiring.ts";
import { SignIns, type Standing } from "./sign-ins.ts";
import { Sockets } from "./sockets.ts";
import { newest, type Page, type Place, Store } from "./store.ts";
import type { NewToken } from "./tokens.ts";

/**
 * Verified by the Worker. `expiresAt`: when the sign-in expires, in ms. `tokenId`: the personal token that opens the socket, if one does;
 * `session`: a guest's.
 */
type Upgrade = { expiresAt: number; tokenId: string | undefined; session?: string | undefined; isChatProtocol: boolean };

export const listUpgradeRequest = (upgrade: Upgrade): Request => buildUpgrade(upgrade);

export class UserObject extends ExportCalls {
	readonly #store: Store;
	readonly #sockets: Sockets;
	readonly #alarm: Alarm;
	readonly #erasure: Erasure;
	readonly #everywhere: Everywhere;
	readonly #endings: Endings;
	readonly #signIns: SignIns;
	readonly #presence: Presence;
	protected override readonly account: Account;
	protected override readonly push: Push;
	protected override readonly ownData: OwnData;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const now = () => Date.now();
		const { sql } = ctx.storage;
		const userId = ctx.id.name as string;
		const store = new Store(ctx.storage);
		const sockets = new Sockets(ctx, now);
		this.#store = store;
		this.#sockets = sockets;
		this.#presence = new Presence(userId, this.#store, env.DIRECTORY, now);
		const later = { push: () => this.push, endings: () => this.#endings, everywhere: () => this.#everywhere };
		this.#signIns = new SignIns({ userId, sql, store, sockets, objects: env.USERS, ...later, now });
		this.account = new Account(userId, this.#signIns, env.USERS, now);
		this.#alarm = new Alarm({
			storage: ctx.storage,
			dueTimes: () => [this.#sockets.nextExpiry, this.#erasure.dueAt, this.#everywhere.dueAt, this.#signIns.guestEnd, this.push.dueAt],
			now,
		});
		const isEnded = (device: { session?: string | undefined }) => this.#signIns.endOf(device) !== undefined;
		this.push = pushOf(env, { userId, sql, store, sockets, isEnded, alarm: this.#alarm, now });
		this.#erasure = new Erasure({
			storage: ctx.storage,
			step: (id, alias, after, upTo) => env.CONVERSATIONS.getByName(id).erase(userId, alias, after, upTo),
			forget: () => this.#presence.forget(),
			finish: () => this.#deleteRest(),
			alarm: this.#alarm,
			now,
		});
		this.ownData = ownDataOf(env, userId, { store, signIns: this.#signIns, push: this.push, erasure: this.#erasure, now });
		const shared = {
			tokens: () => this.#signIns.tokens,
			sessions: () => this.#signIns.sessions,
			isSuspended: () => this.#signIns.suspension.isInForce,
			isAccount: () => this.account.isAccount,
			now,
		};
		this.#everywhere = new Everywhere({
			sql,
			acts: actsOf({ ...shared, userId, conversations: env.CONVERSATIONS, keeps: () => this.#store.keepsConversations }),
			isOpen: () => this.#store.isWritten,
			alarm: this.#alarm,
			now,
		});
		this.#endings = new Endings({ ...shared, store: this.#store, everywhere: this.#everywhere, alarm: this.#alarm });
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		// Its alarm may have fired in another release. Notifications set none before they fail: the object may have died meanwhile.
		if ((this.#signIns.guestEnd ?? this.#erasure.dueAt ?? this.push.dueAt) !== undefined) this.#alarm.bringForward();
	}

	// Sockets

	/** Answers a `listUpgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		const { expiresAt, tokenId, session, isChatProtocol } = readUpgrade<Upgrade>(request);
		const refusal = this.#signIns.refusalOf({ tokenId, session });
		if (refusal) return refuseUpgrade(refusal);
		const room = this.#sockets.makeRoom();
		if (room !== "open") return refuseUpgrade({ code: room, ...(room === "rate_limited" && { retryAfterMs: limits.floodBlock }) });
		const { 0: theirs, 1: ours } = new WebSocketPair();
		const first = { ...this.#store.firstPage(limits.listPage.default), settings: this.#store.settings };
		this.#sockets.open(ours, { expiresAt, tokenId, session }, { type: "me:conversations", ...first });
		this.#alarm.bringForward();
		return acceptUpgrade(theirs, isChatProtocol);
	}

	override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
		this.#sockets.receive(socket, frame);
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#sockets.delete(socket);
		answerClose(socket, code, reason);
	}

	override webSocketError(socket: WebSocket): void {
		this.#sockets.delete(socket);
	}

	override async alarm(): Promise<void> {
		await this.#alarm.handle(async () => {
			this.#sockets.expire();
			if (this.#erasure.isInProgress) await this.#erasure.proceed();
			await this.#everywhere.proceed();
			await this.push.runDue();
			const hasEnded = Date.now() >= (this.#signIns.guestEnd ?? Number.POSITIVE_INFINITY);
			if (hasEnded) await this.signOut(this.#signIns.suspension.wasInForce || (await this.#presence.mayBeBanned()));
			await this.#endings.endAgain();
		});
	}

	// Calls of conversations. `later`: the person is being erased there, and may be a new member by now.

	async updateEntry(summary: ListSummary): Promise<"later" | undefined> {
		if (this.#erasure.awaitsEnd(summary.id)) return "later";
		// It admitted this person while they signed out.
		if (this.#store.isSignedOut) void this.#everywhere.begin("sign-out", [summary.id]);
		const before = this.push.isOn ? this.#store.entry(summary.id) : undefined;
		const conversation = this.#store.updateEntry(summary);
		if (before && conversation) this.push.changed(before, conversation);
		if (conversation) this.#sockets.broadcast({ type: "me:conversation", conversation });
		if (this.#signIns.guestEnd !== undefined) this.#alarm.bringForward();
	}

	/** The person is no longer a member of the conversation; `isDeleted`: nobody is, since it was deleted. */
	async removeEntry(conversationId: string, isDeleted = false): Promise<void> {
		if (isDeleted) this.#store.unmarkEntered(conversationId);
		else if (!this.#erasure.covers(conversationId)) this.#store.markEntered(conversationId);
		if (this.push.isOn) this.push.ended(conversationId);
		if (this.#store.removeEntry(conversationId)) this.#sockets.broadcast({ type: "me:removed", conversationId });
	}

	/** Something of the person is copied into a conversation that they are not in. An erasure that is in progress covers it too. */
	async enter(conversationId: string): Promise<void> {
		if (!this.#erasure.include(conversationId)) this.#store.markEntered(conversationId);
	}

	/** The former names of the two, called by conversations that still run the version before. To be removed after one release. */
	remember(summary: ListSummary): Promise<"later" | undefined> {
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
		if (conversation?.muted && this.push.isOn) this.push.ended(conversationId);
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
	override async signOut(keeps = false): Promise<void> {
		await this.#signIns.signOut(keeps);
		// A row that stays is found and deleted when there are too many.
		void this.#presence.forget().catch(() => {});
	}

	signOutHere(session: string): Promise<void> {
		return this.#signIns.signOutHere(session);
	}

	beginSession(session: string, username: string, mark?: string): ReturnType<SignIns["begin"]> {
		return this.#signIns.begin(session, username, mark);
	}

	async renewSession(presented: Parameters<SignIns["renew"]>[0], username: string, device?: Device): ReturnType<SignIns["renew"]> {
		return this.#signIns.renew(presented, username, device);
	}

	rename(username: string): Promise<void> {
		return this.#signIns.rename(username);
	}

	/** `session`: of somebody who has signed in here. `username`: the name under which they come now. */
	async standing(session?: string, username?: string): Promise<Standing> {
		const standing = this.#signIns.standing(session);
		if (username !== undefined && standing.end === undefined) this.#presence.seen(standing.username ?? username, standing.isAccount);
		return standing;
	}

	/** The two that the release before asks instead. To be removed after one release. */
	async showGuest(session: string): Promise<{ username?: string } | undefined> {
		const { end, username } = this.#signIns.standing(session);
		return end === undefined ? { ...(username !== undefined && { username }) } : undefined;
	}

	async isSignedOut(session?: string): Promise<boolean> {
		return this.#signIns.standing(session).end !== undefined;
	}

	suspend(isSuspended: boolean): Promise<void> {
		return this.#signIns.suspend(isSuspended).finally(() => this.#alarm.bringForward());
	}

	/** What administrators see of the person besides the directory. */
	async overview(): Promise<{ sessions: number; tokens: number; conversations: number }> {
		const { sessions, tokens } = this.#signIns.counts;
		return { sessions, tokens, conversations: this.#store.conversationIds().length };
	}

	/**
	 * Erases this person from all conversations that they are or were in, and deletes the rows of this object. A guest is also signed out permanently.
	 * The alarm continues with conversations that failed or did not fit into this go.
	 */
	override async erase(isGuest: boolean): Promise<Erased> {
		const erased = this.#erasure.begin(this.#store.enteredIds(), () => {
			// Also one with passkeys or a provider's identity: those are gone, so nobody comes back under this id.
			if (isGuest) this.#store.signOut(Date.now());
			this.#signIns.deleteAll();
			this.#everywhere.cancel();
			this.#store.clear();
		});
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
		this.push.reset();
		if (isSignedOut) this.#store.signOut(Date.now());
		await deleted;
		await this.ctx.storage.deleteAlarm();
		this.#alarm.fired();
	}

	// Personal tokens
	async addToken(token: NewToken): Promise<PersonalToken | Refusal> {
		return this.#signIns.refusalOf(token) ?? this.#signIns.tokens.add(token, Date.now()) ?? { code: "too_many" };
	}

	async tokens(epoch: string): Promise<PersonalToken[]> {
		return this.#signIns.tokens.list(epoch);
	}

	async ownerSeen(): Promise<void> {
		this.#signIns.tokens.ownerSeen(Date.now());
	}

	async showToken(id: string) {
		return this.#signIns.showToken(id);
	}

	revokeToken(id: string): Promise<boolean> {
		return this.#signIns.revokeToken(id);
	}
}
