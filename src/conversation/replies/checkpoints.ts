// Decides when a growing reply is stored. Pure. Times in ms, lengths in UTF-16 units.

/** A growing reply is checkpointed after this time or this much text, whichever comes first. */
const after = { time: 1_000, length: 2_000 };
/** A checkpoint writes the whole text. A longer text has fewer of them in proportion, so that they do not cost more as it grows. */
const shortLength = 20_000;
/** So often a reply that is paid for is checkpointed although nothing comes: Claude may think unseen. */
export const beatEvery = 1_000;

export class Checkpoints {
	#last: { at: number; length: number };
	#isWanted = false;

	constructor(at: number, length: number) {
		this.#last = { at, length };
	}

	/** The next look finds one due. */
	want(): void {
		this.#isWanted = true;
	}

	/** Something has come. */
	isDue(now: number, length: number): boolean {
		const { at, length: before } = this.#last;
		const patience = patienceFor(length);
		if (this.#isWanted) return true;
		return length > before && (now - at >= after.time * patience || length - before >= after.length * patience);
	}

	/** Nothing has come. */
	isBeatDue(now: number, length: number): boolean {
		return this.#isWanted || now - this.#last.at >= after.time * patienceFor(length);
	}

	written(at: number, length: number): void {
		this.#isWanted = false;
		this.#last = { at, length };
	}
}

function patienceFor(length: number): number {
	return Math.max(1, length / shortLength);
}
