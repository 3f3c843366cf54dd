// Work that is stored whole or not at all, and what others are told of it only once it is stored. Must not know what is stored.

type Effect = () => void;

export class Steps {
	readonly #transact: <T>(work: () => T) => T;
	readonly #remember: () => () => void;
	/** What waits for the step that runs. */
	#effects: Effect[] | undefined;

	/** `transact`: everything that is written by some work, or nothing of it. `remember` returns what puts back what is known of the storage. */
	constructor(transact: <T>(work: () => T) => T, remember: () => () => void) {
		this.#transact = transact;
		this.#remember = remember;
	}

	/** A step within another one is part of that. */
	whole<T>(work: () => T): T {
		const putBack = this.#remember();
		const outer = this.#effects;
		const effects: Effect[] = [];
		this.#effects = effects;
		let result: T;
		try {
			result = this.#transact(work);
		} catch (error) {
			putBack();
			throw error;
		} finally {
			this.#effects = outer;
		}
		for (const effect of effects) this.afterwards(effect);
		return result;
	}

	/** Does this once the step that runs is stored, or now. It is dropped with a step that is not stored. */
	afterwards(effect: Effect): void {
		if (this.#effects) this.#effects.push(effect);
		else effect();
	}
}
