// Decides when the members' lists are notified. Each round notifies all who need it, in steps that one invocation can bear;
// rounds are the rarer, the more members there are. Must not know whom a round notifies, or of what.
//
//	idle --news--> waiting --time--> running --all notified--> idle
//	                                 running --more members--> paused --time--> running

import type { SharedAlarm } from "../../platform/alarm.ts";
import { orFull } from "../../platform/full.ts";
import { endOfPause } from "../../platform/pause.ts";
import { limits } from "../../protocol/limits.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import type { Progress } from "../store/list-deliveries.ts";
import type { Store } from "../store/store.ts";
import type { GracePeriod } from "./grace-period.ts";

/** `target`: the newest revision when the round began. `after`: its members up to this id have been notified. */
export type Round = { target: number; after: string; isForEverybody: boolean };

/** Members to notify in one step, and the id after which the next step begins, if there is one. */
export type Step = { userIds: string[]; next?: string };

/** Times in ms. */
type State =
	| { name: "idle" }
	/** Without a timer, the alarm ends the wait. */
	| { name: "waiting"; until: number; timer: ReturnType<typeof setTimeout> | undefined }
	/** `isObsolete`: a round for everybody was asked for meanwhile. */
	| { name: "running"; isObsolete: boolean; done: Promise<void> }
	| { name: "paused"; round: Round; until: number };

type Options = {
	store: Store;
	/** Members whom a round leaves out for the moment, since they may be reading. */
	grace: GracePeriod;
	stepOf: (round: Round) => Step;
	notify: (userId: string) => Promise<unknown>;
	alarm: Pick<SharedAlarm, "bringForward">;
	now: () => number;
};

/** In ms. */
const gapBetweenSteps = 1_000;
/** Rounds take at most this part of the time, so that the largest conversations do not notify somebody at every moment. */
const share = 1 / 4;

/** In ms, from the beginning of a round to the next: a second, or more in a large conversation. */
function gapBetweenRounds(members: number): number {
	const length = (members / limits.calls) * gapBetweenSteps;
	return Math.max(1_000, Math.min(60_000, members * 50), length / share);
}
/** In ms. A longer wait is left to the alarm: a timer keeps the object in memory, which is paid for. */
const longestTimer = 3_000;

/** The revision of which the lists were notified, if everybody is to be notified anew. */
const none = -1;

export class Rounds {
	readonly #options: Options;
	#state: State = { name: "idle" };
	#notifiedUpTo = 0;
	/** When the last round began, in ms. */
	#begunAt = 0;
	#isUnsaved = false;

	constructor(options: Options) {
		this.#options = options;
		const { store, now } = options;
		if (!store.exists) return;
		const { revision, at, round } = store.listDeliveries.progress;
		this.#notifiedUpTo = revision;
		this.#begunAt = Math.min(at, now());
		if (round) this.#state = { name: "paused", round: { ...round, isForEverybody: revision === none }, until: now() };
	}

