// Those who wait until the conversation has said whether they may enter a relay: many in one question, and one question after the other.
// However many join at once, the conversation is asked a few times a second. Pure. Times in ms.

import { endOfPause } from "../platform/pause.ts";

/** Who is asked for at once. */
export const mostAskedAtOnce = 200;
export const pauseBetweenQuestions = 100;
/** How many cursors the conversation has to read in one answer, and how many people may wait. */
const most = { cursors: 10, waiting: 10_000 };

export class Asks<T extends { cursor?: string | undefined }> {
	readonly #waiting: T[] = [];
	#askedAt = Number.NEGATIVE_INFINITY;

	get length(): number {
		return this.#waiting.length;
	}

	/** False if too many wait. */
	add(newcomer: T): boolean {
		if (this.#waiting.length >= most.waiting) return false;
		this.#waiting.push(newcomer);
		return true;
	}

	/** Those who could not be answered go first. */
	putBack(newcomers: readonly T[]): void {
		this.#waiting.unshift(...newcomers);
	}

	/** When the next question may be asked. */
	dueAt(now: number): number {
		return endOfPause(this.#askedAt, pauseBetweenQuestions, now);
	}

	/** Takes those for the next question, in order. `needsPage`: the relay cannot answer this cursor itself. */
	take(now: number, needsPage: (cursor: string | undefined) => boolean): { newcomer: T; needsPage: boolean }[] {
		this.#askedAt = now;
		const cursors = new Set<string | undefined>();
		const taken: { newcomer: T; needsPage: boolean }[] = [];
		for (const newcomer of this.#waiting.slice(0, mostAskedAtOnce)) {
			const needs = needsPage(newcomer.cursor);
			if (needs) cursors.add(newcomer.cursor);
			if (cursors.size > most.cursors) break;
			taken.push({ newcomer, needsPage: needs });
		}
		this.#waiting.splice(0, taken.length);
		return taken;
	}
}
