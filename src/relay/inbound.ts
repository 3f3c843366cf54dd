// What the clients of a relay send: counted before it is read. The relay answers what is about the socket alone, and passes the rest on to
// the conversation, in order.

import type { Passed, Sender, Taken } from "../conversation/relays/delivery.ts";
import { lengthOfFrame } from "../conversation/sockets/flood-control.ts";
import type { Socket } from "../conversation/sockets/socket.ts";
import type { Sockets } from "../conversation/sockets/sockets.ts";
import { encodeFrame } from "../protocol/encode-frame.ts";
import { closeCodes } from "../protocol/errors.ts";
import { type ClientEvent, errorEvent, namesOf } from "../protocol/events.ts";
import { isOversize, parseFrame } from "../protocol/frames.ts";
import type { Refusal } from "../protocol/refusal.ts";

type Dependencies = {
	conversationId: string;
	sockets: Sockets;
	take: (passed: Passed) => Promise<Taken>;
	/** The client wants to know again what has changed. */
	rejoin: (client: Socket, cursor: string | undefined) => Refusal | undefined;
	now: () => number;
};

export class Inbound {
	readonly #with: Dependencies;
	/** The sockets whose person types. */
	readonly #typing = new Set<Socket>();

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	receive(client: Socket, data: string | ArrayBuffer): void {
		const now = this.#with.now();
		if (client.isRevoked || !this.#mayRead(client, lengthOfFrame(data))) return;
		if (!client.isOpen(now)) client.expire();
		else if (typeof data !== "string") this.#pass(client, { frame: data });
		else if (isOversize(data)) client.close(closeCodes.tooBig, "frame over the limit");
		else this.#read(client, data);
	}

	/** The socket has closed. */
	disconnected(client: Socket): void {
		if (!this.#typing.delete(client)) return;
		const { conversationId } = this.#with;
		this.#pass(client, { frame: encodeFrame([{ type: "chat:typing", conversationId, isTyping: false }]) });
	}

	#mayRead(client: Socket, length: number): boolean {
		const verdict = this.#with.sockets.countFrame(client, length, this.#with.now());
		if (verdict.type === "refuse" && verdict.shouldNotify)
			this.#refuse(client, { code: "rate_limited", retryAfterMs: verdict.retryAfterMs });
		if (verdict.type === "flooding") this.#shutOut(client);
		return verdict.type === "read";
	}

	#read(client: Socket, frame: string): void {
		const passed: ClientEvent[] = [];
		let isBad = false;
		for (const [nth, parsed] of parseFrame(frame).entries()) {
			// The frame paid for its first event.
			if (client.isRevoked || !(nth === 0 || this.#mayRead(client, 0))) break;
			if ("refusal" in parsed) this.#refuse(client, parsed.refusal);
			else if (!this.#answer(client, parsed.event)) passed.push(parsed.event);
			if ("refusal" in parsed) isBad ||= parsed.refusal.code !== "too_large";
		}
		if (passed.length > 0) this.#pass(client, { frame: encodeFrame(passed) }, passed);
		if (isBad) this.#countBad(client);
	}

	/** False for what the conversation answers. */
	#answer(client: Socket, event: ClientEvent): boolean {
		if (event.conversationId !== this.#with.conversationId) return false;
		switch (event.type) {
			case "chat:join": {
				const refusal = this.#with.rejoin(client, event.cursor);
				if (refusal) this.#refuse(client, refusal);
				return true;
			}
			case "chat:leave":
				client.close(closeCodes.normal, "left");
				return true;
			case "chat:ack":
				client.acknowledge();
				return true;
			case "chat:auth":
				this.#pass(client, { token: event.token });
				return true;
			case "chat:typing":
				if (event.isTyping) this.#typing.add(client);
				else this.#typing.delete(client);
				return false;
			default:
				return false;
		}
	}

	/** `events`: those that are refused if the conversation cannot be reached. */
	#pass(client: Socket, what: { frame: string | ArrayBuffer } | { token: string }, events: readonly ClientEvent[] = []): void {
		const take = () => this.#with.take({ sender: senderOf(client), ...what });
		// The conversation's object may have died, which shows only now.
		const passed = events.length > 0 && events.every(isRepeatable) ? take().catch(take) : take();
		passed.then(
			({ renewal, isBad, isOver }) => {
				if (renewal) client.renew(renewal);
				if (isBad) this.#countBad(client);
				if (isOver) client.close(closeCodes.removed, "no longer a member");
			},
			() => {
				const refusal = { code: "unavailable" as const, retryAfterMs: 1_000 };
				for (const names of events.length > 0 ? events.map(namesOf) : [{}]) this.#refuse(client, { ...names, ...refusal });
			},
		);
	}

	#countBad(client: Socket): void {
		if (this.#with.sockets.countBadFrame(client, this.#with.now())) this.#shutOut(client);
	}

	/** The conversation admits them no more for a while, and closes their sockets wherever they are. */
	#shutOut(client: Socket): void {
		this.#with.take({ sender: senderOf(client), flooded: true }).catch(() => {});
		this.#with.sockets.close(client.person.userId, closeCodes.flooding, "too many frames");
	}

	#refuse(client: Socket, refusal: Refusal): void {
		client.send(encodeFrame([errorEvent(this.#with.conversationId, refusal)]));
	}
}

/** True if it does no harm that an event is carried out twice. */
function isRepeatable(event: ClientEvent): boolean {
	return event.type !== "chat:send" || event.clientId !== undefined;
}

function senderOf({ person, requester, tokenId, scopes, expiresAt, relayed }: Socket): Sender {
	return { person, network: requester.network, tokenId, scopes, expiresAt, socketId: relayed?.id ?? "" };
}
