// A map for what may be forgotten at any time: it drops the older half of its keys when it is full. It lasts as long as the Worker's isolate.

export class BoundedMap<Key, Value> {
	readonly #most: number;
	readonly #entries = new Map<Key, Value>();

	constructor(most: number) {
		this.#most = most;
	}

	get(key: Key): Value | undefined {
		return this.#entries.get(key);
	}

	set(key: Key, value: Value): void {
		if (this.#entries.size >= this.#most && !this.#entries.has(key)) this.#dropOlderHalf();
		this.#entries.set(key, value);
	}

	/** A Map keeps its keys in the order in which they were added. */
	#dropOlderHalf(): void {
		let left = Math.ceil(this.#entries.size / 2);
		for (const key of this.#entries.keys()) {
			if (left-- === 0) return;
			this.#entries.delete(key);
		}
	}
}
