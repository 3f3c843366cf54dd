// Two programs in one conversation use only HTTP, as curl does, while the server is killed.

import { afterAll, beforeAll, expect, it } from "vitest";
import type { ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { guestWithConversation, Wire } from "../e2e/wire.ts";
import { EventReader } from "../support/events.ts";

type EventOf<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

let product: Product;

beforeAll(async () => {
	product = await startProduct();
});
afterAll(() => product?.stop());

async function call<T>(method: string, path: string, token: string, body?: object): Promise<{ status: number; body: T }> {
	const response = await fetch(`${product.url}/api${path}`, {
		method,
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
		...(body && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

const say = (token: string, id: string, content: string, clientId: string) =>
	call<{ message: Message }>("POST", `/conversations/${id}/messages`, token, { content, clientId });

/** A reader of the conversation's events, and how to go. */
async function listen(token: string, id: string, lastEventId?: string) {
	const going = new AbortController();
	const response = await fetch(`${product.url}/api/conversations/${id}/events`, {
		headers: { authorization: `Bearer ${token}`, ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
		signal: going.signal,
	});
	expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
	const reader = new EventReader(response.body as ReadableStream<Uint8Array>);
	return Object.assign(reader, { joined: await reader.next<EventOf<"chat:joined">>("chat:joined"), go: () => going.abort() });
}

it("programs take part by HTTP alone and lose nothing when the server is killed", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const made = await call<{ token: { id: string; secret: string } }>("POST", "/me/tokens", token, { name: "deploy bot" });
	expect(made.status).toBe(201);
	const { secret } = made.body.token;

	const bot = await listen(secret, id);
	const ann = await listen(token, id);
	expect(bot.joined.you.username).toBe("Ann (deploy bot)");
	const first = await say(secret, id, "@claude help", "d1");
	expect([first.status, first.body.message.author.username]).toEqual([201, "Ann (deploy bot)"]);
	for (const reader of [bot, ann]) {
		expect((await reader.next<EventOf<"chat:message">>("chat:message")).message).toEqual(first.body.message);
		await reader.next("chat:complete");
	}
	bot.go();
	const { lastEventId } = ann;

	// A message answered with 201 is on disk, even if nothing else is written.
	const second = await say(secret, id, "Two", "d2");
	expect(second.status).toBe(201);
	await product.crash();
	await expect(ann.ended).rejects.toThrow();

	const again = await say(secret, id, "Two", "d2");
	expect([again.status, again.body]).toEqual([200, second.body]);
	const back = await listen(secret, id, lastEventId);
	expect(back.joined.reset).toBe(false);
	expect(back.joined.messages.filter(({ clientId }) => clientId === "d2")).toEqual([second.body.message]);

	expect((await call("DELETE", `/me/tokens/${made.body.token.id}`, token)).status).toBe(204);
	expect(await back.next("chat:error")).toMatchObject({ code: "unauthorized" });
	await back.ended;
	expect((await say(secret, id, "Three", "d3")).status).toBe(401);
});

it("a reader of events that is gone is noticed soon, and one that comes back again and again closes no other socket", async () => {
	const { token: ann, id } = await guestWithConversation(product.url);
	const page = new Wire(product.url, id, ann);
	await page.first("chat:joined");
	const { token: bob } = await guestWithConversation(product.url);
	const invited = await call<{ invite: { token: string } }>("POST", `/conversations/${id}/invites`, ann, {});
	expect((await call("POST", `/invites/${invited.body.invite.token}/accept`, bob)).status).toBe(200);
	for (let n = 0; n < 10; n++) (await listen(ann, id)).go();
	const reader = await listen(bob, id);
	await page.first("chat:user-joined");
	reader.go();
	// A reader that is noticed only by the second ping is there for 50 seconds.
	const tooLate = new Promise<never>((_, reject) => AbortSignal.timeout(45_000).addEventListener("abort", reject));
	await Promise.race([page.first("chat:user-left"), tooLate]);
	page.say("Still here");
	await page.first("chat:message");
	page.close();
});
