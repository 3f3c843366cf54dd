import { describe, expect, it } from "vitest";
import { type Reason, reasons } from "../../../src/protocol/errors.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, settled, TestConversation } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { allowLog, expectLog } from "../../support/log.ts";

allowLog(/A reply waits for room/, /A reply failed/, /A reply could not be ended/);

const ofReply = (types: string[]) => types.filter((type) => !/join|left|typing|member|notice/.test(type));

describe("a reply", () => {
	it("sends thinking, text, the end of the stream, the message and complete to everybody, in this order", () =>
		inConversation(async (conversation) => {
			const asker = conversation.enter(ann);
			const other = conversation.enter(bob);
			conversation.say(asker, "@claude Hi");
			await conversation.call.event({ type: "start", model: "m-1" });
			await conversation.call.text("Hello ");
			await conversation.call.text("there");
			conversation.now += 1500;
			await conversation.call.end();
			for (const client of [asker, other]) {
				expect(ofReply(client.types())).toEqual([
					"chat:message",
					"chat:thinking",
					"chat:streaming",
					"chat:streaming",
					"chat:streaming",
					"chat:message",
					"chat:complete",
				]);
				const chunks = client.received.filter((event) => event.type === "chat:streaming");
				expect(chunks.map(({ offset, chunk, isComplete }) => [offset, chunk, isComplete])).toEqual([
					[0, "Hello ", false],
					[6, "there", false],
					[11, "", true],
				]);
			}
			expect(asker.last("chat:thinking").askedBy).toEqual([ann]);
			const { message, cursor } = asker.last("chat:message");
			expect(message).toMatchObject({
				askedBy: [ann],
				content: "Hello there",
				status: "complete",
				role: "assistant",
				author: { userId: "claude", username: "Claude" },
				seq: 2,
				revision: 3,
				model: "m-1",
				stopReason: "end_turn",
				usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
				elapsedMs: 1500,
			});
			expect(message.id).toBe(asker.last("chat:thinking").messageId);
			expect(cursor).toBe(conversation.store.log.cursor);
			expect(conversation.alarms.at(-1)).toBe("cleared");
			expect(conversation.call.signal.aborted).toBe(true);
		}));

	it("is announced before its prompt is read, and not asked for if it is stopped before that", () =>
		inConversation((conversation) => {
			const client = conversation.enter(ann);
			conversation.postponed = [];
			conversation.say(client, "Hi");
			expect([ofReply(client.types()), conversation.calls]).toEqual([["chat:message", "chat:thinking"], []]);
			conversation.replies.stop(ann);
			conversation.say(client, "Once more");
			for (const work of conversation.postponed) work();
			expect(conversation.calls.map(({ messages }) => messages.at(-1)?.content)).toEqual(["Once more"]);
		}));

	it("reads the messages before it; questions that come meanwhile get one further reply that reads them all", () =>
		inConversation(async (conversation) => {
			conversation.membership.join(bob, true);
			const client = conversation.enter(ann);
			conversation.say(client, "@claude one");
			conversation.say(client, "@claude two");
			conversation.say(client, "three");
			expect(conversation.calls).toHaveLength(1);
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["@claude one"]);
			await conversation.call.text("First");
			await conversation.call.end();
			expect(conversation.calls).toHaveLength(2);
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["@claude one", "First", "@claude two", "three"]);
			await conversation.call.text("Second");
			await conversation.call.end();
			expect(conversation.calls).toHaveLength(2);
			expect(conversation.contents()).toEqual(["@claude one", "First", "@claude two", "three", "Second"]);
		}));

	it("reads a bounded part of a long log, also if all its messages are empty", () =>
		inConversation((conversation, { storage }) => {
			storage.sql.exec(
				`WITH RECURSIVE place (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM place WHERE seq < 20000)
				INSERT INTO messages (seq, id, role, author_id, author_name, content, status, asks, born, revision, created_at, deleted_at)
				SELECT seq, 'm' || seq || '-0', 'user', 'ann', 'Ann', '', 'complete', 0, seq, seq, 0, 0 FROM place`,
			);
			const messages = conversation.store.reader.messagesBefore(20_001, limits.prompt);
			expect(messages.at(-1)?.seq).toBe(20_000);
			expect(messages.length).toBeLessThan(8_000);
		}));

	it("names each asker once, and marks the messages that wait for the next reply", () =>
		inConversation(async (conversation) => {
			const [first, second] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(first, "@claude one");
			conversation.say(second, "@claude two");
			conversation.say(first, "@claude three");
			conversation.say(first, "four");
			conversation.say(second, "@claude five");
			await conversation.call.end();
			expect(first.last("chat:thinking").askedBy).toEqual([bob, ann]);
			const asking = conversation.store.reader
				.page(9, 9)
				.messages.map(({ asksClaude, askedBy }) => asksClaude ?? askedBy?.map(({ userId }) => userId));
			expect(asking).toEqual([true, ["ann"], true, true, undefined, true, ["bob", "ann"]]);
		}));

	it("names no more askers than the limit", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "@claude first");
			for (let n = 0; n <= limits.askers; n++)
				conversation.say(conversation.enter({ userId: `u${n}`, username: `U${n}` }), "@claude me too");
			await conversation.call.end();
			expect(conversation.store.log.lastReply()?.askedBy).toHaveLength(limits.askers);
		}));

	it("does not answer messages that come meanwhile and do not ask", () =>
		inConversation(async (conversation) => {
			conversation.membership.join(bob, true);
			const client = conversation.enter(ann);
			conversation.say(client, "@claude one");
			conversation.say(client, "two");
			await conversation.call.end();
			expect(conversation.calls).toHaveLength(1);
		}));

	it("is decided when the question is sent, whatever changes while the reply before it runs", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "alone and asking");
			conversation.say(client, "alone and asking again");
			conversation.membership.join(bob, true);
			await conversation.call.end();
			expect(conversation.calls).toHaveLength(2);
			conversation.say(client, "to Bob");
			conversation.store.setAssistant("always");
			await conversation.call.end();
			expect(conversation.calls).toHaveLength(2);
		}));

	it("never sends or stores half a character", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("a\ud83d");
			await conversation.call.text("\ude00b\ud83d");
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			const streamed = client.received.map((event) => (event.type === "chat:streaming" ? event.chunk : "")).join("");
			expect([streamed, client.last("chat:message").message.content]).toEqual(["a😀b", "a😀b"]);
		}));

	it("is checkpointed by time and by length while it grows, not by token", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "Hi");
			const kept = () => conversation.store.log.streaming()[0]?.content.length;
			await conversation.call.text("x".repeat(10));
			expect(kept()).toBe(0);
			conversation.now += 1000;
			await conversation.call.text("x".repeat(10));
			expect(kept()).toBe(20);
			await conversation.call.text("x".repeat(1999));
			expect(kept()).toBe(20);
			await conversation.call.text("x");
			expect(kept()).toBe(2020);
		}));

	it("stores what Claude was asked with after its first words, which do not wait for that, and at the latest with its end", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { prompts } = conversation.store.log;
			const begin = (question: string) => {
				conversation.say(client, question);
				conversation.call.options.asked?.({ model: "m", maxTokens: 1, system: "s", places: [1], tools: [] });
			};
			begin("Hi");
			await conversation.call.text("Hello");
			expect(prompts.latest()).toBeUndefined();
			conversation.now += 1000;
			await conversation.call.text(" Ann");
			expect(prompts.of(2)).toMatchObject({ model: "m", ranges: [[1, 1]] });
			await conversation.call.end();
			begin("And now?");
			await conversation.call.text("Bye");
			await conversation.call.end();
			expect(prompts.of(4)).toMatchObject({ model: "m" });
		}));

	it("stops on a member's request: keeps its text, ends the request to Claude at once, sends nothing more", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const conversationId = conversation.store.info.id;
			conversation.say(client, "Hi");
			await conversation.call.text("Hel");
			conversation.rules.receive(client, { type: "chat:stop", conversationId, messageId: "m1-other" });
			expect(conversation.call.signal.aborted).toBe(false);
			conversation.rules.receive(client, { type: "chat:stop", conversationId });
			expect(conversation.call.signal.aborted).toBe(true);
			expect(client.last("chat:message").message).toMatchObject({ content: "Hel", status: "stopped", stoppedBy: ann });
			const count = client.received.length;
			await conversation.call.text("lo");
			await conversation.call.end();
			expect(client.received).toHaveLength(count);
			expect(conversation.contents()).toEqual(["Hi", "Hel"]);
			conversation.rules.receive(client, { type: "chat:stop", conversationId });
			expect(client.received).toHaveLength(count);
		}));

	it("is followed, once it is stopped, by the reply to questions that came meanwhile", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("Hel");
			conversation.say(client, "And?");
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi", "Hel", "And?"]);
			expect(conversation.calls).toHaveLength(2);
		}));

	it.each(["max_tokens", "context_window"] as const)("is complete and carries the reason if it is cut by %s", (reason) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("Long");
			await conversation.call.end(reason);
			expect(client.last("chat:message").message).toMatchObject({ status: "complete", reason, content: "Long" });
			expect(client.types()).not.toContain("chat:error");
		}),
	);

	const failures: [string, (conversation: TestConversation) => Promise<void>, Reason][] = [
		["Claude declines to answer", (conversation) => conversation.call.end("refusal"), "refusal"],
		["Claude cannot be reached", (conversation) => conversation.call.fail("bad_key"), "bad_key"],
		["our own code throws", (conversation) => conversation.call.crash(new Error("secret at /src/x.ts:1")), "internal"],
	];
	it.each(failures)("fails with a sentence, and keeps its text, when %s", (_what, fail, reason) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("So far");
			if (reason === "internal") expectLog(/secret at/);
			await fail(conversation);
			expect(ofReply(client.types()).slice(-4)).toEqual(["chat:streaming", "chat:message", "chat:complete", "chat:error"]);
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ status: "failed", reason, content: "So far" });
			expect(client.last("chat:error")).toMatchObject({ code: reason, error: reasons[reason], messageId: message.id });
			expect(JSON.stringify(client.received)).not.toContain("secret");
		}),
	);

	it("fails at once if the request is refused for good", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.fail("spend_limit");
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "spend_limit", content: "" });
			expect(conversation.calls).toHaveLength(1);
		}));

	it.each(["overloaded", "rate_limited", "unavailable"] as const)(
		"waits as long as it is told if Claude is %s, and people see that",
		(reason) =>
			inConversation(async (conversation) => {
				const client = conversation.enter(ann);
				conversation.say(client, "Hi");
				const again = conversation.asked;
				await conversation.call.fail(reason, 30);
				const { messageId } = client.last("chat:thinking");
				expect(client.last("chat:busy")).toMatchObject({ messageId, reason, retryAfterMs: 30 });
				const [, late] = conversation.enter(bob).last("chat:joined").messages;
				expect(late).toMatchObject({ id: messageId, status: "streaming", content: "", reason });
				expect(conversation.calls).toHaveLength(1);
				await again;
				await conversation.call.text("Here");
				expect(conversation.enter(bob).last("chat:joined").messages[1]?.reason).toBeUndefined();
				await conversation.call.end();
				const { message } = client.last("chat:message");
				expect(message).toMatchObject({ content: "Here", status: "complete", attempts: [{ offset: 0, reason }] });
				expect(message.reason).toBeUndefined();
				expect(client.types().filter((type) => type === "chat:thinking")).toHaveLength(1);
			}),
	);

	it("waits for minutes while Claude is overloaded, without a timer, and then fails", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			const began = conversation.now;
			while (client.types().every((type) => type !== "chat:error")) {
				await conversation.call.fail("overloaded", 10_000);
				const calls = conversation.calls.length;
				const retryAt = conversation.alarms.at(-1);
				if (typeof retryAt !== "number") break;
				expect(retryAt - conversation.now).toBeGreaterThanOrEqual(10_000);
				conversation.now = retryAt - 1;
				conversation.replies.recover();
				expect(conversation.calls).toHaveLength(calls);
				conversation.now += 1;
				conversation.replies.recover();
				expect(conversation.calls).toHaveLength(calls + 1);
			}
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "overloaded" });
			expect(conversation.now - began).toBeGreaterThan(180_000);
			expect(conversation.now - began).toBeLessThanOrEqual(300_000);
		}));

	it("fails at once if Claude asks to be left alone for longer than people wait", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "And now?");
			await conversation.call.fail("rate_limited", 300_001);
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "rate_limited" });
			expect(conversation.calls).toHaveLength(1);
		}));

	it("can be stopped during a long wait, and is not asked for when the alarm fires", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.fail("overloaded", 60_000);
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(client.last("chat:message").message).toMatchObject({ status: "stopped" });
			expect(client.last("chat:message").message.reason).toBeUndefined();
			conversation.now += 60_000;
			conversation.replies.recover();
			expect(conversation.calls).toHaveLength(1);
			expect(conversation.alarms.at(-1)).toBe("cleared");
		}));

	it("waits on in the next life of the object, and people see that", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.text("So far");
			await conversation.call.fail("overloaded", 60_000);
			const next = new TestConversation(state, 60_000);
			next.replies.recover();
			const watcher = next.enter(ann);
			expect(next.calls).toHaveLength(0);
			expect(next.alarms.at(-1)).toBe(next.now + 60_000);
			expect(watcher.last("chat:joined").messages[1]).toMatchObject({ status: "streaming", reason: "overloaded", content: "So far" });
			next.now += 60_000;
			next.replies.recover();
			expect(next.call.partialReply).toBe("So far");
			await next.call.text(", so good");
			await next.call.end();
			expect(watcher.last("chat:message").message).toMatchObject({
				content: "So far, so good",
				status: "complete",
				attempts: [{ offset: 6, reason: "overloaded" }],
			});
		}));

	it.each([
		["is empty", "", undefined, "complete", "empty"],
		["has only invisible characters", "\n\u200b ", undefined, "complete", "empty"],
		["could not begin in Claude's context", "", "context_window", "failed", "prompt_too_long"],
		["ended in an unknown way", "Hi", "unknown_stop", "complete", "unknown_stop"],
	] as const)("says so if it %s", (_what, text, reason, status, shown) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			if (text) await conversation.call.text(text);
			await conversation.call.end(reason);
			expect(client.last("chat:message").message).toMatchObject({ status, reason: shown });
			expect(conversation.calls).toHaveLength(1);
		}),
	);

	it("ends at its greatest length, and so does the request", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("x".repeat(limits.reply - 1));
			expect(conversation.call.signal.aborted).toBe(false);
			await conversation.call.text("yz");
			expect(conversation.call.signal.aborted).toBe(true);
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ status: "complete", reason: "max_tokens" });
			expect(message.content).toHaveLength(limits.reply);
			expect(message.content.endsWith("xy")).toBe(true);
		}));

	it("writes about ten times its length in checkpoints, however long it grows", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "Hi");
			let written = 0;
			const { log } = conversation.store;
			const checkpoint = log.checkpoint.bind(log);
			log.checkpoint = (message, content, ...rest) => {
				written += content.length;
				checkpoint(message, content, ...rest);
			};
			const length = 200_000;
			for (let n = 0; n < length; n += 500) await conversation.call.text("x".repeat(500));
			expect(written).toBeGreaterThan(length);
			expect(written).toBeLessThan(length * 12);
		}));

	it("gives a silent server twice as long each time, and says that it did not respond", () =>
		inConversation(async (conversation) => {
			expectLog(/Claude failed: no_response/);
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			for (const patience of [20, 40, 80]) {
				const { signal } = conversation.call;
				const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				conversation.now += patience - 1;
				await new Promise((resolve) => setTimeout(resolve, 50));
				expect(signal.aborted).toBe(false);
				conversation.now += 1;
				await over;
				await settled();
			}
			expect(conversation.calls).toHaveLength(3);
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "no_response" });
		}, 20));

	it("can be stopped while Claude is busy, and makes no further request", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.fail("overloaded", 20);
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(client.last("chat:message").message.status).toBe("stopped");
			conversation.say(client, "Something else");
			await conversation.call.fail("overloaded", 30);
			await conversation.asked;
			expect(conversation.calls).toHaveLength(3);
		}));

	it.each([
		["the stream is cut", (conversation: TestConversation) => conversation.call.cut(), "interrupted"],
		["the request fails", (conversation: TestConversation) => conversation.call.fail("interrupted"), "interrupted"],
		["Claude becomes overloaded", (conversation: TestConversation) => conversation.call.fail("overloaded", 0), "overloaded"],
	] as const)("goes on in the same message, without the repeated text, when %s", (_what, breakOff, reason) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("One two three four");
			await breakOff(conversation);
			expect(conversation.calls).toHaveLength(2);
			expect([conversation.call.partialReply, conversation.call.messages.length]).toEqual(["One two three four", 1]);
			await conversation.call.text("two three ");
			await conversation.call.text("four five");
			await conversation.call.end();
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ content: "One two three four five", status: "complete", attempts: [{ offset: 18, reason }] });
			const chunks = client.received.filter((event) => event.type === "chat:streaming");
			expect(chunks.map(({ offset, chunk }) => [offset, chunk])).toEqual([
				[0, "One two three four"],
				[18, " five"],
				[23, ""],
			]);
			expect(ofReply(client.types())).toEqual([
				"chat:message",
				"chat:thinking",
				"chat:streaming",
				"chat:streaming",
				"chat:streaming",
				"chat:message",
				"chat:complete",
			]);
		}),
	);

	it("goes on after any interruption that followed new text, and fails after three in a row without any", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			for (const text of ["One", " two", " three", " four", " five"]) {
				await conversation.call.text(text);
				await conversation.call.cut();
			}
			expect(conversation.calls).toHaveLength(6);
			for (const calls of [7, 8, 8]) {
				await conversation.call.cut();
				expect(conversation.calls).toHaveLength(calls);
			}
			expect(client.last("chat:message").message).toMatchObject({
				content: "One two three four five",
				status: "failed",
				reason: "interrupted",
				attempts: [3, 7, 13, 18, 23, 23, 23].map((offset) => ({ offset, reason: "interrupted" })),
			});
		}));

	it("can be stopped in its second attempt, and ignores events of the first one", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			const [first] = conversation.calls;
			await conversation.call.text("One");
			await conversation.call.cut();
			expect(first?.signal.aborted).toBe(true);
			await conversation.call.text(" two");
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(conversation.call.signal.aborted).toBe(true);
			expect(client.last("chat:message").message).toMatchObject({ content: "One two", status: "stopped" });
			expect(conversation.calls).toHaveLength(2);
		}));

	it("makes another attempt after too long a silence, but not while there are signs of life", () =>
		inConversation(async (conversation) => {
			expectLog(/Claude failed: timed_out/);
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			for (let attempt = 1; attempt <= 3; attempt++) {
				expect(conversation.calls).toHaveLength(attempt);
				const { signal } = conversation.call;
				const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				conversation.now += 19;
				await conversation.call.event({ type: "alive" });
				expect(signal.aborted).toBe(false);
				conversation.now += 20;
				await over;
				await settled();
			}
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "timed_out" });
		}, 20));

	it("gives up on a silent server although the clock is set back meanwhile", () =>
		inConversation(async (conversation) => {
			expectLog(/Claude failed: timed_out/);
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("One");
			const { signal } = conversation.call;
			const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
			conversation.now -= 3600_000;
			// It looks at the clock again and again.
			await new Promise((resolve) => setTimeout(resolve, 50));
			expect(signal.aborted).toBe(false);
			conversation.now += 20;
			await over;
			await settled();
			expect(conversation.calls).toHaveLength(2);
		}, 20));

	it("does not wait for ever while there are only signs of life, and waits on while there is text", () =>
		inConversation(async (conversation) => {
			expectLog(/Claude failed: timed_out/);
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			// Only the first attempt brings text.
			for (let attempt = 1; attempt <= 4; attempt++) {
				expect(conversation.calls).toHaveLength(attempt);
				const { signal } = conversation.call;
				const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				await conversation.call.event({ type: "start", model: "m" });
				for (let n = 0; n < 25; n++) {
					conversation.now += 19;
					const progress = attempt === 1 ? "text" : "thinking";
					await conversation.call.event(n < 15 ? { type: progress, text: "." } : { type: "alive" });
					// Longer than the watchdog takes to check again.
					await new Promise((resolve) => setTimeout(resolve, 30));
					expect(signal.aborted).toBe(false);
				}
				conversation.now += 19;
				await conversation.call.event({ type: "alive" });
				await over;
				await settled();
			}
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "timed_out" });
		}, 20));

	it("allows twice as long a silence while Claude thinks", () =>
		inConversation(async (conversation) => {
			expectLog(/Claude failed: timed_out/);
			conversation.say(conversation.enter(ann), "Hi");
			const { signal } = conversation.call;
			const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
			await conversation.call.event({ type: "thinking", text: "" });
			conversation.now += 39;
			// Longer than the watchdog takes to check again.
			await new Promise((resolve) => setTimeout(resolve, 50));
			expect(signal.aborted).toBe(false);
			conversation.now += 1;
			await over;
		}, 20));

	it("is retried in the same message after it failed", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const conversationId = conversation.store.info.id;
			conversation.say(client, "Hi");
			await conversation.call.text("Half");
			await conversation.call.fail("bad_key");
			const { id: messageId } = client.last("chat:message").message;
			const from = client.received.length;
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			expect(conversation.calls).toHaveLength(2);
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi"]);
			await conversation.call.text("Whole");
			await conversation.call.end();
			expect(client.types().slice(from)).toEqual([
				"chat:updated",
				"chat:thinking",
				// The second request is refused: Claude writes already.
				"chat:error",
				"chat:streaming",
				"chat:streaming",
				"chat:message",
				"chat:complete",
			]);
			expect(client.last("chat:updated").message).toMatchObject({ id: messageId, content: "", status: "streaming" });
			expect(client.last("chat:message").message).toMatchObject({ id: messageId, seq: 2, content: "Whole", status: "complete" });
			expect(client.last("chat:message").message.reason).toBeUndefined();
		}));
});

