// The bytes of files that came over sockets, while this instance has them in memory. Instances have 128 MB for everything, and many people
// and objects may share one.

import * as fileLimits from "../protocol/files/limits.ts";

export class HeldBytes {
	readonly #limits: { all: number; person: number };
	readonly #held = new Map<string, number>();

	/** In bytes: of everybody, and of one person. */
	constructor(limits: { all: number; person: number }) {
		this.#limits = limits;
	}

	/** `of`: who has them, or what. */
	hold(of: string): Hold {
		return new Hold(this, of);
	}

	get #all(): number {
		return [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
	}

	take(of: string, bytes: number): boolean {
		const own = (this.#held.get(of) ?? 0) + bytes;
		if (own > this.#limits.person || this.#all + bytes > this.#limits.all) return false;
		this.#held.set(of, own);
		return true;
	}

	give(of: string, bytes: number): void {
		const left = (this.#held.get(of) ?? 0) - bytes;
		if (left > 0) this.#held.set(of, left);
		else this.#held.delete(of);
	}
}

/** What one message holds. */
export class Hold {
	readonly #held: HeldBytes;
	readonly #of: string;
	#bytes = 0;

	constructor(held: HeldBytes, of: string) {
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

/** All conversations and connections of an instance share it, because they share its memory. */
export const heldBytes = new HeldBytes(fileLimits.inMemory);

const chunkBytes = 256 * 1024;

/** Bytes as a stream, for an object that takes them as it has room: it would have all of an argument in memory before it could refuse. */
export function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
	let at = 0;
	return new ReadableStream({
		type: "bytes",
		pull(controller) {
			// A copy: the stream takes the whole buffer away.
			if (at < bytes.length) controller.enqueue(bytes.slice(at, at + chunkBytes));
			at += chunkBytes;
			if (at >= bytes.length) controller.close();
		},
	});
}
