import { describe, expect, it } from "vitest";
import { Farewells } from "../../../src/conversation/lists/removals.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { inRoom } from "../../support/conversation.ts";

const second = 1_000;

/** Ann's conversation with so many others; whose list was told, and whose cannot be. */
function inLeavingRoom(
	others: number,
	test: (parts: {
		wake: () => Farewells;
		room: Parameters<Parameters<typeof inRoom>[0]>[0];
		told: string[];
		unreachable: Set<string>;
		isOver: () => boolean;
	}) => Promise<void>,
) {
	return inRoom(async (room, state) => {
		for (let n = 0; n < others; n++) room.store.addMember({ userId: `p${n}`, username: `P${n}`, role: "member" }, room.now);
		const told: string[] = [];
		const unreachable = new Set<string>();
		let isOver = false;
		const wake = () =>
			new Farewells({
				sql: state.storage.sql,
				store: room.store,
				forget: async (userId) => {
					if (unreachable.has(userId)) throw new Error("It cannot be reached.");
					told.push(userId);
				},
				over: async () => {
					isOver = true;
				},
				now: () => room.now,
			});
		await test({ wake, room, told, unreachable, isOver: () => isOver });
	});
}

describe("whoever is out", () => {
	it("is told, and nobody is waited for after that", () =>
		inLeavingRoom(1, async ({ wake, told, isOver }) => {
			const farewells = wake();
			farewells.owe("p0");
			await farewells.pay();
			expect([told, farewells.dueAt, isOver()]).toEqual([["p0"], undefined, false]);
		}));

	it("is told later where that fails, after the object's death too, less and less often, and not for ever", () =>
		inLeavingRoom(1, async ({ wake, room, told, unreachable }) => {
			unreachable.add("p0");
			const farewells = wake();
			farewells.owe("p0");
			const pauses: number[] = [];
			for (let tries = 1; tries < 10; tries++) {
				await farewells.pay();
				pauses.push(((farewells.dueAt as number) - room.now) / second);
			}
			expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_280]);
			const woken = wake();
			expect(woken.dueAt).toBe(room.now);
			await woken.pay();
			expect([woken.dueAt, wake().dueAt]).toEqual([undefined, undefined]);
			expect(told).toEqual([]);
		}));

	it("and is let in again meanwhile, keeps it in their list", () =>
		inLeavingRoom(1, async ({ wake, room, told, unreachable }) => {
			unreachable.add("p0");
			const farewells = wake();
			room.store.removeMember("p0", true);
			farewells.owe("p0");
			await farewells.pay();
			room.store.addMember({ userId: "p0", username: "P0", role: "member" }, room.now);
			unreachable.clear();
			await farewells.pay();
			expect(told).toEqual([]);
		}));
});

describe("a conversation that is deleted", () => {
	it("tells its members in as many goes as that takes, and is over then", () =>
		inLeavingRoom(2 * limits.calls, async ({ wake, room, told, isOver }) => {
			const farewells = wake();
			room.store.markDeleted(room.now);
			farewells.oweAll();
			await farewells.pay();
			expect([told.length, farewells.dueAt, isOver()]).toEqual([limits.calls, room.now, false]);
			await wake().pay();
			expect([told.length, isOver()]).toEqual([2 * limits.calls, false]);
			const last = wake();
			await last.pay();
			expect([new Set(told).size, last.dueAt, isOver()]).toEqual([2 * limits.calls + 1, undefined, true]);
		}));

	it("waits for none who cannot be told before the others, nor with its end for ever", () =>
		inLeavingRoom(limits.calls + 1, async ({ wake, room, told, unreachable, isOver }) => {
			// All but Ann and the last one in the order of ids.
			for (let n = 0; n <= limits.calls; n++) if (n !== 99) unreachable.add(`p${n}`);
			const farewells = wake();
			room.store.markDeleted(room.now);
			farewells.oweAll();
			await farewells.pay();
			await farewells.pay();
			expect(told.sort()).toEqual(["ann", "p99"]);
			let goes = 2;
			while (!isOver() && goes < 50) {
				await farewells.pay();
				goes += 1;
			}
			expect(goes).toBeLessThan(15);
			expect(farewells.dueAt).toBeUndefined();
		}));

	it("and died before all were told, goes on when it wakes, even if none is left to be told", () =>
		inLeavingRoom(0, async ({ wake, room, isOver }) => {
			room.store.markDeleted(room.now);
			const farewells = wake();
			expect(farewells.dueAt).toBe(room.now);
			await farewells.pay();
			expect(isOver()).toBe(true);
		}));
});
