// The Durable Object of one relay: holds sockets of a large conversation. It trusts its callers: only the Worker and the conversation hold
// a stub, and the conversation says who may enter. Stores only how far its sockets have come.

import { DurableObject } from "cloudflare:workers";
import { prices, WorkRate } from "../conversation/messages/work-rate.ts";
import type { Delivered, Delivery } from "../conversation/relays/delivery.ts";
import { Sockets } from "../conversation/sockets/sockets.ts";
import { Alarm } from "../platform/alarm.ts";
import { answerClose, readUpgrade } from "../platform/upgrade.ts";
import { readSettings } from "../settings.ts";
import type { Upgrade } from "./entrance.ts";
import { Inbound } from "./inbound.ts";
import { placeOfRelay } from "./placement.ts";
import { Relay } from "./relay.ts";

const keptCursor = "cursor";

export class RelayObject extends DurableObject<Env> {
	readonly #sockets: Sockets;
	readonly #relay: Relay;
	readonly #inbound: Inbound;
	readonly #alarm: Alarm;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		const now = () => Date.now();
		const { relay, conversationId } = placeOfRelay(ctx.id.name as string);
		const { kv } = ctx.storage;
		this.#alarm = new Alarm({ storage: ctx.storage, dueTimes: () => [this.#nextExpiry], now });
		this.#sockets = new Sockets(read.settings.sends, {
			closed: () => this.#relay.left(),
			renewed: () => this.#alarm.bringForward(),
			pingedAt: (socket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
			now,
		});
		const sockets = this.#sockets;
		// One stub, so that what is passed on keeps its order.
		let conversation = env.CONVERSATIONS.getByName(conversationId);
		const reached = <T>(call: Promise<T>): Promise<T> =>
			call.catch((error) => {
				// A stub that has failed once fails for ever.
				conversation = env.CONVERSATIONS.getByName(conversationId);
				throw error;
			});
		this.#relay = new Relay({
			conversationId,
			sockets,
			kept: {
				get: () => kv.get<string>(keptCursor),
				put: (cursor) => void (cursor === undefined ? kv.delete(keptCursor) : kv.put(keptCursor, cursor)),
			},
			// Asking twice does no harm. The conversation's object may have died, which shows only now.
			ask: (asked) => reached(conversation.admit(relay, asked)).catch(() => reached(conversation.admit(relay, asked))),
			accept: (socket) => ctx.acceptWebSocket(socket),
			now,
		});
		const work = new WorkRate();
		this.#inbound = new Inbound({
			conversationId,
			sockets,
			take: (passed) => reached(conversation.take(relay, passed)),
			rejoin: (client, cursor) => {
				const busy = work.begin(client.requester, now(), prices.rejoin);
				if (!busy) this.#relay.rejoin(client, cursor);
				return busy;
			},
			now,
		});
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		sockets.restore(ctx.getWebSockets(), now());
	}

	get #nextExpiry(): number | undefined {
		let next: number | undefined;
		for (const { expiresAt, isRevoked } of this.#sockets.all()) if (!isRevoked) next = Math.min(next ?? expiresAt, expiresAt);
		return next;
	}

	/** Answers an `upgradeRequest`. */
	override async fetch(request: Request): Promise<Response> {
		return this.#relay.enter(readUpgrade<Upgrade>(request));
	}

	/** The conversation sends something to its relays. */
	async deliver(delivery: Delivery): Promise<Delivered> {
		return this.#relay.deliver(delivery);
	}

	override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
		const client = this.#sockets.get(socket);
		if (client) this.#inbound.receive(client, frame);
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		this.#disconnected(socket);
		answerClose(socket, code, reason);
	}

	override webSocketError(socket: WebSocket): void {
		this.#disconnected(socket);
	}

	#disconnected(socket: WebSocket): void {
		const client = this.#sockets.get(socket);
		this.#sockets.delete(socket);
		if (client) this.#inbound.disconnected(client);
		this.#relay.left();
	}

	override async alarm(): Promise<void> {
		await this.#alarm.handle(async () => {
			const now = Date.now();
			for (const socket of [...this.#sockets.all()]) if (!socket.isRevoked && !socket.isOpen(now)) socket.expire();
		});
	}
}
