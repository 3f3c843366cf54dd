import { describe, expect, it } from "vitest";
import { type Reason, reasons } from "../../../src/protocol/errors.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inRoom, Room, settled } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

const ofReply = (types: string[]) => types.filter((type) => !/join|left|typing|member/.test(type));

describe("a reply", () => {
	it("sends thinking, text, the end of the stream, the message and complete to everybody, in this order", () =>
		inRoom(async (room) => {
			const asker = room.enter(ann);
			const other = room.enter(bob);
			room.say(asker, "@claude Hi");
			await room.call.event({ type: "start", model: "m-1" });
			await room.call.text("Hello ");
			await room.call.text("there");
			room.now += 1500;
			await room.call.end();
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
			expect(cursor).toBe(room.store.log.cursor);
			expect(room.alarms.at(-1)).toBe("cleared");
			expect(room.call.signal.aborted).toBe(true);
		}));

	it("is announced before its prompt is read, and not asked for if it is stopped before that", () =>
		inRoom((room) => {
			const client = room.enter(ann);
			room.postponed = [];
			room.say(client, "Hi");
			expect([ofReply(client.types()), room.calls]).toEqual([["chat:message", "chat:thinking"], []]);
			room.replies.stop(ann);
			room.say(client, "Once more");
			for (const work of room.postponed) work();
			expect(room.calls.map(({ messages }) => messages.at(-1)?.content)).toEqual(["Once more"]);
		}));

	it("reads the messages before it; questions that come meanwhile get one further reply that reads them all", () =>
		inRoom(async (room) => {
			room.membership.join(bob, true);
			const client = room.enter(ann);
			room.say(client, "@claude one");
			room.say(client, "@claude two");
			room.say(client, "three");
			expect(room.calls).toHaveLength(1);
			expect(room.call.messages.map(({ content }) => content)).toEqual(["@claude one"]);
			await room.call.text("First");
			await room.call.end();
			expect(room.calls).toHaveLength(2);
			expect(room.call.messages.map(({ content }) => content)).toEqual(["@claude one", "First", "@claude two", "three"]);
			await room.call.text("Second");
			await room.call.end();
			expect(room.calls).toHaveLength(2);
			expect(room.contents()).toEqual(["@claude one", "First", "@claude two", "three", "Second"]);
		}));

	it("reads a bounded part of a long log, also if all its messages are empty", () =>
		inRoom((room, { storage }) => {
			storage.sql.exec(
				`WITH RECURSIVE place (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM place WHERE seq < 20000)
				INSERT INTO messages (seq, id, role, author_id, author_name, content, status, asks, born, revision, created_at, deleted_at)
				SELECT seq, 'm' || seq || '-0', 'user', 'ann', 'Ann', '', 'complete', 0, seq, seq, 0, 0 FROM place`,
			);
			const messages = room.store.reader.messagesBefore(20_001, limits.prompt);
			expect(messages.at(-1)?.seq).toBe(20_000);
			expect(messages.length).toBeLessThan(8_000);
		}));

	it("names each asker once, and marks the messages that wait for the next reply", () =>
		inRoom(async (room) => {
			const [first, second] = [room.enter(ann), room.enter(bob)];
			room.say(first, "@claude one");
			room.say(second, "@claude two");
			room.say(first, "@claude three");
			room.say(first, "four");
			room.say(second, "@claude five");
			await room.call.end();
			expect(first.last("chat:thinking").askedBy).toEqual([bob, ann]);
			const asking = room.store.reader
				.page(9, 9)
				.messages.map(({ asksClaude, askedBy }) => asksClaude ?? askedBy?.map(({ userId }) => userId));
			expect(asking).toEqual([true, ["ann"], true, true, undefined, true, ["bob", "ann"]]);
		}));

	it("names no more askers than the limit", () =>
		inRoom(async (room) => {
			room.say(room.enter(ann), "@claude first");
			for (let n = 0; n <= limits.askers; n++) room.say(room.enter({ userId: `u${n}`, username: `U${n}` }), "@claude me too");
			await room.call.end();
			expect(room.store.log.lastReply()?.askedBy).toHaveLength(limits.askers);
		}));

	it("does not answer messages that come meanwhile and do not ask", () =>
		inRoom(async (room) => {
			room.membership.join(bob, true);
			const client = room.enter(ann);
			room.say(client, "@claude one");
			room.say(client, "two");
			await room.call.end();
			expect(room.calls).toHaveLength(1);
		}));

	it("is decided when the question is sent, whatever changes while the reply before it runs", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "alone and asking");
			room.say(client, "alone and asking again");
			room.membership.join(bob, true);
			await room.call.end();
			expect(room.calls).toHaveLength(2);
			room.say(client, "to Bob");
			room.store.setAssistant("always");
			await room.call.end();
			expect(room.calls).toHaveLength(2);
		}));

	it("never sends or stores half a character", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("a\ud83d");
			await room.call.text("\ude00b\ud83d");
			room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
			const streamed = client.received.map((event) => (event.type === "chat:streaming" ? event.chunk : "")).join("");
			expect([streamed, client.last("chat:message").message.content]).toEqual(["a😀b", "a😀b"]);
		}));

	it("is checkpointed by time and by length while it grows, not by token", () =>
		inRoom(async (room) => {
			room.say(room.enter(ann), "Hi");
			const kept = () => room.store.log.streaming()[0]?.content.length;
			await room.call.text("x".repeat(10));
			expect(kept()).toBe(0);
			room.now += 1000;
			await room.call.text("x".repeat(10));
			expect(kept()).toBe(20);
			await room.call.text("x".repeat(1999));
			expect(kept()).toBe(20);
			await room.call.text("x");
			expect(kept()).toBe(2020);
		}));

	it("stops on a member's request: keeps its text, ends the request to Claude at once, sends nothing more", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const conversationId = room.store.info.id;
			room.say(client, "Hi");
			await room.call.text("Hel");
			room.conversation.receive(client, { type: "chat:stop", conversationId, messageId: "m1-other" });
			expect(room.call.signal.aborted).toBe(false);
			room.conversation.receive(client, { type: "chat:stop", conversationId });
			expect(room.call.signal.aborted).toBe(true);
			expect(client.last("chat:message").message).toMatchObject({ content: "Hel", status: "stopped", stoppedBy: ann });
			const count = client.received.length;
			await room.call.text("lo");
			await room.call.end();
			expect(client.received).toHaveLength(count);
			expect(room.contents()).toEqual(["Hi", "Hel"]);
			room.conversation.receive(client, { type: "chat:stop", conversationId });
			expect(client.received).toHaveLength(count);
		}));

	it("is followed, once it is stopped, by the reply to questions that came meanwhile", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("Hel");
			room.say(client, "And?");
			room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
			expect(room.call.messages.map(({ content }) => content)).toEqual(["Hi", "Hel", "And?"]);
			expect(room.calls).toHaveLength(2);
		}));

	it.each(["max_tokens", "context_window"] as const)("is complete and carries the reason if it is cut by %s", (reason) =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("Long");
			await room.call.end(reason);
			expect(client.last("chat:message").message).toMatchObject({ status: "complete", reason, content: "Long" });
			expect(client.types()).not.toContain("chat:error");
		}),
	);

	const failures: [string, (room: Room) => Promise<void>, Reason][] = [
		["Claude declines to answer", (room) => room.call.end("refusal"), "refusal"],
		["Claude cannot be reached", (room) => room.call.fail("bad_key"), "bad_key"],
		["our own code throws", (room) => room.call.crash(new Error("secret at /src/x.ts:1")), "internal"],
	];
	it.each(failures)("fails with a sentence, and keeps its text, when %s", (_what, fail, reason) =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("So far");
			if (reason === "internal") expectLog(/secret at/);
			await fail(room);
			expect(ofReply(client.types()).slice(-4)).toEqual(["chat:streaming", "chat:message", "chat:complete", "chat:error"]);
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ status: "failed", reason, content: "So far" });
			expect(client.last("chat:error")).toMatchObject({ code: reason, error: reasons[reason], messageId: message.id });
			expect(JSON.stringify(client.received)).not.toContain("secret");
		}),
	);

	it("fails at once if the request is refused for good", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.fail("spend_limit");
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "spend_limit", content: "" });
			expect(room.calls).toHaveLength(1);
		}));

	it.each(["overloaded", "rate_limited", "unavailable"] as const)(
		"waits as long as it is told if Claude is %s, and people see that",
		(reason) =>
			inRoom(async (room) => {
				const client = room.enter(ann);
				room.say(client, "Hi");
				const again = room.asked;
				await room.call.fail(reason, 30);
				const { messageId } = client.last("chat:thinking");
				expect(client.last("chat:busy")).toMatchObject({ messageId, reason, retryAfterMs: 30 });
				const [, late] = room.enter(bob).last("chat:joined").messages;
				expect(late).toMatchObject({ id: messageId, status: "streaming", content: "", reason });
				expect(room.calls).toHaveLength(1);
				await again;
				await room.call.text("Here");
				expect(room.enter(bob).last("chat:joined").messages[1]?.reason).toBeUndefined();
				await room.call.end();
				const { message } = client.last("chat:message");
				expect(message).toMatchObject({ content: "Here", status: "complete", attempts: [{ offset: 0, reason }] });
				expect(message.reason).toBeUndefined();
				expect(client.types().filter((type) => type === "chat:thinking")).toHaveLength(1);
			}),
	);

	it("waits for minutes while Claude is overloaded, without a timer, and then fails", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			const began = room.now;
			while (client.types().every((type) => type !== "chat:error")) {
				await room.call.fail("overloaded", 10_000);
				const calls = room.calls.length;
				const retryAt = room.alarms.at(-1);
				if (typeof retryAt !== "number") break;
				expect(retryAt - room.now).toBeGreaterThanOrEqual(10_000);
				room.now = retryAt - 1;
				room.replies.recover();
				expect(room.calls).toHaveLength(calls);
				room.now += 1;
				room.replies.recover();
				expect(room.calls).toHaveLength(calls + 1);
			}
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "overloaded" });
			expect(room.now - began).toBeGreaterThan(180_000);
			expect(room.now - began).toBeLessThanOrEqual(300_000);
		}));

	it("fails at once if Claude asks to be left alone for longer than people wait", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "And now?");
			await room.call.fail("rate_limited", 300_001);
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "rate_limited" });
			expect(room.calls).toHaveLength(1);
		}));

	it("can be stopped during a long wait, and is not asked for when the alarm fires", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.fail("overloaded", 60_000);
			room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
			expect(client.last("chat:message").message).toMatchObject({ status: "stopped" });
			expect(client.last("chat:message").message.reason).toBeUndefined();
			room.now += 60_000;
			room.replies.recover();
			expect(room.calls).toHaveLength(1);
			expect(room.alarms.at(-1)).toBe("cleared");
		}));

	it("waits on in the next life of the object, and people see that", () =>
		inRoom(async (room, state) => {
			room.say(room.enter(ann), "Hi");
			await room.call.text("So far");
			await room.call.fail("overloaded", 60_000);
			const next = new Room(state, 60_000);
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
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			if (text) await room.call.text(text);
			await room.call.end(reason);
			expect(client.last("chat:message").message).toMatchObject({ status, reason: shown });
			expect(room.calls).toHaveLength(1);
		}),
	);

	it("ends at its greatest length, and so does the request", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("x".repeat(limits.reply - 1));
			expect(room.call.signal.aborted).toBe(false);
			await room.call.text("yz");
			expect(room.call.signal.aborted).toBe(true);
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ status: "complete", reason: "max_tokens" });
			expect(message.content).toHaveLength(limits.reply);
			expect(message.content.endsWith("xy")).toBe(true);
		}));

	it("writes about ten times its length in checkpoints, however long it grows", () =>
		inRoom(async (room) => {
			room.say(room.enter(ann), "Hi");
			let written = 0;
			const { log } = room.store;
			const checkpoint = log.checkpoint.bind(log);
			log.checkpoint = (message, content, ...rest) => {
				written += content.length;
				checkpoint(message, content, ...rest);
			};
			const length = 200_000;
			for (let n = 0; n < length; n += 500) await room.call.text("x".repeat(500));
			expect(written).toBeGreaterThan(length);
			expect(written).toBeLessThan(length * 12);
		}));

	it("gives a silent server twice as long each time, and says that it did not respond", () =>
		inRoom(async (room) => {
			expectLog(/Claude failed: no_response/);
			const client = room.enter(ann);
			room.say(client, "Hi");
			for (const patience of [20, 40, 80]) {
				const { signal } = room.call;
				const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				room.now += patience - 1;
				await new Promise((resolve) => setTimeout(resolve, 50));
				expect(signal.aborted).toBe(false);
				room.now += 1;
				await over;
				await settled();
			}
			expect(room.calls).toHaveLength(3);
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "no_response" });
		}, 20));

	it("can be stopped while Claude is busy, and makes no further request", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.fail("overloaded", 20);
			room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
			expect(client.last("chat:message").message.status).toBe("stopped");
			room.say(client, "Something else");
			await room.call.fail("overloaded", 30);
			await room.asked;
			expect(room.calls).toHaveLength(3);
		}));

	it.each([
		["the stream is cut", (room: Room) => room.call.cut(), "interrupted"],
		["the request fails", (room: Room) => room.call.fail("interrupted"), "interrupted"],
		["Claude becomes overloaded", (room: Room) => room.call.fail("overloaded", 0), "overloaded"],
	] as const)("goes on in the same message, without the repeated text, when %s", (_what, breakOff, reason) =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("One two three four");
			await breakOff(room);
			expect(room.calls).toHaveLength(2);
			expect([room.call.partialReply, room.call.messages.length]).toEqual(["One two three four", 1]);
			await room.call.text("two three ");
			await room.call.text("four five");
			await room.call.end();
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

	it("keeps its text and fails after three attempts that broke off", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			for (const text of ["One", " two", " three"]) {
				await room.call.text(text);
				await room.call.cut();
			}
			expect(room.calls).toHaveLength(3);
			expect(client.last("chat:message").message).toMatchObject({
				content: "One two three",
				status: "failed",
				reason: "interrupted",
				attempts: [
					{ offset: 3, reason: "interrupted" },
					{ offset: 7, reason: "interrupted" },
				],
			});
		}));

	it("can be stopped in its second attempt, and ignores events of the first one", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			const [first] = room.calls;
			await room.call.text("One");
			await room.call.cut();
			expect(first?.signal.aborted).toBe(true);
			await room.call.text(" two");
			room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
			expect(room.call.signal.aborted).toBe(true);
			expect(client.last("chat:message").message).toMatchObject({ content: "One two", status: "stopped" });
			expect(room.calls).toHaveLength(2);
		}));

	it("makes another attempt after too long a silence, but not while there are signs of life", () =>
		inRoom(async (room) => {
			expectLog(/Claude failed: timed_out/);
			const client = room.enter(ann);
			room.say(client, "Hi");
			for (let attempt = 1; attempt <= 3; attempt++) {
				expect(room.calls).toHaveLength(attempt);
				const { signal } = room.call;
				const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				room.now += 19;
				await room.call.event({ type: "alive" });
				expect(signal.aborted).toBe(false);
				room.now += 20;
				await over;
				await settled();
			}
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "timed_out" });
		}, 20));

	it("allows twice as long a silence while Claude thinks", () =>
		inRoom(async (room) => {
			expectLog(/Claude failed: timed_out/);
			room.say(room.enter(ann), "Hi");
			const { signal } = room.call;
			const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
			await room.call.event({ type: "thinking", text: "" });
			room.now += 39;
			// Longer than the watchdog takes to check again.
			await new Promise((resolve) => setTimeout(resolve, 50));
			expect(signal.aborted).toBe(false);
			room.now += 1;
			await over;
		}, 20));

	it("is retried in the same message after it failed", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const conversationId = room.store.info.id;
			room.say(client, "Hi");
			await room.call.text("Half");
			await room.call.fail("bad_key");
			const { id: messageId } = client.last("chat:message").message;
			const from = client.received.length;
			room.conversation.receive(client, { type: "chat:regenerate", conversationId, messageId });
			room.conversation.receive(client, { type: "chat:regenerate", conversationId, messageId });
			expect(room.calls).toHaveLength(2);
			expect(room.call.messages.map(({ content }) => content)).toEqual(["Hi"]);
			await room.call.text("Whole");
			await room.call.end();
			expect(client.types().slice(from)).toEqual([
				"chat:updated",
				"chat:thinking",
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
		inRoom(async (room, state) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			room.now += 1000;
			await room.call.text("So far");
			room.say(client, "And?");
			const next = new Room(state, 60_000);
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

	it("keeps its text and fails after three attempts over several lives", () =>
		inRoom(async (room, state) => {
			room.say(room.enter(ann), "Hi");
			room.now += 1000;
			await room.call.text("So far");
			for (let life = 2; life <= 4; life++) {
				const next = new Room(state, 60_000);
				next.replies.recover();
				expect(next.calls).toHaveLength(life < 4 ? 1 : 0);
			}
			const last = new Room(state, 60_000);
			expect(last.store.reader.page(9, 1).messages).toMatchObject([{ content: "So far", status: "failed", reason: "interrupted" }]);
		}));

	it("is not confused with a running reply, whose alarm is set again", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			const alarms = room.alarms.length;
			room.replies.recover();
			expect(client.types()).not.toContain("chat:complete");
			expect(room.alarms).toHaveLength(alarms + 1);
		}));
});
