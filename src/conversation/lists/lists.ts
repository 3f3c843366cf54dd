// The lists in which people find their conversations again: who hears, and when, how this one stands for them now.
// Each hears the whole of it, so that nothing is ever counted twice, and what was missed is made good by what comes next. Who is
// looking needs no news; they hear when they leave. The others hear at once in a calm conversation, and in a busy or large one as
// seldom as it bears. Knows nothing of where the lists are.

import type { ListSummary } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Listing } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { type Deliveries, newDeliveries } from "./deliveries.ts";
import { Standings } from "./summary.ts";

/** Tells one member's list how the conversation stands for them. */
export type Tell = (userId: string, standing: ListSummary) => Promise<unknown>;

/** Some members after each other, from the one after `after` on. `isForAll`: also those who look. */
type Round = { target: number; after: string; isForAll: boolean };

/** In ms: between two rounds of telling, a second, and more where there are many to tell. */
function roundGap(members: number): number {
	return Math.min(60_000, Math.max(1_000, members * 50));
}

/** In ms. Who is here and has not read something for so long is not looking. */
const patience = 3_000;
/** In ms. A longer wait is left to the alarm: a timer keeps the object in memory, which is paid for. */
const longestTimer = 3_000;
/** In ms, between two steps of a round. */
const stepGap = 1_000;
export class Lists implements Listing {
	readonly #store: Store;
	readonly #here: () => Set<string>;
	readonly #alarm: { watch(): void };
	readonly #now: () => number;
	readonly #standings: Standings;
	readonly #deliveries: Deliveries;

	/** What each who was told in this life of the object was told last: up to which message, and at which revision. */
	readonly #told = new Map<string, { seq: number; revision: number }>();
	/** The newest message when this life began: whoever was not told in it may know of it. */
	readonly #wokeAt: number;
	/** Up to which revision the rounds have told, and whether that is to be written down. */
	#roundsTold: number;
	#isUnkept = false;
	#round: Round | undefined;
	#running: Promise<void> | undefined;
	/** When the last round began, in ms. */
	#roundAt: number;
	/** When the alarm is to bring the next round, or its next step, in ms. */
	#alarmAt: number | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Who was here in the last round with something that came just before: they may be about to read it. */
	readonly #lingering = new Set<string>();
	#lingerTimer: ReturnType<typeof setTimeout> | undefined;
	#entered: Promise<void> = Promise.resolve();

