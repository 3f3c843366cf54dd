// The HTTP calls of the page, against a server that is the test.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { call, messagesAt, setApiUrl } from "../../web/src/api.ts";
import { en } from "../../web/src/languages/en.ts";
import { conversationId, message } from "./fakes.ts";

type Answer = { status?: number; body?: unknown; text?: string };
type Asked = { method: string | undefined; path: string | undefined; token: string | undefined; type: string | undefined; body: string };

/** What the server answers to the next requests. After the last one, it breaks connections. */
let answers: Answer[] = [];
let asked: Asked[] = [];

const server = createServer(async (request, response) => {
	asked.push(await read(request));
	const answer = answers.shift();
	if (!answer) return void request.socket.destroy();
	const { status = 200, body, text = body === undefined ? "" : JSON.stringify(body) } = answer;
	response.writeHead(status, { "content-type": "application/json" }).end(text);
});

async function read(request: IncomingMessage): Promise<Asked> {
	let body = "";
	for await (const chunk of request) body += chunk;
	const { authorization, "content-type": type } = request.headers;
	return { method: request.method, path: request.url, token: authorization, type, body };
}

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	setApiUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
beforeEach(() => {
	answers = [];
	asked = [];
});
afterAll(() => void server.close());

const schema = v.object({ name: v.string() });
const get = (...given: Answer[]) => {
	answers = given;
	return call(schema, "GET", "/x", {});
};
const refused = (code: string, retryAfterMs?: number): Answer => ({
	status: 429,
	body: { error: { code, message: "The server's sentence", ...(retryAfterMs !== undefined && { retryAfterMs }) } },
});

it("sends the token and the body, and returns the value", async () => {
	answers = [{ status: 201, body: { name: "Ann", later: "a field of a newer server" } }];
	expect(await call(schema, "POST", "/x?y=1", { token: "t", body: { a: "ü" } })).toEqual({ value: { name: "Ann" } });
	expect(asked).toEqual([{ method: "POST", path: "/api/x?y=1", token: "Bearer t", type: "application/json", body: '{"a":"ü"}' }]);
});

it("reads 204 as success where nothing is expected, and as nobody signed in elsewhere", async () => {
	answers = [{ status: 204 }];
	expect(await call(v.undefined(), "DELETE", "/x", {})).toEqual({ value: undefined });
	expect(await get({ status: 204 })).toEqual({ error: { code: "unauthorized", message: "" } });
});

it("returns a refusal with its code and the page's own sentence", async () => {
	const { error } = (await get({ status: 404, body: { error: { code: "not_found", message: "The server's sentence" } } })) as {
		error: { code: string; message: string };
	};
	expect(error.code).toBe("not_found");
	expect(await get({ status: 404, body: { error: { code: "of_a_newer_server", message: "Its sentence" } } })).toEqual({
		error: { code: "of_a_newer_server", message: "Its sentence" },
	});
});

it.each([
	["a value of another form", { body: { name: 1 } }],
	["a refusal of another form", { status: 500, body: { message: "x" } }],
])("says so if the answer is %s", async (_what, answer) => {
	expect(await get(answer)).toEqual({ error: { code: "internal", message: en.unexpectedAnswer } });
});

it.each([
	["is no JSON", { text: "<html>" }],
	["is empty", { text: "" }],
])("counts a server whose answer %s as unreachable", async (_what, answer) => {
	expect(await get(answer)).toEqual({ error: { code: "unreachable", message: en.unreachable } });
});

it("counts a broken connection as unreachable", async () => {
	expect(await get()).toEqual({ error: { code: "unreachable", message: en.unreachable } });
});

it("waits and asks again if it was too fast, and for no other refusal", async () => {
	expect(await get(refused("rate_limited", 1), refused("rate_limited", 1), { body: { name: "Ann" } })).toEqual({ value: { name: "Ann" } });
	expect(asked).toHaveLength(3);
	expect(await get(refused("unavailable", 1), { body: { name: "Ann" } })).toMatchObject({
		error: { code: "unavailable", retryAfterMs: 1 },
	});
	expect(asked).toHaveLength(4);
});

it.each([undefined, limits.patience + 1])("does not wait if it is told %s ms", async (retryAfterMs) => {
	expect(await get(refused("rate_limited", retryAfterMs), { body: { name: "Ann" } })).toMatchObject({ error: { code: "rate_limited" } });
	expect(asked).toHaveLength(1);
});

it("keeps a page of messages if one of them cannot be read", async () => {
	answers = [{ body: { messages: [message(1), { ...message(2), status: "of a newer server" }, message(3)], hasMore: true } }];
	const page = await messagesAt("t", conversationId, { before: 4 });
	if (!("value" in page)) throw new Error(page.error.code);
	expect(page.value.hasMore).toBe(true);
	expect(page.value.messages.map(({ seq, content, reason }) => [seq, content, reason])).toEqual([
		[1, message(1).content, undefined],
		[2, "", "unreadable"],
		[3, message(3).content, undefined],
	]);
});
