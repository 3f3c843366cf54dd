import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { Delivery } from "../../../src/conversation/relays/delivery.ts";
import { Relays } from "../../../src/conversation/relays/relays.ts";
import { RemoteRelay } from "../../../src/conversation/relays/remote-relay.ts";
import { Sockets } from "../../../src/conversation/sockets/sockets.ts";
import { type Closing, RelayRows } from "../../../src/conversation/store/people/relays.ts";
import { closeCodes } from "../../../src/protocol/errors.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { inConversation, settled } from "../../support/conversation.ts";

const removed = { userId: "bob", code: closeCodes.removed, reason: "no longer a member" };
const left: ServerEvent = { type: "chat:member-left", conversationId: "room", userId: "bob" };

/** A conversation with one relay of so many people, which the test plays. `again`: its object after it has died or slept. */
function withRelay(
	test: (parts: {
		relays: Relays;
		deliveries: Delivery[];
		again: () => Relays;
		owed: () => Closing[];
		fail: (fails: boolean) => void;
	}) => Promise<void>,
	people = 1,
) {
	return inConversation(async ({ store }, state) => {
		const deliveries: Delivery[] = [];
		let fails = false;
		const deliver = async (delivery: Delivery) => {
			deliveries.push(delivery);
			if (fails) throw new Error("unreachable");
			return { people };
		};
		const open = () =>
			new Relays({
				store,
				rows: new RelayRows(state.storage.sql),
				remote: () => ({ deliver }),
				alarm: { bringForward: () => {} },
				from: 1,
				now: () => Date.now(),
			});
		const relays = open();
		relays.admit(0, people);
		const owed = () => new RelayRows(state.storage.sql).owed(0);
		await test({ relays, deliveries, again: open, owed, fail: (failing) => (fails = failing) });
		relays.end();
	});
}

/** The default of a second is too short for a busy machine. */
const waitUntil = (isTrue: () => boolean) => vi.waitUntil(isTrue, { timeout: 30_000 });
const delivered = (deliveries: Delivery[], count: number) => waitUntil(() => deliveries.length >= count);

it("sends a relay what is broadcast, with the cursors before and after, and stores that it is owed until it is confirmed", () =>
	withRelay(async ({ relays, deliveries, again }) => {
		relays.broadcast(left);
		expect(again().dueAt).toBeDefined();
		await delivered(deliveries, 1);
		expect(deliveries).toMatchObject([{ number: 1, before: expect.any(String), items: [{ event: left }], closings: [] }]);
		await waitUntil(() => again().dueAt === undefined);
	}));

it("closes sockets at a relay once it has confirmed that, also after the death of the conversation's object", () =>
	withRelay(async ({ relays, deliveries, again, fail }) => {
		fail(true);
		relays.close(removed);
		await delivered(deliveries, 1);
		fail(false);
		const reborn = again();
		expect(reborn.isOwed).toBe(true);
		reborn.goOn(false);
		const before = deliveries.length;
		await delivered(deliveries, before + 1);
		expect(deliveries.at(-1)?.closings).toMatchObject([removed]);
		await waitUntil(() => !again().isOwed);
		reborn.end();
	}));

it("tells relays after the death of the conversation's object that they may have missed something, and not after a sleep", () =>
	withRelay(async ({ relays, deliveries, again, fail }) => {
		const rested = again();
		rested.goOn(false);
		await settled();
		expect(deliveries).toEqual([]);
		fail(true);
		relays.broadcast(left);
		await delivered(deliveries, 1);
		const reborn = again();
		const told = () => deliveries.filter(({ feed }) => feed === reborn.place.feed).map(({ hasCrashed }) => hasCrashed);
		reborn.goOn(false);
		await waitUntil(() => told().length === 1);
		fail(false);
		// It did not answer. What follows has the same cursor, and shows by nothing else that chunks are lost.
		reborn.broadcast(left);
		await waitUntil(() => told().length === 2);
		await settled();
		reborn.broadcast(left);
		await waitUntil(() => told().length >= 3);
		expect([told().slice(0, 2), told().at(-1)]).toEqual([[true, true], undefined]);
		reborn.end();
	}));

