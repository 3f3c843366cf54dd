import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { migrations as conversationMigrations } from "../../src/conversation/store/migrations.ts";
import { jobsTable } from "../../src/platform/job-rows.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { type Progress, RetryQueue } from "../../src/platform/retry-queue.ts";
import { limits } from "../../src/protocol/limits.ts";
import { migrations as userMigrations } from "../../src/user/migrations.ts";
import { fillUp } from "../support/full.ts";
import { expectLog } from "../support/log.ts";

const second = 1_000;
const policy = { firstPause: 5 * second, factor: 2, longestPause: 30 * second, maxTries: 5 };

type Data = { text: string };
type Job = { key: string; tries: number; due_at: number | null; data: string | null };

/** A queue on real storage whose jobs end as the test says. */
class Harness {
	readonly #storage: DurableObjectStorage;
	now = Date.parse("2026-11-28T12:00:00Z");
	readonly ran: string[] = [];
	readonly failures: string[] = [];
	/** Jobs that fail, and with what. */
	readonly broken = new Map<string, unknown>();
	/** Jobs that do not end until the test ends them. */
	readonly held = new Map<string, PromiseWithResolvers<Progress<Data>>>();
	/** Steps that a job has still to go before it is done. */
	readonly steps = new Map<string, number>();
	/** The number of requests for an alarm. */
	watched = 0;
	atOnce = 0;
	mostAtOnce = 0;
	isOpen = true;
	afterLastTry: "remove" | "keep" = "remove";
	concurrency: number | undefined;
	queue: RetryQueue<Data>;

	constructor(storage: DurableObjectStorage) {
		this.#storage = storage;
		storage.sql.exec(jobsTable);
		this.queue = this.restart();
	}

	/** Starts anew with only what is stored, as after the death of the object. */
	restart(name = "test"): RetryQueue<Data> {
		this.queue = new RetryQueue<Data>({
			sql: this.#storage.sql,
			name,
			policy,
			run: (key, data) => this.#run(key, data),
			failed: ({ key, isLast }) => void this.failures.push(isLast ? `${key} for the last time` : key),
			afterLastTry: this.afterLastTry,
			...(this.concurrency !== undefined && { concurrency: this.concurrency }),
			isOpen: () => this.isOpen,
			alarm: { bringForward: () => void this.watched++, settled: Promise.resolve() },
			now: () => this.now,
		});
		return this.queue;
	}

	async #run(key: string, { text }: Data): Promise<Progress<Data>> {
		this.ran.push(`${key} ${text}`);
		this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
		try {
			const held = this.held.get(key);
			if (held) return await held.promise;
			await Promise.resolve();
			if (this.broken.has(key)) throw this.broken.get(key);
			const left = this.steps.get(key) ?? 0;
			if (left === 0) return "done";
			this.steps.set(key, left - 1);
			return { next: { text: `${text}+` } };
		} finally {
			this.atOnce -= 1;
		}
	}

	/** Keeps a job running until its promise is resolved or rejected. */
	hold(key: string): PromiseWithResolvers<Progress<Data>> {
		const held = Promise.withResolvers<Progress<Data>>();
		this.held.set(key, held);
		return held;
	}

	fails(key: string, error: unknown = new Error("It is broken.")): void {
		this.broken.set(key, error);
	}

	take(): string[] {
		return this.ran.splice(0);
	}

	rows(): Job[] {
		return this.#storage.sql.exec<Job>("SELECT key, tries, due_at, data FROM jobs ORDER BY key").toArray();
	}

	/** The rows that some work wrote. */
	async written(work: () => Promise<unknown>): Promise<number> {
		const sql: SqlStorage = Object.getPrototypeOf(this.#storage.sql);
		const { exec } = sql;
		let rows = 0;
		sql.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
			const cursor = exec.apply(this, query);
			rows += cursor.rowsWritten;
			return cursor;
		} as typeof exec;
		await work();
		sql.exec = exec;
		return rows;
	}

	/** Seconds until the next job is due. */
	get wait(): number | undefined {
		const { dueAt } = this.queue;
		return dueAt === undefined ? undefined : (dueAt - this.now) / second;
	}
}

function withQueue(test: (harness: Harness, storage: DurableObjectStorage) => Promise<void>): Promise<void> {
	return runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => test(new Harness(storage), storage));
}

const data = { text: "data" };

