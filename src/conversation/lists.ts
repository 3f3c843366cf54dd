// The lists in which people find their conversations again: who hears, and when, how this one stands now.
// Who is looking at it needs no news of it; they hear when they leave. The others hear at once in a calm conversation, and in a busy or
// large one as seldom as it bears. Knows nothing of where the lists are.

import { limits } from "../protocol/limits.ts";
import type { Listing } from "./conversation.ts";
import type { Store } from "./store.ts";

/** Between two rounds of telling, in ms: a second, and more where there are many to tell. */
function roundGap(members: number): number {
	return Math.min(60_000, Math.max(1_000, members * 50));
}

export class Lists implements Listing {
	readonly #store: Store;
	readonly #here: () => Set<string>;
	readonly #tell: (userIds: string[]) => Promise<void>;
	readonly #now: () => number;
	/** The round that is to come: who hears in it in any case, and whether those do who are not here. */
	#next: { owed: Set<string>; isNews: boolean } | undefined;
	#nextRoundAt = 0;
	#entered: Promise<void> = Promise.resolve();

	/** `here`: the people who are looking at the conversation; `tell` never rejects. */
	constructor(parts: { store: Store; here: () => Set<string>; tell: (userIds: string[]) => Promise<void>; now: () => number }) {
		this.#store = parts.store;
		this.#here = parts.here;
		this.#tell = parts.tell;
		this.#now = parts.now;
	}

	changed(by: string): void {
		this.#owe(by, true);
	}

	left(userId: string): void {
		this.#owe(userId, false);
	}

	entered(userId: string): void {
		this.#entered = this.#tell([userId]);
	}

	/** Resolves when who entered last has it in their list. */
	get told(): Promise<void> {
		return this.#entered;
	}

	#owe(userId: string, isNews: boolean): void {
		if (this.#next) {
			this.#next.owed.add(userId);
			this.#next.isNews ||= isNews;
			return;
		}
		this.#next = { owed: new Set([userId]), isNews };
		const wait = this.#nextRoundAt - this.#now();
		if (wait <= 0) this.#round(this.#next);
		else setTimeout(this.#round, wait, this.#next);
	}

	readonly #round = ({ owed, isNews }: { owed: Set<string>; isNews: boolean }): void => {
		this.#next = undefined;
		if (!this.#store.exists) return;
		const members = this.#store.members(limits.members).map(({ userId }) => userId);
		this.#nextRoundAt = this.#now() + roundGap(members.length);
		const here = this.#here();
		void this.#tell(members.filter((userId) => owed.has(userId) || (isNews && !here.has(userId))));
	};
}
