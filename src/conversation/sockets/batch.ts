// Groups incoming frames: each is handled at once while the conversation is calm, many together when it is busy. One
// batch costs one commit and one outgoing frame, and those are what a busy conversation waits for.

export class Batch<T> {
	readonly #handle: (items: T[]) => void;
	readonly #gap: () => number;
	readonly #now: () => number;
	#items: T[] = [];
	#handledAt = 0;
	#isWaiting = false;

	/** `gap`: how long, in ms, an item may wait for others after the last batch. */
	constructor(options: { handle: (items: T[]) => void; gap: () => number; now: () => number }) {
		this.#handle = options.handle;
		this.#gap = options.gap;
		this.#now = options.now;
	}

	/** Items are handled in the order in which they are added. */
	add(item: T): void {
		this.#items.push(item);
		if (this.#isWaiting) return;
		const wait = this.#handledAt + this.#gap() - this.#now();
		if (wait <= 0) {
			this.flush();
		} else {
			this.#isWaiting = true;
			setTimeout(() => this.flush(), wait);
		}
	}

	/** Handles at once whatever waits. */
	flush(): void {
		this.#isWaiting = false;
		if (this.#items.length === 0) return;
		this.#handledAt = this.#now();
		this.#handle(this.#items.splice(0));
	}
}
