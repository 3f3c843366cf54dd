// The incoming frames that are handled together: each at once while the conversation is calm, many in one go when it is
// busy. A batch costs one commit and one outgoing frame, and those are what a busy conversation waits for. Calls nobody.

export class Batch<T> {
	#items: T[] = [];
	/** The number of items of the last batch. */
	#size = 0;
	#isOpen = false;
	#isResting = false;

	/** True from `open` to `close`: more events for the same outgoing frame may follow. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	get isEmpty(): boolean {
		return this.#items.length === 0;
	}

	/** True from `close` to `rested`: items wait meanwhile. */
	get isResting(): boolean {
		return this.#isResting;
	}

	/** Items keep the order in which they were added. */
	add(item: T): void {
		this.#items.push(item);
	}

	open(): T[] {
		const items = this.#items;
		this.#items = [];
		this.#size = items.length;
		this.#isOpen = true;
		return items;
	}

	/**
	 * Returns how long to rest, in ms, counted from when everything is sent. After a single item, no longer than until the runtime has passed
	 * on what came meanwhile: one person who waits for each of their own messages does not wait for the gap.
	 */
	close(gap: number): number {
		this.#isOpen = false;
		this.#isResting = true;
		return this.#size > 1 ? gap : 0;
	}

	rested(): void {
		this.#isResting = false;
	}
}
