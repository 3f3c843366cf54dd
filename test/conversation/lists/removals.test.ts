import { describe, expect, it } from "vitest";
import { Removals } from "../../../src/conversation/lists/removals.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { inConversation } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

const second = 1_000;

/** Ann's conversation with so many others. The test decides which lists can be reached. */
function withRemovals(
	others: number,
	test: (parts: {
		wake: () => Removals;
		conversation: Parameters<Parameters<typeof inConversation>[0]>[0];
		removedFor: string[];
		unreachable: Set<string>;
		/** Lists that answer only when the promise resolves. */
		slow: Map<string, Promise<void>>;
		isFinished: () => boolean;
	}) => Promise<void>,
) {
	return inConversation(async (conversation, state) => {
		for (let n = 0; n < others; n++)
			conversation.store.members.add({ userId: `p${n}`, username: `P${n}`, role: "member" }, conversation.now);
		const removedFor: string[] = [];
		const unreachable = new Set<string>();
		const slow = new Map<string, Promise<void>>();
		let isFinished = false;
		const wake = () =>
			new Removals({
				sql: state.storage.sql,
				store: conversation.store,
				idle: async () => {},
				remove: async (userId) => {
					await slow.get(userId);
					if (unreachable.has(userId)) throw new Error("It cannot be reached.");
					removedFor.push(userId);
				},
				isSettled: () => true,
				finish: async () => {
					isFinished = true;
				},
				alarm: { bringForward: () => {}, settled: Promise.resolve() },
				now: () => conversation.now,
			});
		await test({ wake, conversation, removedFor, unreachable, slow, isFinished: () => isFinished });
	});
}

describe("the removal from a former member's list", () => {
	it("happens at once and leaves nothing to do", () =>
		withRemovals(1, async ({ wake, conversation, removedFor, isFinished }) => {
			const removals = wake();
			conversation.store.members.remove("p0", true);
			await removals.removeFor("p0");
			expect([removedFor, removals.dueAt, isFinished()]).toEqual([["p0"], undefined, false]);
		}));

	it("is retried after growing pauses if it fails, also after a restart, and is given up after ten tries", () =>
		withRemovals(1, async ({ wake, conversation, removedFor, unreachable }) => {
			unreachable.add("p0");
			let removals = wake();
			conversation.store.members.remove("p0", true);
			await removals.removeFor("p0");
			const pauses: number[] = [];
			for (let tries = 1; tries < 10; tries++) {
				const dueAt = removals.dueAt as number;
				pauses.push((dueAt - conversation.now) / second);
				removals = wake();
				expect(removals.dueAt).toBe(dueAt);
				conversation.now = dueAt;
				await removals.runDue();
			}
			expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_280]);
			expect([removals.dueAt, wake().dueAt]).toEqual([undefined, undefined]);
			expectLog(/ 1$/);
			expect(removedFor).toEqual([]);
		}));

	it("does not happen if they have become a member again meanwhile", () =>
		withRemovals(1, async ({ wake, conversation, removedFor, unreachable }) => {
			unreachable.add("p0");
			const removals = wake();
			conversation.store.members.remove("p0", true);
			await removals.removeFor("p0");
			conversation.store.members.add({ userId: "p0", username: "P0", role: "member" }, conversation.now);
			unreachable.clear();
			conversation.now = removals.dueAt as number;
			await removals.runDue();
			expect([removedFor, removals.dueAt]).toEqual([[], undefined]);
		}));
});

describe("the removal of a deleted conversation", () => {
	it("starts afresh for a member who came back while an earlier removal waited out a pause", () =>
		withRemovals(1, async ({ wake, conversation, removedFor, unreachable, isFinished }) => {
			unreachable.add("p0");
			const removals = wake();
			conversation.store.members.remove("p0", true);
			await removals.removeFor("p0");
			for (let tries = 1; tries < 9; tries++) {
				conversation.now = removals.dueAt as number;
				await removals.runDue();
			}
			conversation.store.members.add({ userId: "p0", username: "P0", role: "member" }, conversation.now);
			unreachable.clear();
			conversation.store.markDeleted(conversation.now);
			await removals.removeForAll();
			expect([removedFor.sort(), isFinished()]).toEqual([["ann", "p0"], true]);
		}));

	it("needs no alarm while it waits for a removal that is under way", () =>
		withRemovals(1, async ({ wake, conversation, slow, isFinished }) => {
			const answer = Promise.withResolvers<void>();
			slow.set("p0", answer.promise);
			const removals = wake();
			conversation.store.members.remove("p0", true);
			const removal = removals.removeFor("p0");
			conversation.store.markDeleted(conversation.now);
			await removals.removeForAll();
			expect([removals.dueAt, isFinished()]).toEqual([undefined, false]);
			answer.resolve();
			await removal;
			expect(isFinished()).toBe(true);
		}));

	it("forgets a cancelled removal", () =>
		withRemovals(1, async ({ wake, conversation, unreachable }) => {
			unreachable.add("p0");
			const removals = wake();
			conversation.store.members.remove("p0", true);
			await removals.removeFor("p0");
			removals.cancel("p0");
			expect([removals.dueAt, wake().dueAt]).toEqual([undefined, undefined]);
		}));

	it("takes as many goes as its members need, then finishes the deletion", () =>
		withRemovals(2 * limits.calls, async ({ wake, conversation, removedFor, isFinished }) => {
			const removals = wake();
			conversation.store.markDeleted(conversation.now);
			await removals.removeForAll();
			expect([removedFor.length, removals.dueAt, isFinished()]).toEqual([limits.calls, conversation.now, false]);
			await wake().runDue();
			expect([removedFor.length, isFinished()]).toEqual([2 * limits.calls, false]);
			const last = wake();
			await last.runDue();
			expect([new Set(removedFor).size, isFinished()]).toEqual([2 * limits.calls + 1, true]);
		}));

	it("tries lists that fail after the others, and does not wait for them for ever", () =>
		withRemovals(limits.calls + 1, async ({ wake, conversation, removedFor, unreachable, isFinished }) => {
			// All but Ann and one more.
			for (let n = 0; n <= limits.calls; n++) if (n !== 99) unreachable.add(`p${n}`);
			const removals = wake();
			conversation.store.markDeleted(conversation.now);
			await removals.removeForAll();
			await removals.runDue();
			expect(removedFor.sort()).toEqual(["ann", "p99"]);
			let goes = 2;
			while (!isFinished() && goes < 50) {
				conversation.now = removals.dueAt as number;
				await removals.runDue();
				goes += 1;
			}
			expect(goes).toBeLessThan(15);
			expectLog(/ 400$/);
		}));

	it("continues after a restart, even if only its end is missing", () =>
		withRemovals(0, async ({ wake, conversation, isFinished }) => {
			conversation.store.markDeleted(conversation.now);
			const removals = wake();
			expect(removals.dueAt).toBe(conversation.now);
			await removals.runDue();
			expect(isFinished()).toBe(true);
		}));
});
