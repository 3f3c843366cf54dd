// The Durable Object of one conversation: accept, attach, wake, forward, close, alarm. No rule of the chat lives here.
// It believes whoever holds its stub: only the Worker does, and it passes on nobody but whom it verified.

import { DurableObject } from "cloudflare:workers";
import { type Identity, isGranted, verifyToken } from "../auth/tokens.ts";
import { anthropicModel } from "../claude/anthropic.ts";
import { closeCodes, errorBody, errors } from "../protocol/errors.ts";
import {
	type AssistantMode,
	type ConversationInfo,
	errorEvent,
	isOversize,
	type Member,
	type Message,
	type ParsedEvent,
	type Person,
	parseFrame,
	type Refusal,
} from "../protocol/events.ts";
import { readSettings, type Settings } from "../settings.ts";
import { Conversation, type Refused } from "./conversation.ts";
import { Fanout } from "./fanout.ts";
import { Inbox } from "./inbox.ts";
import { Lists } from "./lists.ts";
import { Membership, type NewInvite } from "./membership.ts";
import { Replies } from "./reply.ts";
import { type Attachment, Socket } from "./socket.ts";
import { Store } from "./store.ts";

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
	readonly #replies: Replies;
	readonly #lists: Lists;
	readonly #membership: Membership;
	readonly #conversation: Conversation<Socket>;
	readonly #sockets = new Map<WebSocket, Socket>();
	readonly #inbox: Inbox<{ client: Socket; frame: string | ArrayBuffer }>;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		this.#settings = read.settings;
		const now = () => Date.now();
		this.#store = new Store(ctx.storage.sql);
		this.#clients = new Fanout(now);
		this.#replies = new Replies({
			store: this.#store,
			clients: this.#clients,
			model: anthropicModel(this.#settings.claude),
			alarm: { set: (at) => void this.#setAlarm(at), clear: () => void ctx.storage.deleteAlarm() },
			idleTimeout: this.#settings.claude.idleTimeout,
			now,
		});
		this.#lists = new Lists({
			store: this.#store,
			here: () => new Set([...this.#clients.all()].map(({ person }) => person.userId)),
			tell: (userIds) => this.#tell(userIds),
			now,
		});
		this.#membership = new Membership({ store: this.#store, listing: this.#lists, now });
		this.#conversation = new Conversation({
			store: this.#store,
			clients: this.#clients,
			replies: this.#replies,
			listing: this.#lists,
			authenticate: async (token) => {
				const verified = await verifyToken(token, this.#settings, now());
				return "identity" in verified ? verified.identity : undefined;
			},
			rate: this.#settings.sends,
			now,
		});
		this.#inbox = new Inbox({
			handle: (frames) => this.#clients.gather(() => this.#handle(frames)),
			gap: () => this.#clients.gap,
			now,
		});
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		for (const socket of ctx.getWebSockets()) {
			const client = this.#adopt(socket);
			if (!client.isRevoked) this.#clients.add(client);
		}
		if (this.#store.exists) this.#replies.recover();
	}

	#adopt(socket: WebSocket, attachment?: Attachment): Socket {
		const client = new Socket(socket, (ended) => this.#conversation.leave(ended), attachment);
		this.#sockets.set(socket, client);
		return client;
	}

	// Sockets

	/** Answers an `upgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		const { identity, cursor, isChatProtocol } = JSON.parse(new URL(request.url).searchParams.get("upgrade") ?? "") as Upgrade;
		const conversation = this.#admit(identity);
		if (!conversation) return Response.json(errorBody("not_found"), { status: errors.not_found.status });

		const { 0: theirs, 1: ours } = new WebSocketPair();
		this.ctx.acceptWebSocket(ours);
		const person = { userId: identity.userId, username: identity.username };
		const client = this.#adopt(ours, { conversationId: conversation.id, person, expiresAt: identity.expiresAt });
		this.#conversation.join(client, cursor);
		const headers: HeadersInit = isChatProtocol ? { "sec-websocket-protocol": "chat.v1" } : {};
		return new Response(null, { status: 101, webSocket: theirs, headers });
	}

	/** Lets a member in, or whom the issuer grants the conversation, which then begins to exist if it did not. */
	#admit(identity: Identity): ConversationInfo | undefined {
		const { userId, username } = identity;
		const id = this.ctx.id.name;
		const granted = id !== undefined && isGranted(identity, id);
		if (granted && !this.#store.exists) this.#membership.create({ id, title: "", lineage: newLineage() }, { userId, username });
		return this.#membership.join({ userId, username }, granted) && this.#store.info;
	}

	override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
		const client = this.#sockets.get(socket);
		if (client && !client.isRevoked) this.#inbox.put({ client, frame });
	}

	#handle(frames: { client: Socket; frame: string | ArrayBuffer }[]): void {
		const now = Date.now();
		for (const { client, frame } of frames) {
			try {
				if (!client.isRevoked) this.#receive(client, frame, now);
			} catch (error) {
				console.error("A frame failed", this.ctx.id.name, client.person.userId, error);
				this.#refuse(client, { code: "internal" });
			}
		}
	}

	#receive(client: Socket, frame: string | ArrayBuffer, now: number): void {
		if (!client.isOpen(now)) {
			client.expire();
		} else if (typeof frame !== "string") {
			this.#refuse(client, { code: "bad_frame" });
			client.countBadFrame(now);
		} else if (isOversize(frame)) {
			client.close(closeCodes.tooBig, "frame over the limit");
		} else {
			this.#apply(client, parseFrame(frame), now);
		}
	}

	#apply(client: Socket, events: ParsedEvent[], now: number): void {
		let isBad = false;
		for (const parsed of events) {
			if (client.isRevoked) return;
			if ("event" in parsed) {
				this.#conversation.receive(client, parsed.event);
			} else {
				this.#refuse(client, parsed.refusal);
				isBad ||= parsed.refusal.code !== "too_large";
			}
		}
		if (isBad) client.countBadFrame(now);
	}

	#refuse(client: Socket, refusal: Refusal): void {
		this.#clients.send(client, errorEvent(this.ctx.id.name as string, refusal));
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#gone(socket);
		try {
			// The hibernation path leaves the answer to us; 1005 and 1006 stand for "no code" and cannot be sent.
			socket.close(code === 1005 || code === 1006 ? closeCodes.normal : code, reason);
		} catch {
			// Closed from here before.
		}
	}

	override webSocketError(socket: WebSocket): void {
		this.#gone(socket);
	}

	#gone(socket: WebSocket): void {
		// What it said last counts.
		this.#inbox.empty();
		const client = this.#sockets.get(socket);
		this.#sockets.delete(socket);
		if (client) this.#conversation.leave(client);
	}

	// The alarm: armed while a reply runs, for the case that the object dies under it

	async #setAlarm(at: number): Promise<void> {
		if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(at);
	}

	override alarm(): void {
		if (this.#store.exists) this.#replies.recover();
	}

	// The members' lists

	/** A list that cannot be told now hears the next news. */
	async #tell(userIds: string[]): Promise<void> {
		const listed = { ...this.#store.info, lastActivityAt: this.#store.lastActivity() };
		const told = await Promise.allSettled(userIds.map((userId) => this.env.USERS.getByName(userId).remember(listed)));
		const failed = told.filter(({ status }) => status === "rejected").length;
		if (failed > 0) console.error("Members' lists were not told", listed.id, failed);
	}

	// Calls of the Worker

	async create(owner: Person, title: string): Promise<ConversationInfo> {
		const id = this.ctx.id.name as string;
		const created = this.#membership.create({ id, title, lineage: newLineage() }, owner);
		await this.#lists.told;
		return created;
	}

	async describe(identity: Identity): Promise<(ConversationInfo & { members: Member[] }) | Refused> {
		return this.#asMember(identity, () => this.#membership.describe());
	}

	async update(identity: Identity, change: { title?: string; assistant?: AssistantMode }): Promise<ConversationInfo | Refused> {
		return this.#asMember(identity, (member) => this.#membership.update(member, change));
	}

	async history(identity: Identity, before: number, limit: number): Promise<{ messages: Message[]; hasMore: boolean } | Refused> {
		return this.#asMember(identity, () => this.#conversation.history(before, limit));
	}

	async invite(identity: Identity, invite: NewInvite): Promise<{ expiresAt: number } | Refused> {
		return this.#asMember(identity, (member) => this.#membership.invite(member, invite));
	}

	async accept(person: Person, inviteId: string): Promise<{ accepted: true } | Refused> {
		const member = this.#membership.accept(person, inviteId);
		if ("code" in member) return member;
		await this.#lists.told;
		return { accepted: true };
	}

	/** A stranger hears the same as if there were no such conversation. */
	#asMember<T>(identity: Identity, call: (member: Member) => T | Refused): T | Refused {
		const granted = isGranted(identity, this.ctx.id.name as string);
		const { userId, username } = identity;
		const member = this.#membership.find({ userId, username }, granted);
		return member ? call(member) : { code: "not_found" };
	}
}

function newLineage(): string {
	return crypto.randomUUID().slice(0, 8);
}
