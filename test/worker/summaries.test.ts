// Summaries over real routes and sockets, with the scripted API.

import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { EventReader } from "../support/events.ts";
import { scripted, unlimitedSends, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

withSettings({ ...scripted, ...unlimitedSends, SUMMARY_AFTER_TOKENS: "2300" });

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const summaryOf = async (who: string, id: string) => as(who, "GET", `/conversations/${id}/summary`);
const answer = `!{"text":"${"Yes, of course. ".repeat(60)}"}`;

async function ask(client: Client, text: string): Promise<{ id: string; seq: number }> {
	client.say(`@claude ${text} ${answer}`);
	return (await client.next("chat:message", ({ message }) => message.role === "assistant")).message;
}

async function listen(who: string, id: string): Promise<EventReader> {
	const headers = { authorization: `Bearer ${await tokenOf(who)}` };
	const { body } = await exports.default.fetch(`${origin}/api/conversations/${id}/events`, { headers });
	const reader = new EventReader(body as ReadableStream<Uint8Array>);
	await reader.next("chat:joined");
	return reader;
}

describe("the summary of a long conversation", () => {
	it("is made, told to sockets, streams and Socket.IO clients, read by Claude, and gone with a message", async () => {
		const id = await newConversation("ann", ["bob"]);
		const [ann, bob] = [await Client.join("ann", id), await SocketIoClient.join("bob", id)];
		const stream = await listen("bob", id);
		expect((await summaryOf("bob", id)).body).toEqual({ summary: null });
		for (let n = 0; n < 4; n++) await ask(ann, `Question ${n}`);
		// It may have come before the last reply.
		await expect.poll(() => ann.all("chat:summary")).toHaveLength(1);
		const [place] = ann.all("chat:summary").map(({ summary }) => summary);
		expect(place).toMatchObject({ fromSeq: 1, uptoSeq: expect.any(Number) });
		expect((await bob.next(({ name }) => name === "chat:summary")).payload).toEqual({ conversationId: id, summary: place });
		expect((await stream.next("chat:summary")).summary).toEqual(place);
		const { status, body } = await summaryOf("bob", id);
		expect(status).toBe(200);
		expect(body.summary).toMatchObject({ ...place, text: expect.stringMatching(/^Summed up \d messages\.$/), model: expect.any(String) });
		const late = await Client.join("bob", id);
		expect(late.joined.summary).toEqual(place);
		expect((await summaryOf("eve", id)).status).toBe(404);

		const reply = await ask(ann, "And now?");
		const seen = (await as("ann", "GET", `/conversations/${id}/messages/${reply.id}/prompt`)).body;
		expect(seen.summary).toEqual({ uptoSeq: body.summary.uptoSeq, text: body.summary.text });
		expect(seen.omitted).toContainEqual({ fromSeq: 1, toSeq: body.summary.uptoSeq, reason: "summarized" });

		const { messages } = (await as("ann", "GET", `/conversations/${id}/messages?after=0&limit=1`)).body;
		ann.send({ type: "chat:delete", messageId: messages[0].id });
		await ann.next("chat:summary", ({ summary }) => summary === null);
		expect((await summaryOf("bob", id)).body).toEqual({ summary: null });
		for (const client of [ann, late, bob]) client.close();
	});

	it("is in no export and in no fork", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		let last = 0;
		for (let n = 0; n < 4; n++) last = (await ask(ann, `Question ${n}`)).seq;
		await expect.poll(() => ann.all("chat:summary")).toHaveLength(1);
		const headers = { authorization: `Bearer ${await tokenOf("ann")}` };
		for (const format of ["jsonl", "html"]) {
			const exported = await exports.default.fetch(`${origin}/api/conversations/${id}/export?format=${format}`, { headers });
			const text = await exported.text();
			expect(text).toContain("Question 3");
			expect(text).not.toContain("Summed up");
		}
		const { conversation } = (await as("ann", "POST", `/conversations/${id}/fork`, { upTo: last })).body;
		expect((await summaryOf("ann", conversation.id)).body).toEqual({ summary: null });
		ann.close();
	});

	it("survives the death of its object", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		for (let n = 0; n < 4; n++) await ask(ann, `Question ${n}`);
		await expect.poll(() => ann.all("chat:summary")).toHaveLength(1);
		const [summary] = ann.all("chat:summary").map(({ summary }) => summary);
		await abortAllDurableObjects();
		await ann.closed;
		await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id));
		const again = await Client.join("ann", id);
		expect(again.joined.summary).toEqual(summary);
		again.close();
	});
});

describe("catching up", () => {
	async function missed(count: number): Promise<string> {
		const id = await newConversation("ann", ["bob", "cay"]);
		await as("ann", "PATCH", `/conversations/${id}`, { assistant: "mention" });
		const ann = await Client.join("ann", id);
		for (let n = 1; n <= count; n++) ann.say(`Words ${n}`);
		await ann.next("chat:message", ({ message }) => message.seq === count);
		ann.close();
		return id;
	}
	const catchUp = (who: string, id: string) => as(who, "POST", `/conversations/${id}/catch-up`);

	it("sums up what a member has not read, once for all", async () => {
		const id = await missed(25);
		const { status, body } = await catchUp("bob", id);
		expect(status).toBe(200);
		expect(body).toMatchObject({
			summary: { fromSeq: 1, uptoSeq: 25, text: "Summed up 25 messages.", model: expect.any(String), madeAt: expect.any(String) },
		});
		expect((await catchUp("cay", id)).body).toEqual(body);
		expect((await summaryOf("bob", id)).body).toEqual({ summary: null });
	});

	it("is refused for too few messages, to strangers, and to tokens that may not read or write", async () => {
		const id = await missed(19);
		const few = await catchUp("bob", id);
		expect([few.status, few.body.error.code, few.body.error.message]).toEqual([
			400,
			"bad_request",
			expect.stringContaining("fewer than 20"),
		]);
		expect((await catchUp("eve", id)).status).toBe(404);
		for (const scope of ["read", "write"]) {
			const { secret } = (await as("bob", "POST", "/me/tokens", { name: "bot", scopes: [scope] })).body.token;
			expect((await call("POST", `/conversations/${id}/catch-up`, secret)).status).toBe(403);
		}
	});

	it("says that Claude is busy", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		await as("ann", "PATCH", `/conversations/${id}`, { assistant: "mention" });
		for (let n = 1; n <= 20; n++) ann.say(n === 3 ? "!sum-overloaded" : `Words ${n}`);
		await ann.next("chat:message", ({ message }) => message.seq === 20);
		const { status, headers, body } = await catchUp("bob", id);
		expect([status, headers.get("retry-after"), body.error.code]).toEqual([429, "5", "rate_limited"]);
		ann.close();
	});
});
