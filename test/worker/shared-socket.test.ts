// One socket for many conversations: what goes through it, what ends one conversation and not the others, and what ends all.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Store } from "../../src/conversation/store/store.ts";
import { encodeFileFrame } from "../../src/protocol/files/frame.ts";
import { limits } from "../../src/protocol/limits.ts";
import { evict } from "../support/evict.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const socketUrl = `${origin}/api/socket`;

async function openBy(token: string): Promise<Client> {
	const response = await exports.default.fetch(socketUrl, {
		headers: { upgrade: "websocket", "sec-websocket-protocol": `chat.v1, bearer.${token}` },
	});
	if (!response.webSocket) throw new Error(`No socket: ${response.status} ${await response.text()}`);
	expect(response.headers.get("sec-websocket-protocol")).toBe("chat.v1");
	return new Client(response.webSocket, "");
}

const open = async (userId: string, claims: object = {}) => openBy(await tokenOf(userId, { ...claims }));

async function enter(client: Client, conversationId: string, cursor?: string) {
	client.send({ type: "chat:join", conversationId, ...(cursor !== undefined && { cursor }) });
	return client.next("chat:joined", (event) => event.conversationId === conversationId);
}

const say = (client: Client, conversationId: string, content: string, clientId?: string) =>
	client.send({ type: "chat:send", conversationId, content, role: "user", clientId });

async function programOf(userId: string, options: object) {
	const { body } = await call("POST", "/me/tokens", await tokenOf(userId), { name: "Robot", ...options });
	return body.token.secret as string;
}

describe("one socket", () => {
	it("is refused without a token, and without an upgrade", async () => {
		const authorization = `Bearer ${await tokenOf("ann")}`;
		expect((await exports.default.fetch(socketUrl, { headers: { upgrade: "websocket" } })).status).toBe(401);
		expect((await exports.default.fetch(socketUrl, { headers: { authorization } })).status).toBe(426);
	});

	it("carries many conversations: joins, messages with their acknowledgement, what others say, and pings", async () => {
		const [one, two] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const ann = await open("ann");
		const bob = await Client.join("bob", two);
		// What follows a join waits for it.
		ann.raw(
			JSON.stringify([
				{ type: "chat:join", conversationId: one },
				{ type: "chat:send", conversationId: one, content: "in one", role: "user", clientId: "1" },
				{ type: "chat:join", conversationId: two },
				{ type: "chat:send", conversationId: two, content: "in two", role: "user", clientId: "2" },
			]),
		);
		expect(await ann.next("chat:message", ({ message }) => message.clientId === "1")).toMatchObject({ conversationId: one });
		expect(await bob.next("chat:message")).toMatchObject({ message: { content: "in two" } });
		bob.say("hello");
		expect(await ann.next("chat:message", ({ message }) => message.content === "hello")).toMatchObject({ conversationId: two });
		expect(ann.events[0]).toMatchObject({ type: "chat:joined" });
		ann.raw("ping");
		say(ann, one, "again", "1b");
		await ann.next("chat:message", ({ message }) => message.clientId === "1b");
		expect(ann.frames).toContain("pong");
	});

	it("takes files into the conversations that the client has entered", async () => {
		const [one, two] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const ann = await open("ann");
		await enter(ann, one);
		const file = (conversationId: string, clientId: string) =>
			encodeFileFrame({ type: "chat:file", conversationId, clientId, name: "a.txt" }, new TextEncoder().encode("words"));
		ann.raw(file(one, "f").buffer);
		const { file: stored } = await ann.next("chat:file", ({ clientId }) => clientId === "f");
		expect(stored).toMatchObject({ name: "a.txt", size: 5 });
		ann.raw(file(two, "g").buffer);
		expect(await ann.next("chat:error")).toMatchObject({ conversationId: two, code: "not_joined", clientId: "g" });
	});

	it("resumes each conversation by its cursor", async () => {
		const [one, two] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const before = await open("ann");
		const { cursor } = await enter(before, one);
		await enter(before, two);
		before.close();
		const other = await Client.join("ann", one);
		other.say("missed", "m");
		await other.next("chat:message");
		const after = await open("ann");
		expect(await enter(after, one, cursor)).toMatchObject({ reset: false, messages: [{ content: "missed" }] });
		expect(await enter(after, two, cursor)).toMatchObject({ reset: true, messages: [] });
	});

	it("leaves one conversation, is put out of another, and goes on in a third", async () => {
		const [one, two, three, foreign] = [
			await newConversation("ann", ["bob"]),
			await newConversation("ann", ["bob"]),
			await newConversation("ann", ["bob"]),
			await newConversation("bob"),
		];
		const ann = await open("ann");
		for (const id of [one, two, three]) await enter(ann, id);
		ann.send({ type: "chat:leave", conversationId: one });
		expect(await ann.next("chat:left")).toMatchObject({ conversationId: one, code: 1000 });
		say(ann, one, "still here?", "gone");
		expect(await ann.next("chat:error")).toMatchObject({ conversationId: one, code: "not_joined", clientId: "gone" });
		await call("DELETE", `/conversations/${two}`, await tokenOf("ann"));
		expect(await ann.next("chat:left")).toMatchObject({ conversationId: two, code: 4404 });
		ann.send({ type: "chat:join", conversationId: foreign });
		expect(await ann.next("chat:error")).toMatchObject({ conversationId: foreign, code: "not_found" });
		say(ann, three, "here", "3");
		expect(await ann.next("chat:message")).toMatchObject({ conversationId: three });
		expect(await enter(ann, one)).toMatchObject({ conversationId: one });
	});

	it("enters no more conversations while its client has much to read", async () => {
		const token = await tokenOf("ann");
		const ids = await Promise.all(Array.from({ length: 6 }, () => newConversation("ann")));
		for (const id of ids)
			await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
				const { log } = new Store(storage);
				const author = { userId: "ann", username: "Ann" };
				for (let n = 0; n < 40; n++) log.addMessage({ author, content: "x".repeat(limits.content), asksClaude: false }, Date.now());
			});
		await Promise.all(ids.map((id) => evict(env.CONVERSATIONS.getByName(id))));
		const ann = await openBy(token);
		ann.raw(JSON.stringify(ids.map((conversationId) => ({ type: "chat:join", conversationId }))));
		for (const id of ids.slice(0, 4)) await ann.next("chat:joined", ({ conversationId }) => conversationId === id);
		say(ann, ids[0] as string, "And?", "1");
		await ann.next("chat:message");
		expect(JSON.stringify(ann.frames.map((frame) => frame.slice(0, 100)))).not.toContain(ids[5]);
		ann.send({ type: "chat:ack", conversationId: ids[0] as string });
		for (const id of ids.slice(4)) await ann.next("chat:joined", ({ conversationId }) => conversationId === id);
	});

	it("is in so many conversations at most", async () => {
		const ann = await open("ann", { conversations: ["*"] });
		const ids = Array.from({ length: limits.conversationsPerSocket + 1 }, (_, index) => `granted-${index}`);
		ann.raw(JSON.stringify(ids.map((conversationId) => ({ type: "chat:join", conversationId }))));
		expect(await ann.next("chat:error")).toMatchObject({ conversationId: ids.at(-1), code: "too_many_conversations" });
		await ann.next("chat:joined");
		ann.send({ type: "chat:leave", conversationId: ids[0] as string });
		expect(await enter(ann, ids.at(-1) as string)).toBeTruthy();
	});
});

