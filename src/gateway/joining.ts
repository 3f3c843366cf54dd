// The conversations that one socket enters, a few at once: each may begin with a page that is long, and a client that does not read
// would fill the memory. Must not know what a conversation is.

import { limits } from "../protocol/limits.ts";

/** Entered side by side. Together their first pages fit into what a client may leave unread. */
const atOnce = 4;

export class Joining {
	readonly #unread: { readonly length: number };
	readonly #waiting: (() => void)[] = [];
	#underWay = 0;

	constructor(unread: { readonly length: number }) {
		this.#unread = unread;
	}

	/** Resolves when one more may be entered. */
	turn(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#waiting.push(resolve);
		this.proceed();
		return promise;
	}

	/** One was entered, or could not be. */
	done(): void {
		this.#underWay -= 1;
		this.proceed();
	}

	/** To be called when the client has read something, too. */
	proceed(): void {
		while (this.#underWay < atOnce && this.#unread.length <= limits.queuedBytes / 2) {
			const next = this.#waiting.shift();
			if (!next) return;
			this.#underWay += 1;
			next();
		}
	}
}
