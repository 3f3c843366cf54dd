import { expect, it } from "vitest";
import { Batch } from "../../../src/conversation/sockets/batch.ts";

function batchWith(gap: number) {
	const clock = { now: 1_000 };
	const handled: string[][] = [];
	let done = Promise.withResolvers<void>();
	const batch = new Batch<string>({
		handle: (items) => {
			handled.push(items);
			done.resolve();
			done = Promise.withResolvers();
		},
		gap: () => gap,
		now: () => clock.now,
	});
	return { batch, clock, handled, next: () => done.promise };
}

it("handles an item at once while it is calm", () => {
	const { batch, handled, clock } = batchWith(5);
	batch.add("1");
	clock.now += 5;
	batch.add("2");
	expect(handled).toEqual([["1"], ["2"]]);
});

it("handles items that follow soon together, in order", async () => {
	const { batch, handled, next } = batchWith(5);
	batch.add("1");
	const soon = next();
	batch.add("2");
	batch.add("3");
	expect(handled).toEqual([["1"]]);
	await soon;
	expect(handled).toEqual([["1"], ["2", "3"]]);
});

it("handles waiting items once when it is flushed", async () => {
	const { batch, handled, clock, next } = batchWith(5);
	batch.add("1");
	batch.add("2");
	batch.flush();
	batch.flush();
	const soon = next();
	batch.add("3");
	await soon;
	clock.now += 5;
	batch.add("4");
	expect(handled).toEqual([["1"], ["2"], ["3"], ["4"]]);
});