describe("what a client sends on one socket", () => {
	it("is refused where it cannot be read, and loses nothing else", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await open("ann");
		await enter(ann, id);
		for (const frame of ["{", "[]", '"text"', JSON.stringify(Array(limits.eventsPerFrame + 1).fill({ type: "chat:typing" }))])
			ann.raw(frame);
		ann.raw(new Uint8Array([1]).buffer);
		ann.send({ type: "chat:join", conversationId: "x".repeat(300) });
		// The conversation itself refuses these.
		ann.send({ type: "chat:nonsense" as never, conversationId: id });
		ann.send({ type: "chat:send", conversationId: id, content: "", role: "user" });
		say(ann, id, "whole", "w");
		expect(await ann.next("chat:message")).toMatchObject({ message: { clientId: "w" } });
		const refused = ann.all("chat:error").map(({ code, conversationId }) => [code, conversationId]);
		expect(refused).toEqual([...Array(5).fill(["bad_frame", ""]), ["bad_event", ""], ["unknown_event", id], ["bad_event", id]]);
	});

	it("closes it after too many bad frames, and at once for one that is too long", async () => {
		const flooding = await open("ann");
		for (let frame = 0; frame <= limits.badFramesPerMinute; frame++) flooding.raw("{");
		expect(await flooding.closed).toBe(4429);
		const long = await open("ann");
		long.raw("x".repeat(limits.frameBytes + 1));
		expect(await long.closed).toBe(1009);
	});

	it("is held to the scopes and conversations of a personal token", async () => {
		const [one, two] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const robot = await openBy(await programOf("ann", { scopes: ["read"], conversations: [one] }));
		await enter(robot, one);
		say(robot, one, "may I?", "r");
		expect(await robot.next("chat:error")).toMatchObject({ conversationId: one, code: "forbidden", clientId: "r" });
		robot.send({ type: "chat:join", conversationId: two });
		expect(await robot.next("chat:error")).toMatchObject({ conversationId: two, code: "not_found" });
		robot.send({ type: "chat:auth", conversationId: one, token: await tokenOf("ann") });
		expect(await robot.next("chat:error")).toMatchObject({ code: "forbidden" });
	});
});

describe("the sign-in of one socket", () => {
	it("closes it when it expires, in a conversation or in none", async () => {
		const id = await newConversation("ann", ["bob"]);
		const token = await tokenOf("ann", {}, 12);
		const [inside, outside] = await Promise.all([openBy(token), openBy(token)]);
		await enter(inside, id);
		expect(await inside.closed).toBe(4401);
		expect(await outside.closed).toBe(4401);
	});

	it("is renewed for all conversations by one newer token of the same person", async () => {
		const [one, two] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const short = await tokenOf("ann", {}, 20);
		const [ann, lasting] = await Promise.all([openBy(short), openBy(short)]);
		await enter(ann, one);
		await enter(ann, two);
		ann.send({ type: "chat:auth", conversationId: one, token: await tokenOf("bob") });
		expect(await ann.next("chat:error")).toMatchObject({ code: "unauthorized" });
		ann.send({ type: "chat:auth", conversationId: one, token: await tokenOf("ann") });
		// The token that both were opened with has expired by then.
		expect(await lasting.closed).toBe(4401);
		say(ann, two, "still here", "2");
		expect(await ann.next("chat:message")).toMatchObject({ conversationId: two });
		say(ann, one, "here, too", "1");
		expect(await ann.next("chat:message")).toMatchObject({ conversationId: one });
	});

	it("closes it when its personal token is revoked", async () => {
		const id = await newConversation("ann", ["bob"]);
		const token = await programOf("ann", {});
		const robot = await openBy(token);
		await enter(robot, id);
		const { tokens } = (await call("GET", "/me/tokens", await tokenOf("ann"))).body;
		for (const { id: tokenId } of tokens) await call("DELETE", `/me/tokens/${tokenId}`, await tokenOf("ann"));
		expect(await robot.closed).toBe(4401);
	});
});
