// One list after the other is told, each at most once at a time: of two calls under way the later could come first. Who cannot be told
// is owed, over a sleep too, and tried again. Knows nothing of who is to hear what.

import { limits } from "../../protocol/limits.ts";
import type { Store } from "../store/store.ts";

/** In ms. A list that does not answer within it counts as one that failed. */
const answerWithin = 10_000;
/** How often a list that fails is tried, and the pauses between, in ms: 5, 20, 80, 320 and 1280 s. Then it hears the next news. */
const mostTries = 6;
const pauseAfter = (tries: number) => 5_000 * 4 ** (tries - 1);

export class Deliveries {
	readonly #store: Store;
	readonly #deliver: (userId: string) => Promise<unknown>;
	readonly #alarm: { watch(): void };
	readonly #now: () => number;
	/** Who is just being told, and whether that is not the latest any more. */
	readonly #underWay = new Map<string, { isOutdated: boolean; done: Promise<void> }>();
	#retryAt: number | undefined;

	/** `deliver`: tells a list how things stand at that moment. */
	constructor(parts: { store: Store; deliver: (userId: string) => Promise<unknown>; alarm: { watch(): void }; now: () => number }) {
		this.#store = parts.store;
		this.#deliver = parts.deliver;
		this.#alarm = parts.alarm;
		this.#now = parts.now;
	}

	/** When those whose lists failed are to be tried again, in ms. */
	get retryAt(): number | undefined {
		return this.#retryAt;
	}

	/** Resolves when the list has been told how things stand by then, or has failed to be; never rejects. */
	tell(userId: string): Promise<void> {
		const known = this.#underWay.get(userId);
		if (known) {
			known.isOutdated = true;
			return known.done;
		}
		const delivery = { isOutdated: false, done: Promise.resolve() };
		this.#underWay.set(userId, delivery);
		delivery.done = this.#run(userId, delivery);
		return delivery.done;
	}

	/** As `tell`, and not forgotten if the object dies before. */
	owe(userId: string): Promise<void> {
		this.#store.outbox.owe(userId, 0);
		return this.tell(userId);
	}

	/** Resolves when nothing that this list is told is under way. */
	quiet(userId: string): Promise<void> {
		return this.#underWay.get(userId)?.done ?? Promise.resolve();
	}

	/** Tries those again who are owed something. */
	async retry(): Promise<void> {
		this.#retryAt = undefined;
		const owed = [...this.#store.outbox.owed].filter(([userId, tries]) => tries < mostTries && !this.#underWay.has(userId));
		if (owed.length > limits.calls) this.#tryAgainAfter(pauseAfter(1));
		await Promise.all(owed.slice(0, limits.calls).map(([userId]) => this.tell(userId)));
	}

	async #run(userId: string, delivery: { isOutdated: boolean }): Promise<void> {
		const { outbox } = this.#store;
		try {
			do {
				delivery.isOutdated = false;
				await inTime(this.#deliver(userId));
			} while (delivery.isOutdated);
			if (this.#store.exists) outbox.settle(userId);
		} catch (error) {
			if (!this.#store.exists) return;
			console.error("A member's list could not be told", this.#store.info.id, userId, error);
			const tries = (outbox.owed.get(userId) ?? 0) + 1;
			outbox.owe(userId, tries);
			if (tries < mostTries) this.#tryAgainAfter(pauseAfter(tries));
		} finally {
			this.#underWay.delete(userId);
		}
	}

	#tryAgainAfter(pause: number): void {
		this.#retryAt = Math.min(this.#retryAt ?? Number.POSITIVE_INFINITY, this.#now() + pause);
		this.#alarm.watch();
	}
}

/** Rejects where there is no answer for too long. */
async function inTime(answer: Promise<unknown>): Promise<void> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => late.reject(new Error("No answer in time")), answerWithin);
	try {
		await Promise.race([answer, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}
