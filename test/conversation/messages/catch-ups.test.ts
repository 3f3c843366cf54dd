// Summaries of what people have not read: who gets one, who shares it, and who pays.

import { describe, expect, it } from "vitest";
import type { CaughtUp } from "../../../src/conversation/messages/catch-ups.ts";
import { priceOf } from "../../../src/money/prices.ts";
import type { Person } from "../../../src/protocol/person.ts";
import type { Refusal } from "../../../src/protocol/refusal.ts";
import { ann, bob, inConversation, settled, type TestClient, type TestConversation } from "../../support/conversation.ts";
import { long, TestSummarizer } from "../../support/summarizer.ts";

const cay = { userId: "cay", username: "Cay" };
const guest = { userId: `guest-${"x".repeat(22)}`, username: "Guest" };

type Test = (conversation: TestConversation, summarizer: TestSummarizer, anns: TestClient) => Promise<void>;

/** Ann talks; Bob, Cay and a guest are members who have read nothing since they joined. */
function inRoom(test: Test, guestsAsk = true): Promise<void> {
	const summarizer = new TestSummarizer();
	return inConversation(
		async (conversation) => {
			for (const person of [bob, cay, guest]) conversation.membership.join(person, true);
			await test(conversation, summarizer, conversation.enter(ann));
		},
		60_000,
		{ summarizer, guestsAsk },
	);
}

function talk(conversation: TestConversation, client: TestClient, count: number, text = (n: number) => `Words ${n}`): void {
	for (let n = 0; n < count; n++) {
		conversation.now += 60_000;
		conversation.say(client, text(n));
	}
}

const catchUp = (conversation: TestConversation, person: Person): Promise<CaughtUp | Refusal> =>
	conversation.rules.catchUps.make(person, person);
const receive = (conversation: TestConversation, client: TestClient, event: object) =>
	conversation.rules.receive(client, { conversationId: conversation.store.info.id, ...event } as Parameters<
		typeof conversation.rules.receive
	>[1]);
const read = (conversation: TestConversation, person: Person, upTo: number) => {
	const client = conversation.enter(person);
	receive(conversation, client, { type: "chat:read", upTo });
	conversation.rules.leave(client);
};

async function made(conversation: TestConversation, summarizer: TestSummarizer, person: Person, text: string): Promise<CaughtUp | Refusal> {
	const result = catchUp(conversation, person);
	await settled();
	await summarizer.write(text);
	return result;
}

