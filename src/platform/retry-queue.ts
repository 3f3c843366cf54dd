// Jobs that survive the death of the object that began them. A job runs until it succeeds, with growing
// pauses between its tries, and at most a given number of times. Must not know what a job does.

import { limits } from "../protocol/limits.ts";
import type { SharedAlarm } from "./alarm.ts";
import { orFull } from "./full.ts";
import { type Job, JobRows } from "./job-rows.ts";
import { type Failure, type Progress, pauseAfter, pauseAskedBy, type RetryPolicy } from "./retry-policy.ts";

export type { Progress, RetryPolicy };

type Options<Data> = {
	sql: SqlStorage;
	/** Distinguishes the queues of one object. It is stored with every job: never rename it. */
	name: string;
	policy: RetryPolicy;
	/**
	 * Must be safe to repeat: a job whose object dies before its success is stored runs again. Rejects if it failed;
	 * an error with `retryAfterMs`, such as one made of a Retry-After header, puts the next try off at least so long.
	 */
	run: (key: string, data: Data) => Promise<Progress<Data>>;
	/** Called after every failed try, to log or count it. Must not throw. */
	failed: (failure: Failure) => void;
	/** After its last try a job is removed, or kept: then it runs again only when it is next attempted or enqueued. */
	afterLastTry: "remove" | "keep";
	/** The most jobs that run side by side. Default: as many as one go may run. */
	concurrency?: number;
	/** While this returns false nothing is run or stored: the object's tables may be gone. */
	isOpen?: () => boolean;
	alarm: SharedAlarm;
	now: () => number;
};

/** `isOutdated`: the job was started again meanwhile. `budget`: the runs that are left in this go. */
type Run<Data> = { data: Data; isOutdated: boolean; isScheduled: boolean; budget: { left: number }; done: Promise<boolean> };

/**
 * Each job has a key, and at most one run at a time. A job that is started while it runs is run once more, with the newest data.
 * Every try is counted before it begins, together with the time of the next one. A job that kills its object is therefore
 * retried as late, and as seldom, as one that fails. The object calls `runDue` from its alarm, and gives `dueAt` to that alarm as one of the times at which it is to ring.
 */
export class RetryQueue<Data = undefined> {
	readonly #options: Options<Data>;
	readonly #rows: JobRows<Data>;
	/** The stored jobs without their data. */
	readonly #jobs: Map<string, Job>;
	readonly #runs = new Map<string, Run<Data>>();
	#go: Promise<void> | undefined;

	/** The table may not exist yet, but has to by the time that the first job is stored. */
	constructor(options: Options<Data>) {
		this.#options = options;
		this.#rows = new JobRows(options.sql, options.name);
		this.#jobs = this.#rows.load();
	}

	/**
	 * Runs a job now, and stores it only if it fails. Resolves when it has ended: to false if it failed and there is no room to store it.
	 * Never rejects.
	 */
	attempt(key: string, data: Data): Promise<boolean> {
		return this.#start(key, data, { isScheduled: false, isCounted: false, budget: { left: limits.calls } });
	}

	/**
	 * Stores a job if there is room for it, and runs it now. Resolves as `attempt` does. Sets no alarm unless the job fails: if the object dies
	 * meanwhile, the job runs when something else has woken it. Replaces a job of the same key.
	 */
	enqueue(key: string, data: Data): Promise<boolean> {
		orFull(() => this.#put(key, this.#counted(1), data));
		return this.#start(key, data, { isScheduled: false, isCounted: true, budget: { left: limits.calls } });
	}

	/**
	 * Stores jobs, sets the alarm, and runs as many as one go may; the alarm brings the rest. Resolves after that go.
	 * Everything is stored before this returns; throws if there is no room for it. Stored jobs of the same keys are left alone, unless it `replaces` them.
	 */
	enqueueAll(jobs: Iterable<readonly [key: string, data: Data]>, replaces = false): Promise<void> {
		const dueAt = this.#options.now();
		for (const [key, data] of jobs) {
			if (!replaces && this.#jobs.has(key)) continue;
			this.#put(key, { tries: 0, dueAt }, data);
			this.#repeatRun(key, data);
		}
		this.#options.alarm.bringForward();
		return this.#options.alarm.settled.then(() => this.runDue());
	}

	/** Runs the jobs that are due, `limits.calls` at most. One go at a time: a second call waits for the first. Never rejects. */
	runDue(): Promise<void> {
		this.#go ??= this.#runDue().finally(() => {
			this.#go = undefined;
		});
		return this.#go;
	}

