import { expect, it } from "vitest";
import { Batch } from "../../../src/conversation/sockets/batch.ts";

it("is due at once after a pause, and a gap after the one before it", () => {
	const batch = new Batch<string>();
	expect(batch.dueAt(5)).toBeLessThan(1_000);
	for (const item of ["1", "2"]) batch.add(item);
	batch.open(1_000);
	expect(batch.dueAt(5)).toBe(1_005);
	expect(batch.dueAt(0)).toBe(1_000);
});

it("does not wait for the gap while items come one by one, up to three in a gap", () => {
	const batch = new Batch<string>();
	const dueAfter = (...times: number[]) => {
		for (const at of times) {
			batch.add("1");
			batch.open(at);
		}
		return batch.dueAt(10);
	};
	expect(dueAfter(1_000, 1_003)).toBeLessThan(1_003);
	expect(dueAfter(1_006)).toBe(1_010);
	expect(dueAfter(1_010)).toBe(1_013);
});

it("tells the first item from those that share its batch, and keeps their order", () => {
	const batch = new Batch<string>();
	expect(["1", "2", "3"].map((item) => batch.add(item))).toEqual([true, false, false]);
	expect(batch.open(1_000)).toEqual(["1", "2", "3"]);
	expect(batch.isEmpty).toBe(true);
	expect(batch.add("4")).toBe(true);
	expect(batch.open(1_005)).toEqual(["4"]);
});

it("is open until it is closed", () => {
	const batch = new Batch<string>();
	expect(batch.isOpen).toBe(false);
	batch.open(1_000);
	expect(batch.isOpen).toBe(true);
	batch.close();
	expect(batch.isOpen).toBe(false);
});
