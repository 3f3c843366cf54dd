// The published Socket.IO client in a browser, on a page of another origin, by every transport.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { io, Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { Wire } from "../e2e/wire.ts";
import { type Payload, secret, startForTwo, startNetwork, tokenOf } from "./socketio-client.ts";

/** The globals of a page: the client, and everything it received. */
type PageGlobals = { io: typeof io; socket: Socket; received: { name: string; payload: Payload }[] };

const elsewhere = await startElsewhere();
let product: Product;
openBrowser();

let ann = "";
let bob = "";
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
	product = await startProduct({ JWT_SECRET: secret, FRONTEND_URL: elsewhere.url, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });
	[ann, bob] = await Promise.all([tokenOf("ann"), tokenOf("bob")]);
});
afterEach(async () => {
	for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
	await product?.stop();
	elsewhere.close();
});

/** A web server of another origin that serves the published client. */
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
			const here = globalThis as unknown as PageGlobals;
			const socket = here.io(`${url}/chat`, options);
			const keep = (name: string, payload: object) => here.received.push({ name, payload: payload as Payload });
			Object.assign(here, { socket, received: [] });
			socket.onAny(keep);
			socket.on("connect", () => keep("connect", { recovered: socket.recovered }));
			socket.on("disconnect", (reason) => keep("disconnect", { reason }));
			socket.on("connect_error", ({ message }) => keep("connect_error", { message }));
		},
		[to, options] as const,
	);
	return page;
}

/** Waits until an event has come this many times. */
async function waitFor(page: Page, name: string, times = 1): Promise<void> {
	const hasCome = ([name, times]: readonly [string, number]) =>
		(globalThis as unknown as PageGlobals).received.filter((event) => event.name === name).length >= times;
	await page.waitForFunction(hasCome, [name, times] as const);
}

async function all(page: Page, name: string): Promise<Payload[]> {
	const received = await page.evaluate(() => (globalThis as unknown as PageGlobals).received);
	return received.filter((event) => event.name === name).map(({ payload }) => payload);
}

const ask = (page: Page, name: string, payload: object) =>
	page.evaluate(([name, payload]) => (globalThis as unknown as PageGlobals).socket.emitWithAck(name, payload), [name, payload] as const);

/** Waits until the connection uses this transport. */
async function waitForTransport(page: Page, transport: string): Promise<void> {
	await page.waitForFunction((name) => (globalThis as unknown as PageGlobals).socket.io.engine.transport.name === name, transport);
}

// A page cannot set headers of a WebSocket: without polling, the token goes into `auth`.
const header = (token: string) => ({ extraHeaders: { Authorization: `Bearer ${token}`, "X-Requested-By": "a page" } });
const headerWithRecovery = (token: string) => ({ ...header(token), auth: { recovery: true } });
const auth = (token: string) => ({ auth: { token, recovery: true } });

describe.each([
	["by default", headerWithRecovery, {}, "websocket"],
	["by WebSocket only", auth, { transports: ["websocket"] }, "websocket"],
	["by polling only", headerWithRecovery, { transports: ["polling"] }, "polling"],
])("on a page of another origin, %s", (_how, bearing, options, transport) => {
	it("keeps two conversations on one connection apart, and exchanges events with native sockets", async () => {
		const [one, two] = [await startForTwo(product.url, ann, bob), await startForTwo(product.url, ann, bob)];
		for (const { native } of [one, two]) keep(native);
		const page = await openPage({ ...bearing(bob), ...options });
		for (const { id } of [one, two]) expect(await ask(page, "chat:join", { conversationId: id })).toEqual({ conversationId: id });
		await waitFor(page, "chat:joined", 2);
		await waitForTransport(page, transport);

		one.native.say("to one");
		await waitFor(page, "chat:message");
		const stored = await ask(page, "chat:send", { conversationId: two.id, content: "from a page", role: "user" });
		expect(stored).toMatchObject({ conversationId: two.id, content: "from a page", author: { userId: "bob", username: "Bob" } });
		expect((await two.native.first("chat:message")).message).toEqual(stored);
		expect(await ask(page, "chat:send", { conversationId: two.id, content: " ", role: "user" })).toMatchObject({ code: "bad_event" });
		await waitFor(page, "chat:message", 2);
		const received = (await all(page, "chat:message")).map(({ conversationId, message }) => [conversationId, message.content]);
		expect(received).toEqual([
			[one.id, "to one"],
			[two.id, "from a page"],
		]);
	});

	it("reconnects by itself after the server was killed, and receives what it missed once and in order", async () => {
		const { id, native } = await startForTwo(product.url, ann, bob);
		keep(native);
		const network = keep(await startNetwork(product.url));
		const page = await openPage({ ...bearing(bob), ...options }, { to: network.url });
		await ask(page, "chat:join", { conversationId: id });
		await waitForTransport(page, transport);
		expect(await ask(page, "chat:send", { conversationId: id, content: "before", role: "user" })).toMatchObject({ seq: 1 });

		await product.kill();
		await waitFor(page, "disconnect");
		// The page reconnects after these messages, not between them.
		network.hold();
		await product.revive();
		const again = keep(new Wire(product.url, id, ann));
		await again.first("chat:joined");
		for (const text of ["one", "two", "three"]) again.say(text);
		await again.first("chat:message", ({ message }) => message.content === "three");
		network.release();
		await waitFor(page, "connect", 2);
		await waitFor(page, "chat:message", 4);
		expect(await ask(page, "chat:send", { conversationId: id, content: "after", role: "user" })).toMatchObject({ seq: 5 });
		await waitFor(page, "chat:message", 5);
		expect((await all(page, "chat:message")).map(({ message }) => message.content)).toEqual(["before", "one", "two", "three", "after"]);
		expect(await all(page, "connect")).toEqual([{ recovered: false }, { recovered: true }]);
		expect((await all(page, "chat:joined")).length).toBe(1);
	});
});

it("runs the guide's snippet unchanged, with its header and with cookies", async () => {
	const page = await openPage({ ...header(ann), withCredentials: true });
	await waitFor(page, "connect");
	const conversationId = crypto.randomUUID();
	await page.evaluate((conversationId) => {
		const { socket } = globalThis as unknown as PageGlobals;
		socket.emit("chat:join", { conversationId });
		socket.emit("chat:send", { conversationId, content: "Hello from a page", role: "user" });
	}, conversationId);
	await waitFor(page, "chat:complete");
	await waitForTransport(page, "websocket");
	const names = (await page.evaluate(() => (globalThis as unknown as PageGlobals).received)).map(({ name }) => name);
	const once = names.filter((name, at) => name !== names[at - 1] && name !== "chat:conversation");
	expect(once).toEqual(["connect", "chat:joined", "chat:message", "chat:thinking", "chat:streaming", "chat:message", "chat:complete"]);
});

it.each([["polling"], ["websocket"]])("refuses a page of an origin that is not listed, by %s", async (transport) => {
	const page = await openPage({ ...auth(ann), transports: [transport] }, { from: elsewhere.url.replace("127.0.0.1", "localhost") });
	await waitFor(page, "connect_error");
	expect(await all(page, "connect")).toEqual([]);
});
