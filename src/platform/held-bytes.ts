// What came over sockets and long requests, or waits to be sent, while this instance has it in memory. Instances have 128 MB for
// everything, and many people and objects may share one.

import * as fileLimits from "../protocol/files/limits.ts";
import { limits } from "../protocol/limits.ts";
import { othersTurn } from "./others-turn.ts";

/** Who holds something. `network`: where they come from, if their id costs nothing. */
export type HeldBy = { userId: string; network?: string | undefined };

type Limits = { all: number; person: number; network: number };

export class HeldBytes {
	readonly #limits: Limits;
	readonly #people = new Map<string, number>();
	readonly #networks = new Map<string, number>();
	#all = 0;

	/** Of everybody, of one person, and of the guests of one network together. */
	constructor(most: Limits) {
		this.#limits = most;
	}

	hold(of: HeldBy): Hold {
		return new Hold(this, of);
	}

	take({ userId, network }: HeldBy, bytes: number): boolean {
		const { all, person, network: ofNetwork } = this.#limits;
		const own = (this.#people.get(userId) ?? 0) + bytes;
		const near = network === undefined ? 0 : (this.#networks.get(network) ?? 0) + bytes;
		if (own > person || near > ofNetwork || this.#all + bytes > all) return false;
		this.#people.set(userId, own);
		if (network !== undefined) this.#networks.set(network, near);
		this.#all += bytes;
		return true;
	}

	give({ userId, network }: HeldBy, bytes: number): void {
		subtract(this.#people, userId, bytes);
		if (network !== undefined) subtract(this.#networks, network, bytes);
		this.#all -= bytes;
	}
}

function subtract(held: Map<string, number>, key: string, bytes: number): void {
	const left = (held.get(key) ?? 0) - bytes;
	if (left > 0) held.set(key, left);
	else held.delete(key);
}

/** What one message, or one connection, holds. */
export class Hold {
	readonly #held: HeldBytes;
	readonly #of: HeldBy;
	#bytes = 0;

	constructor(held: HeldBytes, of: HeldBy) {
		this.#held = held;
		this.#of = of;
	}

	/** Returns false if there is no room for so many more. */
	add(bytes: number): boolean {
		const isTaken = this.#held.take(this.#of, bytes);
		if (isTaken) this.#bytes += bytes;
		return isTaken;
	}

	/** The bytes are let go of. */
	release(): void {
		this.#held.give(this.#of, this.#bytes);
		this.#bytes = 0;
	}
}

/** The bytes of files. All conversations and connections of an instance share it, because they share its memory. */
export const heldBytes = new HeldBytes(fileLimits.inMemory);

/** UTF-16 units that wait for Socket.IO clients that return, until all of their conversations are there. One that missed more begins anew. */
export const packetLimits = { all: 4 * limits.queuedBytes, person: 2 * limits.queuedBytes, network: 2 * limits.queuedBytes };

export const heldPackets = new HeldBytes(packetLimits);

const chunkBytes = 256 * 1024;

/** Bytes as a stream, for an object that takes them as it has room: it would have all of an argument in memory before it could refuse. */
export function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
	let at = 0;
	return new ReadableStream({
		type: "bytes",
		async pull(controller) {
			// Bytes that are there already never wait, and within one process nobody else would have a turn before their end.
			await othersTurn();
			// A copy: the stream takes the whole buffer away.
			if (at < bytes.length) controller.enqueue(bytes.slice(at, at + chunkBytes));
			at += chunkBytes;
			if (at >= bytes.length) controller.close();
		},
	});
}
