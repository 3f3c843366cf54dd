// Limits how much one person may send, over all their sockets, and the guests of one network together. Frames are
// counted before they are read, so that refusing one costs next to nothing; counts outlive a connection, so that
// reconnecting does not reset them. Pure. Times in ms.

import { limits } from "../../protocol/limits.ts";
import type { Requester } from "../ports.ts";
import { type Bucket, Buckets, fullBucket, type Rate, take } from "../rate.ts";

/** `refuse`: do not read it; notify its sender if `shouldNotify`. `flooding`: shut its sender out. */
export type Verdict = { type: "read" } | { type: "refuse"; shouldNotify: boolean; retryAfterMs: number } | { type: "flooding" };

type Counts = { bucket: Bucket; seenAt: number; notifiedAt: number; refused: number[]; bad: number[] };

/** Far more frames than typing, a client emptying its outbox, or the configured send rate need. */
function frameRate(sends: Rate): Rate {
	return { burst: Math.max(400, sends.burst * 4), perSecond: Math.max(100, sends.perSecond * 4) };
}

/** A frame counts as one, and once more for every so many UTF-16 units. */
const unitsPerCount = 16 * 1024;
/** A file is counted by its quota. As a frame, so many bytes of it count as one UTF-16 unit. */
const bytesPerUnit = 64;
const minute = 60_000;

/** By how much a frame counts, in UTF-16 units. */
export function lengthOfFrame(frame: string | ArrayBuffer): number {
	return typeof frame === "string" ? frame.length : frame.byteLength / bytesPerUnit;
}

export class FloodControl {
	readonly #rate: Rate;
	readonly #people = new Map<string, Counts>();
	readonly #networks: Buckets;

	constructor(sends: Rate) {
		this.#rate = frameRate(sends);
		this.#networks = new Buckets(this.#rate, limits.guestsOfNetwork.frames);
	}

	/** Counts a frame of `length` UTF-16 units or bytes. */
	count({ userId, network }: Requester, length: number, now: number): Verdict {
		const person = this.#person(userId, now);
		person.seenAt = now;
		const count = 1 + Math.floor(length / unitsPerCount);
		const taken = take(person.bucket, this.#rate, now, count);
		const networkWait = this.#networks.waitFor(network, now, count);
		if ("bucket" in taken && networkWait === 0) {
			person.bucket = taken.bucket;
			this.#networks.spend(network, now, count);
			return { type: "read" };
		}
		if (reaches(person.refused, limits.refusedFramesPerMinute, now)) return { type: "flooding" };
		const shouldNotify = now - person.notifiedAt >= 1_000;
		if (shouldNotify) person.notifiedAt = now;
		return { type: "refuse", shouldNotify, retryAfterMs: Math.max(networkWait, "bucket" in taken ? 0 : taken.retryAfterMs) };
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
