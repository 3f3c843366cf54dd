// Tells the server how far somebody here has read: now and then, and again where it may not have been heard.
// Knows neither the events nor who reads.

import type { Clock } from "./connection.ts";

type Options = {
	clock: Clock;
	/** Whether it went out. */
	tell(upTo: number): boolean;
};

/** In ms: the shortest time between two times that it is told. */
const tellEvery = 2_000;

export class ReadMark {
	readonly #options: Options;
	/** As far as was seen here. */
	#seen = 0;
	/** As far as the server knows, or is being told. */
	#told = 0;
	#isResting = false;
	#cancelRest = () => {};

	constructor(options: Options) {
		this.#options = options;
	}

	/** Everything up to this place has been on the screen of somebody who looked. */
	see(upTo: number): void {
		this.#seen = Math.max(this.#seen, upTo);
		this.#tell();
	}

	/** The server says how far it has heard of, from whatever device; after a new connection it may be less than was told. */
	connected(upTo: number): void {
		this.#told = upTo;
		this.#tell();
	}

	stop(): void {
		this.#cancelRest();
		this.#isResting = false;
	}

	#tell(): void {
		if (this.#isResting || this.#seen <= this.#told || !this.#options.tell(this.#seen)) return;
		this.#told = this.#seen;
		this.#isResting = true;
		this.#cancelRest = this.#options.clock.after(tellEvery, () => {
			this.#isResting = false;
			this.#tell();
		});
	}
}
