// The reports of objects that are not stored yet. Reports of many objects are stored together, so that each costs no row of its own.
// Nothing here lasts: an object that is lost takes at most some seconds of reports with it.

import { sumOf } from "../metrics/series.ts";
import type { Report } from "../protocol/admin/records.ts";

type Lists = Omit<Report, "counts">;
type Waiting = { [K in keyof Lists]-?: Map<string, NonNullable<Lists[K]>[number]> } & { counts: Required<Report>["counts"] };

/** In ms. */
const storeAfter = 5_000;

export class Reports {
	readonly #store: (reports: Required<Report>) => void;
	#waiting: Waiting = empty();
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(store: (reports: Required<Report>) => void) {
		this.#store = store;
	}

	/** The newest report on a subject counts. */
	add({ people = [], conversations = [], spent = [], counts = {} }: Report): void {
		for (const one of people) this.#waiting.people.set(one.userId, one);
		for (const one of conversations) this.#waiting.conversations.set(one.id, one);
		for (const one of spent) this.#waiting.spent.set(`${one.day} ${one.userId}`, one);
		this.#waiting.counts = sumOf(this.#waiting.counts, counts);
		this.#timer ??= setTimeout(() => this.flush(), storeAfter);
	}

	/** Stores everything now. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const { people, conversations, spent, counts } = this.#waiting;
		if (people.size + conversations.size + spent.size + Object.keys(counts).length === 0) return;
		this.#waiting = empty();
		this.#store({ people: [...people.values()], conversations: [...conversations.values()], spent: [...spent.values()], counts });
	}

	/** A person was erased: what waits of them is dropped. */
	forget(userId: string): void {
		this.#waiting.people.delete(userId);
		for (const [key, { userId: of }] of this.#waiting.spent) if (of === userId) this.#waiting.spent.delete(key);
	}

	forgetConversation(id: string): void {
		this.#waiting.conversations.delete(id);
	}
}

function empty(): Waiting {
	return { people: new Map(), conversations: new Map(), spent: new Map(), counts: {} };
}
