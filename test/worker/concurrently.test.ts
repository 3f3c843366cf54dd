import { expect, it } from "vitest";
import { runConcurrently } from "../../src/routes/concurrently.ts";
import { expectLog } from "../support/log.ts";

const never = () => new Promise<never>(() => {});

it("runs the task for every item, no more at once than the limit", async () => {
	const done: number[] = [];
	let running = 0;
	let most = 0;
	const task = async (n: number) => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => setTimeout(resolve, 0));
		running -= 1;
		done.push(n);
	};
	const isComplete = await runConcurrently([1, 2, 3, 4, 5, 6, 7], task, { atOnce: 3, deadline: 60_000 });
	expect([done.sort(), isComplete, most]).toEqual([[1, 2, 3, 4, 5, 6, 7], true, 3]);
	expect(await runConcurrently([], task, { atOnce: 3, deadline: 60_000 })).toBe(true);
});

it("continues after a task that fails, and resolves to false", async () => {
	const done: number[] = [];
	const task = async (n: number) => {
		if (n === 2) throw new Error("broken on purpose");
		done.push(n);
	};
	expectLog(/broken on purpose/);
	expect(await runConcurrently([1, 2, 3], task, { atOnce: 1, deadline: 60_000 })).toBe(false);
	expect(done).toEqual([1, 3]);
});

it("does not wait past the deadline, and starts no task after it", async () => {
	const started: number[] = [];
	const late = Promise.withResolvers<void>();
	const task = async (n: number) => {
		started.push(n);
		if (n === 2) await late.promise;
		if (n === 3) await never();
	};
	expect(await runConcurrently([1, 2, 3, 4], task, { atOnce: 2, deadline: 20 })).toBe(false);
	late.resolve();
	await new Promise((resolve) => setTimeout(resolve, 0));
	expect(started).toEqual([1, 2, 3]);
});
