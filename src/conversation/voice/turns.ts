// Gives turns to those who want the same service: one at a time for each person, and a few for all. Must not know what it is.

type Waiting = { userId: string; begin: (release: () => void) => void; fail: (error: unknown) => void };

export class Turns {
	readonly #most: number;
	readonly #taken = new Set<string>();
	#waiting: Waiting[] = [];

	constructor(most: number) {
		this.#most = most;
	}

	/** Resolves to how the turn ends. Whoever asks first comes first. */
	take(userId: string): Promise<() => void> {
		return new Promise((begin, fail) => {
			this.#waiting.push({ userId, begin, fail });
			this.#giveAll();
		});
	}

	/** All who wait get this error in place of a turn. */
	failWaiting(error: unknown): void {
		const failed = this.#waiting;
		this.#waiting = [];
		for (const { fail } of failed) fail(error);
	}

	#giveAll(): void {
		this.#waiting = this.#waiting.filter((one) => !this.#give(one));
	}

	#give({ userId, begin }: Waiting): boolean {
		if (this.#taken.size >= this.#most || this.#taken.has(userId)) return false;
		this.#taken.add(userId);
		begin(() => {
			this.#taken.delete(userId);
			this.#giveAll();
		});
		return true;
	}
}
