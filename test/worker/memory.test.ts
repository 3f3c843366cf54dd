// What Claude saw for a reply, end to end.

import { expect, it } from "vitest";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings(scripted);

const answer = '!{"text":"Yes"}';
const isReply = ({ message }: { message: { role: string } }) => message.role === "assistant";

async function answered(client: Client, text: string) {
	client.say(text);
	return (await client.next("chat:message", isReply)).message;
}

async function seen(id: string, messageId: string, userId = "ann") {
	return call("GET", `/conversations/${id}/messages/${messageId}/prompt`, await tokenOf(userId));
}

it("says what Claude saw, and what it did not", async () => {
	const id = await newConversation("ann");
	const token = await tokenOf("ann");
	const ann = await Client.join("ann", id);
	await call("PATCH", `/conversations/${id}`, token, { instructions: "Be brief." });
	const first = await answered(ann, `${id} ${answer}`);
	const second = await answered(ann, `Again ${answer}`);
	const { status, body } = await seen(id, second.id);
	expect(status).toBe(200);
	expect(body).toMatchObject({
		instructions: "Be brief.",
		fromSeq: 1,
		toSeq: 3,
		files: [],
		tools: [],
		messages: [
			{ seq: 1, role: "user" },
			{ seq: 2, role: "assistant" },
			{ seq: 3, role: "user" },
		],
		omitted: [],
		gone: [],
	});
	expect(body.system).toContain("You are Claude");
	expect(body.maxTokens).toBeGreaterThan(0);
	expect((await seen(id, first.id)).body.toSeq).toBe(1);
});

it("says what was edited or deleted since, and what was deleted before", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await answered(ann, `${id} ${answer}`);
	const { body: page } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
	const [question, reply] = page.messages;
	ann.send({ type: "chat:delete", conversationId: id, messageId: reply.id });
	await ann.next("chat:updated");
	const second = await answered(ann, `Again ${answer}`);
	const before = (await seen(id, second.id)).body;
	expect(before.messages[1]).toEqual({ seq: 2, role: "user" });
	expect(before.omitted).toEqual([{ fromSeq: 2, toSeq: 2, reason: "deleted" }]);
	ann.send({ type: "chat:edit", conversationId: id, messageId: question.id, content: "Other words" });
	await ann.next("chat:updated");
	expect((await seen(id, second.id)).body.messages[0]).toEqual({ seq: 1, role: "user", changed: "edited" });
	ann.send({ type: "chat:delete", conversationId: id, messageId: question.id });
	await ann.next("chat:updated");
	expect((await seen(id, second.id)).body).toMatchObject({ messages: [{ changed: "deleted" }, { seq: 2 }, { seq: 3 }] });
});

it("is for members, and not for messages of people or deleted replies", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const reply = await answered(ann, `${id} ${answer}`);
	expect((await seen(id, reply.id, "eve")).status).toBe(404);
	const { body: page } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
	expect((await seen(id, page.messages[0].id)).status).toBe(404);
	ann.send({ type: "chat:delete", conversationId: id, messageId: reply.id });
	await ann.next("chat:updated");
	expect((await seen(id, reply.id)).status).toBe(404);
});
