// A deployment whose assistant has a name of its own.

import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { evict } from "../support/evict.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

const name = "Ada's helper";
/** As a word: `asksClaude` is a name of the wire. */
const claude = /.{0,30}\bClaude\b.{0,30}/g;
const helper = { userId: "claude", username: name };
withSettings({ ...scripted, ASSISTANT_NAME: name, ASSISTANT_MARK: "🦉", GUEST_SIGN_IN: "on" });

describe("the assistant's name", () => {
	it("is on replies, and asks in a mention as @claude does", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		const known = new Set<string>();
		for (const mention of ["@Ada's helper", "@ada’s Helper", "@claude"]) {
			ann.say(`${mention} ${mention.length} !{"text":"Here I am"}`);
			const { message } = await bob.next("chat:message", ({ message: { role, id } }) => role === "assistant" && !known.has(id));
			known.add(message.id);
			expect(message.author).toEqual(helper);
		}
	});

	it("is shown on what was stored under another name, in the log and in a quote", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const token = await tokenOf("ann");
		Object.assign(env, { ASSISTANT_NAME: "Old name" });
		await call("GET", "/me", token);
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		ann.say('One !{"text":"An old reply"}');
		const { message } = await ann.next("chat:message", ({ message }) => message.role === "assistant");
		expect(message.author.username).toBe("Old name");
		Object.assign(env, { ASSISTANT_NAME: name });
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		const quoting = await call("POST", `/conversations/${id}/messages`, token, { content: "Again", replyTo: message.id });
		expect(quoting.body.message.quoted.author).toEqual(helper);
		const { body } = await call("GET", `/conversations/${id}/messages`, token);
		expect(body.messages[1].author).toEqual(helper);
	});

	it("is in the sentences of errors", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const { message } = (await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: 'Do !{"text":"Done"}' }))
			.body;
		await ann.next("chat:message", ({ message }) => message.role === "assistant");
		ann.send({ type: "chat:withdraw", messageId: message.id });
		expect(await ann.next("chat:error")).toMatchObject({ code: "answered", error: "Ada's helper has answered that already." });
	});

	it("is in both exports, and nothing of another name", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("ann");
		await call("PATCH", `/conversations/${id}`, token, { title: "Weather", instructions: "Be brief." });
		const ann = await Client.join("ann", id);
		ann.say('Rain? !{"text":"No."}');
		await ann.next("chat:message", ({ message }) => message.role === "assistant");
		for (const format of ["jsonl", "html"]) {
			const headers = { authorization: `Bearer ${token}` };
			const text = await (await exports.default.fetch(`${origin}/api/conversations/${id}/export?format=${format}`, { headers })).text();
			expect(text).toContain(format === "html" ? "Ada&#39;s helper" : name);
			expect(text.match(claude)).toBeNull();
			if (format === "html") expect(text.match(/🦉.{8}<bdi>[^<]*/gu)).toEqual(["🦉</span> <bdi>Ada&#39;s helper"]);
		}
	});

	it("is in what Socket.IO clients receive", async () => {
		const id = await newConversation("ann");
		const ann = await SocketIoClient.join("ann", id);
		ann.send(`421["chat:send",{"conversationId":"${id}","content":"Rain? !{\\"text\\":\\"No.\\"}","role":"user"}]`);
		await ann.next(({ name }) => name === "chat:complete");
		expect(ann.received.find(({ payload }) => payload?.message?.role === "assistant")?.payload.message.author).toEqual(helper);
		expect(
			ann.received
				.map(({ packet }) => packet)
				.join("\n")
				.match(claude),
		).toBeNull();
		ann.close();
	});

	it("is in the API's document, which keeps the names of models", async () => {
		const text = JSON.stringify((await call("GET", "/openapi.json")).body);
		expect(text).toContain("Chat for several people and Ada's helper.");
		expect(text.replaceAll("Claude Sonnet 5.5", "").match(claude)).toBeNull();
	});

	it("reaches pages with the first response, signed in or not", async () => {
		const response = await call("POST", "/auth/refresh");
		expect(response.status).toBe(204);
		expect(decodeURIComponent(response.headers.get("Parley-Assistant") ?? "")).toBe(name);
		expect(decodeURIComponent(response.headers.get("Parley-Assistant-Mark") ?? "")).toBe("🦉");
	});

	it.each(["Ada's helper", "ADAS HELPER", "Adа’s helper", "Ada's helper (official)", "Claude"])(
		"is refused to a person: %s",
		async (taken) => {
			const { status, body } = await call("POST", "/auth/guest", undefined, { name: taken });
			expect([status, body.error?.message]).toEqual([400, "That name could be taken for Ada's helper or the service. Choose another."]);
		},
	);
});
