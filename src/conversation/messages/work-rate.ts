// How much work each person may give the conversation by calls, joins and searches, whatever way they come in by. Work is
// counted when it is done, by what was read. The next work waits until the person has regained it. Pure; times in ms.

import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { type Bucket, fullBucket, leftIn, spend, take } from "../rate.ts";

/** What was read: rows, and their text in UTF-16 units. */
export type Read = { rows: number; length: number };

/** Counts for work whose price does not depend on what it reads. */
export const prices = {
	/** Any call. */
	call: 1,
	/** Opening a socket, which the other members may be notified of. */
	connect: 8,
	/** Joining again over an open socket, which clients seldom need. */
	rejoin: 20,
	/** Looking words up, besides what is found. */
	search: 20,
	/** Changing what all members see. */
	change: 8,
	/** Reporting what was read. */
	read: 2,
	/** Marking messages as unread, which writes a row and notifies the person's list. */
	markUnread: 16,
} as const;

const { work } = limits;

export class WorkRate {
	readonly #buckets = new Map<string, Bucket>();

	/**
	 * Counts the beginning of some work, or refuses it. `reserve`: the counts that must be left besides, for work that nobody waits
	 * for.
	 */
	begin(userId: string, now: number, price: number = prices.call, reserve = 0): Refusal | undefined {
		const taken = take(this.#bucket(userId, now), work, now, price + reserve);
		if ("retryAfterMs" in taken) return { code: "rate_limited", retryAfterMs: taken.retryAfterMs };
		this.#spend(userId, now, price);
	}

	/** Counts what was read. It was done, so that it is never refused. */
	count(userId: string, now: number, { rows, length }: Read): void {
		this.#spend(userId, now, rows / work.rowsPerCount + length / work.lengthPerCount);
	}

	#spend(userId: string, now: number, count: number): void {
		this.#buckets.set(userId, spend(this.#bucket(userId, now), work, now, count));
	}

	#bucket(userId: string, now: number): Bucket {
		const known = this.#buckets.get(userId);
		if (known) return known;
		for (const [id, bucket] of this.#buckets) if (leftIn(bucket, work, now) >= work.burst) this.#buckets.delete(id);
		return fullBucket(work, now);
	}
}

/** What it takes to read messages. */
export function readOf(messages: readonly Pick<Message, "content" | "thinking">[]): Read {
	return { rows: messages.length, length: messages.reduce((sum, { content, thinking = "" }) => sum + content.length + thinking.length, 0) };
}
