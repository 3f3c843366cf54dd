// The export of everything that a person has: what is in it and what is not, how often it is made, and when it breaks off.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Store } from "../../src/conversation/store/store.ts";
import { accountLimits } from "../../src/protocol/account/limits.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Passkeys } from "../../src/user/account/passkeys.ts";
import { PushStore } from "../../src/user/push/store.ts";
import { evict } from "../support/evict.ts";
import { png, upload } from "../support/files.ts";
import { expectLog } from "../support/log.ts";
import { unlimitedSends, withSettings } from "../support/settings.ts";
import { call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings(unlimitedSends);

type Entry = { type: string; [field: string]: unknown };

const newPerson = (name: string) => `${name}${crypto.randomUUID()}`;
const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const exportOf = (token: string) => exports.default.fetch(`${origin}/api/me/export`, { headers: { authorization: `Bearer ${token}` } });
const textOf = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());
const recordsIn = (text: string): Entry[] =>
	text
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as Entry);

/** A conversation of Bob's without Claude, with a message of his. */
async function bobsConversation(bob: string, others: string[]): Promise<{ id: string; said: string }> {
	const id = await newConversation(bob, others);
	await as(bob, "PATCH", `/conversations/${id}`, { assistant: "off", title: "BOBS-TITLE" });
	const { message } = (await as(bob, "POST", `/conversations/${id}/messages`, { content: "BOBS-WORDS" })).body;
	return { id, said: message.id };
}

