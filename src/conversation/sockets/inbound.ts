// Incoming frames: counted before they are read, then parsed and handed to the rules. Bad frames are refused, and
// people who flood are shut out. Must not know what an event means.

import { orFull } from "../../platform/full.ts";
import { closeCodes } from "../../protocol/errors.ts";
import { errorEvent } from "../../protocol/events.ts";
import { parseFileFrame } from "../../protocol/files/frame.ts";
import { idsAtStart } from "../../protocol/frames/event-names.ts";
import { isOversize, type ParsedEvent, parseFrame } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Conversation } from "../conversation.ts";
import type { Store } from "../store/store.ts";
import type { Batch } from "./batch.ts";
import type { Fanout, FanoutClient } from "./fanout.ts";
import { lengthOfFrame } from "./flood-control.ts";
import type { Socket } from "./socket.ts";
import type { Sockets } from "./sockets.ts";

export type Frame = { client: Socket; data: string | ArrayBuffer };

type Dependencies = {
	/** The conversation's id. */
	id: string;
	store: Store;
	clients: Fanout<FanoutClient>;
	sockets: Sockets;
	batch: Batch<Frame>;
	conversation: Conversation<FanoutClient>;
	/** Takes a file; returns the refusal of a frame that is none. */
	uploads: { receive(client: Socket, frame: ArrayBuffer): Refusal | undefined };
	now: () => number;
};

export class Inbound {
	readonly #with: Dependencies;
	/** Runs while the batch rests. */
	#rest: ReturnType<typeof setTimeout> | undefined;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/** Takes every frame, also of revoked and flooding clients: those are dropped unread. */
	receive(socket: WebSocket, data: string | ArrayBuffer): void {
		const { sockets, batch } = this.#with;
		const client = sockets.get(socket);
		if (!client || client.isRevoked) return;
		if (!this.#mayRead(client, data, this.#with.now())) return;
		batch.add({ client, data });
		// Files do not wait for others: many of them would be in memory together.
		if (typeof data !== "string" || !batch.isResting) this.flush();
	}

	/** A socket has closed. */
	disconnected(socket: WebSocket): void {
		const { sockets, conversation } = this.#with;
		// Frames that still wait may be the last that this socket sent.
		this.flush();
		const client = sockets.get(socket);
		sockets.delete(socket);
		if (client) conversation.leave(client);
	}

	/** Handles at once whatever waits. What the rules broadcast goes out in one frame, after the last of it; refusals go out at once. */
	flush(): void {
		const { batch, clients } = this.#with;
		if (batch.isEmpty) return;
		const now = this.#with.now();
		for (const { client, data } of batch.open()) this.#handle(client, data, now);
		try {
			clients.endBatch();
		} catch (error) {
			console.error("The end of a batch failed", this.#with.id, error);
		}
		const rest = batch.close(clients.gap);
		clients.sendBatch();
		clearTimeout(this.#rest);
		this.#rest = setTimeout(() => {
			batch.rested();
			this.flush();
		}, rest);
	}

	/** Counts a frame, or a further event of one, against the client's person; false if it must not be read. */
	#mayRead(client: Socket, data: string | ArrayBuffer, now: number): boolean {
		const verdict = this.#with.sockets.countFrame(client, lengthOfFrame(data), now);
		switch (verdict.type) {
			case "read":
				return true;
			case "refuse":
				if (verdict.shouldNotify || this.#awaitsAnswer(client, data))
					this.#refuse(client, { ...this.#idsOf(client, data), code: "rate_limited", retryAfterMs: verdict.retryAfterMs });
				return false;
			case "flooding":
				this.shutOut(client.person, now);
				return false;
			default:
				return verdict satisfies never;
		}
	}

	/** Whoever sends a file sends no other before its answer. The gateway has a client that waits for an answer to each of its events. */
	#awaitsAnswer({ holder }: Socket, data: string | ArrayBuffer): boolean {
		return holder.session !== undefined || (typeof data !== "string" && "header" in parseFileFrame(data));
	}

	/** The gateway puts each event into a frame of its own, with its ids first. */
	#idsOf({ holder }: Socket, data: string | ArrayBuffer): ReturnType<typeof idsAtStart> {
		if (typeof data !== "string") {
			const parsed = parseFileFrame(data);
			return "header" in parsed && parsed.header.clientId !== undefined ? { clientId: parsed.header.clientId } : {};
		}
		return holder.session !== undefined ? idsAtStart(data) : {};
	}

	/** Counts a bad frame and shuts its person out if there were too many. */
	countBadFrame(client: Socket, now: number): void {
		if (this.#with.sockets.countBadFrame(client, now)) this.shutOut(client.person, now);
	}

	/** Closes all sockets of a person and admits none for a while, which a full storage does not remember. */
	shutOut({ userId }: Person, now: number): void {
		const { store, sockets } = this.#with;
		orFull(() => {
			store.members.access.shutOut(userId, now + limits.floodBlock);
			store.audit.add("flooded", userId, undefined, now);
		});
		sockets.close(userId, closeCodes.flooding, "too many frames");
	}

	#handle(client: Socket, data: string | ArrayBuffer, now: number): void {
		try {
			if (!client.isRevoked) this.#read(client, data, now);
		} catch (error) {
			console.error("A frame failed", this.#with.id, client.person.userId, error);
			this.#refuse(client, { ...this.#idsOf(client, data), code: "internal" });
		}
	}

	#read(client: Socket, data: string | ArrayBuffer, now: number): void {
		if (!client.isOpen(now)) {
			client.expire();
		} else if (typeof data !== "string") {
			const refusal = this.#with.uploads.receive(client, data);
			if (refusal) this.#refuse(client, refusal);
			if (refusal) this.countBadFrame(client, now);
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
			if (client.isRevoked || !(nth === 0 || this.#mayRead(client, "", now))) break;
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
