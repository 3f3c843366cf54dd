// The Durable Object of one conversation: accept, attach, wake, forward, close, alarm. No rule of the chat lives here.
// It believes whoever holds its stub: only the Worker does, and it passes on nobody but whom it verified.

import { DurableObject } from "cloudflare:workers";
import { isSignedOut } from "../auth/identify.ts";
import { speakerOf } from "../auth/personal-token.ts";
import { type Identity, isGranted, verifyToken } from "../auth/tokens.ts";
import { anthropicModel, anthropicTitler } from "../claude/anthropic.ts";
import { Alarm } from "../platform/alarm.ts";
import { answerClose, refuseUpgrade } from "../platform/upgrade.ts";
import type { ConversationInfo, Member } from "../protocol/conversation.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { Said } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Message } from "../protocol/message.ts";
import type { Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { readSettings, type Settings } from "../settings.ts";
import { Restore, type Taken } from "./archive/import.ts";
import { type CallName, Calls } from "./calls.ts";
import { Conversation } from "./conversation.ts";
import { Ending } from "./deletion.ts";
import { Lists } from "./lists/lists.ts";
import { Farewells } from "./lists/removals.ts";
import { Erasure, type ErasureStep } from "./people/erasure.ts";
import { Membership } from "./people/membership.ts";
import { Replies } from "./replies/reply.ts";
import { Titles } from "./replies/title.ts";
import { Fanout } from "./sockets/fanout.ts";
import { Intake } from "./sockets/inbound.ts";
import type { Socket } from "./sockets/socket.ts";
import { Sockets } from "./sockets/sockets.ts";
import { Store } from "./store/store.ts";

/** What the Worker knows of a socket that it lets through. */
type Upgrade = { identity: Identity; cursor: string | undefined; isChatProtocol: boolean };

/** The Worker's request for a socket, made anew: nothing that a client wrote into its headers goes with it. */
export function upgradeRequest(upgrade: Upgrade): Request {
	const query = new URLSearchParams({ upgrade: JSON.stringify(upgrade) });
	return new Request(`https://conversation/socket?${query}`, { headers: { upgrade: "websocket" } });
}

export class ConversationObject extends DurableObject<Env> {
	readonly #settings: Settings;
	readonly #store: Store;
	readonly #clients: Fanout<Socket>;
	readonly #alarm: Alarm;
	readonly #replies: Replies;
	readonly #lists: Lists;
	readonly #farewells: Farewells;
	readonly #ending: Ending;
	readonly #titles: Titles;
	readonly #erasure: Erasure;
	readonly #membership: Membership;
	readonly #conversation: Conversation<Socket>;
	readonly #calls: Calls;
	readonly #restore: Restore;
	readonly #sockets: Sockets;
	readonly #intake: Intake;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		this.#settings = read.settings;
		const now = () => Date.now();
		this.#store = new Store(ctx.storage.sql);
		this.#clients = new Fanout(now);
		this.#alarm = new Alarm({
			storage: ctx.storage,
			dues: () => [this.#clients.nextExpiry, this.#farewells.dueAt, ...this.#lists.dues],
			now,
		});
		this.#sockets = new Sockets(this.#settings.sends, {
			ended: (ended) => this.#conversation.leave(ended),
			renewed: () => this.#alarm.watch(),
			pingedAt: (socket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
		});
		this.#lists = new Lists({
			store: this.#store,
			// What a program reads, its owner has not seen.
			here: () => new Set([...this.#clients.all()].filter(({ tokenId }) => !tokenId).map(({ person }) => person.userId)),
			tell: (userId, standing) => env.USERS.getByName(userId).remember(standing),
			alarm: this.#alarm,
			now,
		});
		this.#replies = new Replies({
			store: this.#store,
			clients: this.#clients,
			listing: this.#lists,
			model: anthropicModel(this.#settings.claude),
			alarm: this.#alarm,
			idleTimeout: this.#settings.claude.idleTimeout,
			answered: (reply) => void this.#titles.answered(reply),
			now,
		});
		this.#farewells = new Farewells({
			sql: ctx.storage.sql,
			store: this.#store,
			forget: (userId) => this.#forget(userId),
			over: () => this.#ending.finish(),
			now,
		});
		this.#ending = new Ending({
			storage: ctx.storage,
			store: this.#store,
			clients: this.#clients,
			sockets: this.#sockets,
			replies: this.#replies,
			farewells: this.#farewells,
			alarm: this.#alarm,
			now,
		});
		const told = { store: this.#store, clients: this.#clients, listing: this.#lists };
		this.#titles = new Titles({ ...told, titler: anthropicTitler(this.#settings.claude) });
		this.#erasure = new Erasure({
			...told,
			sql: ctx.storage.sql,
			titles: this.#titles,
			live: (message) => this.#replies.live(message),
			transact: (work) => ctx.storage.transactionSync(work),
			resync: () => this.#resync(),
			now,
		});
		this.#membership = new Membership({ ...told, titles: this.#titles, now });
		this.#conversation = new Conversation({
			store: this.#store,
			clients: this.#clients,
			replies: this.#replies,
			listing: this.#lists,
			titles: this.#titles,
			authenticate: (token, person) => this.#authenticate(token, person),
			rate: this.#settings.sends,
			now,
		});
		this.#calls = new Calls({ store: this.#store, conversation: this.#conversation, membership: this.#membership });
		this.#restore = new Restore({ storage: ctx.storage, store: this.#store, now });
		this.#intake = new Intake({
			store: this.#store,
			clients: this.#clients,
			sockets: this.#sockets,
			conversation: this.#conversation,
			id: ctx.id.name as string,
			now,
		});
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		for (const socket of ctx.getWebSockets()) {
			const client = this.#sockets.takeUp(socket, now());
			if (!client.isRevoked) this.#clients.add(client);
		}
		if (this.#store.exists) this.#replies.recover();
		if (this.#farewells.dueAt !== undefined) this.#alarm.watch();
		void this.#lists.recover();
	}

	// Sockets

	/** Answers an `upgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		const { identity, cursor, isChatProtocol } = JSON.parse(new URL(request.url).searchParams.get("upgrade") ?? "") as Upgrade;
		const now = Date.now();
		const member = this.#enter(identity, now);
		if ("code" in member) return refuseUpgrade(member);
		if (!this.#sockets.makeRoom(identity.userId)) return refuseUpgrade({ code: "too_many" });

		const { 0: theirs, 1: ours } = new WebSocketPair();
		this.ctx.acceptWebSocket(ours);
		const client = this.#sockets.open(ours, {
			conversationId: this.#store.info.id,
			person: speakerOf(member, identity),
			tokenId: identity.program?.tokenId,
			openedAt: now,
			expiresAt: identity.expiresAt,
		});
		this.#conversation.join(client, cursor);
		this.#alarm.watch();
		const headers: HeadersInit = isChatProtocol ? { "sec-websocket-protocol": "chat.v1" } : {};
		return new Response(null, { status: 101, webSocket: theirs, headers });
	}

	/** As `#admit`, but for who flooded the conversation and is to stay outside for a while. */
	#enter(identity: Identity, now: number): Member | Refusal {
		const member = this.#admit(identity);
		if (!member) return { code: "not_found" };
		const outside = this.#store.shutOutUntil(member.userId) - now;
		if (outside > 0) return { code: "rate_limited", retryAfterMs: outside };
		return member;
	}

	/**
	 * Lets a member in, or whom the issuer grants the conversation, which then begins to exist if it did not. A program changes nothing by
	 * coming in: its owner may have another name by now than when its token was made.
	 */
	#admit(identity: Identity): Member | undefined {
		const { userId, username } = identity;
		if (identity.program) return this.#membership.find({ userId, username }, false);
		const id = this.ctx.id.name;
		const granted = id !== undefined && isGranted(identity, id);
		const isNew = !this.#store.exists && this.#store.end === undefined;
		if (granted && isNew && !this.#restore.isUnderWay)
			this.#membership.create({ id, title: "", lineage: newLineage() }, { userId, username });
		return this.#membership.join({ userId, username }, granted);
	}

	override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
		const client = this.#sockets.get(socket);
		if (client) this.#intake.take(client, frame);
	}

	/** A token that is not accepted counts as a frame that makes no sense: nobody is to try many. */
	async #authenticate(token: string, person: Person): Promise<number | undefined> {
		const now = Date.now();
		const verified = await verifyToken(token, this.#settings, now);
		if (!this.#store.exists) return undefined;
		if ("identity" in verified && verified.identity.userId === person.userId && !(await isSignedOut(verified.identity, this.env.USERS)))
			return verified.identity.expiresAt;
		this.#store.audit("token_refused", person.userId, undefined, now);
		const [client] = this.#sockets.of(person.userId);
		if (client) this.#intake.countBadFrame(client, now);
		return undefined;
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#gone(socket);
		answerClose(socket, code, reason);
	}

	override webSocketError(socket: WebSocket): void {
		this.#gone(socket);
	}

	#gone(socket: WebSocket): void {
		// What it said last counts.
		this.#intake.empty();
		const client = this.#sockets.get(socket);
		this.#sockets.delete(socket);
		if (client) this.#conversation.leave(client);
	}

	/**
	 * A reply whose object died under it goes on, who may no longer listen is let go, lists hear what they are owed, and who is to forget the
	 * conversation is told. Of an import that nobody went on with nothing stays.
	 */
	override async alarm(): Promise<void> {
		if (!this.#store.exists && this.#restore.isUnderWay) return this.ctx.storage.deleteAll();
		this.#clients.expire();
		if (this.#store.exists) this.#replies.recover();
		const told = this.#lists.recover();
		if ((this.#farewells.dueAt ?? Number.POSITIVE_INFINITY) <= Date.now()) await this.#farewells.pay();
		this.#alarm.rang();
		await told;
	}

	/** Not before what is under way has come: it would be remembered again. Who has come back meanwhile keeps it. */
	async #forget(userId: string): Promise<void> {
		await this.#lists.quiet(userId);
		if (this.#store.exists && this.#store.member(userId)) return;
		await this.env.USERS.getByName(userId).forget(this.ctx.id.name as string);
	}

	// Calls of the Worker

	async create(owner: Person, title: string): Promise<ConversationInfo> {
		const id = this.ctx.id.name as string;
		const created = this.#membership.create({ id, title, lineage: newLineage() }, owner);
		await this.#lists.settled;
		return created;
	}

	/** Takes a part of the file of a conversation that does not exist here, for who deploys. */
	async restore(lines: string, from: number, as: string | undefined): Promise<Taken | Refusal> {
		const id = this.ctx.id.name as string;
		const taken = await this.#restore.take(
			lines.split("\n").filter((line) => line !== ""),
			from,
			{ id, lineage: newLineage(), as },
		);
		if ("code" in taken) return taken;
		if (taken.conversation) {
			await this.ctx.storage.deleteAlarm();
			this.#lists.changed(as ?? "", "all");
		} else {
			await this.ctx.storage.setAlarm(Date.now() + limits.importPause);
		}
		return taken;
	}

	/** A call of `Calls` by a member; whoever asks it to be made has the right types on both ends. */
	async ask(identity: Identity, name: CallName, values: unknown[]): Promise<unknown> {
		return this.#asMember(identity, (member) => (this.#calls[name] as (...all: unknown[]) => object).call(this.#calls, member, ...values));
	}

	/** Something said without a socket. Who is granted the conversation comes in by it, as by one. */
	async say(identity: Identity, said: Said): Promise<{ message: Message; isNew: boolean } | Refusal> {
		const member = this.#enter(identity, Date.now());
		return "code" in member ? member : this.#conversation.say(speakerOf(member, identity), said);
	}

	async accept(person: Person, inviteId: string): Promise<{ accepted: true } | Refusal> {
		const member = this.#membership.accept(person, inviteId);
		if ("code" in member) return member;
		await this.#lists.settled;
		return { accepted: true };
	}

	/** Ends a membership; whoever it was is out at once. */
	async remove(identity: Identity, userId: string): Promise<{ removed: true } | Refusal> {
		const removed = this.#asMember(identity, (member) => this.#membership.remove(member, userId));
		if ("code" in removed) return removed;
		this.#farewells.owe(userId);
		this.#sockets.close(userId, closeCodes.removed, "no longer a member");
		await this.#farewells.pay();
		this.#alarm.watch();
		return { removed: true };
	}

	async end(identity: Identity): Promise<{ ended: true } | Refusal> {
		const ended = this.#asMember(identity, (member) => this.#membership.end(member));
		if ("ended" in ended) await this.#ending.begin();
		return ended;
	}

	/** A step of taking a person out of here; where there is nobody else, the conversation goes with them. */
	async erase(userId: string, alias: string, after: number): Promise<ErasureStep> {
		if (!this.#store.exists) return { messages: 0, reactions: 0, isDeleted: false };
		const isLast = this.#store.isAlone && this.#store.member(userId) !== undefined;
		if (isLast) this.#store.removeMember(userId, false);
		else if (after === 0) this.#erasure.takeOut(userId, alias);
		// Not before: whose sockets close while they are a member gets it back into their list.
		this.#sockets.close(userId, closeCodes.token, "erased");
		if (!isLast) return this.#erasure.step(userId, alias, after);
		await this.#ending.begin();
		return { messages: 0, reactions: 0, isDeleted: true };
	}

	/** More has changed than is told one by one: everybody comes back with their cursor. */
	#resync(): void {
		this.#clients.flush();
		for (const socket of this.#sockets.all()) socket.close(closeCodes.resync, "much has changed");
	}

	/** A person has another name, also where they are connected already. */
	async rename(person: Person): Promise<void> {
		for (const socket of this.#sockets.of(person.userId)) if (socket.tokenId === undefined) socket.rename(person.username);
		this.#membership.rename(person);
	}

	/** A person is signed out everywhere: none of their tokens is accepted any more. */
	async signOut(userId: string): Promise<void> {
		this.#sockets.close(userId, closeCodes.token, "signed out");
	}

	/** Personal tokens of a person are revoked. */
	async endTokens(userId: string, tokenIds: readonly string[]): Promise<void> {
		for (const socket of this.#sockets.of(userId))
			if (socket.tokenId !== undefined && tokenIds.includes(socket.tokenId)) socket.close(closeCodes.token, "token revoked");
	}

	/** A stranger hears the same as if there were no such conversation. */
	#asMember<T>(identity: Identity, call: (member: Member) => T | Refusal): T | Refusal {
		const granted = isGranted(identity, this.ctx.id.name as string);
		const { userId, username } = identity;
		const member = this.#membership.find({ userId, username }, granted);
		return member ? call(member) : { code: "not_found" };
	}
}

function newLineage(): string {
	return crypto.randomUUID().slice(0, 8);
}