	/** `here`: the people who have the conversation open. */
	constructor(parts: {
		sql: SqlStorage;
		store: Store;
		here: () => Set<string>;
		tell: Tell;
		alarm: { watch(): void; readonly settled: Promise<void> };
		now: () => number;
	}) {
		this.#store = parts.store;
		this.#here = parts.here;
		this.#alarm = parts.alarm;
		this.#now = parts.now;
		this.#standings = new Standings(parts.store);
		this.#deliveries = newDeliveries({
			sql: parts.sql,
			store: parts.store,
			deliver: async (userId) => {
				const standing = this.#store.exists ? this.#standings.of(userId) : undefined;
				// Who is no member hears that elsewhere.
				if (!standing) return;
				this.#told.set(userId, this.#store.log.head);
				await parts.tell(userId, standing);
			},
			alarm: parts.alarm,
			now: parts.now,
		});
		const { exists } = this.#store;
		this.#wokeAt = exists ? this.#store.log.head.seq : 0;
		const told = exists ? this.#store.outbox.told : { revision: 0, at: 0 };
		this.#roundsTold = told.revision;
		this.#roundAt = Math.min(told.at, this.#now());
		if (told.round) this.#round = { ...told.round, isForAll: told.revision < 0 };
	}

	// News

	changed(_by: string, to?: "all"): void {
		if (!this.#store.exists) return;
		if (to === "all") {
			this.#roundsTold = -1;
			this.#round = undefined;
			this.#store.outbox.keep({ revision: -1, at: this.#store.outbox.told.at });
		}
		this.#look();
	}

	entered(userId: string): void {
		this.#entered = this.#deliveries.enqueue(userId, undefined);
	}

	/** Resolves when who entered last has it in their list, or their list has failed. */
	get settled(): Promise<void> {
		return this.#entered;
	}

	/** Resolves when nothing that this person's list is told is under way. */
	quiet(userId: string): Promise<void> {
		return this.#deliveries.idle(userId);
	}

	passed(): void {
		const { revision } = this.#store.log.head;
		// What is behind by more than this is told anyway.
		if (this.#running || this.#round || this.#roundsTold !== revision - 1) return;
		this.#roundsTold = revision;
		this.#isUnkept = true;
		this.#keepTold();
	}

	left(userId: string): void {
		if (!this.#store.exists) return;
		const isNews = this.#told.get(userId)?.revision !== this.#store.log.head.revision;
		const told = isNews && this.#store.members.find(userId) ? this.#deliveries.attempt(userId, undefined) : Promise.resolve();
		void told.then(() => this.#lingersNot(userId));
	}

	read(userId: string, from: number, upTo: number): void {
		const told = this.#told.get(userId)?.seq ?? this.#wokeAt;
		// Their list shows something as unread that is read now; if not, it is right and can wait for the rest.
		if (this.#standings.unread(userId, from, Math.min(upTo, told)) > 0) void this.#deliveries.attempt(userId, undefined);
		else this.#told.set(userId, { seq: told, revision: -1 });
		if (this.#standings.unreadSince(userId, upTo) === undefined) this.#lingersNot(userId);
	}

	marked(userId: string): void {
		void this.#deliveries.enqueue(userId, undefined);
	}

	// What is owed

	/** When the alarm is to ring, in ms, for `recover`. */
	get dues(): (number | undefined)[] {
		return [this.#alarmAt, this.#deliveries.dueAt];
	}

	/** Tells what is owed; to be called on every wake and by the alarm. Resolves when that is done. */
	async recover(): Promise<void> {
		if (!this.#store.exists) return;
		this.#alarmAt = undefined;
		const retried = this.#deliveries.runDue();
		if (this.#round) this.#run();
		else this.#look();
		await Promise.all([this.#running, retried]);
	}

	// Rounds

	/** Begins a round as soon as one may be, if there is news. */
	#look(): void {
		if (!this.#store.exists || this.#running || (!this.#round && this.#store.log.head.revision <= this.#roundsTold)) return;
		const at = this.#round ? this.#now() + stepGap : this.#roundAt + roundGap(this.#store.members.count);
		const wait = at - this.#now();
		if (wait <= 0) {
			this.#run();
		} else if (wait <= longestTimer && !this.#round) {
			this.#timer ??= setTimeout(() => this.#run(), wait);
		} else if (this.#alarmAt === undefined) {
			this.#alarmAt = at;
			this.#alarm.watch();
		}
	}

	#run(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#alarmAt = undefined;
		if (!this.#store.exists) return;
		this.#running ??= this.#oneStep();
	}

	async #oneStep(): Promise<void> {
		try {
			await this.#step();
		} catch (error) {
			// Not again by itself: the next news, or the next wake, takes it up.
			console.error("Members' lists could not be told", this.#store.info.id, error);
			this.#running = undefined;
			return;
		}
		this.#running = undefined;
		this.#keepTold();
		this.#look();
	}

	/** Tells as many lists as one invocation may. */
	async #step(): Promise<void> {
		this.#round ??= this.#begin();
		const round = this.#round;
		const { hear, last } = this.#audience(round);
		await Promise.all(hear.map((userId) => this.#deliveries.attempt(userId, undefined)));
		if (hear.length > 0) this.#isUnkept = true;
		// Something came that all have to hear: from the beginning. Or it was deleted meanwhile.
		if (this.#round !== round || !this.#store.exists) return;
		const { outbox } = this.#store;
		if (last !== undefined) {
			round.after = last;
			outbox.keep({ revision: outbox.told.revision, at: this.#roundAt, round: { target: round.target, after: last } });
		} else {
			this.#round = undefined;
			this.#roundsTold = round.target;
			this.#linger();
		}
	}

	#begin(): Round {
		this.#roundAt = this.#now();
		this.#lingering.clear();
		return { target: this.#store.log.head.revision, after: "", isForAll: this.#roundsTold < 0 };
	}

	/** Who is to hear in this step of a round; `last`: whom the next one comes after. */
	#audience({ after, isForAll }: Round): { hear: string[]; last?: string } {
		const here = this.#here();
		const { outbox } = this.#store;
		const hear: string[] = [];
		let last = after;
		for (;;) {
			const readers = outbox.readersAfter(last, limits.calls);
			for (const { userId, readUpTo } of readers) {
				if (hear.length >= limits.calls) return { hear, last };
				const isLooking = here.has(userId) && !isForAll && !this.#deliveries.has(userId);
				const attention = isLooking ? this.#attention(userId, readUpTo) : "none";
				if (attention === "none") hear.push(userId);
				if (attention === "due") this.#lingering.add(userId);
				last = userId;
			}
			if (readers.length < limits.calls) return { hear };
		}
	}

	/** Of who is here: whether they have read everything, may be about to, or do not look. */
	#attention(userId: string, readUpTo: number): "full" | "due" | "none" {
		const unreadSince = this.#standings.unreadSince(userId, readUpTo);
		if (unreadSince === undefined) return "full";
		return unreadSince > this.#now() - patience ? "due" : "none";
	}

	/** Those who linger hear if they do not read in time. */
	#linger(): void {
		if (this.#lingering.size > 0) this.#lingerTimer ??= setTimeout(this.#lookAtLingering, patience);
	}

	readonly #lookAtLingering = async (): Promise<void> => {
		this.#lingerTimer = undefined;
		if (!this.#store.exists) return;
		const all = [...this.#lingering].slice(0, limits.calls);
		await Promise.all(all.map((userId) => this.#lookAt(userId)));
		this.#linger();
	};

	async #lookAt(userId: string): Promise<void> {
		const attention = this.#attention(userId, this.#store.members.readUpTo(userId));
		if (attention === "due") return;
		if (attention === "none") await this.#deliveries.attempt(userId, undefined);
		this.#lingersNot(userId);
	}

	#lingersNot(userId: string): void {
		if (!this.#lingering.delete(userId) || this.#lingering.size > 0) return;
		clearTimeout(this.#lingerTimer);
		this.#lingerTimer = undefined;
		this.#keepTold();
	}

	/** Writes down how far the lists were told, when that is far enough for everybody. Where nobody had to be told, nobody will have to be after a sleep. */
	#keepTold(): void {
		if (!this.#store.exists || !this.#isUnkept || this.#running || this.#round || this.#roundsTold < 0 || this.#lingering.size > 0) return;
		this.#isUnkept = false;
		this.#store.outbox.keep({ revision: this.#roundsTold, at: this.#roundAt });
	}
}
