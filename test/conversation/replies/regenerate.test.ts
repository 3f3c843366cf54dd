import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inRoom, type Room, type TestClient } from "../../support/conversation.ts";

const regenerate = (room: Room, client: TestClient, messageId: string) =>
	room.conversation.receive(client, { type: "chat:regenerate", conversationId: room.store.info.id, messageId });

/** Claude's complete reply to a question of Ann's. */
async function answered(room: Room, client: TestClient, question: string, answer: string) {
	room.say(client, question);
	await room.call.event({ type: "start", model: "m-1" });
	await room.call.text(answer);
	await room.call.end();
	return client.last("chat:message").message;
}

const versionsOf = (room: Room, messageId: string) => {
	const answer = room.conversation.history.versions(messageId);
	return "versions" in answer ? answer.versions : answer.code;
};

describe("regenerating Claude's last reply", () => {
	it("replaces the text in the same message, in the usual order of events, and keeps the former text as a version", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const { id } = await answered(room, client, "Hi", "Hello");
			const from = client.received.length;
			regenerate(room, client, id);
			expect(room.call.messages.map(({ content }) => content)).toEqual(["Hi"]);
			await room.call.text("Good day");
			await room.call.end("max_tokens");
			expect(client.types().slice(from)).toEqual([
				"chat:updated",
				"chat:thinking",
				"chat:streaming",
				"chat:streaming",
				"chat:message",
				"chat:complete",
			]);
			expect(client.last("chat:updated").message).toMatchObject({ id, content: "", status: "streaming", versions: 1 });
			expect(client.last("chat:message").message).toMatchObject({ id, seq: 2, content: "Good day", reason: "max_tokens", versions: 1 });
			expect(versionsOf(room, id)).toEqual([
				{
					version: 1,
					content: "Hello",
					status: "complete",
					model: "m-1",
					stopReason: "end_turn",
					usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
					elapsedMs: 0,
				},
			]);
			room.now += 9_999;
			regenerate(room, client, id);
			await room.call.end();
			expect(versionsOf(room, id)).toMatchObject([{ content: "Hello" }, { version: 2, content: "Good day", reason: "max_tokens" }]);
			expect(room.contents()).toEqual(["Hi", ""]);
		}));

	it("keeps the text of a stopped or failed reply as a version, but no empty text", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.fail("bad_key");
			const { id } = client.last("chat:message").message;
			regenerate(room, client, id);
			expect(versionsOf(room, id)).toEqual([]);
			await room.call.text("Half");
			room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
			regenerate(room, client, id);
			await room.call.text("Most");
			await room.call.fail("bad_key");
			room.now += 9_999;
			regenerate(room, client, id);
			expect(versionsOf(room, id)).toMatchObject([
				{ content: "Half", status: "stopped", stoppedBy: ann },
				{ content: "Most", status: "failed", reason: "bad_key" },
			]);
		}));

	it("keeps the original and the newest versions, and goes on numbering them", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const { id } = await answered(room, client, "Hi", "Version 1");
			for (let next = 2; next <= limits.versions + 2; next++) {
				room.now += 1_000;
				regenerate(room, client, id);
				await room.call.text(`Version ${next}`);
				await room.call.end();
			}
			expect(client.last("chat:message").message.versions).toBe(limits.versions);
			const versions = versionsOf(room, id);
			if (typeof versions === "string") throw new Error(versions);
			expect(versions.map(({ version, content }) => [version, content])).toEqual(
				[1, ...Array.from({ length: limits.versions - 1 }, (_, at) => at + 3)].map((version) => [version, `Version ${version}`]),
			);
		}));

	it("answers questions that came meanwhile, once", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const { id } = await answered(room, client, "Hi", "Hello");
			regenerate(room, client, id);
			room.say(client, "And?");
			await room.call.text("Good day");
			await room.call.end();
			expect(room.call.messages.map(({ content }) => content)).toEqual(["Hi", "Good day", "And?"]);
			await room.call.end();
			expect(room.calls).toHaveLength(3);
		}));

	it("is refused for an earlier reply, a person's message, a deleted reply, and to a reader", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.store.members.add({ ...bob, role: "reader" }, room.now);
			room.store.setAssistant("always");
			const first = await answered(room, client, "Hi", "Hello");
			const last = await answered(room, client, "Hi?", "Yes");
			const refused = (who: TestClient, messageId: string) => {
				regenerate(room, who, messageId);
				const { code, messageId: named } = who.last("chat:error");
				expect(named).toBe(messageId);
				return code;
			};
			expect(refused(client, first.id)).toBe("bad_event");
			expect(refused(client, "m1-00000000")).toBe("not_found");
			expect(refused(client, room.store.reader.page(2, 1).messages[0]?.id as string)).toBe("not_found");
			expect(refused(room.enter(bob), last.id)).toBe("forbidden");
			room.conversation.receive(client, { type: "chat:delete", conversationId: room.store.info.id, messageId: last.id });
			expect(refused(client, last.id)).toBe("not_found");
			// Deleting the last reply does not make the one before it the last.
			expect(refused(client, first.id)).toBe("bad_event");
			expect(room.calls).toHaveLength(2);
			expect(versionsOf(room, first.id)).toEqual([]);
			expect(versionsOf(room, last.id)).toBe("not_found");
		}));

	it("counts against the send rate of whoever asks for it", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const { id } = await answered(room, client, "Hi", "Hello");
			for (let times = 0; times < 3; times++) {
				regenerate(room, client, id);
				if (times < 2) await room.call.end();
			}
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 1000, messageId: id });
			expect(room.calls).toHaveLength(3);
		}));
});

describe("the owners' choice of when Claude replies", () => {
	const edit = (room: Room, client: TestClient, messageId: string, content: string, asksAgain: boolean) =>
		room.conversation.receive(client, { type: "chat:edit", conversationId: room.store.info.id, messageId, content, asksAgain });

	it.each([
		["off", "@claude Hi", "@claude Bye", "forbidden"],
		["mention", "Hi", "Bye", "forbidden"],
		["mention", "@claude Hi", "@claude Bye", undefined],
		["auto", "Hi", "Bye", undefined],
	] as const)("%s holds for a regenerated and an edited question: %s", (mode, question, changed, code) =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const reply = await answered(room, client, question, "Hello");
			room.store.setAssistant(mode);
			const { messages } = room.store.reader.page(reply.seq, 1);
			const codes: (string | undefined)[] = [];
			for (const ask of [() => regenerate(room, client, reply.id), () => edit(room, client, messages[0]?.id as string, changed, true)]) {
				const from = client.received.length;
				const calls = room.calls.length;
				ask();
				codes.push(client.received.slice(from).find((event) => event.type === "chat:error")?.code);
				expect(room.calls.length - calls).toBe(code ? 0 : 1);
				if (!code) await room.call.end();
			}
			expect(codes).toEqual([code, code]);
			room.now += 9_999;
			// What is refused changes nothing; the words alone may still be edited.
			expect(room.contents()[0]).toBe(code ? question : changed);
			edit(room, client, messages[0]?.id as string, "Something else", false);
			expect(room.contents()[0]).toBe("Something else");
		}),
	);
});