	/** When `recover` is to be called, in ms. */
	get dueAt(): number | undefined {
		const state = this.#state;
		if (!this.#options.store.exists || state.name === "idle" || state.name === "running") return undefined;
		return state.name === "waiting" && state.timer ? undefined : state.until;
	}

	/** Begins a round if there is news and it is time, or sees to it that one begins later. */
	schedule(): void {
		const { store, alarm, now } = this.#options;
		const state = this.#state;
		if (!store.exists || state.name === "running" || state.name === "paused") return;
		if (store.log.head.revision <= this.#notifiedUpTo) return;
		const until = endOfPause(this.#begunAt, gapBetweenRounds(store.members.count), now());
		const wait = until - now();
		if (wait <= 0) {
			this.#begin();
		} else if (wait <= longestTimer) {
			const timer = (state.name === "waiting" && state.timer) || setTimeout(() => this.#begin(), wait);
			this.#state = { name: "waiting", until, timer };
		} else if (state.name === "idle" || state.until > until) {
			this.#state = { name: "waiting", until, timer: undefined };
			alarm.bringForward();
		}
	}

	/** Schedules a round that also includes members who have the conversation open and have read everything. */
	scheduleForEverybody(): void {
		const { listDeliveries } = this.#options.store;
		this.#notifiedUpTo = none;
		if (this.#state.name === "running") this.#state.isObsolete = true;
		if (this.#state.name === "paused") this.#state = { name: "idle" };
		this.#keep({ revision: none, at: listDeliveries.progress.at });
		this.schedule();
	}

	/** The newest revision needs no round: it changes nothing that a list shows. */
	skipRevision(): void {
		const { revision } = this.#options.store.log.head;
		// If the lists are further behind, there will be a round in any case.
		if (this.#isInRound || this.#notifiedUpTo !== revision - 1) return;
		this.#notifiedUpTo = revision;
		this.#isUnsaved = true;
		this.save();
	}

	/** To be called on every wake and by the alarm. Resolves when a step that this begins is over. */
	async recover(): Promise<void> {
		if (!this.#options.store.exists) return;
		if (this.#state.name === "paused") this.#run(this.#state.round);
		else this.schedule();
		if (this.#state.name === "running") await this.#state.done;
	}

	/**
	 * Stores how far the lists were notified, once nobody is left out. A round that notified nobody writes no row: if it is
	 * repeated after a sleep, it again notifies nobody.
	 */
	save(): void {
		const { store, grace } = this.#options;
		if (!store.exists || !this.#isUnsaved || this.#isInRound || this.#notifiedUpTo === none || !grace.isEmpty) return;
		this.#isUnsaved = !this.#keep({ revision: this.#notifiedUpTo, at: this.#begunAt });
	}

	/** Returns false if there is no room for it: after a sleep, lists are notified again that were notified already. */
	#keep(progress: Progress): boolean {
		return !isRefusal(orFull(() => this.#options.store.listDeliveries.save(progress)));
	}

	get #isInRound(): boolean {
		return this.#state.name === "running" || this.#state.name === "paused";
	}

	#begin(): void {
		const { store, grace, now } = this.#options;
		if (this.#state.name === "waiting") clearTimeout(this.#state.timer);
		this.#state = { name: "idle" };
		if (!store.exists) return;
		this.#begunAt = now();
		grace.clear();
		this.#run({ target: store.log.head.revision, after: "", isForEverybody: this.#notifiedUpTo === none });
	}

	#run(round: Round): void {
		const running = { name: "running" as const, isObsolete: false, done: Promise.resolve() };
		this.#state = running;
		running.done = this.#step(round, running);
	}

	/** Never rejects: nobody waits for what a timer begins. */
	async #step(round: Round, running: { readonly isObsolete: boolean }): Promise<void> {
		const { store, stepOf, notify, alarm } = this.#options;
		try {
			const { userIds, next } = stepOf(round);
			await Promise.all(userIds.map((userId) => notify(userId)));
			if (userIds.length > 0) this.#isUnsaved = true;
			this.#state = { name: "idle" };
			if (!store.exists) return;
			if (!running.isObsolete) this.#conclude(round, next);
			if (this.dueAt !== undefined) alarm.bringForward();
			this.save();
			this.schedule();
		} catch (error) {
			// Not repeated by itself: the next news or the next wake begins another round.
			this.#state = { name: "idle" };
			console.error("Members' lists could not be notified", store.info.id, error);
		}
	}

	#conclude(round: Round, next: string | undefined): void {
		const { store, grace, now } = this.#options;
		if (next === undefined) {
			this.#notifiedUpTo = round.target;
			grace.start();
			return;
		}
		const { listDeliveries } = store;
		this.#state = { name: "paused", round: { ...round, after: next }, until: now() + gapBetweenSteps };
		this.#keep({ revision: listDeliveries.progress.revision, at: this.#begunAt, round: { target: round.target, after: next } });
	}
}
