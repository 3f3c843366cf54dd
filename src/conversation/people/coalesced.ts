// Tells something at once, and no more often than once in an interval: what happens meanwhile is told together. The timer keeps the object
// in memory, so the interval must be short.

import { endOfPause } from "../../platform/pause.ts";

export class Coalesced {
	readonly #tell: () => void;
	readonly #interval: number;
	readonly #now: () => number;
	/** In ms. */
	#toldAt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `interval` in ms. */
	constructor(tell: () => void, interval: number, now: () => number) {
		this.#tell = tell;
		this.#interval = interval;
		this.#now = now;
	}

	/** There is something to tell. */
	request(): void {
		if (this.#timer !== undefined) return;
		const now = this.#now();
		const wait = endOfPause(this.#toldAt, this.#interval, now) - now;
		if (wait <= 0) this.#run();
		else this.#timer = setTimeout(() => this.#run(), wait);
	}

	#run(): void {
		this.#timer = undefined;
		this.#toldAt = this.#now();
		this.#tell();
	}
}
