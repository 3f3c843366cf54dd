import { describe, expect, it } from "vitest";
import { buildPrompt } from "../../../src/claude/prompt.ts";
import { priceOf } from "../../../src/money/prices.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, settled, TestClient, TestConversation, type TestPurses } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { allowLog } from "../../support/log.ts";

allowLog(/SQLITE_FULL/);

function ask(conversation: TestConversation, client: TestClient, content = "What does Bob want?", more: object = {}): string {
	const clientId = `q-${crypto.randomUUID().slice(0, 8)}`;
	const event = { type: "chat:ask-privately", conversationId: conversation.store.info.id, content, clientId, ...more } as const;
	conversation.rules.receive(client, event);
	return client.received.findLast((one) => one.type === "chat:aside")?.aside.id ?? "";
}

const share = (conversation: TestConversation, client: TestClient, asideId: string, clientId = "share-1") =>
	conversation.rules.receive(client, { type: "chat:share", conversationId: conversation.store.info.id, asideId, clientId });
const stop = (conversation: TestConversation, client: TestClient, asideId: string) =>
	conversation.rules.receive(client, { type: "chat:stop-aside", conversationId: conversation.store.info.id, asideId });
const own = (conversation: TestConversation, userId = "ann") => conversation.rules.asides.page(userId, undefined, 50).asides;

/** Everything that others can ask the conversation for, except what is spent. */
const visible = ({ store, rules }: TestConversation) => ({
	head: store.log.head,
	page: rules.history().page({ before: 1e9 }, 50),
	last: store.reader.last(),
	info: store.info,
	audit: store.audit.before(1e9, 50),
});

async function answered(conversation: TestConversation, client: TestClient, text = "He wants **tea**."): Promise<string> {
	const id = ask(conversation, client);
	await conversation.call.text(text);
	await conversation.call.end();
	return id;
}

const metered = (conversation: TestConversation) => {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 5_000_000 };
	return conversation;
};

