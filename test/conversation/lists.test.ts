import { describe, expect, it } from "vitest";
import { Lists } from "../../src/conversation/lists.ts";
import { inRoom } from "../support/conversation.ts";

const person = (userId: string) => ({ userId, username: userId });

/** Ann's conversation with three others, of whom Ann and b are here. */
function inListedRoom(test: (lists: Lists, told: string[][], next: () => Promise<void>, clock: { now: number }) => Promise<void> | void) {
	return inRoom(async (room) => {
		for (const userId of ["b", "c", "d"]) room.membership.join(person(userId), true);
		const told: string[][] = [];
		const clock = { now: 1_000_000 };
		let heard = Promise.withResolvers<void>();
		const lists = new Lists({
			store: room.store,
			here: () => new Set(["ann", "b"]),
			tell: async (userIds) => {
				told.push(userIds.sort());
				heard.resolve();
				heard = Promise.withResolvers();
			},
			now: () => clock.now,
		});
		await test(lists, told, () => heard.promise, clock);
	});
}

describe("news of a conversation", () => {
	it("goes at once to who made it and to those who are not here", () =>
		inListedRoom((lists, told) => {
			lists.changed("ann");
			expect(told).toEqual([["ann", "c", "d"]]);
		}));

	it("goes in rounds while there is more, to everybody who made some", () =>
		inListedRoom(async (lists, told, next, clock) => {
			lists.changed("ann");
			clock.now += 990;
			const round = next();
			lists.changed("ann");
			lists.changed("b");
			expect(told).toHaveLength(1);
			await round;
			expect(told[1]).toEqual(["ann", "b", "c", "d"]);
		}));

	it("reaches who leaves, and who is new, and for that nobody else", () =>
		inListedRoom((lists, told) => {
			lists.left("b");
			lists.entered("e");
			expect(told).toEqual([["b"], ["e"]]);
		}));
});
