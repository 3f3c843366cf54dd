// How tall each row of a log is, and so where it is: as it was measured last, and as a guess before it has ever been on the page. Pure.

export class Heights {
	#keys: readonly string[] = [];
	readonly #places = new Map<string, number>();
	readonly #measured = new Map<string, number>();
	/** Of each row. */
	#heights: number[] = [];
	/** Where each row begins, and where the last one ends. */
	#tops: number[] = [0];
	/** Up to this row the tops are right. */
	#known = 0;

	get count(): number {
		return this.#keys.length;
	}

	get total(): number {
		return this.top(this.count);
	}

	/** These rows there are, in this order; `guess`: how tall the one at a place may be. */
	hold(keys: readonly string[], guess: (index: number) => number): void {
		if (keys.length === this.count && keys.every((key, index) => key === this.#keys[index])) return;
		this.#keys = keys;
		this.#places.clear();
		for (const [index, key] of keys.entries()) this.#places.set(key, index);
		this.#heights = keys.map((key, index) => this.#measured.get(key) ?? guess(index));
		this.#tops = [0];
		this.#known = 0;
	}

	measure(key: string, height: number): void {
		const index = this.#places.get(key);
		if (index === undefined || this.#heights[index] === height) return;
		this.#measured.set(key, height);
		this.#heights[index] = height;
		this.#known = Math.min(this.#known, index);
	}

	indexOf(key: string): number | undefined {
		return this.#places.get(key);
	}

	key(index: number): string | undefined {
		return this.#keys[index];
	}

	/** Where a row begins. */
	top(index: number): number {
		for (; this.#known < index; this.#known++)
			this.#tops[this.#known + 1] = (this.#tops[this.#known] ?? 0) + (this.#heights[this.#known] ?? 0);
		return this.#tops[index] ?? 0;
	}

	/** The row in which a place is; the first or the last one for what is beyond them. */
	at(y: number): number {
		let low = 0;
		let high = Math.max(0, this.count - 1);
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if (this.top(middle) <= y) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}
