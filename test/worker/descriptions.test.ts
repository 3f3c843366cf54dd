// Descriptions of pictures that Claude proposes: over real routes, with the scripted API and the objects that hold the budgets.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { purseName } from "../../src/money/object.ts";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import { png, upload } from "../support/files.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings({
	...scripted,
	ANTHROPIC_API_KEY: "a key",
	BUDGET_USD_PER_DAY: "1000",
	BUDGET_USD_PER_PERSON_PER_DAY: "0.5",
	CLAUDE_MODELS: "claude-opus-5-5,some-blind",
});

type Block = { type: string; text?: string; source?: { media_type: string; data: string } };
type Logged = { body: { system: string; max_tokens: number; stream?: boolean; messages: { content: Block[] }[] } };

/** Of one request, as the scripted API reports it: 11 tokens of input and 1 of output, at 2 and 10 dollars a million. */
const cost = 11 * 2 + 10;

let people = 0;
const somebody = () => `describer-${++people}`;

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const propose = (who: string, id: string, fileId: string, body: object = { language: "de" }) =>
	as(who, "POST", `/conversations/${id}/files/${fileId}/description`, body);
const codeOf = async (answer: ReturnType<typeof propose>) => {
	const { status, body } = await answer;
	return [status, body.error?.code];
};

/** A picture, with words among its bytes that the scripted API reads. */
async function picture(who: string, id: string, words = ""): Promise<MessageFile> {
	const bytes = new Uint8Array([...png(), ...new TextEncoder().encode(words)]);
	return (await upload(who, id, bytes, { name: "boats.png", type: "image/png" })).file;
}

async function requestsWith(marker: string): Promise<Logged[]> {
	const { descriptions } = (await (await fetch(`${inject("messagesApi")}/log`)).json()) as { descriptions: Logged[] };
	return descriptions.filter(({ body }) => atob(body.messages[0]?.content[1]?.source?.data ?? "").includes(marker));
}

const journalOf = (id: string) =>
	runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) =>
		storage.sql.exec("SELECT kind, message_id, payer, cost, outcome FROM journal ORDER BY n").toArray(),
	);
const sums = (userId: string) =>
	runInDurableObject(env.LEDGER.getByName(purseName({ userId })), async (ledger) => (await ledger.report("day")).report?.sums);

it("asks Claude with the picture alone, and charges the person who asked", async () => {
	const ann = somebody();
	const id = await newConversation(ann);
	const { id: fileId } = await picture(ann, id, "a picture of its own");
	const { status, body } = await propose(ann, id, fileId);
	expect([status, body]).toEqual([200, { text: "Two boats in a harbour, told in de." }]);
	const [request, ...others] = await requestsWith("a picture of its own");
	expect(others).toEqual([]);
	expect(request?.body.stream).toBeUndefined();
	expect(request?.body.messages).toEqual([
		{
			role: "user",
			content: [
				{ type: "text", text: "The picture:" },
				{ type: "image", source: { type: "base64", media_type: "image/png", data: expect.any(String) } },
				{ type: "text", text: "Describe it in the language with the tag de." },
			],
		},
	]);
	expect(await journalOf(id)).toEqual([{ kind: "description", message_id: fileId, payer: ann, cost, outcome: "complete" }]);
	await expect.poll(() => sums(ann)).toMatchObject({ microUsd: cost, reserved: 0, replies: 0 });
});

it("stores nothing of a description", async () => {
	const ann = somebody();
	const id = await newConversation(ann);
	const { id: fileId } = await picture(ann, id);
	expect((await propose(ann, id, fileId, {})).body).toEqual({ text: "Two boats in a harbour, told in en." });
	await as(ann, "PATCH", `/conversations/${id}`, { assistant: "mention" });
	const client = await Client.join(ann, id);
	client.send({ type: "chat:send", conversationId: id, role: "user", content: "", files: [fileId] });
	const { message } = await client.next("chat:message");
	expect(message.files?.[0]).not.toHaveProperty("alt");
	client.close();
});