	/** Forgets a stored job. A run in progress goes on, and is stored again if it fails. */
	cancel(key: string): void {
		this.#remove(key);
	}

	/** Resolves when no run of this job is in progress. */
	idle(key: string): Promise<unknown> {
		return this.#runs.get(key)?.done ?? Promise.resolve();
	}

	/** True if the job is stored, even if it was given up and kept. */
	has(key: string): boolean {
		return this.#jobs.has(key);
	}

	/** What is stored of a job. */
	stored(key: string): { data: Data } | undefined {
		return this.has(key) ? this.#rows.find(key) : undefined;
	}

	/** When a stored job runs next, in ms. */
	dueAtOf(key: string): number | undefined {
		return this.#jobs.get(key)?.dueAt ?? undefined;
	}

	/** The keys of all stored jobs. */
	get keys(): string[] {
		return [...this.#jobs.keys()];
	}

	/** When the next job is due, in ms. A job that is being run without the alarm needs none, unless it fails. */
	get dueAt(): number | undefined {
		if (!this.#isOpen) return undefined;
		let earliest: number | undefined;
		for (const [key, { dueAt }] of this.#jobs) {
			if (dueAt === null || this.#runs.get(key)?.isScheduled === false) continue;
			if (earliest === undefined || dueAt < earliest) earliest = dueAt;
		}
		return earliest;
	}

	get #isOpen(): boolean {
		return this.#options.isOpen?.() ?? true;
	}

	async #runDue(): Promise<void> {
		if (!this.#isOpen) return;
		const { concurrency = limits.calls, alarm } = this.#options;
		const budget = { left: limits.calls };
		const keys = this.#due().slice(0, limits.calls).values();
		const work = async () => {
			for (const key of keys) if (budget.left > 0) await this.#runStored(key, budget);
		};
		await Promise.all(Array.from({ length: concurrency }, work));
		if (this.dueAt !== undefined) alarm.bringForward();
	}

	/** Jobs that failed least come first, so that nobody waits for those that cannot succeed. */
	#due(): string[] {
		const now = this.#options.now();
		return [...this.#jobs]
			.filter(([key, { dueAt }]) => dueAt !== null && dueAt <= now && !this.#runs.has(key))
			.sort(([, one], [, other]) => one.tries - other.tries || (one.dueAt as number) - (other.dueAt as number))
			.map(([key]) => key);
	}

	async #runStored(key: string, budget: { left: number }): Promise<void> {
		const job = this.#jobs.get(key);
		if (!this.#isOpen || !job || this.#runs.has(key)) return;
		const row = this.stored(key);
		if (!row) this.#jobs.delete(key);
		// The object died in its last try.
		else if (job.tries >= this.#options.policy.maxTries) this.#fail(key, row.data, new Error("The last try did not end"));
		else await this.#start(key, row.data, { isScheduled: true, isCounted: false, budget });
	}

	/** `isCounted`: this try has been counted. The first run begins before this returns. */
	#start(key: string, data: Data, how: { isScheduled: boolean; isCounted: boolean; budget: { left: number } }): Promise<boolean> {
		const current = this.#repeatRun(key, data);
		if (current) return current.done;
		if (!this.#isOpen) return Promise.resolve(true);
		const run: Run<Data> = { data, isOutdated: false, isScheduled: how.isScheduled, budget: how.budget, done: Promise.resolve(true) };
		this.#runs.set(key, run);
		run.done = this.#run(key, run, how.isCounted);
		return run.done;
	}

	/** A run in progress, of a job that may have been cancelled, is followed by one more with this data. */
	#repeatRun(key: string, data: Data): Run<Data> | undefined {
		const run = this.#runs.get(key);
		return run && Object.assign(run, { data, isOutdated: true });
	}

	async #run(key: string, run: Run<Data>, isCounted: boolean): Promise<boolean> {
		try {
			if (!isCounted) this.#count(key, run.data);
			do {
				run.isOutdated = false;
				run.budget.left -= 1;
				const progress = await this.#options.run(key, run.data);
				if (progress !== "done" && !run.isOutdated && this.#isOpen && !this.#proceed(key, run, progress)) return true;
			} while (run.isOutdated && this.#isOpen);
			this.#remove(key);
			return true;
		} catch (error) {
			return this.#fail(key, run.data, error);
		} finally {
			this.#runs.delete(key);
		}
	}

	/** Stores how far a job has come. Returns whether it may run on in this go; if not, it is the next one's. */
	#proceed(key: string, run: Run<Data>, { next, after = 0 }: { next: Data; after?: number }): boolean {
		run.data = next;
		run.isOutdated = run.budget.left > 0 && after === 0;
		this.#put(key, run.isOutdated ? this.#counted(1) : { tries: 0, dueAt: this.#options.now() + after }, next);
		if (!run.isOutdated) this.#options.alarm.bringForward();
		return run.isOutdated;
	}

	/** Returns false if there is no room to store the job. */
	#fail(key: string, data: Data, error: unknown): boolean {
		try {
			if (this.#isOpen) this.#putOff(key, data, error);
			return true;
		} catch (failure) {
			console.error("A job that failed could not be stored", this.#options.name, key, failure);
			const stored = this.#jobs.get(key);
			// Its row is as it was. In this life of the object it is not tried again at once.
			if (stored && stored.dueAt !== null) this.#jobs.set(key, this.#counted(stored.tries + 1));
			this.#options.alarm.bringForward();
			return stored !== undefined;
		}
	}

	#putOff(key: string, data: Data, error: unknown): void {
		const { policy, failed, afterLastTry, alarm, now } = this.#options;
		const stored = this.#jobs.get(key);
		const tries = stored?.tries ?? 1;
		const isLast = tries >= policy.maxTries;
		failed({ key, error, isLast });
		if (isLast && afterLastTry === "remove") this.#remove(key);
		else if (isLast) {
			if (stored?.dueAt !== null) this.#put(key, { tries, dueAt: null }, data);
		} else {
			// The next try was set when this one began; a failure that took longer than the pause is followed by a whole one.
			const next = stored?.dueAt && stored.dueAt > now() ? stored.dueAt : this.#counted(tries).dueAt;
			const dueAt = Math.max(next ?? 0, now() + pauseAskedBy(error, policy));
			if (stored?.dueAt !== dueAt) this.#put(key, { tries, dueAt }, data);
			alarm.bringForward();
		}
	}

	/** A job whose nth try begins now, as it is stored. */
	#counted(tries: number): Job {
		const { policy, now } = this.#options;
		return { tries, dueAt: now() + pauseAfter(tries, policy) };
	}

	/** Counts a try of a job that is stored. */
	#count(key: string, data: Data): void {
		const stored = this.#jobs.get(key);
		if (!stored) return;
		// A job that was given up stays so until it succeeds.
		const job = stored.dueAt === null ? stored : this.#counted(stored.tries + 1);
		if (this.#rows.update(key, job, data)) this.#jobs.set(key, job);
		else this.#jobs.delete(key);
	}

	#put(key: string, job: Job, data: Data): void {
		this.#rows.put(key, job, data);
		this.#jobs.set(key, job);
	}

	#remove(key: string): void {
		if (this.#isOpen && this.#jobs.delete(key)) this.#rows.remove(key);
	}
}
