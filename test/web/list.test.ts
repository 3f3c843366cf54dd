import { describe, expect, it, vi } from "vitest";
import type { ListEntry } from "../../src/protocol/conversation.ts";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { parseMeFrame } from "../../src/protocol/frames.ts";
import type { MeEvent } from "../../src/protocol/me.ts";
import { emptyList, type List, type ListAction, lastMessageOf, newsIn, reduceList, sections } from "../../web/src/list/list.ts";
import { ListClient, type ListKeeper } from "../../web/src/list/listClient.ts";
import type { OpenOtherTabs, TabMessage } from "../../web/src/list/otherTabs.ts";
import { ann, at, FakeNetwork, HandClock, listed, message } from "./fakes.ts";

const told = (...conversations: ListEntry[]): MeEvent => ({ type: "me:conversations", conversations, hasMore: false, settings: {} });
const news = (conversation: ListEntry): MeEvent => ({ type: "me:conversation", conversation });
const received = (...events: MeEvent[]): ListAction => ({ type: "received", events });
const listOf = (...actions: ListAction[]): List => actions.reduce(reduceList, emptyList);
const ids = ({ conversations }: List) => conversations.map(({ id }) => id).join(" ");

describe("the order", () => {
	const start = received(told(listed("old", 1), listed("pinned", 2, { pinned: true }), listed("new", 3)));
	const cases: [what: string, actions: ListAction[], order: string][] = [
		["puts pinned conversations first, then the most recent", [], "pinned new old"],
		["changes with a new message", [received(news(listed("old", 4)))], "pinned old new"],
		["includes a new conversation", [received(news(listed("newest", 9)))], "pinned newest new old"],
		["drops a removed conversation", [received({ type: "me:removed", conversationId: "new" })], "pinned old"],
		["drops a conversation that was left here before the server confirms it", [{ type: "left", conversationId: "new" }], "pinned old"],
		["follows a pin that is set here", [{ type: "changed", conversationId: "old", change: { pinned: true } }], "pinned old new"],
		["is the server's once it sends the whole list again", [received(told(listed("new", 3)))], "new"],
	];
	it.each(cases)("%s", (_what, actions, order) => {
		expect(ids(listOf(start, ...actions))).toBe(order);
	});

	it("separates archived conversations", () => {
		const { main, archived } = sections(listOf(start, { type: "changed", conversationId: "pinned", change: { archived: true } }));
		expect([main, archived].map((part) => part.map(({ id }) => id))).toEqual([["new", "old"], ["pinned"]]);
	});
});

it("unread messages are counted except in muted conversations", () => {
	const list = listOf(
		received(
			told(
				listed("c1", 3, { unread: 2, mentions: 1 }),
				listed("c2", 2, { unread: 1, archived: true }),
				listed("c3", 1, { unread: 9, mentions: 4, muted: true }),
			),
		),
	);
	expect(newsIn(list)).toEqual({ unread: 3, mentions: 1 });
});

describe("the view of an open conversation", () => {
	const list = listOf(received(told(listed("other", 5), listed("open", 3, { unread: 2, mentions: 1, readUpTo: 1 }))));
	const view = {
		conversationId: "open",
		title: "open",
		readUpTo: 1,
		lastMessage: lastMessageOf(message(6, { createdAt: at(6), author: ann })),
	};
	const open = ({ conversations }: List) => conversations.find(({ id }) => id === "open");

	it("updates the list at once", () => {
		const seen = reduceList(list, { type: "viewed", view });
		expect(ids(seen)).toBe("open other");
		expect(open(seen)).toMatchObject({ lastActivityAt: at(6), lastMessage: { content: "text 6", author: ann }, unread: 2 });
	});

	it("clears the unread count up to what was read", () => {
		expect(open(reduceList(list, { type: "viewed", view: { ...view, readUpTo: 6 } }))).toMatchObject({
			unread: 0,
			mentions: 0,
			readUpTo: 6,
		});
	});

	it("changes nothing if nothing is new", () => {
		const seen = reduceList(list, { type: "viewed", view });
		expect(reduceList(seen, { type: "viewed", view: { ...view } })).toBe(seen);
	});

	it("is kept over older entries from the server, and replaced by newer ones", () => {
		const seen = reduceList(list, { type: "viewed", view });
		const late = reduceList(seen, received(news(listed("open", 4, { unread: 3 }))));
		expect(open(late)).toMatchObject({ lastMessage: { content: "text 6" }, lastActivityAt: at(6), unread: 3 });
		const newer = reduceList(late, received(news(listed("open", 7))));
		expect(open(newer)?.lastMessage?.content).toBe("line 7");
		expect(open(reduceList(newer, { type: "viewed", view }))?.lastMessage?.content).toBe("line 7");
	});

	it("is shortened to an excerpt", () => {
		expect(lastMessageOf(message(1, { content: "x".repeat(5_000) })).content).toHaveLength(200);
	});
});

const noTabs: OpenOtherTabs = () => ({ send: () => {}, close: () => {} });

/** Tabs that receive each other's messages at once. */
function browserOfTabs(): OpenOtherTabs {
	const open = new Set<(message: TabMessage) => void>();
	return (receive) => {
		open.add(receive);
		return {
			send: (message) => {
				for (const other of open) if (other !== receive) other(message);
			},
			close: () => open.delete(receive),
		};
	};
}

