// What comes in by the sockets of a conversation: counted before anything is made of it, then read and handed on. What makes no sense is
// refused, and who floods is shut out. What it means is decided elsewhere.

import { closeCodes } from "../../protocol/errors.ts";
import { errorEvent } from "../../protocol/events.ts";
import { isOversize, type ParsedEvent, parseFrame } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Conversation } from "../conversation.ts";
import type { Store } from "../store/store.ts";
import { Inbox } from "./batch.ts";
import type { Fanout } from "./fanout.ts";
import type { Socket } from "./socket.ts";
import type { Sockets } from "./sockets.ts";

/** What asks for a page counts as if it had brought this much, in UTF-16 units: a page is as much work. */
const pageAsked = 320 * 1024;

type Parts = {
	store: Store;
	clients: Fanout<Socket>;
	sockets: Sockets;
	conversation: Conversation<Socket>;
	/** Of the conversation. */
	id: string;
	now: () => number;
};

export class Intake {
	readonly #store: Store;
	readonly #clients: Fanout<Socket>;
	readonly #sockets: Sockets;
	readonly #conversation: Conversation<Socket>;
	readonly #id: string;
	readonly #now: () => number;
	readonly #inbox: Inbox<{ client: Socket; frame: string | ArrayBuffer }>;

	constructor({ store, clients, sockets, conversation, id, now }: Parts) {
		this.#store = store;
		this.#clients = clients;
		this.#sockets = sockets;
		this.#conversation = conversation;
		this.#id = id;
		this.#now = now;
		this.#inbox = new Inbox({ handle: (frames) => clients.gather(() => this.#handle(frames)), gap: () => clients.gap, now });
	}

	/** Every frame comes here, of a revoked or flooding client too: nothing is made of what is not to be read. */
	take(client: Socket, frame: string | ArrayBuffer): void {
		if (client.isRevoked) return;
		const length = typeof frame === "string" ? frame.length : frame.byteLength;
		if (this.#isToBeRead(client, length, this.#now())) this.#inbox.put({ client, frame });
	}

	/** Handles what waits, at once. */
	empty(): void {
		this.#inbox.empty();
	}

	/** Counts what a client sent, so many UTF-16 units or bytes, before anything is made of it. */
	#isToBeRead(client: Socket, length: number, now: number): boolean {
		const verdict = this.#sockets.take(client, length, now);
		switch (verdict.type) {
			case "read":
				return true;
			case "refuse":
				if (verdict.isToBeTold) this.#refuse(client, { code: "rate_limited", retryAfterMs: verdict.retryAfterMs });
				return false;
			case "flooding":
				this.#shutOut(client.person, now);
				return false;
			default:
				return verdict satisfies never;
		}
	}

	/** Of a person who has sent too many of them all sockets are let go. */
	countBadFrame(client: Socket, now: number): void {
		if (this.#sockets.countBadFrame(client, now)) this.#shutOut(client.person, now);
	}

	/** Lets all of a person's sockets go, and takes none for a while. */
	#shutOut({ userId }: Person, now: number): void {
		this.#store.shutOut(userId, now + limits.shutOut);
		this.#store.audit("flooded", userId, undefined, now);
		this.#sockets.close(userId, closeCodes.flooding, "too many frames");
	}

	#handle(frames: { client: Socket; frame: string | ArrayBuffer }[]): void {
		const now = this.#now();
		for (const { client, frame } of frames) {
			try {
				if (!client.isRevoked) this.#receive(client, frame, now);
			} catch (error) {
				console.error("A frame failed", this.#id, client.person.userId, error);
				this.#refuse(client, { code: "internal" });
			}
		}
	}

	#receive(client: Socket, frame: string | ArrayBuffer, now: number): void {
		if (!client.isOpen(now)) {
			client.expire();
		} else if (typeof frame !== "string") {
			this.#refuse(client, { code: "bad_frame" });
			this.countBadFrame(client, now);
		} else if (isOversize(frame)) {
			client.close(closeCodes.tooBig, "frame over the limit");
		} else {
			this.#apply(client, parseFrame(frame), now);
		}
	}

	#apply(client: Socket, events: ParsedEvent[], now: number): void {
		let isBad = false;
		for (const [nth, parsed] of events.entries()) {
			// The first was counted with its frame; one that holds many is no way around the count.
			const asksForPage = "event" in parsed && parsed.event.type === "chat:join";
			const isCounted = nth === 0 && !asksForPage;
			if (client.isRevoked || !(isCounted || this.#isToBeRead(client, asksForPage ? pageAsked : 0, now))) break;
			if ("event" in parsed) {
				this.#conversation.receive(client, parsed.event);
			} else {
				this.#refuse(client, parsed.refusal);
				isBad ||= parsed.refusal.code !== "too_large";
			}
		}
		if (isBad) this.countBadFrame(client, now);
	}

	#refuse(client: Socket, refusal: Refusal): void {
		this.#clients.send(client, errorEvent(this.#id, refusal));
	}
}