describe("a reply whose object died", () => {
	it("goes on in the next life of the object, which then answers questions that came meanwhile", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			conversation.now += 1000;
			await conversation.call.text("So far");
			conversation.say(client, "And?");
			const next = new TestConversation(state, 60_000);
			const watcher = next.enter(ann);
			next.replies.recover();
			expect([next.calls.length, next.call.partialReply]).toEqual([1, "So far"]);
			await next.call.text(", so good");
			await next.call.end();
			expect(watcher.last("chat:streaming").offset).toBe(15);
			expect(next.store.reader.page(3, 1).messages).toMatchObject([
				{ content: "So far, so good", status: "complete", attempts: [{ offset: 6, reason: "interrupted" }] },
			]);
			expect(next.call.messages.map(({ content }) => content)).toEqual(["Hi", "So far, so good", "And?"]);
		}));

	it("keeps its text and fails after three lives that brought no more of it", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			conversation.now += 1000;
			await conversation.call.text("So far");
			for (let life = 2; life <= 5; life++) {
				const next = new TestConversation(state, 60_000);
				next.replies.recover();
				expect(next.calls).toHaveLength(life < 5 ? 1 : 0);
			}
			const last = new TestConversation(state, 60_000);
			expect(last.store.reader.page(9, 1).messages).toMatchObject([{ content: "So far", status: "failed", reason: "interrupted" }]);
		}));

	it("waits for room where the storage is full: people read on, Claude is not asked, and the answer goes on afterwards", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			conversation.now += 10_000;
			await conversation.call.text("So far");
			const next = new TestConversation(state, 60_000);
			const makeRoom = fillUp(state.storage.sql);
			next.replies.recover();
			next.replies.recover();
			expect([next.calls.length, next.alarms.at(-1)]).toEqual([0, next.now + 30_000]);
			expect(next.store.reader.page(9, 1).messages.at(-1)).toMatchObject({ content: "So far", status: "streaming" });
			makeRoom();
			next.replies.recover();
			expect(next.call.partialReply).toBe("So far");
			await next.call.text(", so good");
			await next.call.end();
			expect(next.store.log.lastReply()).toMatchObject({ content: "So far, so good", status: "complete" });
		}));

	it("goes on after there is room again, if the storage became full while Claude answered", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			conversation.now += 10_000;
			await conversation.call.text("So far");
			const makeRoom = fillUp(state.storage.sql);
			conversation.now += 10_000;
			await conversation.call.text(", and more");
			conversation.replies.recover();
			expect([conversation.calls.length, conversation.alarms.at(-1)]).toEqual([1, conversation.now + 30_000]);
			makeRoom();
			conversation.replies.recover();
			expect(conversation.call.partialReply).toBe("So far");
			await conversation.call.text(", so good");
			await conversation.call.end();
			expect(client.last("chat:message").message).toMatchObject({ content: "So far, so good", status: "complete" });
		}));

	it("is not confused with a running reply, whose alarm is set again", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			const alarms = conversation.alarms.length;
			conversation.replies.recover();
			expect(client.types()).not.toContain("chat:complete");
			expect(conversation.alarms).toHaveLength(alarms + 1);
		}));
});
