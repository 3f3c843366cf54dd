// How much work each person, and the guests of each network together, may give the conversation by calls, joins and
// searches, whatever way they come in by. Work is counted when it is done, by what was read. The next work waits until
// it is regained. Pure; times in ms.

import { limits } from "../../protocol/limits.ts";
import { lengthOf as lengthOfTexts, type Message } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Requester } from "../ports.ts";
import { Buckets } from "../rate.ts";

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
	/** Verifying a newer token over an open socket, which asks a guest's own object. */
	renew: 4,
	/** Looking words up, besides what is found. */
	search: 20,
	/** Beginning a fork, besides what is read for it: a new object stores it all. */
	fork: 40,
	/** Changing what all members see. */
	change: 8,
	/** Reporting what was read. */
	read: 2,
	/** Marking messages as unread, which writes a row and notifies the person's list. */
	markUnread: 16,
} as const;

/** The price of a page of members. With `q` it costs as much as a search. */
export function priceOfPage({ q = "" }: { q?: string | undefined }): number {
	return q.trim() === "" ? prices.call : prices.search;
}

const { work, guestsOfNetwork } = limits;

export class WorkRate {
	readonly #people = new Buckets(work);
	readonly #networks = new Buckets(work, guestsOfNetwork.work);

	/**
	 * Counts the beginning of some work, or refuses it. `reserve`: the counts that must be left besides, for work that nobody waits
	 * for.
	 */
	begin({ userId, network }: Requester, now: number, price: number = prices.call, reserve = 0): Refusal | undefined {
		const needed = price + reserve;
		const retryAfterMs = Math.max(this.#people.waitFor(userId, now, needed), this.#networks.waitFor(network, now, needed));
		if (retryAfterMs > 0) return { code: "rate_limited", retryAfterMs };
		this.#spend({ userId, network }, now, price);
	}

	/** Counts what was read. It was done, so that it is never refused. */
	count(requester: Requester, now: number, read: Read): void {
		this.#spend(requester, now, countsOf(read));
	}

	#spend({ userId, network }: Requester, now: number, count: number): void {
		this.#people.spend(userId, now, count);
		this.#networks.spend(network, now, count);
	}
}

/** The counts for what was read. */
export function countsOf({ rows, length }: Read): number {
	return rows / work.rowsPerCount + length / work.lengthPerCount;
}

/**
 * What it takes to look through messages of which few are handed out. Long ones take longer, although most of them is
 * passed over: 20,000 of 2,000 characters took 48 ms, 5,000 of 100,000 took 75 ms.
 */
export function scanOf(places: number, sql: SqlStorage, newest: number): Read {
	return { rows: places / 3, length: (places * sql.databaseSize) / Math.max(1, newest) / 200 };
}

type Sized = Pick<Message, "content" | "thinking"> & Partial<Pick<Message, "mentions" | "reactions" | "files">>;

/** A mention, and a person in a reaction, in UTF-16 units of JSON. */
const [mentionLength, reactionLength] = [80, 40];

/** What it takes to read messages. */
export function readOf(messages: readonly Sized[]): Read {
	return { rows: messages.length, length: messages.reduce((sum, message) => sum + lengthOf(message), 0) };
}

function lengthOf({ mentions = [], reactions = [], ...texts }: Sized): number {
	const reacting = reactions.reduce((sum, { userIds }) => sum + userIds.length, 0);
	return lengthOfTexts(texts) + mentions.length * mentionLength + reacting * reactionLength;
}
