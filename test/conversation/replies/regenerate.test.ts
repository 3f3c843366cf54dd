import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

const regenerate = (conversation: TestConversation, client: TestClient, messageId: string) =>
	conversation.rules.receive(client, { type: "chat:regenerate", conversationId: conversation.store.info.id, messageId });

/** Claude's complete reply to a question of Ann's. */
async function answered(conversation: TestConversation, client: TestClient, question: string, answer: string) {
	conversation.say(client, question);
	await conversation.call.event({ type: "start", model: "m-1" });
	await conversation.call.text(answer);
	await conversation.call.end();
	return client.last("chat:message").message;
}

const versionsOf = (conversation: TestConversation, messageId: string) => {
	const answer = conversation.rules.history().versions(messageId);
	return "versions" in answer ? answer.versions : answer.code;
};

describe("regenerating Claude's last reply", () => {
	it("replaces the text in the same message, in the usual order of events, and keeps the former text as a version", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await answered(conversation, client, "Hi", "Hello");
			const from = client.received.length;
			regenerate(conversation, client, id);
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi"]);
			await conversation.call.text("Good day");
			await conversation.call.end("max_tokens");
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
			expect(versionsOf(conversation, id)).toEqual([
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
			conversation.now += 9_999;
			regenerate(conversation, client, id);
			await conversation.call.end();
			expect(versionsOf(conversation, id)).toMatchObject([{ content: "Hello" }, { version: 2, content: "Good day", reason: "max_tokens" }]);
			expect(conversation.contents()).toEqual(["Hi", ""]);
		}));

	it("is refused while a reply runs or is about to, as is continuing it and asking again", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await answered(conversation, client, "Hi", "Hello");
			const conversationId = conversation.store.info.id;
			const question = client.received.find((event) => event.type === "chat:message")?.message.id as string;
			regenerate(conversation, client, id);
			for (const type of ["chat:regenerate", "chat:continue"] as const) {
				conversation.rules.receive(client, { type, conversationId, messageId: id });
				expect(client.received.at(-1)).toMatchObject({ type: "chat:error", code: "being_answered", messageId: id });
			}
			await conversation.call.text("Good day");
			await conversation.call.end();
			// A repeated question with the same words is answered to its sender, too.
			const from = client.received.length;
			conversation.rules.receive(client, {
				type: "chat:edit",
				conversationId,
				messageId: question,
				content: "Hi",
				asksAgain: true,
			});
			expect(
				client.received
					.slice(from)
					.filter((event) => event.type === "chat:updated")
					.map(({ message }) => message.id),
			).toContain(question);
		}));

	it("keeps the text of a stopped or failed reply as a version, but no empty text", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.fail("bad_key");
			const { id } = client.last("chat:message").message;
			regenerate(conversation, client, id);
			expect(versionsOf(conversation, id)).toEqual([]);
			await conversation.call.text("Half");
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			regenerate(conversation, client, id);
			await conversation.call.text("Most");
			await conversation.call.fail("bad_key");
			conversation.now += 9_999;
			regenerate(conversation, client, id);
			expect(versionsOf(conversation, id)).toMatchObject([
				{ content: "Half", status: "stopped", stoppedBy: ann },
				{ content: "Most", status: "failed", reason: "bad_key" },
			]);
		}));

	it("keeps the original and the newest versions, and goes on numbering them", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await answered(conversation, client, "Hi", "Version 1");
			for (let next = 2; next <= limits.versions + 2; next++) {
				conversation.now += 1_000;
				regenerate(conversation, client, id);
				await conversation.call.text(`Version ${next}`);
				await conversation.call.end();
			}
			expect(client.last("chat:message").message.versions).toBe(limits.versions);
			const versions = versionsOf(conversation, id);
			if (typeof versions === "string") throw new Error(versions);
			expect(versions.map(({ version, content }) => [version, content])).toEqual(
				[1, ...Array.from({ length: limits.versions - 1 }, (_, at) => at + 3)].map((version) => [version, `Version ${version}`]),
			);
			conversation.store.keeping.setHeld(true, conversation.now);
			conversation.now += 1_000;
			regenerate(conversation, client, id);
			expect(client.last("chat:error")).toMatchObject({ code: "held", messageId: id });
			expect(versionsOf(conversation, id)).toEqual(versions);
		}));

	it("answers questions that came meanwhile, once", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await answered(conversation, client, "Hi", "Hello");
			regenerate(conversation, client, id);
			conversation.say(client, "And?");
			await conversation.call.text("Good day");
			await conversation.call.end();
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi", "Good day", "And?"]);
			await conversation.call.end();
			expect(conversation.calls).toHaveLength(3);
		}));

	it("is refused for an earlier reply, a person's message, a deleted reply, and to a reader", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.store.members.add({ ...bob, role: "reader" }, conversation.now);
			conversation.store.setAssistant("always");
			const first = await answered(conversation, client, "Hi", "Hello");
			const last = await answered(conversation, client, "Hi?", "Yes");
			const refused = (who: TestClient, messageId: string) => {
				regenerate(conversation, who, messageId);
				const { code, messageId: named } = who.last("chat:error");
				expect(named).toBe(messageId);
				return code;
			};
			expect(refused(client, first.id)).toBe("bad_event");
			expect(refused(client, "m1-00000000")).toBe("not_found");
			expect(refused(client, conversation.store.reader.page(2, 1).messages[0]?.id as string)).toBe("not_found");
			expect(refused(conversation.enter(bob), last.id)).toBe("forbidden");
			conversation.rules.receive(client, { type: "chat:delete", conversationId: conversation.store.info.id, messageId: last.id });
			expect(refused(client, last.id)).toBe("not_found");
			// Deleting the last reply does not make the one before it the last.
			expect(refused(client, first.id)).toBe("bad_event");
			expect(conversation.calls).toHaveLength(2);
			expect(versionsOf(conversation, first.id)).toEqual([]);
			expect(versionsOf(conversation, last.id)).toBe("not_found");
		}));

	it("counts against the send rate of whoever asks for it", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await answered(conversation, client, "Hi", "Hello");
			for (let times = 0; times < 3; times++) {
				regenerate(conversation, client, id);
				if (times < 2) await conversation.call.end();
			}
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 1000, messageId: id });
			expect(conversation.calls).toHaveLength(3);
		}));
});