it("tries again with a delivery without items, which shows the relay that it has missed one", () =>
	withRelay(async ({ relays, deliveries, fail }) => {
		fail(true);
		relays.broadcast(left);
		await delivered(deliveries, 1);
		fail(false);
		await delivered(deliveries, 2);
		expect(deliveries[1]).toMatchObject({ feed: deliveries[0]?.feed, number: 1, items: [] });
	}));

it("sends to a relay of many people no more often than it can send on", () =>
	withRelay(async ({ relays, deliveries }) => {
		relays.broadcast(left);
		await delivered(deliveries, 1);
		const begun = Date.now();
		relays.broadcast(left);
		await delivered(deliveries, 2);
		// The clock of the first delivery was read a moment before.
		expect(Date.now() - begun).toBeGreaterThan(450);
	}, 5_000));

it("waits for a relay that did not answer no longer because the clock was set back", () =>
	inConversation(async (_conversation, state) => {
		let now = 3_600_000;
		const deliver = () => Promise.reject(new Error("unreachable"));
		const relay = new RemoteRelay(0, { rows: new RelayRows(state.storage.sql), remote: () => ({ deliver }), now: () => now });
		await relay.send({ feed: "f", number: 1, before: "", cursor: "", items: [] });
		expect([relay.isDue(now), relay.isDue(now + 1_000)]).toEqual([false, true]);
		now = 0;
		expect(relay.isDue(now)).toBe(true);
	}));

it("names a later time for each closing", () =>
	withRelay(async ({ relays, deliveries }) => {
		for (let n = 0; n < 5; n++) relays.close(removed);
		await delivered(deliveries, 1);
		const times = deliveries[0]?.closings.map(({ at }) => at) ?? [];
		expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
		expect(times).toHaveLength(5);
	}));

it("owes a relay that cannot be reached a bounded number of closings", () =>
	withRelay(async ({ relays, owed, fail }) => {
		fail(true);
		for (let n = 0; n < 1_001; n++) relays.close({ ...removed, userId: `person-${n}` });
		// All its sockets close instead.
		expect(owed()).toMatchObject([{ code: closeCodes.resync }]);
	}));

it("hears of everything that is closed for a person", () => {
	const closing = vi.fn();
	const hooks = { closed: () => {}, renewed: () => {}, pingedAt: () => 0, now: () => 0 };
	const sockets = new Sockets({ burst: 1, perSecond: 1 }, hooks, closing);
	sockets.close("bob", closeCodes.removed, "no longer a member");
	sockets.closeTokens("bob", ["t"]);
	sockets.closeSessions("bob", ["s"]);
	sockets.closeAll(closeCodes.deleted, "deleted");
	expect(closing.mock.calls.map(([closed]) => closed)).toMatchObject([
		removed,
		{ userId: "bob", tokenIds: ["t"] },
		{ userId: "bob", sessions: ["s"] },
		{ code: closeCodes.deleted },
	]);
});

it("is off where no relay holds sockets", () =>
	runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), (_object, state) => {
		const store = { exists: false, end: undefined } as never;
		const unused = () => {
			throw new Error("There is no relay.");
		};
		const parts = { store, rows: new RelayRows(state.storage.sql), remote: unused, alarm: { bringForward: unused }, now: () => 0 };
		const relays = new Relays({ ...parts, from: undefined });
		relays.broadcast(left);
		relays.close(removed);
		relays.goOn(true);
		expect([relays.people, relays.dueAt, relays.forNewcomers(1e6, 1e6)]).toEqual([0, undefined, 0]);
		expect(new Relays({ ...parts, from: 300 }).forNewcomers(300, 6_000)).toBe(2);
	}));