describe("a job that is attempted", () => {
	it("runs at once, and writes no row if it succeeds", () =>
		withQueue(async (harness) => {
			expect(
				await harness.written(async () => {
					const done = harness.queue.attempt("a", data);
					expect(harness.take()).toEqual(["a data"]);
					await done;
				}),
			).toBe(0);
			expect([harness.rows(), harness.wait, harness.watched]).toEqual([[], undefined, 0]);
		}));

	it("is stored by one row if it fails, and retried with its data after a restart", () =>
		withQueue(async (harness) => {
			harness.fails("a");
			expect(await harness.written(() => harness.queue.attempt("a", data))).toBe(1);
			expect([harness.take(), harness.failures, harness.wait, harness.watched]).toEqual([["a data"], ["a"], 5, 1]);
			harness.broken.clear();
			const queue = harness.restart();
			await queue.runDue();
			expect([harness.take(), harness.wait]).toEqual([[], 5]);
			harness.now += 5 * second;
			await queue.runDue();
			expect([harness.take(), harness.rows(), harness.wait]).toEqual([["a data"], [], undefined]);
		}));
});

describe("a job that is enqueued", () => {
	it("is stored before it runs, by one row more than it leaves", () =>
		withQueue(async (harness) => {
			const held = harness.hold("a");
			const written = await harness.written(async () => {
				const done = harness.queue.enqueue("a", data);
				expect(harness.rows()).toEqual([{ key: "a", tries: 1, due_at: harness.now + 5 * second, data: '{"text":"data"}' }]);
				// No alarm is needed for it unless it fails.
				expect([harness.wait, harness.watched]).toEqual([undefined, 0]);
				held.resolve("done");
				await done;
			});
			expect([written, harness.rows()]).toEqual([2, []]);
		}));

	it("is run by the next object if its own dies in the middle, though not at once", () =>
		withQueue(async (harness) => {
			harness.hold("a");
			void harness.queue.enqueue("a", data);
			harness.held.clear();
			harness.take();
			const queue = harness.restart();
			expect(harness.wait).toBe(5);
			harness.now += 5 * second;
			await queue.runDue();
			expect([harness.take(), harness.rows()]).toEqual([["a data"], []]);
		}));

	it("runs again, with the newest data, if it is enqueued while it runs, and never twice at once", () =>
		withQueue(async (harness) => {
			const held = harness.hold("a");
			const done = harness.queue.enqueue("a", { text: "first" });
			void harness.queue.enqueue("a", { text: "second" });
			void harness.queue.attempt("a", { text: "third" });
			expect(harness.take()).toEqual(["a first"]);
			harness.held.clear();
			held.resolve("done");
			await done;
			expect([harness.take(), harness.mostAtOnce, harness.rows()]).toEqual([["a third"], 1, []]);
		}));

	it("runs again if it was cancelled while it ran, and stored anew with others", () =>
		withQueue(async (harness) => {
			const held = harness.hold("a");
			const first = harness.queue.enqueueAll([["a", { text: "first" }]]);
			await expect.poll(() => harness.take()).toEqual(["a first"]);
			harness.queue.cancel("a");
			const second = harness.queue.enqueueAll([["a", { text: "second" }]]);
			expect(harness.rows()).toHaveLength(1);
			harness.held.clear();
			held.resolve("done");
			await Promise.all([first, second]);
			expect([harness.take(), harness.mostAtOnce, harness.rows()]).toEqual([["a second"], 1, []]);
		}));

	it("begins a new series of tries, with the new data", () =>
		withQueue(async (harness) => {
			harness.fails("a");
			await harness.queue.enqueue("a", { text: "first" });
			harness.now += 5 * second;
			await harness.queue.runDue();
			expect(harness.wait).toBe(10);
			await harness.queue.enqueue("a", { text: "second" });
			expect(harness.rows()).toEqual([{ key: "a", tries: 1, due_at: harness.now + 5 * second, data: '{"text":"second"}' }]);
		}));

	it("is told to be idle when its last run has ended", () =>
		withQueue(async (harness) => {
			const held = harness.hold("a");
			void harness.queue.enqueue("a", data);
			let isIdle = false;
			const idle = harness.queue.idle("a").then(() => {
				isIdle = true;
			});
			await harness.queue.idle("b");
			expect(isIdle).toBe(false);
			held.reject(new Error("It is broken."));
			await idle;
			expect(harness.wait).toBe(5);
		}));
});

