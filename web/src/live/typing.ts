// Typing signals: sends the person's own no more often than needed, and reports when those of others expire.
// Must not depend on sockets or React.

import { limits } from "../../../src/protocol/limits.ts";
import type { Clock } from "./connection.ts";
import type { Typing } from "./people/applyTyping.ts";

type Options = {
	clock: Clock;
	/** False if there is no connection. */
	send(isTyping: boolean): boolean;
	/** The first of the others' signals has expired. */
	expired(): void;
};

/** In ms: a little more than the interval at which the server forwards them. */
const sendInterval = limits.typingInterval * 1.25;

export class TypingSignals {
	readonly #options: Options;
	#sentAt = Number.NEGATIVE_INFINITY;
	#typedAt = Number.NEGATIVE_INFINITY;
	#cancelTimer = () => {};

	constructor(options: Options) {
		this.#options = options;
	}

	/** To be called on every change of the text being written. */
	changed(isTyping: boolean): void {
		const now = this.#options.clock.now();
		this.#typedAt = isTyping ? now : Number.NEGATIVE_INFINITY;
		if (isTyping ? now - this.#sentAt < sendInterval : this.#sentAt === Number.NEGATIVE_INFINITY) return;
		const isSent = this.#options.send(isTyping);
		this.#sentAt = isTyping && isSent ? now : Number.NEGATIVE_INFINITY;
	}

	/** What was sent over the connection before is forgotten. Somebody may be in the middle of a word. */
	connected(): void {
		this.#sentAt = Number.NEGATIVE_INFINITY;
		if (this.#options.clock.now() - this.#typedAt < sendInterval) this.changed(true);
	}

	/** A message ends typing by itself, for others too. */
	messageSent(): void {
		this.#sentAt = Number.NEGATIVE_INFINITY;
		this.#typedAt = Number.NEGATIVE_INFINITY;
	}

	/** Waits for the first of the others' signals to expire. */
	watch(typing: readonly Typing[]): void {
		this.stop();
		const first = Math.min(...typing.map(({ until }) => until));
		if (first === Number.POSITIVE_INFINITY) return;
		const { clock, expired } = this.#options;
		this.#cancelTimer = clock.after(first - clock.now(), expired);
	}

	stop(): void {
		this.#cancelTimer();
	}
}
