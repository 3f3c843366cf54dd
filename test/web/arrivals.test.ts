import { describe, expect, it } from "vitest";
import { claude } from "../../src/protocol/person.ts";
import { emptyList, type List } from "../../web/src/list/list.ts";
import { isWanted, type Watched, watch } from "../../web/src/notifications/arrivals.ts";
import { follow, type NotifierOptions } from "../../web/src/notifications/notifier.ts";
import { ann, listed } from "./fakes.ts";

const listOf = (...conversations: ReturnType<typeof listed>[]): List => ({ ...emptyList, conversations, isKnown: true });
const start: Watched = { list: emptyList, answers: new Map() };

/** What comes of lists that follow each other, in the last step. */
const step = (...lists: List[]) => {
	let watching = watch(start, lists[0] ?? emptyList, ann.userId);
	for (const list of lists.slice(1)) watching = watch(watching.watched, list, ann.userId);
	return { arrivals: watching.arrivals.map(({ listed, isForMe }) => [listed.id, isForMe]), over: watching.over };
};

describe("what has come", () => {
	it("is what is unread and was not before", () => {
		expect(step(listOf(listed("c1", 1), listed("c2", 1)), listOf(listed("c1", 2, { unread: 1 }), listed("c2", 1)))).toEqual({
			arrivals: [["c1", false]],
			over: [],
		});
	});

	it("is for oneself where it names one", () => {
		const lists = [listOf(listed("c1", 1, { unread: 1 })), listOf(listed("c1", 2, { unread: 2, mentions: 1 }))];
		expect(step(...lists).arrivals).toEqual([["c1", true]]);
	});

	it.each([
		["Claude answers what one said last", ann.userId, true],
		["Claude answers what another said last", "u-else", false],
	])("is for oneself where %s, also if one saw it come", (_what, asker, isForMe) => {
		const last = (seq: number, userId: string) => ({
			lastMessage: { seq, author: { userId, username: "x" }, content: "", createdAt: "2026-11-24T12:00:00.000Z" },
		});
		const lists = [
			listOf(listed("c1", 1, last(1, asker))),
			listOf(listed("c1", 2, last(2, claude.userId))),
			listOf(listed("c1", 2, { ...last(2, claude.userId), unread: 1 })),
		];
		expect(step(...lists).arrivals).toEqual([["c1", isForMe]]);
	});

	it.each([
		["a list that was not known before", [emptyList, listOf(listed("c1", 1, { unread: 3 }))]],
		["an older page", [listOf(listed("c2", 2)), listOf(listed("c2", 2), listed("c1", 1, { unread: 3 }))]],
		["what is muted", [listOf(listed("c1", 1)), listOf(listed("c1", 2, { unread: 1, muted: true }))]],
		["what one has read", [listOf(listed("c1", 1)), listOf(listed("c1", 2))]],
	])("is not %s", (_what, lists) => {
		expect(step(...lists).arrivals).toEqual([]);
	});

	it("is over once it is read, muted or gone", () => {
		const before = listOf(listed("c1", 1, { unread: 1 }), listed("c2", 1, { unread: 1 }), listed("c3", 1, { unread: 1 }));
		expect(step(before, listOf(listed("c1", 1), listed("c2", 1, { unread: 1, muted: true }))).over).toEqual(["c1", "c2", "c3"]);
	});
});

it.each([
	["off", false, false],
	["mentions", false, true],
	["all", true, true],
] as const)("of what is set to %s, what comes is told: %s; what is for oneself: %s", (level, other, own) => {
	expect([false, true].map((isForMe) => isWanted({ listed: listed("c1", 1), isForMe }, level))).toEqual([other, own]);
});

describe("a tab", () => {
	/** Follows a list to which a mention comes, and what it does then. */
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
		list = listOf(listed("c1", 2));
		changed();
		return did;
	}

	it.each<[string, Partial<NotifierOptions>, string[]]>([
		["shows what has come until it is read", {}, ["show c1", "withdraw c1"]],
		["leaves it to another one whose turn it is", { isOurTurn: () => false }, ["withdraw c1"]],
		["shows nothing of what somebody looks at", { isLookedAt: async () => true }, ["withdraw c1"]],
		["shows nothing where nothing is wanted", { level: () => "off" }, ["withdraw c1"]],
		["shows nothing where it may not", { permission: () => "denied" }, ["withdraw c1"]],
		["knows what was missed where it has not asked yet", { permission: () => "default" }, ["missed", "withdraw c1"]],
	])("%s", async (_what, given, did) => {
		expect(await told(given)).toEqual(did);
	});
});