describe("a job that fails", () => {
	it("is retried after growing pauses up to the longest, and removed after its last try", () =>
		withQueue(async (harness) => {
			harness.fails("a");
			await harness.queue.enqueue("a", data);
			const waits: (number | undefined)[] = [];
			while (harness.wait !== undefined && waits.length < 10) {
				waits.push(harness.wait);
				harness.now += harness.wait * second;
				await harness.restart().runDue();
			}
			expect(waits).toEqual([5, 10, 20, 30]);
			expect(harness.failures).toEqual(["a", "a", "a", "a", "a for the last time"]);
			expect([harness.rows(), harness.take().length]).toEqual([[], policy.maxTries]);
		}));

	it("is kept after its last try if the queue says so: then it runs when it is attempted, and not by itself", () =>
		withQueue(async (harness) => {
			harness.afterLastTry = "keep";
			harness.restart();
			harness.fails("a");
			await harness.queue.enqueue("a", data);
			for (let tries = 1; tries < policy.maxTries; tries++) {
				harness.now += (harness.wait as number) * second;
				await harness.queue.runDue();
			}
			harness.take();
			const queue = harness.restart();
			harness.now += 1_000_000 * second;
			await queue.runDue();
			expect([harness.take(), queue.has("a"), queue.keys.length]).toEqual([[], true, 1]);
			await queue.attempt("a", data);
			expect([harness.take(), harness.wait]).toEqual([["a data"], undefined]);
			harness.broken.clear();
			await queue.attempt("a", data);
			expect(harness.rows()).toEqual([]);
		}));

	it("counts its tries before they begin: one that kills its object is retried as late, and not for ever", () =>
		withQueue(async (harness) => {
			await harness.queue.enqueue("a", data);
			harness.hold("a");
			void harness.queue.enqueue("a", data);
			const waits: (number | undefined)[] = [];
			while (harness.restart().keys.length > 0 && waits.length < 10) {
				waits.push(harness.wait);
				harness.now += (harness.wait as number) * second;
				void harness.queue.runDue();
			}
			expect(waits).toEqual([5, 10, 20, 30, 30]);
			expect(harness.failures).toEqual(["a for the last time"]);
		}));

	it("waits a whole pause if it took longer than one", () =>
		withQueue(async (harness) => {
			const held = harness.hold("a");
			const done = harness.queue.enqueue("a", data);
			harness.now += 60 * second;
			held.reject(new Error("It is broken."));
			await done;
			expect(harness.wait).toBe(5);
		}));

	it("waits as long as its error asks for, up to the longest pause", () =>
		withQueue(async (harness) => {
			harness.fails("a", Object.assign(new Error("Too many requests"), { retryAfterMs: 20 * second }));
			await harness.queue.enqueue("a", data);
			expect(harness.wait).toBe(20);
			harness.fails("b", Object.assign(new Error("Too many requests"), { retryAfterMs: 1_000_000 * second }));
			harness.broken.delete("a");
			await harness.queue.enqueue("a", data);
			await harness.queue.attempt("b", data);
			expect(harness.wait).toBe(30);
		}));

	it("does not affect the others", () =>
		withQueue(async (harness) => {
			harness.fails("b");
			harness.fails("c", undefined);
			await harness.queue.enqueueAll(["a", "b", "c", "d"].map((key) => [key, data]));
			expect([harness.take().length, harness.rows().map(({ key }) => key)]).toEqual([4, ["b", "c"]]);
		}));
});