it("has everything of theirs, also where they have left, and neither words of others nor secrets", async () => {
	const [ann, bob] = [newPerson("ann"), newPerson("bob")];
	const [here, left, empty] = [await bobsConversation(bob, [ann]), await bobsConversation(bob, [ann]), await newConversation(ann)];
	await as(bob, "PATCH", `/conversations/${here.id}/members/${ann}`, { role: "owner" });
	const { file: picture } = await upload(ann, here.id, png(), { name: "sent.png" });
	const { file: unsent } = await upload(ann, here.id, png(4, 4), { name: "unsent.png" });
	const say = (id: string, content: string, more: object = {}) => as(ann, "POST", `/conversations/${id}/messages`, { content, ...more });
	const quoting = (await say(here.id, "ANN-HERE", { replyTo: here.said, files: [picture.id], clientId: "ann-1" })).body.message;
	await say(left.id, "ANN-LEFT");
	await as(ann, "DELETE", `/conversations/${left.id}/members/${ann}`);
	await as(ann, "PATCH", `/conversations/${here.id}`, { instructions: "ANN-INSTRUCTS", title: "ANNS-TITLE" });
	await as(bob, "PATCH", `/conversations/${here.id}`, { title: "BOBS-TITLE" });
	await as(ann, "POST", `/conversations/${here.id}/invites`, {});
	const webhook = (await as(ann, "POST", `/conversations/${here.id}/webhooks`, { url: "https://hooks.example/SECRET-PATH" })).body.webhook;
	const incoming = (await as(ann, "POST", `/conversations/${here.id}/incoming-webhooks`, { name: "builds" })).body.webhook;
	const { token } = (await as(ann, "POST", "/me/tokens", { name: "bot" })).body;
	await as(ann, "PATCH", "/me/settings", { theme: "dark" });
	await as(ann, "PATCH", `/me/conversations/${here.id}`, { pinned: true });
	await runInDurableObject(env.CONVERSATIONS.getByName(here.id), (_object, { storage }) => {
		const { sql } = storage;
		const store = new Store(storage);
		for (const [userId, question] of [
			[ann, "ANN-ASKS"],
			[bob, "BOB-ASKS"],
		] as const) {
			const { id } = store.asides.add({ userId, clientId: "q", after: 1, follows: undefined, question }, 0);
			store.asides.finish(id, `To ${question}`, { status: "complete" }, {});
			const payer = { userId, username: userId };
			const spent = { microUsd: 1_500, replies: 1, input: 1, output: 2, cacheRead: 3, cacheWrite: 4, searches: 0 };
			const paid = { type: "paid", id: "r", at: 0, kind: "aside", payer, model: "m", microUsd: 9, promptTokens: 1, messageId: id, spent };
			store.payments.enter(paid as never, "issued", spent, "complete", 0);
		}
		sql.exec(
			"UPDATE messages SET reactions = ?, pinned_by = ?, pinned_at = 0 WHERE seq = 1",
			`[{"emoji":"👍","userIds":["x","${ann}"]}]`,
			ann,
		);
		sql.exec("UPDATE messages SET reactions = ? WHERE seq = 2", '[{"emoji":"🎉","userIds":["x"]}]');
	});
	await runInDurableObject(env.USERS.getByName(ann), (_object, { storage: { sql } }) => {
		new Passkeys(sql).add({ id: "credential-id", publicKey: "public-key", algorithm: -7, counter: 0 }, "Phone", 0);
		const keys = { p256dh: "p256dh-key", auth: "auth-key" };
		const device = { id: "d", endpoint: "https://push.example/CAPABILITY", keys, page: origin, key: "k", kind: "issued" } as const;
		new PushStore(sql).add(device, Date.now());
	});
	await evict(env.USERS.getByName(ann));

	const response = await exportOf(await tokenOf(ann));
	expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-ndjson; charset=utf-8"]);
	expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="parley-data-[\d-]+\.jsonl"$/);
	const text = await textOf(response);
	const records = recordsIn(text);
	const all = (type: string) => records.filter((record) => record.type === type);
	expect(records[0]).toMatchObject({ type: "export", version: 1, user: { id: ann }, isGuest: false });
	expect(records.at(-1)).toEqual({ type: "end", records: records.length - 1, unreachable: 0 });
	const conversationId = here.id;
	const byId = (one: string, other: string) => (one < other ? -1 : 1);
	expect(all("conversation").map(({ id }) => id)).toEqual([here.id, left.id, empty].sort(byId));
	expect(all("conversation").filter(({ id }) => id !== empty)).toEqual(
		expect.arrayContaining([
			{
				type: "conversation",
				id: here.id,
				isMember: true,
				title: "BOBS-TITLE",
				role: "owner",
				joinedAt: expect.any(String),
				readUpTo: quoting.seq,
			},
			{ type: "conversation", id: left.id, isMember: false },
		]),
	);
	expect(all("message")).toHaveLength(2);
	expect(all("message").find((message) => message.conversationId === here.id)).toEqual({
		type: "message",
		id: quoting.id,
		conversationId,
		seq: quoting.seq,
		content: "ANN-HERE",
		clientId: "ann-1",
		createdAt: quoting.createdAt,
		author: quoting.author,
		status: "complete",
		replyTo: here.said,
		files: [expect.objectContaining({ id: picture.id, name: "sent.png", size: png().length, sha256: expect.any(String) })],
	});
	expect(all("message").find((message) => message.conversationId === left.id)).toMatchObject({ content: "ANN-LEFT" });
	expect(all("act")).toEqual([
		{ type: "act", conversationId, messageId: here.said, act: "reacted", emoji: "👍" },
		{ type: "act", conversationId, messageId: here.said, act: "pinned", at: "1970-01-01T00:00:00.000Z" },
	]);
	expect(all("aside")).toMatchObject([{ conversationId, question: "ANN-ASKS", content: "To ANN-ASKS", after: 1 }]);
	expect(all("payment")).toMatchObject([{ conversationId, kind: "aside", model: "m", usd: 0.0015, outcome: "complete" }]);
	expect(all("file")).toMatchObject([{ conversationId, file: { id: unsent.id, name: "unsent.png" }, addedAt: expect.any(String) }]);
	expect(all("instructions")).toMatchObject([{ conversationId, text: "ANN-INSTRUCTS" }]);
	expect(all("title")).toEqual([{ type: "title", conversationId, at: expect.any(String), title: "ANNS-TITLE" }]);
	expect(all("invite")).toMatchObject([{ conversationId, role: "member", uses: 0 }]);
	expect(all("webhook")).toMatchObject([{ conversationId, host: "hooks.example", status: "active" }]);
	expect(all("incoming_webhook")).toMatchObject([{ conversationId, name: "builds" }]);
	expect(all("list")).toContainEqual({ type: "list", conversationId, muted: false, pinned: true, archived: false });
	expect(all("settings")).toEqual([{ type: "settings", settings: { theme: "dark" } }]);
	expect(all("passkey")).toMatchObject([{ name: "Phone" }]);
	expect(all("push")).toEqual([{ type: "push", page: origin, renewedAt: expect.any(String) }]);
	expect(all("token").map(({ name }) => name)).toContain("bot");
	expect(all("account_event")).toMatchObject([{ act: "data_exported" }]);
	expect(all("spending")).toMatchObject([{ usd: 0, conversations: [] }]);
	const secrets = [
		token.secret,
		token.id,
		webhook.secret,
		incoming.id,
		"SECRET-PATH",
		"CAPABILITY",
		"auth-key",
		"credential-id",
		"public-key",
	];
	for (const foreign of ["BOBS-WORDS", "BOB-ASKS", '"x"', ...secrets]) expect(text).not.toContain(foreign);
	expect(text.match(/BOBS-TITLE/g)).toHaveLength(1);
});