describe("a list client", () => {
	type Page = { conversations: ListEntry[]; hasMore: boolean };

	function open(page: Page | null = null, isTaken = true, openTabs: OpenOtherTabs = noTabs, keeper?: ListKeeper) {
		const network = new FakeNetwork();
		const clock = new HandClock();
		const asked: string[] = [];
		const client = new ListClient({
			urlFor: () => "wss://chat.example/me",
			openSocket: network.open,
			clock,
			keeper,
			random: () => 1,
			renewToken: async () => ({ failure: "unreachable" }),
			explainRefusal: async () => undefined,
			olderThan: async (before) => {
				asked.push(before?.id ?? "the first");
				return page;
			},
			changeListEntry: async () => isTaken,
			openTabs,
		});
		client.setToken("token-1");
		const says = (...events: MeEvent[]) => network.last.saysText(JSON.stringify(events));
		return { client, clock, network, asked, says, list: () => client.snapshot().list };
	}

	it("starts with the stored list until the server responds, and stores changes at intervals", async () => {
		const kept: string[] = [];
		const { client, clock, says, list } = open(null, true, noTabs, {
			read: async () => [listed("c2", 2), listed("c1", 1)],
			write: (conversations) => kept.push(conversations.map(({ id }) => id).join(" ")),
		});
		await Promise.resolve();
		expect([list().isKnown, ids(list())]).toEqual([false, "c2 c1"]);
		says(told(listed("c1", 1), listed("c2", 2), listed("c3", 3)));
		says(news(listed("c1", 4)));
		expect([list().isKnown, kept]).toEqual([true, []]);
		clock.advance(2_000);
		expect(kept).toEqual(["c1 c3 c2"]);
		client.stop();
		expect(kept).toHaveLength(1);
	});

	it("removes the stored copy of a conversation as soon as the person has left it", () => {
		const kept: string[] = [];
		const { says } = open(null, true, noTabs, {
			read: async () => undefined,
			write: (conversations) => kept.push(conversations.map(({ id }) => id).join(" ")),
		});
		says(told(listed("c1", 1), listed("c2", 2)), { type: "me:removed", conversationId: "c1" });
		expect(kept).toEqual([]);
		says({ type: "me:removed", conversationId: "c2" });
		expect(kept).toEqual([""]);
	});

	it("is connected once the first list arrives, and sends nothing itself", () => {
		const { client, network, says, list } = open();
		expect(list().isKnown).toBe(false);
		says(told(listed("c1", 1)));
		client.setToken("token-2");
		expect([client.snapshot().connection.type, list().isKnown, ids(list()), network.last.sent]).toEqual(["connected", true, "c1", []]);
	});

	it("ignores unknown events", () => {
		const frame = JSON.stringify([{ type: "me:something" }, { type: "me:removed", conversationId: 7 }, told()]);
		const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
		expect(parseMeFrame(frame)).toEqual([told()]);
		expect(warn).toHaveBeenCalledExactlyOnceWith("An event could not be read", "me:removed");
		warn.mockRestore();
		expect(parseMeFrame(encodeFrame([{ type: "chat:leave", conversationId: "c1" }]))).toEqual([]);
	});

	it("adds older pages without overwriting newer entries", async () => {
		const { client, asked, says, list } = open({ conversations: [listed("c1", 1), listed("c0", 0)], hasMore: true });
		says({ ...told(listed("c2", 2), listed("c1", 1)), hasMore: true } as MeEvent);
		const loading = client.loadOlder();
		says(news(listed("c1", 5)));
		await loading;
		expect([ids(list()), list().older, asked]).toEqual(["c1 c2 c0", "some", ["c1"]]);
	});

	it("starts with the first page if all loaded conversations are pinned", async () => {
		const { client, asked, says, list } = open({ conversations: [listed("c2", 2), listed("c1", 1)], hasMore: false });
		says({ ...told(listed("c1", 1, { pinned: true })), hasMore: true } as MeEvent);
		await client.loadOlder();
		expect([ids(list()), list().older, asked]).toEqual(["c1 c2", "none", ["the first"]]);
	});

	it("reports when older pages cannot be loaded, and requests none when there are none", async () => {
		const { client, asked, says, list } = open();
		says(told(listed("c1", 1)));
		await client.loadOlder();
		expect([list().older, asked]).toEqual(["none", []]);
		says({ ...told(listed("c1", 1)), hasMore: true } as MeEvent);
		await client.loadOlder();
		expect([list().older, asked]).toEqual(["failed", ["c1"]]);
	});

	it("receives views from other tabs, also when it starts later and after losing its connection", () => {
		const openTabs = browserOfTabs();
		const reading = open(null, true, openTabs);
		const early = open(null, true, openTabs);
		const before = told(listed("c1", 1, { unread: 1, readUpTo: 0 }));
		reading.says(before);
		early.says(before);
		const lastMessage = lastMessageOf(message(6, { createdAt: at(6) }));
		reading.client.reportView({ conversationId: "c1", title: "c1", lastMessage, readUpTo: 6 });
		const late = open(null, true, openTabs);
		late.says(before);
		early.says(before);
		reading.says(before);
		for (const { list } of [reading, early, late])
			expect(list().conversations[0]).toMatchObject({ unread: 0, lastMessage: { content: "text 6" } });

		reading.client.endView();
		late.says(before);
		expect(late.list().conversations[0]?.unread).toBe(1);
	});

	it.each([
		["takes effect at once and stays", true],
		["is reverted if it is refused", false],
	])("a change made here %s", async (_what, isTaken) => {
		const { client, says, list } = open(null, isTaken);
		says(told(listed("c1", 1)));
		const [first] = list().conversations;
		if (!first) throw new Error("no conversation");
		const changing = client.change(first, { muted: true });
		expect(list().conversations[0]?.muted).toBe(true);
		expect(await changing).toBe(isTaken);
		expect(list().conversations[0]?.muted).toBe(isTaken);
	});
});