describe("many jobs", () => {
	const keys = Array.from({ length: limits.calls + 10 }, (_, n) => `k${String(n).padStart(4, "0")}`);

	it("are stored before the first await, and run as many in a go as one may", () =>
		withQueue(async (harness) => {
			const first = harness.queue.enqueueAll(keys.map((key) => [key, data]));
			expect([harness.rows().length, harness.watched, harness.take()]).toEqual([keys.length, 1, []]);
			await first;
			expect([harness.take().length, harness.queue.keys.length, harness.wait]).toEqual([limits.calls, 10, 0]);
			expect(harness.watched).toBe(2);
			await harness.restart().runDue();
			expect([harness.take().length, harness.queue.keys.length, harness.wait]).toEqual([10, 0, undefined]);
		}));

	it("that failed least come first, so that nobody waits for those that cannot succeed", () =>
		withQueue(async (harness) => {
			for (const key of keys.slice(0, limits.calls)) harness.fails(key);
			await harness.queue.enqueueAll(keys.slice(0, limits.calls).map((key) => [key, data]));
			harness.take();
			harness.now += 5 * second;
			void harness.queue.enqueueAll(keys.slice(limits.calls).map((key) => [key, data]));
			await harness.queue.runDue();
			expect(harness.take().slice(0, 10)).toEqual(keys.slice(limits.calls).map((key) => `${key} data`));
		}));

	it("run side by side, up to the queue's limit, and one go at a time", () =>
		withQueue(async (harness) => {
			harness.concurrency = 3;
			harness.restart();
			await Promise.all([
				harness.queue.enqueueAll(keys.slice(0, 20).map((key) => [key, data])),
				harness.queue.runDue(),
				harness.queue.runDue(),
			]);
			await harness.queue.runDue();
			expect([harness.mostAtOnce, harness.take().length]).toEqual([3, 20]);
		}));

	it("are left as they are if they are enqueued together once more", () =>
		withQueue(async (harness) => {
			harness.fails("a");
			await harness.queue.enqueue("a", data);
			const rows = harness.rows();
			await harness.queue.enqueueAll([["a", { text: "other" }]]);
			expect(harness.rows()).toEqual(rows);
		}));
});

describe("a job that makes progress", () => {
	it("goes on from where it was, in this go and after a failure", () =>
		withQueue(async (harness) => {
			harness.steps.set("a", 2);
			await harness.queue.enqueueAll([["a", data]]);
			expect([harness.take(), harness.rows()]).toEqual([["a data", "a data+", "a data++"], []]);

			harness.steps.set("b", 1);
			const held = harness.hold("b");
			const done = harness.queue.enqueue("b", data);
			harness.held.clear();
			harness.fails("b");
			held.resolve({ next: { text: "second part" } });
			await done;
			harness.take();
			harness.broken.clear();
			harness.now += 5 * second;
			await harness.restart().runDue();
			expect(harness.take()).toEqual(["b second part", "b second part+"]);
		}));

	it("may take more steps than tries, each counted against the go", () =>
		withQueue(async (harness) => {
			harness.steps.set("a", limits.calls + 5);
			await harness.queue.enqueueAll([["a", data]]);
			expect([harness.take().length, harness.wait, harness.rows()[0]?.tries]).toEqual([limits.calls, 0, 0]);
			await harness.restart().runDue();
			expect([harness.take().length, harness.rows()]).toEqual([6, []]);
		}));
});

