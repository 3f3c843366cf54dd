// Incoming frames: counted before they are read, then parsed and handed to the rules. Bad frames are refused, and
// people who flood are shut out. Must not know what an event means.

import { closeCodes } from "../../protocol/errors.ts";
import { errorEvent } from "../../protocol/events.ts";
import { isOversize, type ParsedEvent, parseFrame } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Conversation } from "../conversation.ts";
import type { Store } from "../store/store.ts";
import type { Batch } from "./batch.ts";
import type { Fanout } from "./fanout.ts";
import type { Socket } from "./socket.ts";
import type { Sockets } from "./sockets.ts";

export type Frame = { client: Socket; data: string | ArrayBuffer };

type Dependencies = {
	/** The conversation's id. */
	id: string;
	store: Store;
	clients: Fanout<Socket>;
	sockets: Sockets;
	batch: Batch<Frame>;
	conversation: Conversation<Socket>;
	now: () => number;
};

export class Inbound {
	readonly #with: Dependencies;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/** Takes every frame, also of revoked and flooding clients: those are dropped unread. */
	receive(socket: WebSocket, data: string | ArrayBuffer): void {
		const { sockets, batch, clients } = this.#with;
		const client = sockets.get(socket);
		if (!client || client.isRevoked) return;
		const now = this.#with.now();
		const length = typeof data === "string" ? data.length : data.byteLength;
		if (!this.#mayRead(client, length, now) || !batch.add({ client, data })) return;
		const wait = batch.dueAt(clients.gap) - now;
		if (wait <= 0) this.flush();
		else setTimeout(() => this.flush(), wait);
	}

	/** Handles at once whatever waits. What the rules broadcast goes out in one frame, after the last of it; refusals go out at once. */
	flush(): void {
		const { batch, clients } = this.#with;
		if (batch.isEmpty) return;
		const now = this.#with.now();
		for (const { client, data } of batch.open(now)) this.#handle(client, data, now);
		batch.close();
		clients.sendBatch();
	}

	/** Counts `length` UTF-16 units or bytes against the client's person; false if they must not be read. */
	#mayRead(client: Socket, length: number, now: number): boolean {
		const verdict = this.#with.sockets.countFrame(client, length, now);
		switch (verdict.type) {
			case "read":
				return true;
			case "refuse":
				if (verdict.shouldNotify) this.#refuse(client, { code: "rate_limited", retryAfterMs: verdict.retryAfterMs });
				return false;
			case "flooding":
				this.#shutOut(client.person, now);
				return false;
			default:
				return verdict satisfies never;
		}
	}

	/** Counts a bad frame and shuts its person out if there were too many. */
	countBadFrame(client: Socket, now: number): void {
		if (this.#with.sockets.countBadFrame(client, now)) this.#shutOut(client.person, now);
	}

	/** Closes all sockets of a person and admits none for a while. */
	#shutOut({ userId }: Person, now: number): void {
		const { store, sockets } = this.#with;
		store.members.shutOut(userId, now + limits.floodBlock);
		store.audit.add("flooded", userId, undefined, now);
		sockets.close(userId, closeCodes.flooding, "too many frames");
	}

	#handle(client: Socket, data: string | ArrayBuffer, now: number): void {
		try {
			if (!client.isRevoked) this.#read(client, data, now);
		} catch (error) {
			console.error("A frame failed", this.#with.id, client.person.userId, error);
			this.#refuse(client, { code: "internal" });
		}
	}

	#read(client: Socket, data: string | ArrayBuffer, now: number): void {
		if (!client.isOpen(now)) {
			client.expire();
		} else if (typeof data !== "string") {
			this.#refuse(client, { code: "bad_frame" });
			this.countBadFrame(client, now);
		} else if (isOversize(data)) {
			client.close(closeCodes.tooBig, "frame over the limit");
		} else {
			this.#apply(client, parseFrame(data), now);
		}
	}

	#apply(client: Socket, events: ParsedEvent[], now: number): void {
		let isBad = false;
		for (const [nth, parsed] of events.entries()) {
			// The frame paid for its first event. Each further one pays for itself, so that batching does not evade the limit.
			if (client.isRevoked || !(nth === 0 || this.#mayRead(client, 0, now))) break;
			if ("event" in parsed) {
				this.#with.conversation.receive(client, parsed.event);
			} else {
				this.#refuse(client, parsed.refusal);
				isBad ||= parsed.refusal.code !== "too_large";
			}
		}
		if (isBad) this.countBadFrame(client, now);
	}

	#refuse(client: Socket, refusal: Refusal): void {
		this.#with.clients.send(client, errorEvent(this.#with.id, refusal));
	}
}
