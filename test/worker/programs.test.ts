// Messages by HTTP alone follow the same rules as those of a socket.

import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { startClock, stopClock } from "../support/clock.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings(scripted);
afterEach(startClock);

const say = async (who: string, id: string, body: unknown) => call("POST", `/conversations/${id}/messages`, await tokenOf(who), body);
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => [status, body.error?.code];
const messagesOf = async (id: string) => (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages;

describe("a message by HTTP", () => {
	it("is stored, and sent to everybody who is connected, the sender included", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		const { status, body } = await say("ann", id, { content: "Hello", clientId: "k1" });
		expect(status).toBe(201);
		expect(body.message).toMatchObject({
			conversationId: id,
			seq: 1,
			role: "user",
			content: "Hello",
			author: { userId: "ann", username: "Ann" },
			status: "complete",
			clientId: "k1",
		});
		expect((await bob.next("chat:message")).message).toEqual(body.message);
		expect((await ann.next("chat:message")).message).toEqual(body.message);
		expect(await messagesOf(id)).toEqual([body.message]);
	});

	it("does not make its sender present", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		await say("bob", id, { content: "From afar" });
		expect((await ann.next("chat:message")).message.author.userId).toBe("bob");
		expect(ann.all("chat:user-joined")).toEqual([]);
	});

	it("sent again returns the stored one, also if the first came by socket; another text under its clientId is refused", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		ann.say("Once", "k1");
		const { message } = await ann.next("chat:message");
		const again = await say("ann", id, { content: "Once", clientId: "k1" });
		expect([again.status, again.body]).toEqual([200, { message }]);
		expect(codeOf(await say("ann", id, { content: "Twice", clientId: "k1" }))).toEqual([409, "conflict"]);
		const first = await say("ann", id, { content: "Other", clientId: "k2" });
		ann.say("Other", "k2");
		expect((await ann.next("chat:message", ({ message }) => message.clientId === "k2")).message).toEqual(first.body.message);
		await say("bob", id, { content: "Once", clientId: "k1" });
		expect((await messagesOf(id)).map(({ content }: { content: string }) => content)).toEqual(["Once", "Other", "Once"]);
	});

	it("asks Claude as a socket's message does", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const { body } = await say("ann", id, { content: "help" });
		await ann.next("chat:complete");
		expect((await messagesOf(id)).map(({ role, seq }: { role: string; seq: number }) => [role, seq])).toEqual([
			["user", body.message.seq],
			["assistant", 2],
		]);
	});

	it("with `steer` ends the running reply and asks again; sent again, it stops nothing", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		ann.say(`!{"tokens":1000,"hold":"${id}"}`);
		const { messageId } = await ann.next("chat:streaming");
		const first = await say("ann", id, { content: "help", clientId: "k", steer: true });
		expect([first.status, first.body.message.asksClaude]).toEqual([201, true]);
		const stopped = await ann.next("chat:message", ({ message }) => message.id === messageId);
		expect(stopped.message).toMatchObject({ status: "stopped", stoppedBy: { userId: "ann" } });
		const next = await ann.next("chat:thinking");
		expect((await say("ann", id, { content: "help", clientId: "k", steer: true })).status).toBe(200);
		const answer = await ann.next("chat:message", ({ message }) => message.id === next.messageId);
		expect(answer.message.status).toBe("complete");
		expect((await say("ann", id, { content: "help", steer: "yes" })).body.error.code).toBe("bad_request");
	});

	it("is limited in rate, together with those of the socket", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		stopClock();
		for (let n = 0; n < 5; n++) ann.say(`socket ${n}`);
		await ann.next("chat:message", ({ message }) => message.content === "socket 4");
		const answers: Awaited<ReturnType<typeof say>>[] = [];
		while (answers.at(-1)?.status !== 429 && answers.length < 60) answers.push(await say("ann", id, { content: `http ${answers.length}` }));
		const refused = answers.at(-1);
		expect(answers.length).toBeGreaterThan(5);
		expect(refused?.body.error).toEqual({ code: "rate_limited", message: expect.any(String), retryAfterMs: expect.any(Number) });
		expect(refused?.body.error.retryAfterMs).toBeGreaterThan(0);
		expect(refused?.headers.get("retry-after")).toBe("1");
		expect(await messagesOf(id)).toHaveLength(5 + answers.length - 1);
	});

	it("is refused from somebody who has flooded the conversation", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		for (let n = 0; n < limits.badFramesPerMinute; n++) bob.raw("{");
		expect(await bob.closed).toBe(4429);
		const refused = await say("bob", id, { content: "Still me" });
		expect(codeOf(refused)).toEqual([429, "rate_limited"]);
		expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(30);
	});

	it("is refused from readers and strangers", async () => {
		const id = await newConversation("ann");
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), { role: "reader" })).body;
		await call("POST", `/invites/${invite.token}/accept`, await tokenOf("rob"));
		expect(codeOf(await say("rob", id, { content: "x" }))).toEqual([403, "forbidden"]);
		expect(codeOf(await say("eve", id, { content: "x" }))).toEqual([404, "not_found"]);
		expect(await messagesOf(id)).toEqual([]);
	});

	it("makes the bearer of a grant a member, and creates the conversation if there is none", async () => {
		const id = crypto.randomUUID();
		const token = await tokenOf("ops", { conversations: [id] });
		const said = await call("POST", `/conversations/${id}/messages`, token, { content: "First" });
		expect([said.status, said.body.message.seq]).toEqual([201, 1]);
		const { conversation } = (await call("GET", `/conversations/${id}`, token)).body;
		expect(conversation.members).toEqual([{ userId: "ops", username: "Ops", role: "owner" }]);
	});

	it("may have the longest content in its longest escaping, and no more", async () => {
		const id = await newConversation("ann", ["bob"]);
		const escaped = (length: number) => `{"content":"${"\\u4e2d".repeat(length)}"}`;
		const longest = await say("ann", id, escaped(limits.content));
		expect([longest.status, longest.body.message.content]).toEqual([201, "中".repeat(limits.content)]);
		expect(codeOf(await say("ann", id, escaped(limits.content + 1)))).toEqual([413, "too_large"]);
		expect(codeOf(await say("ann", id, { content: "x", more: "x".repeat(limits.frameBytes) }))).toEqual([413, "too_large"]);
		// Other routes keep their smaller limit.
		const title = { title: "x", more: "x".repeat(limits.bodyBytes) };
		expect(codeOf(await call("POST", "/conversations", await tokenOf("ann"), title))).toEqual([400, "bad_request"]);
		expect(await messagesOf(id)).toHaveLength(1);
	});

	it.each([{}, { content: "" }, { content: " \n" }, { content: 7 }, { content: "x", clientId: "" }, "[]", "{", "null", '{"content":'])(
		"of %j says nothing",
		async (body) => {
			const id = await newConversation("ann");
			expect(codeOf(await say("ann", id, body))).toEqual([400, "bad_request"]);
			expect(await messagesOf(id)).toEqual([]);
		},
	);

	it("is sent by the token's bearer to the address's conversation, whatever the body says", async () => {
		const id = await newConversation("ann", ["bob"]);
		const other = await newConversation("bob");
		const forged = { content: "x", conversationId: other, role: "assistant", author: { userId: "bob", username: "Bob" }, seq: 9 };
		const { body } = await say("ann", id, forged);
		expect(body.message).toMatchObject({ conversationId: id, role: "user", author: { userId: "ann" }, seq: 1 });
	});
});
