import { describe, expect, it } from "vitest";
import { type Reason, reasons } from "../../src/protocol/errors.ts";
import { ann, bob, inRoom, Room } from "../support/conversation.ts";

const ofReply = (types: string[]) => types.filter((type) => !/join|left|typing/.test(type));

describe("a reply", () => {
	it("is thinking, text, its end, the message, complete: for everybody", () =>
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
				const chunks = client.heard.filter((event) => event.type === "chat:streaming");
				expect(chunks.map(({ offset, chunk, isComplete }) => [offset, chunk, isComplete])).toEqual([
					[0, "Hello ", false],
					[6, "there", false],
					[11, "", true],
				]);
			}
			const { message, cursor } = asker.last("chat:message");
			expect(message).toMatchObject({
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

	it("reads what was said before it, and what is asked meanwhile is answered once more, seeing everything", () =>
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

	it("what is said meanwhile without asking gets no answer", () =>
		inRoom(async (room) => {
			room.membership.join(bob, true);
			const client = room.enter(ann);
			room.say(client, "@claude one");
			room.say(client, "two");
			await room.call.end();
			expect(room.calls).toHaveLength(1);
		}));

	it("was asked for or not when it was said, whatever has changed until the answer before is over", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "alone and asking");
			room.say(client, "alone and asking again");
			room.membership.join(bob, true);
			await room.call.end();
			expect(room.calls).toHaveLength(2);
			room.say(client, "to Bob");
			room.store.update({ assistant: "always" });
			await room.call.end();
			expect(room.calls).toHaveLength(2);
		}));

	it("never ends in half a character", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("a\ud83d");
			await room.call.text("\ude00b\ud83d");
			await room.call.fail("interrupted");
			const streamed = client.heard.map((event) => (event.type === "chat:streaming" ? event.chunk : "")).join("");
			expect([streamed, client.last("chat:message").message.content]).toEqual(["a😀b", "a😀b"]);
		}));

	it("is kept while it grows: by time and by length, not by token", () =>
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

	it("stops when a participant says so: text kept, Claude told at once, nothing after it", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const conversationId = room.store.info.id;
			room.say(client, "Hi");
			await room.call.text("Hel");
			room.conversation.receive(client, { type: "chat:stop", conversationId, messageId: "m1-other" });
			expect(room.call.signal.aborted).toBe(false);
			room.conversation.receive(client, { type: "chat:stop", conversationId });
			expect(room.call.signal.aborted).toBe(true);
			expect(client.last("chat:message").message).toMatchObject({ content: "Hel", status: "stopped" });
			const heard = client.heard.length;
			await room.call.text("lo");
			await room.call.end();
			expect(client.heard).toHaveLength(heard);
			expect(room.contents()).toEqual(["Hi", "Hel"]);
			room.conversation.receive(client, { type: "chat:stop", conversationId });
			expect(client.heard).toHaveLength(heard);
		}));

	it.each(["max_tokens", "context_window"] as const)("cut by %s is an answer that says so", (reason) =>
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
		["Claude declines", (room) => room.call.end("refusal"), "refusal"],
		["Claude cannot be reached", (room) => room.call.fail("overloaded"), "overloaded"],
		["the stream ends early", (room) => room.call.cut(), "interrupted"],
		["something of ours breaks", (room) => room.call.crash(new Error("secret at /src/x.ts:1")), "internal"],
	];
	it.each(failures)("when %s it has failed, in words, with what there is", (_what, fail, reason) =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.text("So far");
			await fail(room);
			expect(ofReply(client.types()).slice(-4)).toEqual(["chat:streaming", "chat:message", "chat:complete", "chat:error"]);
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ status: "failed", reason, content: "So far" });
			expect(client.last("chat:error")).toMatchObject({ code: reason, error: reasons[reason], messageId: message.id });
			expect(JSON.stringify(client.heard)).not.toContain("secret");
		}),
	);

	it("that is silent for too long is given up, one that shows signs of life is not", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			const ended = new Promise<void>((resolve) => room.call.signal.addEventListener("abort", () => resolve()));
			room.now += 19;
			await room.call.event({ type: "alive" });
			room.now += 20;
			await ended;
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "timed_out" });
		}, 20));

	it("that failed is tried again in its place", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const conversationId = room.store.info.id;
			room.say(client, "Hi");
			await room.call.text("Half");
			await room.call.fail("overloaded");
			const { id: messageId } = client.last("chat:message").message;
			const from = client.heard.length;
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

	it("that is whole, or not the last, or nobody's, is not tried again", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const conversationId = room.store.info.id;
			const again = (messageId: string) => room.conversation.receive(client, { type: "chat:regenerate", conversationId, messageId });
			room.say(client, "Hi");
			await room.call.fail("overloaded");
			const failed = client.last("chat:message").message.id;
			room.say(client, "Hi?");
			await room.call.end();
			await again(failed);
			expect(client.last("chat:error")).toMatchObject({ code: "bad_event", messageId: failed });
			await again(client.last("chat:message").message.id);
			expect(client.last("chat:error").code).toBe("bad_event");
			await again("m1-00000000");
			expect(client.last("chat:error").code).toBe("not_found");
			expect(room.calls).toHaveLength(2);
		}));
});

describe("when the object died under a reply", () => {
	it("the next life keeps its text, ends it, and answers what was asked meanwhile", () =>
		inRoom(async (room, state) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			room.now += 1000;
			await room.call.text("So far");
			room.say(client, "And?");
			const next = new Room(state, 60_000);
			const watcher = next.enter(ann);
			next.replies.recover();
			expect(next.alarms[0]).toBe("cleared");
			expect(watcher.heard.find((event) => event.type === "chat:message")?.message).toMatchObject({
				status: "failed",
				reason: "interrupted",
				content: "So far",
			});
			expect(next.calls).toHaveLength(1);
			expect(next.call.messages.map(({ content }) => content)).toEqual(["Hi", "So far", "And?"]);
		}));

	it("a living reply is left alone and watched further", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			const alarms = room.alarms.length;
			room.replies.recover();
			expect(client.types()).not.toContain("chat:complete");
			expect(room.alarms).toHaveLength(alarms + 1);
		}));
});
