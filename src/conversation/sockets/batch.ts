// The incoming frames that are handled together: each at once while the conversation is calm, many in one go when it is
// busy. A batch costs one commit and one outgoing frame, and those are what a busy conversation waits for. Calls nobody.

export class Batch<T> {
	#items: T[] = [];
	#openedAt = 0;
	#isOpen = false;

	/** True from `open` to `close`: more events for the same outgoing frame may follow. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	get isEmpty(): boolean {
		return this.#items.length === 0;
	}

	/** Returns true for the first item: whoever adds that one must open the batch, at `dueAt` or before. */
	add(item: T): boolean {
		return this.#items.push(item) === 1;
	}

	/** The time in ms at which the batch is due: `gap` after the one before it. */
	dueAt(gap: number): number {
		return this.#openedAt + gap;
	}

	/** Returns the items in the order in which they were added. */
	open(now: number): T[] {
		const items = this.#items;
		this.#items = [];
		this.#openedAt = now;
		this.#isOpen = true;
		return items;
	}

	close(): void {
		this.#isOpen = false;
	}
}
