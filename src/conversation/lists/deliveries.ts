// Delivers the conversation's summary to its members' lists. A list that fails is tried again, also after the object has slept.
// Knows nothing of who is to be notified, or of what a summary holds.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { inTime } from "../../platform/in-time.ts";
import { type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import type { Store } from "../store/store.ts";

/** In ms. A list that does not answer within it counts as one that failed. */
const answerWithin = 10_000;
/** 5, 20, 80, 320 and 1280 s after each other. After that a list is notified with the next news only. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 4, maxTries: 6 };

/** Jobs by user id. */
export type Deliveries = RetryQueue;

export function newDeliveries(parts: {
	sql: SqlStorage;
	store: Store;
	/** Delivers the summary of that moment to one member's list. `later`: it takes none now. */
	deliver: (userId: string) => Promise<unknown>;
	alarm: SharedAlarm;
	now: () => number;
}): Deliveries {
	const { sql, store, deliver, alarm, now } = parts;
	return new RetryQueue({
		sql,
		name: "lists",
		policy,
		run: async (userId) => {
			const answer = await inTime(deliver(userId), answerWithin);
			return answer === "later" ? { next: undefined, after: policy.firstPause } : "done";
		},
		failed: ({ key, error }) => console.error("A member's list could not be notified", store.info.id, key, error),
		// So that the next round includes a member who has the conversation open, too.
		afterLastTry: "keep",
		isOpen: () => store.exists,
		alarm,
		now,
	});
}
