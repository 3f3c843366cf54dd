// Reports to the server how far the person has read, at intervals, and again after a lost connection. Messages marked unread stay so,
// although they are on screen, until the person sends a message, reads on elsewhere, or opens the conversation again.
// Must not depend on the events.

import type { Clock } from "./connection.ts";

type Options = {
	clock: Clock;
	/** False if there is no connection. */
	send(upTo: number): boolean;
};

/** In ms. */
const reportInterval = 2_000;

export class ReadMark {
	readonly #options: Options;
	/** The last `seq` that was on screen here. */
	#seen = 0;
	/** The last `seq` that the server knows or was sent. */
	#sent = 0;
	#isThrottled = false;
	#isPaused = false;
	#cancelTimer = () => {};

	constructor(options: Options) {
		this.#options = options;
	}

	/** Every message up to this `seq` has been on screen while somebody was looking. */
	markRead(upTo: number): void {
		this.#seen = Math.max(this.#seen, upTo);
		this.#report();
	}

	/** The server's state after connecting. It may be behind what was sent over the connection before. */
	connected(upTo: number): void {
		this.#sent = upTo;
		this.#report();
	}

	/** Messages were marked unread. */
	pause(): void {
		this.#isPaused = true;
		this.#seen = 0;
	}

	/** The server reports that the person has read on. */
	readElsewhere(upTo: number): void {
		this.#isPaused = false;
		this.#sent = Math.max(this.#sent, upTo);
	}

	stop(): void {
		this.#cancelTimer();
		this.#isThrottled = false;
		this.#isPaused = false;
	}

	#report(): void {
		if (this.#isPaused || this.#isThrottled || this.#seen <= this.#sent || !this.#options.send(this.#seen)) return;
		this.#sent = this.#seen;
		this.#isThrottled = true;
		this.#cancelTimer = this.#options.clock.after(reportInterval, () => {
			this.#isThrottled = false;
			this.#report();
		});
	}
}
