// Does the same thing in each of a person's conversations, in steps. A conversation that fails is tried again, also after the
// object has slept, and holds up no other. Must not know what is done there.

import type { SharedAlarm } from "../platform/alarm.ts";
import { type RetryPolicy, RetryQueue } from "../platform/retry-queue.ts";

/** The names are stored with the jobs: never rename one. */
export type Act = "sign-out" | "tokens" | "sessions" | "rename" | "suspend";

/** For ever, at last once a day: a conversation would keep a member who has signed out for good. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, longestPause: 24 * 3600_000, maxTries: Number.POSITIVE_INFINITY };
/** Conversations that are called side by side. */
const concurrency = 50;

export class Everywhere {
	/** Jobs by act and conversation id, with a space between them. */
	readonly #queue: RetryQueue;

	/**
	 * `acts` do one thing in one conversation. An act reads what it needs when it runs: a job that is stored already is not
	 * stored again. `isOpen`: the person's tables exist.
	 */
	constructor(parts: {
		sql: SqlStorage;
		acts: Record<Act, (conversationId: string) => Promise<unknown>>;
		isOpen: () => boolean;
		alarm: SharedAlarm;
		now: () => number;
	}) {
		const { sql, acts, isOpen, alarm, now } = parts;
		this.#queue = new RetryQueue({
			sql,
			name: "everywhere",
			policy,
			run: async (key) => {
				const [act, id] = key.split(/ (.*)/s) as [Act, string];
				await acts[act](id);
				return "done";
			},
			failed: ({ key, error }) => console.error("A conversation could not be called for one of its people", key, error),
			afterLastTry: "keep",
			concurrency,
			isOpen,
			alarm,
			now,
		});
	}

	/** When a conversation is to be called, in ms. */
	get dueAt(): number | undefined {
		return this.#queue.dueAt;
	}

	/** Stores what is to be done, and does as much as one go may. Resolves after that go. */
	begin(act: Act, conversationIds: readonly string[]): Promise<void> {
		return this.#queue.enqueueAll(conversationIds.map((id) => [`${act} ${id}`, undefined]));
	}

	/** Continues with what is due. To be called by the alarm. */
	proceed(): Promise<void> {
		return this.#queue.runDue();
	}

	/** Nothing of this kind is left to do. */
	isDone(act: Act): boolean {
		return !this.#queue.keys.some((key) => key.startsWith(`${act} `));
	}

	/** Forgets everything that is left to do. */
	cancel(): void {
		for (const key of this.#queue.keys) this.#queue.cancel(key);
	}
}
