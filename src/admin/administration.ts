// The tables and jobs of the administration's object, which its calls share. Must not know who calls.

import { DurableObject } from "cloudflare:workers";
import { microUsdOf } from "../money/cost.ts";
import { purseName } from "../money/object.ts";
import type { Rule } from "../money/rules.ts";
import { Alarm } from "../platform/alarm.ts";
import { hasTables, migrateWhole } from "../platform/migrate.ts";
import { RetryQueue } from "../platform/retry-queue.ts";
import { isGuestId } from "../protocol/person.ts";
import { Audit } from "./audit.ts";
import { Holds } from "./holds.ts";
import { migrations } from "./migrations.ts";
import { People } from "./people.ts";
import { ownerOf, type PurseOwner, Purses } from "./purses.ts";
import { Suspensions } from "./suspensions.ts";

/** For ever, at last once a day: a suspension must reach its person. */
const policy = { firstPause: 2_000, factor: 2, longestPause: 24 * 3600_000, maxTries: Number.POSITIVE_INFINITY };
/** Guests that one run ends. A go has `limits.calls` runs, and each guest is a call. */
const guestsAtOnce = 2;

type Queue = { run: (key: string) => Promise<"done" | { next: undefined }>; failed: string };

export abstract class Administration extends DurableObject<Env> {
	protected readonly suspensions: Suspensions;
	protected readonly knownPeople: People;
	protected readonly knownPurses: Purses;
	protected readonly knownHolds: Holds;
	protected readonly acts: Audit;
	/** Jobs by person. */
	protected readonly suspending: RetryQueue;
	protected readonly erasing: RetryQueue;
	/** Jobs by purse. */
	protected readonly limiting: RetryQueue;
	/** Jobs by conversation. */
	protected readonly deleting: RetryQueue;
	protected readonly holding: RetryQueue;
	/** One job, which ends all guests. */
	protected readonly ending: RetryQueue;
	readonly #queues: RetryQueue[] = [];
	readonly #alarm: Alarm;
	#isOpen: boolean;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const { sql } = ctx.storage;
		this.suspensions = new Suspensions(sql);
		this.knownPeople = new People(sql);
		this.knownPurses = new Purses(sql);
		this.knownHolds = new Holds(sql);
		this.acts = new Audit(sql);
		this.#alarm = new Alarm({ storage: ctx.storage, dueTimes: () => this.#queues.map(({ dueAt }) => dueAt), now: () => Date.now() });
		this.#isOpen = hasTables(sql);
		if (this.#isOpen) migrateWhole(ctx.storage, migrations);
		this.suspending = this.#queue("suspensions", {
			run: async (userId) => {
				for (let passedOn: boolean | undefined; passedOn !== this.suspensions.has(userId); ) {
					passedOn = this.suspensions.has(userId);
					await env.USERS.getByName(userId).suspend(passedOn);
				}
				return "done";
			},
			failed: "A person's suspension could not be passed on",
		});
		this.deleting = this.#queue("deletions", {
			run: async (id) => {
				using calls = await env.CONVERSATIONS.getByName(id).forDeployer();
				await calls.end();
				return "done";
			},
			failed: "A conversation could not be deleted",
		});
		this.holding = this.#queue("holds", {
			run: async (id) => {
				using calls = await env.CONVERSATIONS.getByName(id).forDeployer();
				await calls.hold(this.knownHolds.has(id));
				return "done";
			},
			failed: "A conversation could not be told whether it is held",
		});
		this.erasing = this.#queue("erasures", {
			run: async (userId) => {
				await env.USERS.getByName(userId).erase(isGuestId(userId));
				return "done";
			},
			failed: "A person could not be erased",
		});
		this.limiting = this.#queue("purses", {
			run: async (key) => {
				await this.#passOnLimits(ownerOf(key));
				return "done";
			},
			failed: "A limit could not be passed on",
		});
		this.ending = this.#queue("guests", {
			run: async () => ((await this.#endSomeGuests()) ? { next: undefined } : "done"),
			failed: "Some guests could not be ended",
		});
	}

	/** The names are stored with the jobs: never rename one. */
	#queue(name: string, { run, failed }: Queue): RetryQueue {
		const queue = new RetryQueue({
			sql: this.ctx.storage.sql,
			name,
			policy,
			run,
			failed: ({ key, error }) => console.error(failed, key, error),
			afterLastTry: "keep",
			isOpen: () => this.#isOpen,
			alarm: this.#alarm,
			now: () => Date.now(),
		});
		this.#queues.push(queue);
		return queue;
	}

	protected get isOpen(): boolean {
		return this.#isOpen;
	}

	/** To be called before anything is read or written: the tables are created when they are first needed. */
	protected open(): void {
		if (!this.#isOpen) migrateWhole(this.ctx.storage, migrations);
		this.#isOpen = true;
	}

	override async alarm(): Promise<void> {
		await this.#alarm.handle(async () => void (await Promise.all(this.#queues.map((queue) => queue.runDue()))));
	}

	/** Passes on what is stored by then, also if it has changed meanwhile. */
	async #passOnLimits(owner: PurseOwner): Promise<void> {
		const { of, userId } = owner;
		const purse = this.knownPurses.find(owner, Date.now());
		const rule: Rule | undefined = purse && {
			limits: purse.limits.map(({ usd, period }) => ({ microUsd: microUsdOf(usd), period })),
			until: purse.until === undefined ? undefined : Date.parse(purse.until),
		};
		const ledger = this.env.LEDGER.getByName(purseName(userId === undefined ? "deployment" : { userId }));
		await ledger.setRule(of === "people" || of === "guests" ? of : "own", rule);
	}

	/** Returns true if there are more. */
	async #endSomeGuests(): Promise<boolean> {
		const guests = this.knownPeople.guestsBefore(this.knownPeople.guestsEndedAt, guestsAtOnce);
		await Promise.all(
			guests.map(async (userId) => {
				if (await this.env.USERS.getByName(userId).endGuest()) this.knownPeople.forget(userId);
				else this.knownPeople.markAccount(userId);
			}),
		);
		return guests.length > 0;
	}
}