describe("a private question", () => {
	it("is answered to its asker alone, on all their sockets", () =>
		inConversation(async (conversation) => {
			const [client, other, tab] = [conversation.enter(ann), conversation.enter(bob), conversation.enter(ann)];
			conversation.say(other, "I want tea");
			const before = structuredClone([visible(conversation), other.received, conversation.listed]);
			const id = ask(conversation, client);
			expect(client.last("chat:aside").aside).toMatchObject({
				id,
				after: 1,
				question: "What does Bob want?",
				content: "",
				status: "streaming",
			});
			await conversation.call.event({ type: "start", model: "m-1" });
			await conversation.call.text("He wants ");
			await conversation.call.text("**tea**.");
			await conversation.call.end();
			for (const one of [client, tab]) {
				const chunks = one.received.filter((event) => event.type === "chat:aside-streaming");
				expect(chunks.map(({ offset, chunk }) => [offset, chunk])).toEqual([
					[0, "He wants "],
					[9, "**tea**."],
				]);
				expect(one.last("chat:aside").aside).toMatchObject({
					content: "He wants **tea**.",
					status: "complete",
					model: "m-1",
					usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
				});
			}
			expect([visible(conversation), other.received, conversation.listed]).toEqual(before);
			expect(own(conversation)).toEqual([client.last("chat:aside").aside]);
			expect(own(conversation, "bob")).toEqual([]);
		}));

	it("shows its asker alone what Claude thinks and looks up, in the order in which it happens", () =>
		inConversation(async (conversation) => {
			const [client, other, tab] = [conversation.enter(ann), conversation.enter(bob), conversation.enter(ann)];
			const before = structuredClone(other.received);
			const asideId = ask(conversation, client);
			const source = { url: "https://one.example/", title: "One" };
			await conversation.call.event({ type: "thinking", text: "Let me " });
			await conversation.call.event({ type: "thinking", text: "look." });
			await conversation.call.event({ type: "tool", id: "1", name: "web_search", status: "running" });
			await conversation.call.event({ type: "tool", id: "1", name: "web_search", input: "tea", status: "done" });
			await conversation.call.text("Tea it is.");
			await conversation.call.event({ type: "citation", length: 10, sources: [source] });
			const known = { conversationId: conversation.store.info.id, asideId };
			for (const one of [client, tab]) {
				const events = one.received.filter(({ type }) => type.startsWith("chat:aside-"));
				expect(events.filter(({ type }) => type !== "chat:aside-thought")).toEqual([
					{ type: "chat:aside-tool", ...known, index: 0, tool: { name: "web_search", input: "", status: "running" } },
					{ type: "chat:aside-tool", ...known, index: 0, tool: { name: "web_search", input: "tea", status: "done" } },
					{ type: "chat:aside-streaming", ...known, chunk: "Tea it is.", offset: 0 },
					{ type: "chat:aside-source", ...known, index: 0, source, citation: { start: 0, end: 10, source: 0 } },
				]);
				const thoughts = events.filter((event) => event.type === "chat:aside-thought");
				expect(thoughts.map(({ chunk }) => chunk).join("")).toBe("Let me look.");
				expect(events.slice(0, thoughts.length)).toEqual(thoughts);
				expect(thoughts.map(({ offset }) => offset)).toEqual([0, 7].slice(0, thoughts.length));
			}
			expect(own(conversation)[0]).toMatchObject({ thinking: "Let me look.", content: "Tea it is.", sources: [source] });
			expect(other.received).toEqual(before);
			await conversation.call.end();
		}));

	it("is stored and shared at its longest: the question, the answer, what Claude looked up, and a paused turn", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			// The platform stores rows of 2 MB. The one of the tests also stores longer ones.
			const expectRowsToFit = () => {
				for (const row of ["asides", "aside_turns"].flatMap((table) => state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()))
					expect(new TextEncoder().encode(Object.values(row).join("")).length).toBeLessThan(2_000_000);
			};
			const id = ask(conversation, client, "語".repeat(limits.content));
			const url = (n: number) => `https://example.org/${n}/${"x".repeat(limits.sourceUrl - 40)}`;
			for (let n = 0; n < limits.sources; n++)
				await conversation.call.event({ type: "source", source: { url: url(n), title: "語".repeat(limits.sourceTitle) } });
			await conversation.call.event({ type: "thinking", text: "語".repeat(limits.thinking) });
			await conversation.call.text("語".repeat(limits.reply - limits.content - 1));
			const turn = [{ type: "text", text: "語".repeat(limits.turn - 100) }];
			await conversation.call.event({ type: "pause", turn });
			expect(conversation.call.options.turn).toEqual(turn);
			// Another life of the object finds it all.
			await conversation.call.fail("overloaded", 20_000);
			const next = new TestConversation(state, 60_000);
			next.now = conversation.now + 30_000;
			const later = next.enter(ann);
			next.replies.recover();
			expect(next.call.options.turn).toEqual(turn);
			expectRowsToFit();
			await next.call.text("語".repeat(limits.reply));
			await next.call.end();
			expectRowsToFit();
			const [aside] = own(next);
			expect(aside).toMatchObject({ id, status: "complete" });
			expect([aside?.question.length, aside?.content.length]).toEqual([limits.content, limits.reply - limits.content]);
			expect(aside?.sources).toHaveLength(limits.sources);
			expect(state.storage.sql.exec("SELECT * FROM aside_turns").toArray()).toEqual([]);
			share(next, later, id);
			expect(next.contents().map((text) => text.length)).toEqual([limits.content, limits.reply - limits.content]);
		}));

	it.each(["stopped", "cut four times", "refused by Claude", "deleted while it runs", "removed with its asker"])(
		"that is %s sends others not one event more",
		(end) =>
			inConversation(async (conversation) => {
				const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
				conversation.say(other, "@claude hello");
				const { call: roomCall } = conversation;
				const id = ask(conversation, client);
				const before = other.received.length;
				await conversation.call.text("Some");
				if (end === "stopped") stop(conversation, client, id);
				// After the first cut there is new text.
				if (end === "cut four times") for (let n = 0; n < 4; n++) await conversation.call.cut();
				if (end === "refused by Claude") await conversation.call.end("refusal");
				if (end === "deleted while it runs") conversation.replies.asides.remove("ann", id);
				if (end === "removed with its asker") conversation.replies.asides.removeAllOf("ann");
				await settled();
				expect(other.received).toHaveLength(before);
				expect(conversation.replies.asides.dueAt).toBeUndefined();
				// The room's reply goes on.
				await roomCall.text("Hello");
				expect(other.last("chat:streaming").chunk).toBe("Hello");
			}),
	);

	it("reads the conversation as everybody's replies do, and the question last, in private", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(other, "@claude I want tea");
			await conversation.call.text("Here it is.");
			await conversation.call.end();
			const room = buildPrompt(conversation.store.reader.messagesBefore(3, limits.prompt));
			ask(conversation, client);
			const { system, messages } = buildPrompt(conversation.call.messages);
			expect(system).toBe(room.system);
			expect(messages.slice(0, room.messages.length)).toEqual(room.messages);
			expect(messages.slice(1)).toEqual([
				{ role: "assistant", content: [{ type: "text", text: "Here it is." }] },
				{
					role: "user",
					content: [
						{ type: "text", text: expect.stringMatching(/^Ann asks the next thing in private: only they read your answer/) },
						{ type: "text", text: '<message from="Ann" id="ann">\nWhat does Bob want?\n</message>' },
					],
				},
			]);
			await conversation.call.text("Tea.");
			await conversation.call.end();
			conversation.say(other, "@claude and now?");
			expect(JSON.stringify(conversation.call.messages)).not.toContain("What does Bob want?");
		}));

	it("may follow up an earlier one, which Claude then reads too", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			const follows = await answered(conversation, client);
			ask(conversation, client, "Why?", { follows });
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["What does Bob want?", "He wants **tea**.", "Why?"]);
			ask(conversation, other, "Why?", { follows });
			expect(other.last("chat:error").code).toBe("not_found");
		}));

	it("runs beside the room's reply, one at once for each person", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			ask(conversation, client);
			expect(conversation.calls).toHaveLength(2);
			// The reply that is being written is no part of what it reads.
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi", "What does Bob want?"]);
			ask(conversation, client, "Another");
			expect(client.last("chat:error").code).toBe("being_answered");
			expect(conversation.calls).toHaveLength(2);
		}));

	it("is asked once, however often it is sent", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			ask(conversation, client, "Q", { clientId: "same" });
			ask(conversation, client, "Q", { clientId: "same" });
			expect([conversation.calls.length, own(conversation).length]).toEqual([1, 1]);
			ask(conversation, client, "Another", { clientId: "same" });
			expect(client.last("chat:error")).toMatchObject({ code: "conflict", clientId: "same" });
		}));

	it("that is sent again counts what it reads", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			ask(conversation, client, "Q", { clientId: "same" });
			await conversation.call.text("x".repeat(100_000));
			await conversation.call.end();
			for (let n = 0; n < 80; n++) ask(conversation, client, "Q", { clientId: "same" });
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", clientId: "same" });
		}));

	it("that is sent again with other words counts what it reads", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			ask(conversation, client, "Q", { clientId: "same" });
			await conversation.call.text("x".repeat(100_000));
			await conversation.call.end();
			for (let n = 0; n < 80; n++) ask(conversation, client, "R", { clientId: "same" });
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", clientId: "same" });
		}));

	it("leaves others room beside the guests of one network", () =>
		inConversation((conversation) => {
			const codes = ["1", "2", "3", "4"].map((n) => {
				const guest = new TestClient({ userId: `guest-${n.repeat(22)}`, username: n }, n === "4" ? "elsewhere" : "here");
				conversation.membership.join(guest.person, true);
				conversation.rules.join(guest, undefined);
				ask(conversation, guest);
				return guest.received.flatMap((event) => (event.type === "chat:error" ? event.code : []));
			});
			expect(codes).toEqual([[], [], ["rate_limited"], []]);
		}));

	it("counts as a send, and is refused to readers, where Claude is off, and where only owners ask", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.membership.change({ ...ann, role: "owner" }, "bob", { role: "reader" });
			ask(conversation, other);
			expect(other.last("chat:error").code).toBe("forbidden");
			conversation.membership.change({ ...ann, role: "owner" }, "bob", { role: "member" });
			conversation.store.changeSettings({ asks: "owners" });
			ask(conversation, other);
			expect(other.received.filter(({ type }) => type === "chat:error")).toHaveLength(2);
			conversation.store.setAssistant("off");
			ask(conversation, client);
			expect(client.last("chat:error").code).toBe("forbidden");
			conversation.store.setAssistant("mention");
			for (let n = 0; n < 4; n++) stop(conversation, client, ask(conversation, client));
			expect(client.last("chat:error").code).toBe("rate_limited");
			expect(conversation.calls).toHaveLength(3);
		}));

	it("is refused to guests where guests may not ask", () =>
		inConversation(
			(conversation) => {
				const guest = conversation.enter({ userId: `guest-${"x".repeat(22)}`, username: "G" });
				ask(conversation, guest);
				expect(guest.last("chat:error").code).toBe("forbidden");
				expect(own(conversation, `guest-${"x".repeat(22)}`)).toEqual([]);
			},
			60_000,
			{ guestsAsk: false },
		));

	it("goes with the membership of its asker, and stays out of everybody else's reach", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(bob);
			const id = await answered(conversation, client);
			expect(conversation.replies.asides.remove("ann", id)).toEqual({ code: "not_found" });
			share(conversation, conversation.enter(ann), id);
			expect(own(conversation, "bob")).toHaveLength(1);
			conversation.departures.end("bob", "ann");
			conversation.membership.join(bob, true);
			expect(own(conversation, "bob")).toEqual([]);
		}));

	it("makes room for itself: only the newest are kept", () =>
		inConversation((conversation, { storage }) => {
			const { asides } = conversation.store;
			for (let n = 0; n < limits.asides.kept + 3; n++)
				asides.add({ userId: "ann", clientId: `${n}`, after: 0, follows: undefined, question: `${n}` }, 0);
			asides.add({ userId: "bob", clientId: "0", after: 0, follows: undefined, question: "Bob's" }, 0);
			asides.trim("ann");
			expect(
				own(conversation)
					.map(({ question }) => question)
					.at(-1),
			).toBe("3");
			expect(storage.sql.exec("SELECT count(*) AS n FROM asides").one().n).toBe(limits.asides.kept + 1);
			const first = conversation.rules.asides.page("ann", undefined, 2);
			expect(first.hasMore).toBe(true);
			const second = conversation.rules.asides.page("ann", first.asides[1]?.id, 2);
			expect([...first.asides, ...second.asides].map(({ question }) => question)).toEqual(["52", "51", "50", "49"]);
		}));
});

