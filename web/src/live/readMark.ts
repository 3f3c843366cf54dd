// Tells the server how far somebody here has read: now and then, and again where it may not have been heard. What they have marked unread
// stays so, although it is before their eyes, until they say something, read elsewhere or come again.
// Knows neither the events nor who reads.

import type { Clock } from "./connection.ts";

type Options = {
	clock: Clock;
	/** Whether it went out. */
	send(upTo: number): boolean;
};

/** In ms: the shortest time between two times that it is told. */
const reportInterval = 2_000;

export class ReadMark {
	readonly #options: Options;
	/** As far as was seen here. */
	#seen = 0;
	/** As far as the server knows, or is being told. */
	sent = 0;
	#isResting = false;
	#isHeld = false;
	#cancelRest = () => {};

	constructor(options: Options) {
		this.#options = options;
	}

	/** Everything up to this place has been on the screen of somebody who looked. */
	markRead(upTo: number): void {
		this.#seen = Math.max(this.#seen, upTo);
		this.report();
	}

	/** The server says how far it has heard of, from whatever device; after a new connection it may be less than was told. */
	connected(upTo: number): void {
		this.sent = upTo;
		this.report();
	}

	/** Something is marked unread. */
	hold(): void {
		this.#isHeld = true;
		this.#seen = 0;
	}

	/** The server says that they have read on. */
	readElsewhere(upTo: number): void {
		this.#isHeld = false;
		this.sent = Math.max(this.sent, upTo);
	}

	stop(): void {
		this.#cancelRest();
		this.#isResting = false;
		this.#isHeld = false;
	}

	report(): void {
		if (this.#isHeld || this.#isResting || this.#seen <= this.sent || !this.#options.send(this.#seen)) return;
		this.sent = this.#seen;
		this.#isResting = true;
		this.#cancelRest = this.#options.clock.after(reportInterval, () => {
			this.#isResting = false;
			this.report();
		});
	}
}