describe("a queue", () => {
	it("knows nothing of the jobs of another in the same object", () =>
		withQueue(async (harness) => {
			harness.fails("a");
			await harness.queue.attempt("a", data);
			const other = harness.restart("other");
			expect([other.keys.length, other.dueAt]).toEqual([0, undefined]);
			await other.enqueue("a", { text: "other" });
			expect(harness.restart("test").keys.length).toBe(1);
		}));

	it("needs no table before its first job", () =>
		runInDurableObject(env.USERS.getByName(crypto.randomUUID()), async (_object, { storage }) => {
			const parts = {
				sql: storage.sql,
				name: "test",
				policy,
				failed: () => {},
				afterLastTry: "remove",
				alarm: { bringForward: () => {}, settled: Promise.resolve() },
				now: () => 0,
			} as const;
			const queue = new RetryQueue({ ...parts, run: async () => "done" });
			await queue.attempt("a", undefined);
			await queue.runDue();
			expect([queue.keys.length, queue.dueAt]).toEqual([0, undefined]);
			expect(storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
		}));

	it("leaves out a job whose row was deleted elsewhere, and does not bring it back", () =>
		withQueue(async (harness, { sql }) => {
			harness.fails("a");
			await harness.queue.attempt("a", data);
			harness.take();
			sql.exec("DELETE FROM jobs");
			harness.now += 5 * second;
			await harness.queue.runDue();
			expect([harness.take(), harness.wait, harness.rows()]).toEqual([[], undefined, []]);
		}));

	it("that is closed runs and stores nothing, and is due at no time", () =>
		withQueue(async (harness) => {
			harness.fails("a");
			await harness.queue.attempt("a", data);
			const held = harness.hold("b");
			const done = harness.queue.attempt("b", data);
			harness.take();
			harness.isOpen = false;
			held.reject(new Error("It is broken."));
			await done;
			harness.now += 5 * second;
			await harness.queue.runDue();
			await harness.queue.attempt("c", data);
			expect([harness.take(), harness.wait, harness.rows().length]).toEqual([[], undefined, 1]);
		}));
});

describe("in a full storage, a job", () => {
	it("that fails is forgotten, and the next one of its key runs", () =>
		withQueue(async (harness, { sql }) => {
			expectLog(/A job that failed could not be stored/);
			const empty = fillUp(sql);
			harness.fails("a");
			expect(await harness.queue.attempt("a", data)).toBe(false);
			expect([harness.take(), harness.rows(), harness.wait]).toEqual([["a data"], [], undefined]);
			empty();
			expect(await harness.queue.attempt("a", data)).toBe(true);
			expect([harness.take(), harness.rows().length]).toEqual([["a data"], 1]);
		}));

	it("that is enqueued runs without a row", () =>
		withQueue(async (harness, { sql }) => {
			expectLog(/The storage is full/);
			const empty = fillUp(sql);
			expect(await harness.queue.enqueue("a", data)).toBe(true);
			expect([harness.take(), harness.rows()]).toEqual([["a data"], []]);
			empty();
		}));

	it("that has to be stored is refused at once", () =>
		withQueue(async (harness, { sql }) => {
			const empty = fillUp(sql);
			expect(() => harness.queue.enqueueAll([["a", data]])).toThrow(/full/);
			empty();
			await harness.queue.runDue();
			expect(harness.take()).toEqual([]);
		}));

	it("that was stored before waits longer from try to try, and runs once there is room", () =>
		withQueue(async (harness, { sql }) => {
			expectLog(/A job that failed could not be stored/);
			harness.fails("a");
			await harness.queue.attempt("a", data);
			const empty = fillUp(sql);
			harness.take();
			harness.broken.clear();
			for (const wait of [10, 20]) {
				harness.now += (harness.wait ?? 0) * second;
				await harness.queue.runDue();
				// A try that cannot be counted is none.
				expect([harness.take(), harness.wait]).toEqual([[], wait]);
			}
			empty();
			harness.now += (harness.wait ?? 0) * second;
			await harness.queue.runDue();
			expect([harness.take(), harness.rows(), harness.wait]).toEqual([["a data"], [], undefined]);
		}));
});

describe("what a version without queues left in tables of its own", () => {
	const jobsIn = ({ sql }: DurableObjectStorage) => sql.exec("SELECT queue, key, tries, due_at, data FROM jobs").toArray();

	it("becomes jobs of a conversation: deliveries and removals", () =>
		runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
			const { sql } = storage;
			migrate(sql, conversationMigrations.slice(0, 7));
			sql.exec("INSERT INTO owed VALUES ('ann', 0), ('bob', 2), ('eve', 6)");
			sql.exec("INSERT INTO untold VALUES ('dan', 9)");
			migrate(sql, conversationMigrations);
			expect(jobsIn(storage)).toEqual([
				{ queue: "lists", key: "ann", tries: 0, due_at: 0, data: null },
				{ queue: "lists", key: "bob", tries: 2, due_at: 0, data: null },
				{ queue: "lists", key: "eve", tries: 6, due_at: null, data: null },
				{ queue: "removals", key: "dan", tries: 9, due_at: 0, data: null },
			]);
			expect(sql.exec("SELECT user_id FROM owed UNION ALL SELECT user_id FROM untold").toArray()).toEqual([]);
		}));

	it("becomes jobs of a person: an erasure", () =>
		runInDurableObject(env.USERS.getByName(crypto.randomUUID()), (_object, { storage }) => {
			const { sql } = storage;
			migrate(sql, userMigrations.slice(0, 2));
			sql.exec("CREATE TABLE erasing (id TEXT PRIMARY KEY, alias TEXT NOT NULL, after INTEGER NOT NULL, tries INTEGER NOT NULL)");
			sql.exec("INSERT INTO erasing VALUES ('c1', 'erased-1', 20000, 3)");
			migrate(sql, userMigrations);
			expect(jobsIn(storage)).toEqual([{ queue: "erasure", key: "c1", tries: 3, due_at: 0, data: '{"alias":"erased-1","after":20000}' }]);
		}));
});
