// Logs, errors, audit events and rows contain no key and no token, and no text of messages outside the messages' own rows.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { errorBody } from "../../src/protocol/errors.ts";
import { limits } from "../../src/protocol/limits.ts";
import { refusals } from "../support/messages-api-script.ts";
import { rowsOf } from "../support/rows.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const key = "sk-canary-5d0b";
const word = "canary-9a71";
withSettings({ ...scripted, ANTHROPIC_API_KEY: key });

const logged: unknown[] = [];
const methods = ["error", "warn", "log", "info", "debug"] as const;
const spies = methods.map((method) => vi.spyOn(console, method).mockImplementation((...values) => void logged.push(...values)));
beforeEach(() => void logged.splice(0));
afterAll(() => {
	for (const spy of spies) spy.mockRestore();
});

/** The text that a log shows, with the causes and the fields of errors. */
function shown(value: unknown): string {
	if (!(value instanceof Error)) return typeof value === "string" ? value : JSON.stringify(value);
	const { stack, cause, ...fields } = value;
	return [value.message, stack, shown(cause ?? null), JSON.stringify({ ...fields })].join(" ");
}

const log = () => logged.map(shown).join("\n");

/** A conversation whose object cannot read its storage. */
async function broken(): Promise<{ id: string; ann: Client }> {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => void storage.sql.exec("DROP TABLE messages"));
	return { id, ann };
}

describe("an internal failure", () => {
	it("reaches a client as a code and a sentence", async () => {
		const { id, ann } = await broken();
		ann.say(word, "k1");
		await ann.next("chat:error");
		expect(JSON.parse(ann.frames.at(-1) as string)).toEqual([
			{ type: "chat:error", conversationId: id, code: "internal", error: errorBody("internal").error.message },
		]);
		expect(log()).toContain("no such table");
	});

	it("reaches a program as a code and a sentence", async () => {
		const { id } = await broken();
		const { status, body } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
		expect([status, body]).toEqual([500, { error: { ...errorBody("internal").error, requestId: expect.any(String) } }]);
		expect(log()).toContain("no such table");
	});

	it("is logged without the message and without the token", async () => {
		const { id, ann } = await broken();
		ann.say(word, "k1");
		await ann.next("chat:error");
		const token = await tokenOf("ann");
		await call("GET", `/conversations/${id}/messages?token=${token}`);
		await call("GET", `/conversations/${id}/messages`, token);
		expect(logged.length).toBeGreaterThan(2);
		expect(log()).not.toContain(word);
		expect(log()).not.toContain(token);
		expect(log()).not.toContain(env.JWT_SECRET as string);
	});
});

describe("a token that is refused", () => {
	it("appears in no log, response or row", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const wrong = (await tokenOf("ann", { conversations: [word] })).slice(0, -4);
		const riding: [string, Record<string, string>][] = [
			["", { authorization: `Bearer ${wrong}` }],
			["", { "sec-websocket-protocol": `chat.v1, bearer.${wrong}` }],
			[`?token=${wrong}`, {}],
		];
		const answers = await Promise.all(
			riding.map(([query, headers]) =>
				call("GET", `/conversations/${id}/socket${query}`, undefined, undefined, { upgrade: "websocket", ...headers }),
			),
		);
		expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
		ann.send({ type: "chat:auth", token: wrong });
		expect((await ann.next("chat:error")).code).toBe("unauthorized");
		const traces = JSON.stringify([log(), answers, ann.frames, await rowsOf(id)]);
		for (const part of wrong.split(".").slice(1)) expect(traces).not.toContain(part);
	});
});

describe("a reply that fails", () => {
	it.each([...Object.keys(refusals), "error-event", "bad-json", "cut", "hang-up", "web-page"])(
		"(%s) leaves neither key, nor question, nor Claude's words in the log, and no key with anybody",
		async (fault) => {
			const id = await newConversation("ann");
			const ann = await Client.join("ann", id);
			ann.say(`${word} ${id} !${JSON.stringify({ fault, retryAfter: 60 })}`);
			// A server that is busy or away is waited for.
			void ann.next("chat:busy").then(() => ann.send({ type: "chat:stop" }));
			await ann.next("chat:complete");
			expect(log()).not.toMatch(new RegExp(`${key}|${word}|word\\d`));
			expect(JSON.stringify([ann.frames, await rowsOf(id)])).not.toContain(key);
		},
	);

	it("is logged with its reason", async () => {
		const ann = await Client.join("ann", await newConversation("ann"));
		ann.say("!unauthorized");
		await ann.next("chat:complete");
		expect(log()).toContain("bad_key");
	});
});

describe("the audit", () => {
	it("has one event for each change of access, in order, and no message or secret", async () => {
		const id = await newConversation("ann", ["bob", "eve"]);
		const [ann, bob] = [await Client.join("ann", id), await Client.join("bob", id)];
		ann.say(word, word);
		await bob.next("chat:message");
		const before = (await rowsOf(id)).find(([table]) => table === "audit")?.[1] ?? [];
		for (let n = 0; n < limits.badFramesPerMinute; n++) bob.send({ type: "chat:auth", token: `${word}${n}` });
		expect(await bob.closed).toBe(4429);
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		await call("DELETE", `/conversations/${id}/members/eve`, await tokenOf("eve"));
		const after = (await rowsOf(id)).find(([table]) => table === "audit")?.[1] ?? [];
		expect(after.slice(0, before.length)).toEqual(before);
		expect([...new Set(after.map(({ action, actor, subject }) => [action, actor, subject ?? ""].join(" ").trim()))]).toEqual([
			...["created ann", "invited ann", "joined bob", "joined eve"],
			...["token_refused bob", "flooded bob", "removed ann bob", "left eve"],
		]);
		expect(JSON.stringify(after)).not.toContain(word);
	});
});

it("an invite's secret appears in its link and in no row", async () => {
	const id = await newConversation("ann");
	const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
	const secret = invite.token.split(".").at(-1);
	expect(secret).toMatch(/^[\w-]{22}$/);
	expect(JSON.stringify(await rowsOf(id))).not.toContain(secret);
});

it("a key appears in no page, response or header", async () => {
	const answers = await Promise.all(
		["/health", "/me", "/conversations", "/nowhere"].map(async (path) => call("GET", path, await tokenOf("ann"))),
	);
	const told = answers.map(({ headers, body }) => [[...headers], body]);
	expect(JSON.stringify([told, origin])).not.toContain(key);
	expect(JSON.stringify(told)).not.toContain(env.JWT_SECRET);
});