describe("a killed object", () => {
	it("ends its private answers as interrupted, and asks nothing more", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			ask(conversation, client);
			await conversation.call.text("Some text");
			conversation.now += 2_000;
			await conversation.call.text(" and more");
			expect(conversation.replies.asides.dueAt).toBeDefined();
			const next = new TestConversation(state, 60_000);
			next.replies.recover();
			await settled();
			expect(next.calls).toEqual([]);
			expect(own(next)).toMatchObject([{ content: "Some text and more", status: "failed", reason: "interrupted" }]);
		}));

	it("goes on with one that waited for a busy Claude", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			ask(conversation, client);
			await conversation.call.fail("overloaded", 20_000);
			expect(client.last("chat:aside").aside).toMatchObject({ status: "streaming", reason: "overloaded" });
			const next = new TestConversation(state, 60_000);
			next.now = conversation.now + 1_000;
			next.replies.recover();
			expect(next.calls).toEqual([]);
			next.now += 30_000;
			next.replies.recover();
			await next.call.text("Tea");
			await next.call.end();
			expect(own(next)).toMatchObject([{ content: "Tea", status: "complete" }]);
		}));
});

describe("a private answer that is paid for", () => {
	const journal = ({ storage }: DurableObjectState) =>
		storage.sql.exec("SELECT kind, payer, cost, outcome FROM journal ORDER BY n").toArray();
	const spent = ({ store, now }: TestConversation) => store.payments.purse.sums("day", now);
	const revived = (state: DurableObjectState, purses: TestPurses) => {
		const next = metered(new TestConversation(state, 60_000, undefined, purses));
		next.replies.recover();
		return next;
	};

	it("is reserved, and charged to its asker", () =>
		inConversation(async (conversation, state) => {
			metered(conversation);
			const client = conversation.enter(bob);
			ask(conversation, client);
			expect(conversation.calls).toEqual([]);
			await settled();
			expect(spent(conversation).reserved).toBeGreaterThan(100_000);
			await conversation.call.usage(1_000, 500);
			await conversation.call.text("Tea");
			await conversation.call.event({ type: "usage", usage: { input: 1_000, output: 500, cacheRead: 0, cacheWrite: 0 } });
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect(journal(state)).toEqual([{ kind: "aside", payer: "bob", cost: 7_000, outcome: "complete" }]);
			expect(spent(conversation)).toMatchObject({ microUsd: 7_000, reserved: 0, replies: 1 });
			expect(own(conversation, "bob")[0]?.cost).toEqual({ usd: 0.007 });
			expect(conversation.store.payments.open()).toEqual([]);
		}));

	it("is charged by estimate where it is stopped, deleted with its membership, or its object dies", () =>
		inConversation(async (conversation, state) => {
			metered(conversation);
			const client = conversation.enter(bob);
			const begin = async (run: TestConversation) => {
				const id = ask(run, client);
				await settled();
				await run.call.usage(1_000, 1);
				run.now += 2_000;
				await run.call.text("Tea ".repeat(300));
				return id;
			};
			stop(conversation, client, await begin(conversation));
			await begin(conversation);
			conversation.replies.asides.removeAllOf("bob");
			await begin(conversation);
			const next = revived(state, conversation.purses);
			expect(next.calls).toEqual([]);
			expect(journal(state).map(({ outcome }) => outcome)).toEqual(["stopped", "stopped", "interrupted"]);
			for (const { cost } of journal(state)) expect(cost).toBeGreaterThanOrEqual(2_000 + 400 * 10);
			expect(next.store.payments.open()).toEqual([]);
			expect(spent(next).reserved).toBe(0);
		}));

	it("tells its asker alone that nobody can pay, and keeps the question", () =>
		inConversation(async (conversation) => {
			metered(conversation).purses.left.bob = 10;
			const [client, other] = [conversation.enter(bob), conversation.enter(ann)];
			const before = other.received.length;
			const id = ask(conversation, client, "Q", { clientId: "q" });
			await settled();
			expect(client.last("chat:error")).toMatchObject({ code: "budget_exceeded", scope: "person", clientId: "q", messageId: id });
			expect(client.last("chat:error").error).toContain("Your question was kept");
			expect(own(conversation, "bob")).toMatchObject([{ question: "Q", status: "failed", reason: "budget" }]);
			expect([conversation.calls.length, other.received.length, spent(conversation).reserved]).toEqual([0, before, 0]);
			expect(conversation.replies.asides.dueAt).toBeUndefined();
		}));

	it("leaves nothing reserved where it is stopped, or its object dies, before the purses have answered", () =>
		inConversation(async (conversation, state) => {
			metered(conversation);
			conversation.purses.gate = new Promise(() => {});
			const client = conversation.enter(bob);
			stop(conversation, client, ask(conversation, client));
			ask(conversation, client, "Again");
			await settled();
			const next = revived(state, conversation.purses);
			await settled();
			expect(own(next, "bob").map(({ status }) => status)).toEqual(["failed", "stopped"]);
			expect([next.store.payments.open(), spent(next).reserved, next.calls]).toEqual([[], 0, []]);
		}));
});

