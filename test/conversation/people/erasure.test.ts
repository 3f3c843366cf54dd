import { expect, it } from "vitest";
import { Removals } from "../../../src/conversation/lists/removals.ts";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { bob, inConversation } from "../../support/conversation.ts";

it("erasing a person cancels the jobs that wait to be retried for them", () =>
	inConversation(async (conversation, { storage }) => {
		conversation.enter(bob);
		const shared = { sql: storage.sql, store: conversation.store, now: () => conversation.now };
		const wake = () =>
			new Removals({
				...shared,
				idle: async () => {},
				remove: () => Promise.reject(new Error("It cannot be reached.")),
				isSettled: () => true,
				finish: async () => {},
				alarm: { bringForward: () => {}, settled: Promise.resolve() },
			});
		const removals = wake();
		conversation.store.members.remove("bob", false);
		await removals.removeFor("bob");
		expect(removals.dueAt).toBeDefined();
		const erasure = new Erasure({
			...shared,
			clients: conversation.clients,
			titles: conversation.titles,
			departures: conversation.departures,
			lists: { changed: () => {} },
			files: { releaseEach: () => {} },
			queues: [removals],
			replies: { live: (message) => message, forget: () => {} },
			resync: () => {},
		});
		erasure.removeMember("bob", "erased-1");
		expect([removals.dueAt, wake().dueAt]).toEqual([undefined, undefined]);
	}));
