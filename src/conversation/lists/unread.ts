// Counts what members have not read. One look at the end of the log serves all of them. Pure.

import { limits } from "../../protocol/limits.ts";
import { claude } from "../../protocol/person.ts";
import type { Recent } from "../store/log-reader.ts";

export class Unread {
	readonly #newestFirst: readonly Recent[];

	/** The newest messages that count, newest first: `limits.unread` of them, if there are so many. */
	constructor(newestFirst: readonly Recent[]) {
		this.#newestFirst = newestFirst;
	}

	/** Includes messages that arrived or changed. `undefined` if that takes another look at the log. */
	with(changed: readonly Recent[]): Unread | undefined {
		const seqs = new Set(changed.map(({ seq }) => seq));
		const all = [...changed.filter(({ counts }) => counts), ...this.#newestFirst.filter(({ seq }) => !seqs.has(seq))];
		const wasFull = this.#newestFirst.length >= limits.unread;
		if (wasFull && all.length < limits.unread) return undefined;
		return new Unread(all.sort((one, other) => other.seq - one.seq).slice(0, limits.unread));
	}

	/** Counts other people's messages after one seq, up to another: `limits.unread` at most. */
	count(userId: string, after: number, upTo = Number.POSITIVE_INFINITY): number {
		return this.#newestFirst.filter(({ seq, authorId }) => seq > after && seq <= upTo && authorId !== userId).length;
	}

	/** Counts Claude's answers to a member's questions after a seq. */
	countAnswers(userId: string, after: number): number {
		return this.#newestFirst.filter(({ seq, askers }) => seq > after && askers?.includes(userId)).length;
	}

	/** Like `count`, without Claude's replies. */
	countOfPeople(userId: string, after: number): number {
		return this.#newestFirst.filter(({ seq, authorId }) => seq > after && authorId !== userId && authorId !== claude.userId).length;
	}

	/** When the first of other people's messages after a seq arrived, in ms. */
	since(userId: string, after: number): number | undefined {
		return this.#newestFirst.findLast(({ seq, authorId }) => seq > after && authorId !== userId)?.at;
	}
}
