import { expect, it } from "vitest";
import { Removals } from "../../../src/conversation/lists/removals.ts";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { bob, inRoom } from "../../support/conversation.ts";

it("erasing a person cancels the jobs that wait to be retried for them", () =>
	inRoom(async (room, { storage }) => {
		room.enter(bob);
		const shared = { sql: storage.sql, store: room.store, now: () => room.now };
		const wake = () =>
			new Removals({
				...shared,
				idle: async () => {},
				remove: () => Promise.reject(new Error("It cannot be reached.")),
				finish: async () => {},
				alarm: { bringForward: () => {}, settled: Promise.resolve() },
			});
		const removals = wake();
		room.store.members.remove("bob", false);
		await removals.removeFor("bob");
		expect(removals.dueAt).toBeDefined();
		const erasure = new Erasure({
			...shared,
			clients: room.clients,
			titles: room.titles,
			departures: room.departures,
			lists: { changed: () => {} },
			queues: [removals],
			live: (message) => message,
			transact: (work) => storage.transactionSync(work),
			resync: () => {},
		});
		erasure.removeMember("bob", "erased-1");
		expect([removals.dueAt, wake().dueAt]).toEqual([undefined, undefined]);
	}));
