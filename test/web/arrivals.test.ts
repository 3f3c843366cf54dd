import { describe, expect, it } from "vitest";
import { isWanted } from "../../src/protocol/push/arrival.ts";
import { emptyList, type List } from "../../web/src/list/list.ts";
import { watch } from "../../web/src/notifications/arrivals.ts";
import { follow, type NotifierOptions } from "../../web/src/notifications/notifier.ts";
import { ann, listed } from "./fakes.ts";

const listOf = (...conversations: ReturnType<typeof listed>[]): List => ({ ...emptyList, conversations, isKnown: true });

/** The arrivals in the last of several consecutive lists. */
const step = (...lists: List[]) => {
	const [before = emptyList, now = emptyList] = lists.slice(-2);
	const { arrivals, over } = watch(lists.length > 1 ? before : emptyList, now, ann.userId);
	return { arrivals: arrivals.map(({ listed, isForMe }) => [listed.id, isForMe]), over };
};

describe("arrivals between two states of a list", () => {
	it("are newly unread messages", () => {
		expect(step(listOf(listed("c1", 1), listed("c2", 1)), listOf(listed("c1", 2, { unread: 1 }), listed("c2", 1)))).toEqual({
			arrivals: [["c1", false]],
			over: [],
		});
	});

	it("are for the person if they mention the person", () => {
		const lists = [listOf(listed("c1", 1, { unread: 1 })), listOf(listed("c1", 2, { unread: 2, mentions: 1 }))];
		expect(step(...lists).arrivals).toEqual([["c1", true]]);
	});

	it("are for the person as the server counts them", () => {
		const lists = [listOf(listed("c1", 1, { addressed: 0 })), listOf(listed("c1", 2, { unread: 1, addressed: 1 }))];
		expect(step(...lists).arrivals).toEqual([["c1", true]]);
	});

	it.each([
		["entries of the first list", [emptyList, listOf(listed("c1", 1, { unread: 3 }))]],
		["entries of an older page", [listOf(listed("c2", 2)), listOf(listed("c2", 2), listed("c1", 1, { unread: 3 }))]],
		["messages in a muted conversation", [listOf(listed("c1", 1)), listOf(listed("c1", 2, { unread: 1, muted: true }))]],
		["messages already read", [listOf(listed("c1", 1)), listOf(listed("c1", 2))]],
	])("do not include %s", (_what, lists) => {
		expect(step(...lists).arrivals).toEqual([]);
	});

	it("end when the conversation is read, muted or gone", () => {
		const before = listOf(listed("c1", 1, { unread: 1 }), listed("c2", 1, { unread: 1 }), listed("c3", 1, { unread: 1 }));
		expect(step(before, listOf(listed("c1", 1), listed("c2", 1, { unread: 1, muted: true }))).over).toEqual(["c1", "c2", "c3"]);
	});
});

it.each([
	["off", false, false],
	["mentions", false, true],
	["all", true, true],
] as const)("with notifications set to %s, any arrival is announced: %s; one for the person: %s", (level, other, own) => {
	expect([false, true].map((isForMe) => isWanted({ isForMe }, listed("c1", 1), level))).toEqual([other, own]);
});

describe("a notifier in one tab", () => {
	/** Follows a list in which a mention arrives, and records what it does. */
	async function told(given: Partial<NotifierOptions>): Promise<string[]> {
		const did: string[] = [];
		let list = listOf(listed("c1", 1));
		let changed = () => {};
		follow({
			userId: ann.userId,
			list: {
				subscribe: (listener) => {
					changed = listener;
					return () => true;
				},
				snapshot: () => ({ list, connection: { type: "connected" } }),
			},
			level: () => "mentions",
			isQuiet: () => false,
			isPushed: async () => false,
			permission: () => "granted",
			isOurTurn: () => true,
			isLookedAt: async () => false,
			show: ({ id }) => did.push(`show ${id}`),
			withdraw: (id) => did.push(`withdraw ${id}`),
			missed: () => did.push("missed"),
			...given,
		});
		list = listOf(listed("c1", 2, { unread: 1, mentions: 1 }));
		changed();
		await Promise.resolve();
		await Promise.resolve();
		await Promise.resolve();
		list = listOf(listed("c1", 2));
		changed();
		return did;
	}

	it.each<[string, Partial<NotifierOptions>, string[]]>([
		["shows an arrival until it is read", {}, ["show c1", "withdraw c1"]],
		["leaves showing to the tab that holds the lock", { isOurTurn: () => false }, ["withdraw c1"]],
		["shows nothing for a visible conversation", { isLookedAt: async () => true }, ["withdraw c1"]],
		["shows nothing in quiet hours", { isQuiet: () => true }, ["withdraw c1"]],
		["leaves it to the service worker where it is pushed", { isPushed: async () => true }, ["withdraw c1"]],
		["shows nothing when notifications are off", { level: () => "off" }, ["withdraw c1"]],
		["shows nothing without permission", { permission: () => "denied" }, ["withdraw c1"]],
		["reports a missed arrival if permission was never asked for", { permission: () => "default" }, ["missed", "withdraw c1"]],
	])("%s", async (_what, given, did) => {
		expect(await told(given)).toEqual(did);
	});
});
