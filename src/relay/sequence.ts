// How far a relay has come in what its conversation sends: whether a delivery is the next one. Pure.

import type { Delivery } from "../conversation/relays/delivery.ts";

export class Sequence {
	/** One life of the conversation's object; `undefined` after this relay has slept. */
	#feed: string | undefined;
	#number = 0;
	/** Everything up to here has been sent to the sockets. */
	#cursor: string | undefined;

	constructor(cursor: string | undefined) {
		this.#cursor = cursor;
	}

	get cursor(): string | undefined {
		return this.#cursor;
	}

	/** `behind`: some delivery before this one has not arrived. */
	place({ feed, number, before, items, hasCrashed }: Delivery): "next" | "repeat" | "behind" {
		if (hasCrashed) return "behind";
		// The conversation, or this relay, has slept. Nothing was under way then.
		if (feed !== this.#feed) return before === this.#cursor ? "next" : "behind";
		const expected = items.length > 0 ? this.#number + 1 : this.#number;
		if (number < expected) return "repeat";
		return number === expected ? "next" : "behind";
	}

	isAt(feed: string, number: number): boolean {
		return this.#feed === feed && this.#number === number;
	}

	/** True if this was delivered before the answer that is as of a number of the same feed. */
	precedes(delivery: Pick<Delivery, "feed" | "number">, answer: { feed: string; number: number }): boolean {
		return delivery.feed === answer.feed && delivery.number <= answer.number;
	}

	moveTo({ feed, number, cursor }: { feed: string; number: number; cursor: string }): void {
		this.#feed = feed;
		this.#number = number;
		this.#cursor = cursor;
	}

	/** Nobody is connected any more. */
	forget(): void {
		this.#feed = undefined;
		this.#cursor = undefined;
	}
}