describe("catching up", () => {
	it("sums up what somebody has not read, and is no part of prompts", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 30);
			read(conversation, bob, 5);
			const result = await made(conversation, summarizer, bob, "Ann counted.");
			expect(summarizer.request.kind).toBe("catch-up");
			expect(summarizer.request.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
			expect(result).toEqual({
				summary: { fromSeq: 1, uptoSeq: 30, text: "Ann counted.", model: "m-1", madeAt: new Date(conversation.now).toISOString() },
			});
			expect(conversation.memory.current).toBeUndefined();
			expect(anns.types()).not.toContain("chat:summary");
			expect(conversation.store.members.readUpTo("bob")).toBe(5);
		}));

	it("is refused for fewer than 20 messages of others", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 19);
			const bobs = conversation.enter(bob);
			receive(conversation, bobs, { type: "chat:read", upTo: 0, unread: true });
			expect(await catchUp(conversation, bob)).toEqual({ code: "bad_request" });
			expect(await catchUp(conversation, ann)).toEqual({ code: "bad_request" });
			talk(conversation, anns, 1);
			expect(await made(conversation, summarizer, bob, "Ann counted.")).toHaveProperty("summary");
		}));

	it("is one summary for all who have missed about the same, also while it is made", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 60);
			read(conversation, bob, 25);
			read(conversation, cay, 31);
			const both = [catchUp(conversation, bob), catchUp(conversation, cay)];
			await settled();
			expect(summarizer.asked).toHaveLength(1);
			expect(summarizer.request.messages[0]?.seq).toBe(21);
			await summarizer.write("Ann counted.");
			const [bobs, cays] = await Promise.all(both);
			expect(bobs).toHaveProperty("summary.text", "Ann counted.");
			expect(cays).toEqual(bobs);
			talk(conversation, anns, 19);
			expect(await catchUp(conversation, bob)).toEqual(bobs);
			expect(summarizer.asked).toHaveLength(1);
			talk(conversation, anns, 1);
			expect(await made(conversation, summarizer, bob, "And more.")).toMatchObject({
				summary: { fromSeq: 21, uptoSeq: 80, text: "And more." },
			});
		}));

	it("is another one for somebody who has missed much more, or much less", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 120);
			read(conversation, bob, 50);
			read(conversation, cay, 10);
			expect(await made(conversation, summarizer, bob, "The end.")).toMatchObject({ summary: { fromSeq: 41 } });
			expect(await made(conversation, summarizer, cay, "All.")).toMatchObject({ summary: { fromSeq: 1 } });
			read(conversation, cay, 90);
			expect(await made(conversation, summarizer, cay, "The very end.")).toMatchObject({ summary: { fromSeq: 81 } });
		}));

	it("covers the newest messages, where they are too many", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 60, long);
			const result = await made(conversation, summarizer, bob, "The end.");
			const [first] = summarizer.request.messages;
			expect(first?.seq).toBeGreaterThan(20);
			expect(first?.seq).toBeLessThan(35);
			expect(result).toMatchObject({ summary: { fromSeq: first?.seq, uptoSeq: 60 } });
			talk(conversation, anns, 5, long);
			expect(await catchUp(conversation, cay)).toEqual(result);
		}));

	it("ends before a reply that is being written", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 25);
			conversation.say(anns, "@claude Hi");
			await conversation.call.text("Half");
			talk(conversation, anns, 3);
			await made(conversation, summarizer, bob, "Ann counted.");
			expect(summarizer.request.messages.at(-1)?.seq).toBe(26);
		}));

	it("is gone when a message that it rests on is deleted, also while it is made", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 30);
			await made(conversation, summarizer, bob, "It tells a secret.");
			const remove = (seq: number) => {
				const [message] = conversation.store.reader.pageAfter(seq - 1, 1).messages;
				receive(conversation, anns, { type: "chat:delete", messageId: message?.id });
			};
			remove(3);
			const second = catchUp(conversation, bob);
			await settled();
			expect(summarizer.asked).toHaveLength(2);
			remove(4);
			await summarizer.write("It tells another secret.");
			expect(await second).toEqual({ code: "unavailable" });
			expect(await made(conversation, summarizer, bob, "Nothing.")).toHaveProperty("summary.text", "Nothing.");
		}));

	it.each([
		["fails", (summarizer: TestSummarizer) => summarizer.fail(), { code: "unavailable" }],
		["has no words", (summarizer: TestSummarizer) => summarizer.write(undefined), { code: "unavailable" }],
		["waits for Claude", (summarizer: TestSummarizer) => summarizer.fail("overloaded"), { code: "rate_limited", retryAfterMs: 5_000 }],
	])("that %s says so, and can be asked for again", (_how, end, refusal) =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 30);
			const both = [catchUp(conversation, bob), catchUp(conversation, cay)];
			await settled();
			await end(summarizer);
			expect(await Promise.all(both)).toEqual([refusal, refusal]);
			expect(await made(conversation, summarizer, bob, "Ann counted.")).toHaveProperty("summary");
		}),
	);

	it("is for those who may ask Claude here", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 30);
			expect(await catchUp(conversation, guest)).toEqual({ code: "forbidden" });
			conversation.store.setAssistant("off");
			expect(await catchUp(conversation, bob)).toEqual({ code: "forbidden" });
			conversation.store.setAssistant("auto");
			conversation.store.members.setRole("bob", "reader");
			expect(await catchUp(conversation, bob)).toEqual({ code: "forbidden" });
			conversation.store.changeSettings({ asks: "owners" });
			expect(await catchUp(conversation, cay)).toEqual({ code: "forbidden" });
			expect(summarizer.asked).toEqual([]);
		}, false));

	it("says nothing to somebody who was removed while it was made", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 30);
			const result = catchUp(conversation, bob);
			await settled();
			conversation.departures.end("bob", "ann");
			await summarizer.write("Ann counted.");
			expect(await result).toEqual({ code: "not_found" });
		}));

	it("is asked for only so often, and so many times at once", () =>
		inRoom(async (conversation, summarizer, anns) => {
			talk(conversation, anns, 200);
			for (const [person, upTo] of [
				[bob, 20],
				[cay, 80],
				[guest, 140],
			] as const)
				read(conversation, person, upTo);
			const first = [catchUp(conversation, bob), catchUp(conversation, cay)];
			expect(await catchUp(conversation, guest)).toEqual({ code: "rate_limited", retryAfterMs: 5_000 });
			await settled();
			expect(summarizer.asked).toHaveLength(2);
			await summarizer.write("Ann counted.");
			expect(await first[1]).toHaveProperty("summary");
		}));

	it("is not made by a model that reads too little", () =>
		inRoom(async (conversation, summarizer, anns) => {
			summarizer.sizes.prompt = 2_000;
			talk(conversation, anns, 30);
			expect(await catchUp(conversation, bob)).toEqual({ code: "unavailable" });
		}));
});

describe("catching up that is paid for", () => {
	function metered(conversation: TestConversation): void {
		conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
		conversation.budgets = { conversation: 5_000_000 };
	}

	it("is paid by whoever asks first", () =>
		inRoom(async (conversation, summarizer, anns) => {
			metered(conversation);
			talk(conversation, anns, 30);
			const both = [catchUp(conversation, bob), catchUp(conversation, cay)];
			await settled();
			await summarizer.write("Ann counted.");
			expect(await both[1]).toMatchObject({ summary: { cost: { usd: 0.0024 } } });
			expect(conversation.purses.settled).toEqual([
				["deployment", 2_400],
				["bob", 2_400],
			]);
			expect(conversation.store.payments.open()).toEqual([]);
		}));

	it("is refused to somebody whose purse is short, and another who waits for it pays", () =>
		inRoom(async (conversation, summarizer, anns) => {
			metered(conversation);
			conversation.purses.left.bob = 20_000;
			talk(conversation, anns, 30);
			const [bobs, cays] = [catchUp(conversation, bob), catchUp(conversation, cay)];
			expect(await bobs).toMatchObject({
				notice: {
					code: "budget_exceeded",
					scope: "person",
					error: expect.stringContaining("No summary was made."),
					resetsAt: expect.any(String),
				},
			});
			await settled();
			expect(summarizer.asked).toHaveLength(1);
			await summarizer.write("Ann counted.");
			expect(await cays).toHaveProperty("summary");
			expect(conversation.purses.settled).toContainEqual(["cay", 2_400]);
			expect(await catchUp(conversation, bob)).toEqual(await cays);
		}));
});