describe("a private answer in a storage that becomes full", () => {
	it("keeps its text where it is stopped after it could not be ended, and is charged once for what it has used", () =>
		inConversation(async (conversation, state) => {
			metered(conversation);
			const client = conversation.enter(ann);
			const id = ask(conversation, client);
			await settled();
			await conversation.call.text("Half of an answer that was paid for. ".repeat(80));
			await conversation.call.usage(1_000, 100);
			const makeRoom = fillUp(state.storage.sql);
			await conversation.call.end();
			await settled();
			makeRoom();
			const { content, usage } = own(conversation)[0] ?? {};
			stop(conversation, client, id);
			expect(own(conversation)[0]).toMatchObject({ id, content, usage, status: "failed", reason: "interrupted" });
			expect(content?.length).toBeGreaterThan(2_000);
			const { payments } = conversation.store;
			const spent = payments.purse.sums("day", conversation.now).microUsd;
			expect(payments.open()).toEqual([]);
			// Everything that was reserved is more than ten times as much.
			expect(spent).toBeLessThan(20_000);
			conversation.now += 31_000;
			conversation.replies.recover();
			expect(payments.purse.sums("day", conversation.now).microUsd).toBe(spent);
			ask(conversation, client, "And now?");
			expect(client.last("chat:aside").aside.question).toBe("And now?");
		}));

	it("is shared with its question or not at all, and can be shared again", () =>
		inConversation(async (conversation, state) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			const id = await answered(conversation, client);
			for (const after of [0, 1, 2, 3]) {
				conversation.now += 10_000;
				const makeRoom = fillUp(state.storage.sql, { after });
				share(conversation, client, id);
				makeRoom();
				if (conversation.contents().length > 0) break;
				expect(client.last("chat:error")).toMatchObject({ code: "storage_full" });
				expect([other.types().includes("chat:message"), own(conversation).length]).toEqual([false, 1]);
			}
			conversation.now += 10_000;
			share(conversation, client, id);
			expect(conversation.contents()).toEqual(["What does Bob want?", "He wants **tea**."]);
			expect(other.received.filter(({ type }) => type === "chat:message")).toHaveLength(2);
			expect(client.received.filter((event) => event.type === "chat:error" && event.code === "conflict")).toEqual([]);
		}));
});