describe("the owners' choice of when Claude replies", () => {
	const edit = (conversation: TestConversation, client: TestClient, messageId: string, content: string, asksAgain: boolean) =>
		conversation.rules.receive(client, { type: "chat:edit", conversationId: conversation.store.info.id, messageId, content, asksAgain });

	it.each([
		["off", "@claude Hi", "@claude Bye", "forbidden"],
		["mention", "Hi", "Bye", "forbidden"],
		["mention", "@claude Hi", "@claude Bye", undefined],
		["auto", "Hi", "Bye", undefined],
	] as const)("%s holds for a regenerated and an edited question: %s", (mode, question, changed, code) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const reply = await answered(conversation, client, question, "Hello");
			conversation.store.setAssistant(mode);
			const { messages } = conversation.store.reader.page(reply.seq, 1);
			const codes: (string | undefined)[] = [];
			for (const ask of [
				() => regenerate(conversation, client, reply.id),
				() => edit(conversation, client, messages[0]?.id as string, changed, true),
			]) {
				const from = client.received.length;
				const calls = conversation.calls.length;
				ask();
				codes.push(client.received.slice(from).find((event) => event.type === "chat:error")?.code);
				expect(conversation.calls.length - calls).toBe(code ? 0 : 1);
				if (!code) await conversation.call.end();
			}
			expect(codes).toEqual([code, code]);
			conversation.now += 9_999;
			// What is refused changes nothing; the words alone may still be edited.
			expect(conversation.contents()[0]).toBe(code ? question : changed);
			edit(conversation, client, messages[0]?.id as string, "Something else", false);
			expect(conversation.contents()[0]).toBe("Something else");
		}),
	);
});