it("is made five times a day, and by no program", async () => {
	const ann = newPerson("ann");
	const { token } = (await as(ann, "POST", "/me/tokens", { name: "bot", scopes: ["read", "write", "manage"] })).body;
	expect((await exportOf(token.secret)).status).toBe(403);
	for (let n = 0; n < accountLimits.ownExport.perDay; n++) {
		const response = await exportOf(await tokenOf(ann));
		expect([response.status, recordsIn(await textOf(response)).at(-1)?.type]).toEqual([200, "end"]);
	}
	const refused = await exportOf(await tokenOf(ann));
	expect([refused.status, Number(refused.headers.get("retry-after")) > 23 * 3600]).toEqual([429, true]);
	expect(await refused.json()).toMatchObject({ error: { code: "rate_limited", message: expect.stringContaining("5 times within a day") } });
});

it("is read in pieces, breaks off when the sign-in ends, and goes on past a conversation that fails", async () => {
	const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	const [long, broken] = [(await call("POST", "/conversations", token, {})).body.conversation.id, await newConversation("bob")];
	await runInDurableObject(env.CONVERSATIONS.getByName(long), (_object, { storage }) => {
		const { log } = new Store(storage);
		const author = { userId: user.id, username: "Gus" };
		for (let n = 0; n < 40; n++)
			log.addMessage({ author, content: `${n} ${"x".repeat(limits.content - 9)}`, asksClaude: false }, Date.now());
	});
	await env.USERS.getByName(user.id).enter(broken);
	await runInDurableObject(env.CONVERSATIONS.getByName(broken), (_object, { storage: { sql } }) => sql.exec("DROP TABLE members"));
	expectLog(/could not be read for an export/);
	const whole = recordsIn(await textOf(await exportOf(token)));
	const messages = whole.filter(({ type }) => type === "message");
	expect(messages.map(({ content }) => Number.parseInt(content as string, 10))).toEqual(Array.from({ length: 40 }, (_, n) => n));
	expect(whole).toContainEqual({ type: "unreachable", conversationId: broken });
	expect(whole.at(-1)).toEqual({ type: "end", records: whole.length - 1, unreachable: 1 });

	const reader = ((await exportOf(token)).body as ReadableStream<Uint8Array>).getReader();
	await reader.read();
	await call("POST", "/auth/sign-out", token);
	let rest = "";
	const read = async () => {
		for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) rest += new TextDecoder().decode(value);
	};
	await expect(read()).rejects.toThrow();
	expect(rest).not.toContain('"type":"end"');
});