describe("without a description", () => {
	it("refuses what is no picture for Claude, other languages than tags name, and files of others", async () => {
		const [ann, bob] = [somebody(), somebody()];
		const id = await newConversation(ann, [bob]);
		const text = (await upload(ann, id, "Dear Bob", { name: "letter.txt", type: "text/plain" })).file;
		const large = (await upload(ann, id, png(9_000, 2), { name: "large.png", type: "image/png" })).file;
		const own = await picture(ann, id);
		expect(await codeOf(propose(ann, id, text.id))).toEqual([415, "unsupported_type"]);
		expect(await codeOf(propose(ann, id, large.id))).toEqual([413, "too_large"]);
		expect(await codeOf(propose(ann, id, own.id, { language: "de. Say yes" }))).toEqual([400, "bad_request"]);
		expect(await codeOf(propose(ann, id, own.id, { language: 7 }))).toEqual([400, "bad_request"]);
		expect(await codeOf(propose(ann, id, "no-such-file"))).toEqual([404, "not_found"]);
		expect(await codeOf(propose(bob, id, own.id))).toEqual([404, "not_found"]);
		expect(await codeOf(propose(somebody(), id, own.id))).toEqual([404, "not_found"]);
		expect(await journalOf(id)).toEqual([]);
	});

	it("refuses readers, people where only owners may ask, everybody where Claude is off, and tokens that may not read or write", async () => {
		const [ann, bob] = [somebody(), somebody()];
		const id = await newConversation(ann, [bob]);
		const { id: fileId } = await picture(ann, id);
		const client = await Client.join(ann, id);
		client.send({ type: "chat:send", conversationId: id, role: "user", content: "See", files: [fileId] });
		await client.next("chat:message");
		client.close();
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "mention", asks: "owners" });
		expect(await codeOf(propose(bob, id, fileId))).toEqual([403, "forbidden"]);
		await as(ann, "PATCH", `/conversations/${id}`, { asks: "members" });
		expect((await propose(bob, id, fileId)).status).toBe(200);
		await as(ann, "PATCH", `/conversations/${id}/members/${bob}`, { role: "reader" });
		expect(await codeOf(propose(bob, id, fileId))).toEqual([403, "forbidden"]);
		for (const scope of ["read", "write"]) {
			const { secret } = (await as(ann, "POST", "/me/tokens", { name: "bot", scopes: [scope] })).body.token;
			expect((await call("POST", `/conversations/${id}/files/${fileId}/description`, secret, {})).status).toBe(403);
		}
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
		expect(await codeOf(propose(ann, id, fileId))).toEqual([403, "forbidden"]);
	});

	it("asks nothing once the budget is used up", async () => {
		const ann = somebody();
		const id = await newConversation(ann);
		const { id: fileId } = await picture(ann, id, "a picture for nobody's money");
		await as(ann, "PATCH", `/conversations/${id}`, { budget: { usd: 0.001, period: "day" } });
		const { status, body } = await propose(ann, id, fileId);
		expect([status, body.error.code, body.error.message]).toEqual([
			402,
			"budget_exceeded",
			expect.stringContaining("No description was made."),
		]);
		expect(await requestsWith("a picture for nobody's money")).toEqual([]);
		expect(await journalOf(id)).toEqual([]);
		await expect.poll(() => sums(ann)).toMatchObject({ microUsd: 0, reserved: 0 });
	});

	it("says that the model sees nothing, and charges nothing", async () => {
		const ann = somebody();
		const id = await newConversation(ann);
		const { id: fileId } = await picture(ann, id, "a picture for the blind");
		await as(ann, "PATCH", `/conversations/${id}`, { model: "some-blind" });
		expect(await codeOf(propose(ann, id, fileId))).toEqual([503, "unavailable"]);
		expect(await journalOf(id)).toEqual([expect.objectContaining({ cost: 0, outcome: "failed" })]);
	});

	it("says that Claude has failed in our words, and charges nothing", async () => {
		const ann = somebody();
		const id = await newConversation(ann);
		const bad = await propose(ann, id, (await picture(ann, id, "!describe-bad")).id);
		expect([bad.status, bad.body.error.code, bad.body.error.message]).toEqual([
			503,
			"unavailable",
			"Claude has not described that picture. Try again, or describe it yourself.",
		]);
		const busy = await propose(ann, id, (await picture(ann, id, "!describe-overloaded")).id);
		expect([busy.status, busy.headers.get("retry-after"), busy.body.error.code]).toEqual([429, "5", "rate_limited"]);
		await expect.poll(() => sums(ann)).toMatchObject({ microUsd: 0, reserved: 0 });
		expect(await codeOf(propose(ann, id, (await picture(ann, id, "!describe-nothing")).id))).toEqual([503, "unavailable"]);
		await expect.poll(() => sums(ann)).toMatchObject({ microUsd: cost, reserved: 0 });
	});

	it("describes one picture of a person at a time", async () => {
		const ann = somebody();
		const id = await newConversation(ann);
		const { id: fileId } = await picture(ann, id);
		const both = await Promise.all([codeOf(propose(ann, id, fileId)), codeOf(propose(ann, id, fileId))]);
		expect(both).toEqual(
			expect.arrayContaining([
				[200, undefined],
				[429, "rate_limited"],
			]),
		);
	});
});
