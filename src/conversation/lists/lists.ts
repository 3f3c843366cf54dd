// Keeps the conversation's entry in its members' lists up to date: decides who is notified, and when. Every delivery holds the
// whole summary, so that nothing is counted twice, and each makes up for the ones that were missed. Members who have the
// conversation open and read along are not notified; the others are, in rounds. Must not know where the lists are.

import type { SharedAlarm } from "../../platform/alarm.ts";
import type { ListSummary } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { MemberLists } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { type Deliveries, newDeliveries } from "./deliveries.ts";
import { attentionTo, GracePeriod } from "./grace-period.ts";
import { type Round, Rounds, type Step } from "./rounds.ts";
import { Summaries } from "./summary.ts";

/** Members that one step looks at: a few milliseconds of work. */
const mostLookedAt = 10 * limits.calls;

/** People of one message who are notified by it alone. The others wait for a round. */
const mostAddressed = 20;

type Options = {
	sql: SqlStorage;
	store: Store;
	/** Ids of the people who have the conversation open. */
	present: () => Set<string>;
	/** Delivers a summary to one member's list. `later`: it takes none now. */
	deliver: (userId: string, summary: ListSummary) => Promise<unknown>;
	alarm: SharedAlarm;
	now: () => number;
};

export class Lists implements MemberLists {
	readonly #options: Options;
	readonly #store: Store;
	readonly #summaries: Summaries;
	readonly #deliveries: Deliveries;
	readonly #grace: GracePeriod;
	readonly #rounds: Rounds;
	/** The newest message and revision in the last delivery to each list since the object woke. */
	readonly #delivered = new Map<string, { seq: number; revision: number }>();
	/** The newest message when the object woke: lists that were not notified since may know of it. */
	readonly #wokeAtSeq: number;
	#settled: Promise<unknown> = Promise.resolve();

	constructor(options: Options) {
		this.#options = options;
		const { sql, store, alarm, now } = options;
		this.#store = store;
		this.#summaries = new Summaries(store);
		this.#wokeAtSeq = store.exists ? store.log.head.seq : 0;
		this.#deliveries = newDeliveries({ sql, store, deliver: (userId) => this.#deliver(userId), alarm, now });
		const notify = (userId: string) => this.#notify(userId);
		this.#grace = new GracePeriod({
			attentionOf: (userId) => this.#attentionOf(userId, store.members.readUpTo(userId)),
			notify,
			over: () => this.#rounds.save(),
			isOpen: () => store.exists,
		});
		this.#rounds = new Rounds({
			store,
			grace: this.#grace,
			stepOf: (round) => this.#stepOf(round),
			notify,
			alarm,
			now,
		});
	}

	// Events of the conversation

	changed(to?: "all"): void {
		if (!this.#store.exists) return;
		if (to === "all") this.#rounds.scheduleForEverybody();
		else this.#rounds.schedule();
	}

	addressed(userIds: readonly string[]): void {
		if (userIds.length === 0 || !this.#store.exists || !this.#store.members.areMany) return;
		const present = this.#options.present();
		const absent = userIds.filter((userId) => !present.has(userId) && this.#store.members.find(userId));
		for (const userId of absent.slice(0, mostAddressed)) void this.#notify(userId);
	}

	skipRevision(): void {
		this.#rounds.skipRevision();
	}

	memberChanged(userId: string): void {
		this.#settled = this.#deliveries.enqueue(userId, undefined);
	}

	disconnected(userId: string): void {
		if (!this.#store.exists) return;
		const isUpToDate = this.#delivered.get(userId)?.revision === this.#store.log.head.revision;
		const notified = isUpToDate || !this.#store.members.find(userId) ? Promise.resolve() : this.#notify(userId);
		void notified.then(() => this.#grace.delete(userId));
	}

	read(userId: string, from: number, upTo: number): void {
		const deliveredSeq = this.#delivered.get(userId)?.seq ?? this.#wokeAtSeq;
		// A list that shows as unread what was now read is corrected at once. Any other is right, and is updated when they leave.
		if (this.#summaries.unread(userId, from, Math.min(upTo, deliveredSeq)) > 0) void this.#notify(userId);
		else this.#delivered.set(userId, { seq: deliveredSeq, revision: -1 });
		if (this.#summaries.unreadSince(userId, upTo) === undefined) this.#grace.delete(userId);
	}

	markedUnread(userId: string): void {
		void this.#deliveries.enqueue(userId, undefined);
	}

	// Unfinished work

	/** Forgets a delivery that waits to be retried. */
	cancel(userId: string): void {
		this.#deliveries.cancel(userId);
	}

	/** Resolves when the delivery to the list of the member who last joined or changed has succeeded or failed. */
	get settled(): Promise<unknown> {
		return this.#settled;
	}

	/** Resolves when no delivery to this person's list is in progress. */
	idle(userId: string): Promise<unknown> {
		return this.#deliveries.idle(userId);
	}

	/** When `recover` is to be called, in ms. */
	get dueAt(): number | undefined {
		const times = [this.#rounds.dueAt, this.#deliveries.dueAt].filter((at) => at !== undefined);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	/** Continues what is unfinished. To be called on every wake and by the alarm. Resolves when that is done. */
	async recover(): Promise<void> {
		if (!this.#store.exists) return;
		const retried = this.#deliveries.runDue();
		await Promise.all([this.#rounds.recover(), retried]);
	}

	#notify(userId: string): Promise<unknown> {
		return this.#deliveries.attempt(userId, undefined);
	}

	async #deliver(userId: string): Promise<unknown> {
		const summary = this.#store.exists ? this.#summaries.of(userId) : undefined;
		// The lists of former members are updated by removals.
		if (!summary) return undefined;
		this.#delivered.set(userId, this.#store.log.head);
		return this.#options.deliver(userId, summary);
	}

	/** Chooses as many members as one invocation may notify, among a bounded number: many may be reading along. */
	#stepOf({ after, isForEverybody }: Round): Step {
		const present = this.#options.present();
		const userIds: string[] = [];
		let last = after;
		for (let looked = 0; looked < mostLookedAt; looked += limits.calls) {
			const readers = this.#store.listDeliveries.readersAfter(last, limits.calls);
			for (const { userId, readUpTo } of readers) {
				if (userIds.length >= limits.calls) return { userIds, next: last };
				const mayReadAlong = present.has(userId) && !isForEverybody && !this.#deliveries.has(userId);
				const attention = mayReadAlong ? this.#attentionOf(userId, readUpTo) : "is not looking";
				if (attention === "is not looking") userIds.push(userId);
				if (attention === "may be reading") this.#grace.add(userId);
				last = userId;
			}
			if (readers.length < limits.calls) return { userIds };
		}
		return { userIds, next: last };
	}

	#attentionOf(userId: string, readUpTo: number) {
		return attentionTo(this.#summaries.unreadSince(userId, readUpTo), this.#options.now());
	}
}
