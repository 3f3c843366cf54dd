import { expect, it } from "vitest";
import { Batch } from "../../../src/conversation/sockets/batch.ts";

it("keeps the order of its items, and begins anew when it is opened", () => {
	const batch = new Batch<string>();
	for (const item of ["1", "2", "3"]) batch.add(item);
	expect(batch.open()).toEqual(["1", "2", "3"]);
	expect(batch.isEmpty).toBe(true);
	batch.add("4");
	expect(batch.open()).toEqual(["4"]);
});

it("is open until it is closed, and then rests until it has rested", () => {
	const batch = new Batch<string>();
	const state = () => [batch.isOpen, batch.isResting];
	expect(state()).toEqual([false, false]);
	batch.open();
	expect(state()).toEqual([true, false]);
	batch.close(10);
	expect(state()).toEqual([false, true]);
	batch.rested();
	expect(state()).toEqual([false, false]);
});

it("rests for the gap after several items, and after a single one for no longer than the runtime passes on what has come", () => {
	const batch = new Batch<string>();
	const restAfter = (...items: string[]) => {
		for (const item of items) batch.add(item);
		batch.open();
		return batch.close(10);
	};
	expect([restAfter("1"), restAfter("2", "3"), restAfter("4")]).toEqual([0, 10, 0]);
});
