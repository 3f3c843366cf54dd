// The times of a connection: when to ping its client, when to count it as dead, and how far away it
// is. Pure. Times in ms.

/** Tells when to ping a client, and when to count it as dead. */
export class Heartbeat {
	readonly #interval: number;
	readonly #timeout: number;
	#pings = 0;
	#pongs = 0;
	/** The time of the next ping; while a ping has no pong, the time at which the client is dead. */
	#due: number;
	#isExtended = false;

	constructor({ interval, timeout }: { interval: number; timeout: number }, now: number) {
		this.#interval = interval;
		this.#timeout = timeout;
		this.#due = now + interval;
	}

	get due(): number {
		return this.#due;
	}

	/** Counts a ping that is about to be sent; returns its number. */
	ping(now: number): number {
		if (this.#pongs === this.#pings) {
			this.#due = now + this.#timeout;
			this.#isExtended = false;
		}
		this.#pings += 1;
		return this.#pings;
	}

	/** Returns the number of the ping that this pong answers, or `undefined` if there is none. */
	pong(now: number): number | undefined {
		if (this.#pongs === this.#pings) return undefined;
		this.#pongs += 1;
		this.#isExtended = false;
		this.#due = now + (this.#pongs === this.#pings ? this.#interval : this.#timeout);
		return this.#pongs;
	}

	/**
	 * Any other packet gives the client more time, but only once: a client that never answers pings
	 * is dead.
	 */
	received(now: number): void {
		if (this.#pongs === this.#pings || this.#isExtended) return;
		this.#isExtended = true;
		this.#due = now + this.#timeout;
	}

	check(now: number): "nothing" | "ping" | "dead" {
		if (now < this.#due) return "nothing";
		return this.#pongs === this.#pings ? "ping" : "dead";
	}
}

/** A client that answers later than this has waited for something else, such as its token. */
const longestAnswer = 2_000;
/** Round trips that are remembered. */
const remembered = 3;

/** Measures how long a packet takes to the client and back. */
export class RoundTrips {
	#openedAt: number | undefined;
	#last: number[];

	/** `earlier`: of the same client on another transport. */
	constructor(earlier?: number) {
		this.#last = earlier === undefined ? [] : [earlier];
	}

	/** The shortest of the last few, so that answers that were held up count for nothing. */
	get usual(): number {
		return this.#last.length === 0 ? 0 : Math.min(...this.#last);
	}

	/** The client is told that it is connected, which it answers at once. */
	opened(now: number): void {
		this.#openedAt = now;
	}

	/** The first packet of the client. */
	answered(now: number): void {
		if (this.#openedAt !== undefined) this.add(now - this.#openedAt);
		this.#openedAt = undefined;
	}

	add(roundTrip: number): void {
		if (roundTrip <= longestAnswer) this.#last = [...this.#last.slice(1 - remembered), roundTrip];
	}
}
