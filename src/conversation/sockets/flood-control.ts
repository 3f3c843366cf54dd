// How much one person may send in, over all their sockets and whatever it is. Counted before a frame is read, so that refusing one costs
// next to nothing; and kept while the object lives, so that another connection is no new beginning. Pure. Times in ms.

import { limits } from "../../protocol/limits.ts";
import { type Bucket, fullBucket, type Rate, take } from "../rate.ts";

/** `refuse`: not to be read; `isToBeTold`: and its sender should hear why. `flooding`: its sender is to be let go. */
export type Verdict = { type: "read" } | { type: "refuse"; isToBeTold: boolean; retryAfterMs: number } | { type: "flooding" };

type Person = { bucket: Bucket; seenAt: number; toldAt: number; refused: number[]; bad: number[] };

/** Frames of one person: far more than hands, a client that empties its outbox, or the sends that the settings allow. */
function frameRate(sends: Rate): Rate {
	return { burst: Math.max(400, sends.burst * 4), perSecond: Math.max(100, sends.perSecond * 4) };
}

/** A frame counts as one, and once more for each of these UTF-16 units. */
const weightLength = 16 * 1024;
const minute = 60_000;

export class Floods {
	readonly #rate: Rate;
	readonly #people = new Map<string, Person>();

	constructor(sends: Rate) {
		this.#rate = frameRate(sends);
	}

	/** Counts a frame of so many UTF-16 units or bytes. */
	take(userId: string, length: number, now: number): Verdict {
		const person = this.#person(userId, now);
		person.seenAt = now;
		const taken = take(person.bucket, this.#rate, now, 1 + Math.floor(length / weightLength));
		if ("bucket" in taken) {
			person.bucket = taken.bucket;
			return { type: "read" };
		}
		if (countsUpTo(person.refused, limits.refusedFramesPerMinute, now)) return { type: "flooding" };
		const isToBeTold = now - person.toldAt >= 1_000;
		if (isToBeTold) person.toldAt = now;
		return { type: "refuse", isToBeTold, ...taken };
	}

	/** Counts a frame that made no sense; whether there are too many of them. */
	countBad(userId: string, now: number): boolean {
		return countsUpTo(this.#person(userId, now).bad, limits.badFramesPerMinute, now);
	}

	/** When a person's latest frames came that made no sense: to be kept over a sleep. */
	badFramesOf(userId: string): readonly number[] {
		return this.#people.get(userId)?.bad ?? [];
	}

	/** What was kept over a sleep. */
	restore(userId: string, badFrames: readonly number[], now: number): void {
		const { bad } = this.#person(userId, now);
		if (badFrames.length > bad.length) bad.splice(0, bad.length, ...badFrames);
	}

	#person(userId: string, now: number): Person {
		const known = this.#people.get(userId);
		if (known) return known;
		// Nothing that is older counts any more.
		for (const [id, { seenAt }] of this.#people) if (now - seenAt > minute) this.#people.delete(id);
		const person: Person = { bucket: fullBucket(this.#rate, now), seenAt: now, toldAt: Number.NEGATIVE_INFINITY, refused: [], bad: [] };
		this.#people.set(userId, person);
		return person;
	}
}

/** Notes a time; whether it is the last of so many within a minute. */
function countsUpTo(times: number[], most: number, now: number): boolean {
	times.push(now);
	if (times.length < most) return false;
	const first = times.shift() as number;
	return now - first < minute;
}
