// Frames in: each at once while it is calm, many together when it is busy. What is handled together is stored in one commit and
// told in one frame, and it is commits and frames that a busy conversation waits for.

export class Inbox<T> {
	readonly #handle: (items: T[]) => void;
	readonly #gap: () => number;
	readonly #now: () => number;
	#items: T[] = [];
	#handledAt = 0;
	#isWaiting = false;

	/** `gap`: how long, in ms, what comes after something handled may have to wait, for others to come. */
	constructor(parts: { handle: (items: T[]) => void; gap: () => number; now: () => number }) {
		this.#handle = parts.handle;
		this.#gap = parts.gap;
		this.#now = parts.now;
	}

	/** Keeps the order, whoever they come from. */
	put(item: T): void {
		this.#items.push(item);
		if (this.#isWaiting) return;
		const wait = this.#handledAt + this.#gap() - this.#now();
		if (wait <= 0) {
			this.empty();
		} else {
			this.#isWaiting = true;
			setTimeout(() => this.empty(), wait);
		}
	}

	/** Handles what waits, at once. */
	empty(): void {
		this.#isWaiting = false;
		if (this.#items.length === 0) return;
		this.#handledAt = this.#now();
		this.#handle(this.#items.splice(0));
	}
}
