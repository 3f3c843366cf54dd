// Limits how much one person may send, over all their sockets. Frames are counted before they are read, so that
// refusing one costs next to nothing; counts outlive a connection, so that reconnecting does not reset them. Pure.
// Times in ms.

import { limits } from "../../protocol/limits.ts";
import { type Bucket, fullBucket, type Rate, take } from "../rate.ts";

/** `refuse`: do not read it; notify its sender if `shouldNotify`. `flooding`: shut its sender out. */
export type Verdict = { type: "read" } | { type: "refuse"; shouldNotify: boolean; retryAfterMs: number } | { type: "flooding" };

type Counts = { bucket: Bucket; seenAt: number; notifiedAt: number; refused: number[]; bad: number[] };

/** Far more frames than typing, a client emptying its outbox, or the configured send rate need. */
function frameRate(sends: Rate): Rate {
	return { burst: Math.max(400, sends.burst * 4), perSecond: Math.max(100, sends.perSecond * 4) };
}

/** A frame counts as one, and once more for every so many UTF-16 units. */
const unitsPerCount = 16 * 1024;
const minute = 60_000;

export class FloodControl {
	readonly #rate: Rate;
	readonly #people = new Map<string, Counts>();

	constructor(sends: Rate) {
		this.#rate = frameRate(sends);
	}

	/** Counts a frame of `length` UTF-16 units or bytes. */
	count(userId: string, length: number, now: number): Verdict {
		const person = this.#person(userId, now);
		person.seenAt = now;
		const taken = take(person.bucket, this.#rate, now, 1 + Math.floor(length / unitsPerCount));
		if ("bucket" in taken) {
			person.bucket = taken.bucket;
			return { type: "read" };
		}
		if (reaches(person.refused, limits.refusedFramesPerMinute, now)) return { type: "flooding" };
		const shouldNotify = now - person.notifiedAt >= 1_000;
		if (shouldNotify) person.notifiedAt = now;
		return { type: "refuse", shouldNotify, ...taken };
	}

	/** Counts a bad frame; true if there were too many within a minute. */
	countBad(userId: string, now: number): boolean {
		return reaches(this.#person(userId, now).bad, limits.badFramesPerMinute, now);
	}

	/** The times of a person's latest bad frames, to be kept over a sleep. */
	badFramesOf(userId: string): readonly number[] {
		return this.#people.get(userId)?.bad ?? [];
	}

	/** Takes up times that were kept over a sleep. */
	restore(userId: string, badFrames: readonly number[], now: number): void {
		const { bad } = this.#person(userId, now);
		if (badFrames.length > bad.length) bad.splice(0, bad.length, ...badFrames);
	}

	#person(userId: string, now: number): Counts {
		const known = this.#people.get(userId);
		if (known) return known;
		// Counts older than a minute have no effect any more.
		for (const [id, { seenAt }] of this.#people) if (now - seenAt > minute) this.#people.delete(id);
		const person: Counts = { bucket: fullBucket(this.#rate, now), seenAt: now, notifiedAt: Number.NEGATIVE_INFINITY, refused: [], bad: [] };
		this.#people.set(userId, person);
		return person;
	}
}

/** Adds a time; true if there are now `most` of them within a minute. */
function reaches(times: number[], most: number, now: number): boolean {
	times.push(now);
	if (times.length < most) return false;
	const first = times.shift() as number;
	return now - first < minute;
}
