// Private questions over real routes and sockets: only their asker receives anything of them.

import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Aside } from "../../src/protocol/claude/aside.ts";
import { EventReader } from "../support/events.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const asidesOf = async (who: string, id: string): Promise<Aside[]> => (await as(who, "GET", `/conversations/${id}/asides`)).body.asides;

async function listen(who: string, id: string): Promise<EventReader> {
	const headers = { authorization: `Bearer ${await tokenOf(who)}` };
	const { body } = await exports.default.fetch(`${origin}/api/conversations/${id}/events`, { headers });
	const reader = new EventReader(body as ReadableStream<Uint8Array>);
	await reader.next("chat:joined");
	return reader;
}

it("sends a private answer to its asker's sockets, streams and Socket.IO clients, and to others not one byte", async () => {
	const id = await newConversation("ann", ["bob"]);
	const [bob, bobsStream, bobsSocketIo] = [await Client.join("bob", id), await listen("bob", id), await SocketIoClient.join("bob", id)];
	const [ann, annsStream, annsSocketIo] = [await Client.join("ann", id), await listen("ann", id), await SocketIoClient.join("ann", id)];
	ann.say("hello");
	// The first words become the title: that is the last that a message brings.
	const title = "chat:conversation";
	await Promise.all([bob.next(title), bobsStream.next(title), bobsSocketIo.next(({ name }) => name === title)]);
	const ofBob = () => JSON.stringify([bob.frames, bobsStream.events, bobsSocketIo.received.filter(({ packet }) => packet.startsWith("4"))]);
	const seen = async () =>
		Promise.all(["", "/messages", "/usage", "/pins", "/asides"].map((path) => as("bob", "GET", `/conversations/${id}${path}`))).then(
			(answers) => JSON.stringify(answers.map(({ body }) => body)),
		);
	const lists = async () => (await as("bob", "GET", "/conversations")).body;
	// His list gets the message and the title a little later.
	const listed = async () => (await lists()).conversations.find((one: { id: string }) => one.id === id);
	await expect.poll(listed).toMatchObject({ title: "hello", unread: 1 });
	const before = [ofBob(), await seen(), await lists()];
	annsSocketIo.send(`427["chat:ask-privately",{"conversationId":"${id}","clientId":"q1","content":"table"}]`);
	const begun = (await annsSocketIo.acknowledged(7)) as Aside;
	expect(begun).toMatchObject({ question: "table", status: "streaming", after: 1, clientId: "q1" });
	const { aside } = await ann.next("chat:aside", ({ aside }) => aside.status === "complete");
	const chunks = ann.all("chat:aside-streaming");
	expect(chunks.map(({ chunk }) => chunk).join("")).toBe(aside.content);
	expect(aside.content.length).toBeGreaterThan(100);
	await annsSocketIo.next(
		({ name, payload }) => name === "chat:aside" && (payload as unknown as { aside: Aside }).aside.status === "complete",
	);
	await annsStream.next("chat:aside-streaming");
	expect(await asidesOf("ann", id)).toEqual([aside]);
	expect([ofBob(), await seen(), await lists()]).toEqual(before);

	annsSocketIo.send(`428["chat:share",{"conversationId":"${id}","asideId":"${aside.id}","clientId":"s1"}]`);
	expect(await annsSocketIo.acknowledged(8)).toMatchObject({ content: "table", clientId: "s1", seq: 2 });
	const { message } = await bob.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message).toMatchObject({ content: aside.content, seq: 3, sharedBy: { userId: "ann", username: "Ann" } });
	expect(ofBob()).not.toContain("aside");
	expect(await asidesOf("ann", id)).toEqual([]);
	for (const client of [ann, bob, annsSocketIo, bobsSocketIo]) client.close();
});

it("asks, lists, shares and deletes over HTTP, for the caller alone", async () => {
	const id = await newConversation("ann", ["bob"]);
	const ann = await Client.join("ann", id);
	const path = `/conversations/${id}/asides`;
	const ask = (clientId: string, content = "help") => as("ann", "POST", path, { content, clientId });
	const { status, body } = await ask("q1");
	expect([status, body.aside.status]).toEqual([201, "streaming"]);
	await ann.next("chat:aside", ({ aside }) => aside.status === "complete");
	expect(await ask("q1")).toMatchObject({ status: 200, body: { aside: { status: "complete" } } });
	expect((await ask("q1", "something else")).body.error.code).toBe("conflict");
	expect((await as("ann", "POST", path, { content: "no id" })).status).toBe(400);
	for (const [method, end] of [["DELETE", ""] as const, ["POST", "/share"] as const]) {
		const { status } = await as("bob", method, `${path}/${body.aside.id}${end}`, method === "POST" ? { clientId: "x" } : undefined);
		expect(status).toBe(404);
	}
	expect((await as("eve", "GET", path)).status).toBe(404);
	const share = () => as("ann", "POST", `${path}/${body.aside.id}/share`, { clientId: "s1" });
	const shared = await share();
	expect(shared).toMatchObject({ status: 201, body: { messages: [{ content: "help" }, { sharedBy: { userId: "ann" } }] } });
	expect(await share()).toMatchObject({ status: 200, body: shared.body });
	const { aside } = (await ask("q2")).body;
	expect((await as("ann", "DELETE", `${path}/${aside.id}`)).status).toBe(204);
	expect((await as("ann", "DELETE", `${path}/${aside.id}`)).status).toBe(404);
	await ann.next("chat:aside-gone", ({ asideId }) => asideId === aside.id);
	ann.close();
});

describe("a private answer whose object died", () => {
	withSettings(scripted);

	it("ends as interrupted, and another can be asked", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		ann.send({ type: "chat:ask-privately", clientId: "q1", content: `!{"tokens":9,"hold":"${id}"}` });
		await ann.next("chat:aside-streaming");
		await abortAllDurableObjects();
		await ann.closed;
		expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);
		expect(await asidesOf("ann", id)).toMatchObject([{ status: "failed", reason: "interrupted" }]);
		expect((await as("ann", "POST", `/conversations/${id}/asides`, { content: "help", clientId: "q2" })).status).toBe(201);
	});
});

it("erases a person's asides with them, and keeps them out of exports and forks", async () => {
	const person = `p${crypto.randomUUID()}`;
	const id = await newConversation("ann", [person]);
	const client = await Client.join(person, id);
	client.say("hello");
	client.send({ type: "chat:ask-privately", clientId: "q1", content: "my secret question" });
	await client.next("chat:aside", ({ aside }) => aside.status === "complete");
	const token = await tokenOf(person);
	const exported = await exports.default.fetch(`${origin}/api/conversations/${id}/export`, {
		headers: { authorization: `Bearer ${token}` },
	});
	expect(await exported.text()).not.toContain("secret");
	const { conversation } = (await as(person, "POST", `/conversations/${id}/fork`, { upTo: 1 })).body;
	expect(await asidesOf(person, conversation.id)).toEqual([]);
	const count = () =>
		runInDurableObject(
			env.CONVERSATIONS.getByName(id),
			(_object, { storage }) => storage.sql.exec("SELECT count(*) AS n FROM asides").one().n,
		);
	expect(await count()).toBe(1);
	expect((await as(person, "DELETE", "/me")).status).toBe(200);
	expect(await count()).toBe(0);
});
