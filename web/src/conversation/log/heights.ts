// The height and position of each row in a log: measured, or a guess until the row has been on the page. Pure.

export class Heights {
	#keys: readonly string[] = [];
	readonly #indices = new Map<string, number>();
	readonly #measured = new Map<string, number>();
	#heights: number[] = [];
	/** The position of each row, and the end of the last one. */
	#tops: number[] = [0];
	/** The positions up to this index are valid. */
	#valid = 0;

	get count(): number {
		return this.#keys.length;
	}

	get total(): number {
		return this.top(this.count);
	}

	/** Sets the rows, in order. `guess` estimates the height of a row that has not been measured. */
	setRows(keys: readonly string[], guess: (index: number) => number): void {
		if (keys.length === this.count && keys.every((key, index) => key === this.#keys[index])) return;
		this.#keys = keys;
		this.#indices.clear();
		for (const [index, key] of keys.entries()) this.#indices.set(key, index);
		this.#heights = keys.map((key, index) => this.#measured.get(key) ?? guess(index));
		this.#tops = [0];
		this.#valid = 0;
	}

	measure(key: string, height: number): void {
		const index = this.#indices.get(key);
		if (index === undefined || this.#heights[index] === height) return;
		this.#measured.set(key, height);
		this.#heights[index] = height;
		this.#valid = Math.min(this.#valid, index);
	}

	indexOf(key: string): number | undefined {
		return this.#indices.get(key);
	}

	keyAt(index: number): string | undefined {
		return this.#keys[index];
	}

	/** The position of a row's upper edge. */
	top(index: number): number {
		for (; this.#valid < index; this.#valid++)
			this.#tops[this.#valid + 1] = (this.#tops[this.#valid] ?? 0) + (this.#heights[this.#valid] ?? 0);
		return this.#tops[index] ?? 0;
	}

	/** The rows with the empty space before each of them and after the last one. `slack` is added above the first one. */
	spaced(indices: readonly number[], slack: number): { rows: { index: number; before: number }[]; after: number } {
		let end = 0;
		const rows = indices.map((index) => {
			const before = this.top(index) - this.top(end) + (end === 0 ? slack : 0);
			end = index + 1;
			return { index, before: Math.max(0, before) };
		});
		return { rows, after: this.total - this.top(end) };
	}

	/** The row at a position; the first or the last one for positions beyond them. */
	indexAt(y: number): number {
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
