// A map for what may be forgotten at any time: it is cleared when it is full. It lasts as long as the Worker's isolate.

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
		if (this.#entries.size >= this.#most && !this.#entries.has(key)) this.#entries.clear();
		this.#entries.set(key, value);
	}
}
