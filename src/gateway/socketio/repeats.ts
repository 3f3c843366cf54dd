// Recognizes HTTP requests that a client or a browser sends again because their answer was lost.
// Pure.

import { textHash } from "./text-hash.ts";

/** Requests that are remembered. */
const remembered = 16;
/** A request is not sent again more often. */
const mostRepeats = 2;
/** Two requests may be sent at the same second or millisecond. */
const clock = /^\d+(\.\d+)?$/;

/**
 * Most clients make each address unique with a parameter `t`, so the same request with the same `t`
 * is a repetition. Others send a clock's time or a constant, because `t` only has to prevent caching:
 * as soon as a value comes with another request, the client's values say nothing.
 */
export class Repeats {
	#isUnique = true;
	#requests: { t: string; content: string; repeats: number }[] = [];

	/** `content`: equal for equal requests. Returns true if this request was received before. */
	isRepeated(t: string | undefined, content: string): boolean {
		if (t === undefined || !this.#isUnique || clock.test(t)) return false;
		const hash = textHash(content);
		const earlier = this.#requests.find((request) => request.t === t);
		if (!earlier) {
			this.#requests = [...this.#requests.slice(1 - remembered), { t, content: hash, repeats: 0 }];
			return false;
		}
		earlier.repeats += 1;
		this.#isUnique = earlier.content === hash && earlier.repeats <= mostRepeats;
		return this.#isUnique;
	}
}
