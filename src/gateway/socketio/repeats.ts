// Recognizes HTTP requests that a client or a browser sends again because their answer was lost.
// Pure.

import { textHash } from "./text-hash.ts";

/** Requests that are remembered. */
const remembered = 16;
/** A request is not sent again more often. */
const mostRepeats = 2;
/** Two requests may be sent at the same second or millisecond. */
const clock = /^\d{10,}(\.\d+)?$/;

/**
 * Most clients make each address unique with a parameter `t`, so the same request with the same `t`
 * is a repetition. Others send a clock's time or a constant, because `t` only has to prevent caching:
 * as soon as a value comes with another request, the client's values say nothing.
 */
export class Repeats {
	#isUnique = true;
	#requests: { t: string; content: string; repeats: number }[] = [];

	/** `body`: what the request sends, if it does not ask for packets. Returns true if it was received before. */
	isRepeated(t: string | undefined, body?: string): boolean {
		if (t === undefined || !this.#isUnique || clock.test(t)) return false;
		const content = body === undefined ? "" : `${body.length} ${textHash(body)}`;
		const earlier = this.#requests.filter((request) => request.t === t);
		const same = earlier.find((request) => request.content === content);
		if (same) {
			same.repeats += 1;
			this.#isUnique = same.repeats <= mostRepeats;
			return this.#isUnique;
		}
		// A browser may repeat a request that sends something, and then the one that asks for packets.
		this.#isUnique = earlier.every(({ repeats }) => repeats > 0 && body === undefined);
		this.#requests = [...this.#requests.slice(1 - remembered), { t, content, repeats: 0 }];
		return false;
	}
}
