// Erases a person from every conversation that they are or were in. Conversations that fail, or do not fit into one go, are taken up again,
// also after the object has slept. Knows nothing of what a conversation does for it.

import type { SharedAlarm } from "../platform/alarm.ts";
import { type Progress, type RetryPolicy, RetryQueue } from "../platform/retry-queue.ts";
import { type Counts, ErasureCounts } from "./erasure-counts.ts";

/**
 * The work done so far. `failed`: conversations that failed in this go. `remaining`: conversations that the alarm will continue
 * with.
 */
export type Erased = Counts & { failed: number; remaining: number };

/** A step in one conversation. `after`: its messages up to this seq are done. `upTo`: what came later is not erased. */
export type EraseStep = (id: string, alias: string, after: number, upTo?: number) => Promise<Step>;
/**
 * `isDeleted`: this step deleted the conversation. `isGone`: it was deleted before. `isIncomplete`: its messages are still being copied.
 * `after`: there is more to do beyond this seq, but not beyond `upTo`.
 */
type Step = {
	messages: number;
	reactions: number;
	isDeleted: boolean;
	isGone?: boolean;
	isIncomplete?: boolean;
	after?: number;
	upTo?: number;
};

/**
 * The id that replaces the person's in one conversation, the seq up to which its messages are done, and the last one when the person's
 * membership ended: what they say as a new member stays. The release before leaves that out.
 */
type Place = { alias: string; after: number; upTo?: number };

/** For ever, at last once a day: nobody else would erase what is left. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, longestPause: 24 * 3600_000, maxTries: Number.POSITIVE_INFINITY };
/** Conversations that are worked on side by side. */
const concurrency = 20;

export class Erasure {
	readonly #storage: Pick<DurableObjectStorage, "transactionSync">;
	readonly #counts: ErasureCounts;
	readonly #step: EraseStep;
	readonly #forget: () => Promise<void>;
	readonly #finish: () => Promise<void>;
	/** Jobs by conversation id. */
	readonly #queue: RetryQueue<Place>;
	/** When this life of the object began, in ms. */
	readonly #wokeAt: number;
	#isInProgress: boolean;
	#failed = 0;
	#running: Promise<Erased> | undefined;

	/** `forget`: every conversation is done; repeated until it succeeds. `finish`: nothing of the erasure has to be kept. */
	constructor(parts: {
		storage: Pick<DurableObjectStorage, "sql" | "transactionSync">;
		step: EraseStep;
		forget: () => Promise<void>;
		finish: () => Promise<void>;
		alarm: SharedAlarm;
		now: () => number;
	}) {
		this.#storage = parts.storage;
		this.#counts = new ErasureCounts(parts.storage.sql);
		this.#step = parts.step;
		this.#forget = parts.forget;
		this.#finish = parts.finish;
		this.#wokeAt = parts.now();
		this.#queue = new RetryQueue({
			sql: parts.storage.sql,
			name: "erasure",
			policy,
			run: (id, place) => this.#eraseFrom(id, place),
			failed: ({ key, error }) => {
				this.#failed += 1;
				console.error("A person could not be erased from a conversation", key, error);
			},
			afterLastTry: "keep",
			concurrency,
			alarm: parts.alarm,
			now: parts.now,
		});
		this.#isInProgress = this.#counts.exist;
	}

	/** When it continues, in ms. If only its end is missing, that is due at once. */
	get dueAt(): number | undefined {
		return this.#isInProgress ? (this.#queue.dueAt ?? this.#wokeAt) : undefined;
	}

	get isInProgress(): boolean {
		return this.#isInProgress;
	}

	/** What was done so far, while it is in progress. */
	get progress(): (Counts & { remaining: number }) | undefined {
		return this.#isInProgress ? { ...this.#counts.sum(), remaining: this.#queue.keys.length } : undefined;
	}

	/** True if the conversation is still to be erased from. */
	covers(id: string): boolean {
		return this.#queue.has(id);
	}

	/**
	 * True if the person's membership of the conversation may not have ended yet: its deliveries must not bring it back into the list. Later
	 * ones are about a new membership.
	 */
	awaitsEnd(id: string): boolean {
		return this.#queue.stored(id)?.data.after === 0;
	}

	/**
	 * Adds conversations and works on as many as one go may. In each of them an id of its own replaces the person's, and is
	 * forgotten afterwards. Where an erasure was in progress after the membership had ended, it starts again: the person may have come back.
	 * Everything is stored before the first await, in one step with what is done by `also`: whoever is refused can ask again.
	 */
	begin(ids: readonly string[], also = () => {}): Promise<Erased> {
		const restarted = this.#queue.keys.flatMap((id) => {
			const place = this.#queue.stored(id)?.data;
			return place && place.after > 0 ? [[id, { alias: place.alias, after: 0 }] as const] : [];
		});
		return this.#add([...restarted, ...this.#unknown(ids)], also, true);
	}

	/** Works on one more conversation while it is in progress; returns false otherwise. */
	include(id: string): boolean {
		if (this.#isInProgress) this.#add(this.#unknown([id])).catch(putOff);
		return this.#isInProgress;
	}

	#unknown(ids: readonly string[]): (readonly [string, Place])[] {
		return ids.filter((id) => !this.#queue.has(id)).map((id) => [id, { alias: `erased-${crypto.randomUUID()}`, after: 0 }]);
	}

	#add(jobs: readonly (readonly [string, Place])[], also = () => {}, replaces = false): Promise<Erased> {
		const go = this.#storage.transactionSync(() => {
			// Somebody who was never in a conversation leaves no table behind.
			if (jobs.length > 0) this.#counts.create();
			const enqueued = this.#queue.enqueueAll(jobs, replaces);
			also();
			return enqueued;
		});
		this.#isInProgress = true;
		return this.#report(go);
	}

	/** Continues with what is due. To be called by the alarm. */
	proceed(): Promise<Erased> {
		return this.#report(this.#queue.runDue());
	}

	#report(go: Promise<void>): Promise<Erased> {
		this.#running ??= this.#reportAfter(go).finally(() => {
			this.#running = undefined;
		});
		return this.#running;
	}

	async #reportAfter(go: Promise<void>): Promise<Erased> {
		this.#failed = 0;
		await go;
		const erased = { ...this.#counts.sum(), failed: this.#failed, remaining: this.#queue.keys.length };
		if (erased.remaining > 0) return erased;
		await this.#forget();
		this.#isInProgress = false;
		this.#counts.drop();
		await this.#finish();
		return erased;
	}

	async #eraseFrom(id: string, { alias, after, upTo }: Place): Promise<Progress<Place>> {
		const step = await this.#step(id, alias, after, upTo);
		if (step.isIncomplete) throw new Error("The conversation is still being copied.");
		this.#counts.add({
			conversations: step.after === undefined && !step.isGone ? 1 : 0,
			messages: step.messages,
			reactions: step.reactions,
			deletedConversations: step.isDeleted ? 1 : 0,
		});
		return step.after === undefined ? "done" : { next: { alias, after: step.after, upTo: step.upTo ?? upTo } };
	}
}

/** The alarm goes on with it. */
function putOff(error: unknown): void {
	console.error("An erasure could not be finished yet", error);
}