it("a private question is not asked if its person may not ask any more once purses have answered", () =>
	inConversation(async (conversation) => {
		metered(conversation);
		conversation.enter(ann);
		const client = conversation.enter(bob);
		const gate = Promise.withResolvers<void>();
		conversation.purses.gate = gate.promise;
		const id = ask(conversation, client);
		await settled();
		conversation.store.changeSettings({ asks: "owners" });
		gate.resolve();
		await settled();
		await settled();
		expect(conversation.calls).toEqual([]);
		expect(client.last("chat:error")).toMatchObject({ code: "forbidden", messageId: id });
		expect(client.last("chat:aside").aside).toMatchObject({ id, status: "failed", content: "" });
		expect([conversation.store.payments.open(), conversation.purses.reserved.size]).toEqual([[], 0]);
	}));

describe("sharing", () => {
	it("adds the question and the answer for everybody in one step, and the aside goes", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(bob), conversation.enter(ann)];
			const id = await answered(conversation, client);
			const calls = conversation.calls.length;
			share(conversation, client, id);
			const shared = other.received.filter((event) => event.type === "chat:message").map(({ message }) => message);
			expect(shared).toMatchObject([
				{ seq: 1, author: bob, content: "What does Bob want?", clientId: "share-1", role: "user" },
				{ seq: 2, role: "assistant", content: "He wants **tea**.", status: "complete", sharedBy: bob, usage: { input: 1 } },
			]);
			expect(shared[0]).not.toHaveProperty("asksClaude");
			expect(other.types()).not.toContain("chat:aside-gone");
			expect(client.last("chat:aside-gone").asideId).toBe(id);
			expect([conversation.calls.length, own(conversation, "bob")]).toEqual([calls, []]);
			conversation.say(other, "@claude why?");
			expect(conversation.call.messages.map(({ content }) => content)).toEqual([
				"What does Bob want?",
				"He wants **tea**.",
				"@claude why?",
			]);
		}));

	it("stays where everything is held, also the oldest one after many others", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { asides, keeping } = conversation.store;
			const oldest = await answered(conversation, client);
			keeping.setHeld(true, conversation.now);
			for (let n = 1; n < limits.asides.kept; n++)
				asides.add({ userId: "ann", clientId: `n${n}`, after: 0, follows: undefined, question: "?" }, conversation.now);
			await answered(conversation, client);
			expect(asides.find("ann", oldest)).toMatchObject({ id: oldest });
			keeping.setHeld(false, conversation.now);
			await answered(conversation, client);
			expect(asides.find("ann", oldest)).toBeUndefined();
		}));

	it("stays where everything is held, and a resend gets the same messages", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(bob);
			const id = await answered(conversation, client);
			conversation.store.keeping.setHeld(true, conversation.now);
			for (const _ of ["first", "again"]) share(conversation, client, id);
			expect(client.types()).not.toContain("chat:error");
			expect(conversation.contents()).toHaveLength(2);
			expect(own(conversation, "bob")).toMatchObject([{ id }]);
		}));

	it("may be repeated: its sender gets both messages again, and nothing is added", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(bob), conversation.enter(ann)];
			const id = await answered(conversation, client);
			share(conversation, client, id);
			const before = [client.received.length, other.received.length];
			share(conversation, client, id);
			expect([client.received.length, other.received.length]).toEqual([(before[0] ?? 0) + 2, before[1]]);
			expect(conversation.contents()).toEqual(["What does Bob want?", "He wants **tea**."]);
			share(conversation, client, id, "share-2");
			expect(client.last("chat:error")).toMatchObject({ code: "not_found", clientId: "share-2" });
		}));

	it.each([["over a socket"], ["over HTTP"]])("counts what it reads %s, also where it is refused", (way) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const id = await answered(conversation, client, "x".repeat(100_000));
			conversation.say(client, "Taken", "taken");
			// A call is counted by the Worker's call itself, a frame by the rules.
			const again = (clientId: string) => {
				if (way === "over a socket") share(conversation, client, id, clientId);
				else conversation.rules.asides.share(ann, { asideId: id, clientId }, client.requester);
			};
			for (let n = 0; n < 70; n++) again("taken");
			share(conversation, client, id, "later");
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", clientId: "later" });
			conversation.now += 60_000;
			share(conversation, client, id, "shared");
			for (let n = 0; n < 70; n++) again("shared");
			share(conversation, client, id, "later");
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", clientId: "later" });
		}),
	);

	it("answers no question that waits, and is no reply that could be written again", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(bob), conversation.enter(ann)];
			const id = await answered(conversation, client);
			conversation.say(other, "@claude one");
			const { call } = conversation;
			conversation.say(other, "@claude two");
			share(conversation, client, id);
			const waiting = other.received.findLast((event) => event.type === "chat:message" && event.message.content === "@claude two");
			expect(conversation.store.log.firstReplyAfter((waiting as { message: { seq: number } }).message.seq)).toBeUndefined();
			await call.text("First");
			await call.end();
			await settled();
			expect(conversation.call).not.toBe(call);
			expect(conversation.call.messages.at(-1)?.sharedBy).toEqual(bob);
			const answer = conversation.store.reader.page(1e9, 50).messages.find(({ sharedBy }) => sharedBy);
			const { id: conversationId } = conversation.store.info;
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId: answer?.id ?? "" });
			expect(client.last("chat:error").code).toBe("bad_event");
			// Another life of the object knows it too.
			expect(conversation.store.log.lastReply()?.sharedBy).toBeUndefined();
		}));

	it("is refused while the answer is written, where there is none, and to readers", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(bob);
			const id = ask(conversation, client);
			share(conversation, client, id);
			expect(client.last("chat:error").code).toBe("being_answered");
			await conversation.call.end("refusal");
			share(conversation, client, id);
			expect(client.last("chat:error").code).toBe("bad_event");
			const other = await answered(conversation, client);
			conversation.membership.change({ ...ann, role: "owner" }, "bob", { role: "reader" });
			share(conversation, client, other);
			expect(client.last("chat:error").code).toBe("forbidden");
			expect(conversation.contents()).toEqual([]);
			expect(own(conversation, "bob")).toHaveLength(2);
		}));
});
