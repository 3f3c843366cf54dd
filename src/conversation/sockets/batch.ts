// The incoming frames that are handled together: each at once while the conversation is calm, many in one go when it is
// busy. A batch costs one commit and one outgoing frame, and those are what a busy conversation waits for. Calls nobody.

export class Batch<T> {
	#items: T[] = [];
	/** When the last batches were opened, in ms, oldest first. */
	#opened: readonly number[] = [0, 0, 0];
	/** The number of items of the last batch. */
	#size = 0;
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

	/**
	 * The time in ms at which the batch is due: `gap` after the one before it. While single items come, three may be handled in a gap, so
	 * that one person who waits for each of their own messages does not wait for the gap.
	 */
	dueAt(gap: number): number {
		return ((this.#size > 1 ? this.#opened.at(-1) : this.#opened[0]) as number) + gap;
	}

	/** Returns the items in the order in which they were added. */
	open(now: number): T[] {
		const items = this.#items;
		this.#items = [];
		this.#size = items.length;
		this.#opened = [...this.#opened.slice(1), now];
		this.#isOpen = true;
		return items;
	}

	close(): void {
		this.#isOpen = false;
	}
}
