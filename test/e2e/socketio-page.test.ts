// Socket.IO clients as pages have them: the published client in a real browser, on a page of another origin, by every transport.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { io, Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { browser, openProduct, product } from "./opened.ts";
import { beginOfTwo, type Payload, secret, startNetwork, tokenOf } from "./socketio-client.ts";
import { Wire } from "./wire.ts";

/** What a page has: the client, and all that it heard. */
type Here = { io: typeof io; socket: Socket; heard: { name: string; payload: Payload }[] };

const elsewhere = await startElsewhere();
openProduct({ JWT_SECRET: secret, FRONTEND_URL: elsewhere.url, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });

let ann = "";
let bob = "";
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
	[ann, bob] = await Promise.all([tokenOf("ann"), tokenOf("bob")]);
});
afterEach(async () => {
	for (const one of opened.splice(0)) await one.close();
});
afterAll(() => elsewhere.close());

/** A web server that knows nothing of the product, with the client as it is published for pages. */
async function startElsewhere(): Promise<{ url: string; close(): void }> {
	const client = readFileSync(fileURLToPath(new URL("../../node_modules/socket.io-client/dist/socket.io.js", import.meta.url)));
	const server = createServer((request, response) => {
		const isScript = request.url === "/socket.io.js";
		response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
		response.end(isScript ? client : '<!doctype html><title>Elsewhere</title><script src="/socket.io.js"></script>');
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" ? address?.port : undefined;
	return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

function keep<T extends { close(): unknown }>(one: T): T {
	opened.push(one);
	return one;
}

/** A page with one client on it. */
async function openPage(options: object, { from = elsewhere.url, to = product.url } = {}): Promise<Page> {
	const page = keep(await browser.newPage());
	await page.goto(from);
	await page.evaluate(
		([url, options]) => {
			const here = globalThis as unknown as Here;
			const socket = here.io(`${url}/chat`, options);
			const hear = (name: string, payload: object) => here.heard.push({ name, payload: payload as Payload });
			Object.assign(here, { socket, heard: [] });
			socket.onAny(hear);
			socket.on("connect", () => hear("connect", { recovered: socket.recovered }));
			socket.on("disconnect", (reason) => hear("disconnect", { reason }));
			socket.on("connect_error", ({ message }) => hear("connect_error", { message }));
		},
		[to, options] as const,
	);
	return page;
}

/** Until an event has come so many times. */
async function hears(page: Page, name: string, times = 1): Promise<void> {
	const hasCome = ([name, times]: readonly [string, number]) =>
		(globalThis as unknown as Here).heard.filter((heard) => heard.name === name).length >= times;
	await page.waitForFunction(hasCome, [name, times] as const);
}

async function all(page: Page, name: string): Promise<Payload[]> {
	const heard = await page.evaluate(() => (globalThis as unknown as Here).heard);
	return heard.filter((one) => one.name === name).map(({ payload }) => payload);
}

const ask = (page: Page, name: string, payload: object) =>
	page.evaluate(([name, payload]) => (globalThis as unknown as Here).socket.emitWithAck(name, payload), [name, payload] as const);

/** Until the connection is carried by this. */
async function carriedBy(page: Page, transport: string): Promise<void> {
	await page.waitForFunction((name) => (globalThis as unknown as Here).socket.io.engine.transport.name === name, transport);
}

// No page can give a WebSocket headers: what is to come by one alone brings its token otherwise.
const header = (token: string) => ({ extraHeaders: { Authorization: `Bearer ${token}`, "X-Requested-By": "a page" } });
const auth = (token: string) => ({ auth: { token } });

describe.each([
	["by default", header, {}, "websocket"],
	["by WebSocket only", auth, { transports: ["websocket"] }, "websocket"],
	["by polling only", header, { transports: ["polling"] }, "polling"],
])("on a page of another origin, %s", (_how, bearing, options, transport) => {
	it("two conversations on one socket, with acknowledgements, and both wires hear each other", async () => {
		const [one, two] = [await beginOfTwo(product.url, ann, bob), await beginOfTwo(product.url, ann, bob)];
		for (const { native } of [one, two]) keep(native);
		const page = await openPage({ ...bearing(bob), ...options });
		for (const { id } of [one, two]) expect(await ask(page, "chat:join", { conversationId: id })).toEqual({ conversationId: id });
		await hears(page, "chat:joined", 2);
		await carriedBy(page, transport);

		one.native.say("to one");
		await hears(page, "chat:message");
		const stored = await ask(page, "chat:send", { conversationId: two.id, content: "from a page", role: "user" });
		expect(stored).toMatchObject({ conversationId: two.id, content: "from a page", author: { userId: "bob", username: "Bob" } });
		expect((await two.native.first("chat:message")).message).toEqual(stored);
		expect(await ask(page, "chat:send", { conversationId: two.id, content: " ", role: "user" })).toMatchObject({ code: "bad_event" });
		await hears(page, "chat:message", 2);
		const heard = (await all(page, "chat:message")).map(({ conversationId, message }) => [conversationId, message.content]);
		expect(heard).toEqual([
			[one.id, "to one"],
			[two.id, "from a page"],
		]);
	});

	it("the server is killed: the page is connected again by itself, and hears what it missed, once and in order", async () => {
		const { id, native } = await beginOfTwo(product.url, ann, bob);
		keep(native);
		const network = keep(await startNetwork(product.url));
		const page = await openPage({ ...bearing(bob), ...options }, { to: network.url });
		await ask(page, "chat:join", { conversationId: id });
		await carriedBy(page, transport);
		expect(await ask(page, "chat:send", { conversationId: id, content: "before", role: "user" })).toMatchObject({ seq: 1 });

		await product.kill();
		await hears(page, "disconnect");
		// It comes back after this has been said, and not in the middle of it.
		network.hold();
		await product.revive();
		const again = keep(new Wire(product.url, id, ann));
		await again.first("chat:joined");
		for (const text of ["one", "two", "three"]) again.say(text);
		await again.first("chat:message", ({ message }) => message.content === "three");
		network.release();
		await hears(page, "connect", 2);
		await hears(page, "chat:message", 4);
		expect(await ask(page, "chat:send", { conversationId: id, content: "after", role: "user" })).toMatchObject({ seq: 5 });
		await hears(page, "chat:message", 5);
		expect((await all(page, "chat:message")).map(({ message }) => message.content)).toEqual(["before", "one", "two", "three", "after"]);
		expect(await all(page, "connect")).toEqual([{ recovered: false }, { recovered: true }]);
		expect((await all(page, "chat:joined")).length).toBe(1);
	});
});

it("the guide's snippet works as written, with its header and with cookies", async () => {
	const page = await openPage({ ...header(ann), withCredentials: true });
	await hears(page, "connect");
	const conversationId = crypto.randomUUID();
	await page.evaluate((conversationId) => {
		const { socket } = globalThis as unknown as Here;
		socket.emit("chat:join", { conversationId });
		socket.emit("chat:send", { conversationId, content: "Hello from a page", role: "user" });
	}, conversationId);
	await hears(page, "chat:complete");
	await carriedBy(page, "websocket");
	const names = (await page.evaluate(() => (globalThis as unknown as Here).heard)).map(({ name }) => name);
	const once = names.filter((name, at) => name !== names[at - 1] && name !== "chat:conversation");
	expect(once).toEqual(["connect", "chat:joined", "chat:message", "chat:thinking", "chat:streaming", "chat:message", "chat:complete"]);
});

it.each([["polling"], ["websocket"]])("a page of an origin that is not named is not let in by %s", async (transport) => {
	const page = await openPage({ ...auth(ann), transports: [transport] }, { from: elsewhere.url.replace("127.0.0.1", "localhost") });
	await hears(page, "connect_error");
	expect(await all(page, "connect")).toEqual([]);
});
