// Personal tokens: what programs may do with them, and how they end.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { makePersonalToken, tokenEpoch } from "../../src/auth/personal-token.ts";
import { limits } from "../../src/protocol/limits.ts";
import { readSettings } from "../../src/settings.ts";
import { evict } from "../support/evict.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

type Token = { id: string; name: string; createdAt: string; expiresAt: string; lastUsedAt?: string; secret: string };

/** A person of this test only. */
const someone = () => `p-${crypto.randomUUID()}`;
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;

async function makeToken(owner: string, name = "deploy bot", expiresInSeconds?: number): Promise<Token> {
	const made = await call("POST", "/me/tokens", await tokenOf(owner, { name: "Ann" }), { name, expiresInSeconds });
	expect(made.status).toBe(201);
	return made.body.token;
}

const tokensOf = async (owner: string): Promise<Omit<Token, "secret">[]> =>
	(await call("GET", "/me/tokens", await tokenOf(owner))).body.tokens;
const revoke = async (owner: string, id: string) => call("DELETE", `/me/tokens/${id}`, await tokenOf(owner));
const upgrade = (id: string, token: string) =>
	exports.default.fetch(`${origin}/api/conversations/${id}/socket`, {
		headers: { upgrade: "websocket", authorization: `Bearer ${token}` },
	});

async function socketBy(token: string, id: string, ignoresClose = false): Promise<Client> {
	const { webSocket } = await upgrade(id, token);
	if (!webSocket) throw new Error("No socket");
	const client = new Client(webSocket, id, ignoresClose);
	await client.next("chat:joined");
	return client;
}

/** The tables with rows of a person's object. */
const rowsOf = (userId: string) =>
	runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) =>
		storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'").toArray(),
	);

describe("a personal token", () => {
	it("is created, shown once, listed and used", async () => {
		const ann = someone();
		const { secret, ...token } = await makeToken(ann);
		const limited = { scopes: ["read", "write"], conversations: "all" };
		expect(token).toEqual({
			id: expect.any(String),
			name: "deploy bot",
			createdAt: expect.any(String),
			expiresAt: expect.any(String),
			...limited,
		});
		expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBeCloseTo(90 * 24 * 3600_000, -4);
		expect(await tokensOf(ann)).toEqual([token]);
		const me = await call("GET", "/me", secret);
		expect(me.body).toEqual({ user: { id: ann, name: "Ann" }, expiresAt: token.expiresAt, token: { id: token.id, name: "deploy bot" } });
		const [used] = await tokensOf(ann);
		expect(Date.parse(used?.lastUsedAt as string)).toBeGreaterThanOrEqual(Date.parse(token.createdAt));
		await call("GET", "/me", secret);
		expect(await tokensOf(ann)).toEqual([used]);
		expect(await tokensOf(someone())).toEqual([]);
	});

	it("is stored only as its hash", async () => {
		const ann = someone();
		const { secret } = await makeToken(ann);
		const stored = await runInDurableObject(env.USERS.getByName(ann), (_object, { storage }) =>
			JSON.stringify(storage.sql.exec("SELECT * FROM tokens").toArray()),
		);
		expect(stored).toContain("deploy bot");
		expect(stored).not.toContain(secret.split(".")[1]);
	});

	it("acts for its owner under a combined name, in the header, the subprotocol and the query; the owner's name stays", async () => {
		const ann = someone();
		const id = await newConversation(ann, ["bob"]);
		const bob = await Client.join("bob", id);
		const { secret } = await makeToken(ann);
		const bot = await socketBy(secret, id);
		expect(await bob.next("chat:user-joined")).toMatchObject({ userId: ann, username: expect.stringContaining("(deploy bot)") });
		bot.say("By a socket");
		const { author } = (await bob.next("chat:message")).message;
		expect(author).toEqual({ userId: ann, username: `P${ann.slice(1)} (deploy bot)`, program: { name: "deploy bot" } });
		const said = await call("POST", `/conversations/${id}/messages`, secret, { content: "By HTTP" });
		expect([said.status, said.body.message.author]).toEqual([201, author]);
		expect((await exports.default.fetch(`${origin}/api/me?token=${secret}`)).status).toBe(200);
		const { conversation } = (await call("GET", `/conversations/${id}`, secret)).body;
		expect(conversation.members).toContainEqual({ userId: ann, username: `P${ann.slice(1)}`, role: "owner" });
		// Presence shows the owner if both are connected.
		const owner = await Client.join(ann, id);
		const late = await Client.join("bob", id);
		expect(late.joined.participants).toContainEqual(owner.joined.you);
		const again = await socketBy(secret, id);
		const later = await Client.join("bob", id);
		expect(later.joined.participants).toEqual(late.joined.participants);
		again.close();
	});

	it("is a speaker of its own: unread for its owner, whom it may mention, and it asks Claude only if it says so", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann);
		const name = `P${ann.slice(1)}`;
		const say = async (token: string, body: object) => (await call("POST", `/conversations/${id}/messages`, token, body)).body.message;
		const [plain, asked, mentioned] = [
			await say(secret, { content: `Deployed, @${name}` }),
			await say(secret, { content: "What now?", asksClaude: true }),
			await say(secret, { content: "@claude And then?" }),
		];
		expect([plain, asked, mentioned].map(({ asksClaude }) => asksClaude)).toEqual([undefined, true, true]);
		// A person's message is decided by the conversation alone.
		const own = await say(await tokenOf(ann), { content: "And me?", asksClaude: false });
		expect([own.asksClaude, own.author]).toEqual([true, { userId: ann, username: name }]);
		const other = await newConversation(ann);
		await call("POST", `/conversations/${other}/messages`, secret, { content: `Deployed, @${name}` });
		await expect
			.poll(async () =>
				(await call("GET", "/conversations", await tokenOf(ann))).body.conversations.find((one: { id: string }) => one.id === other),
			)
			.toMatchObject({ unread: 1, mentions: 1 });
	});

	it("opens its owner's conversations and no others", async () => {
		const [ann, eve] = [someone(), someone()];
		const theirs = await newConversation(eve);
		const { secret } = await makeToken(ann);
		expect((await upgrade(theirs, secret)).status).toBe(404);
		expect(codeOf(await call("POST", `/conversations/${theirs}/messages`, secret, { content: "x" }))).toBe("not_found");
		const made = await call("POST", "/conversations", secret, {});
		const { conversation } = (await call("GET", `/conversations/${made.body.conversation.id}`, await tokenOf(ann))).body;
		expect(conversation.members).toEqual([{ userId: ann, username: "Ann", role: "owner" }]);
	});

	it("cannot create, list or revoke tokens, not even itself", async () => {
		const ann = someone();
		const { id, secret } = await makeToken(ann);
		expect(codeOf(await call("POST", "/me/tokens", secret, { name: "heir" }))).toBe("forbidden");
		expect(codeOf(await call("GET", "/me/tokens", secret))).toBe("forbidden");
		expect(codeOf(await call("DELETE", `/me/tokens/${id}`, secret))).toBe("forbidden");
		expect(await tokensOf(ann)).toHaveLength(1);
	});

	it("does not renew a socket", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const client = await Client.join(ann, id);
		client.send({ type: "chat:auth", token: (await makeToken(ann)).secret });
		expect((await client.next("chat:error")).code).toBe("unauthorized");
	});

	it("that is wrong is refused like one of an unknown person, and stores nothing", async () => {
		const [ann, nobody] = [someone(), someone()];
		await makeToken(ann);
		const wrong = await call("GET", "/me", makePersonalToken(ann));
		const unknown = await call("GET", "/me", makePersonalToken(nobody));
		expect([wrong.status, wrong.body]).toEqual([401, unknown.body]);
		expect(codeOf(unknown)).toBe("unauthorized");
		expect(await rowsOf(nobody)).toEqual([]);
		expect(codeOf(await revoke(nobody, "x"))).toBe("not_found");
		expect(await tokensOf(nobody)).toEqual([]);
		expect(await rowsOf(nobody)).toEqual([]);
		for (const bad of ["parley_", "parley_x.y", `${makePersonalToken(ann)}x`])
			expect(codeOf(await call("GET", "/me", bad))).toBe("unauthorized");
	});

	it("that has expired is reported as expired, and makes room for another", async () => {
		const ann = someone();
		const { id, secret } = await makeToken(ann);
		await runInDurableObject(env.USERS.getByName(ann), (_object, { storage }) => {
			storage.sql.exec("UPDATE tokens SET expires_at = ?", Date.now() - 1);
		});
		expect(codeOf(await call("GET", "/me", secret))).toBe("token_expired");
		expect((await tokensOf(ann)).map((token) => token.id)).toEqual([id]);
		const next = await makeToken(ann);
		expect((await tokensOf(ann)).map((token) => token.id)).toEqual([next.id]);
	});

	it("is one of at most twenty", async () => {
		const ann = someone();
		const first = await makeToken(ann);
		for (let n = 1; n < limits.tokens; n++) await makeToken(ann, `bot ${n}`);
		expect(codeOf(await call("POST", "/me/tokens", await tokenOf(ann), { name: "one more" }))).toBe("too_many");
		await revoke(ann, first.id);
		await makeToken(ann, "one more");
	});

	it("cannot be created too often within a minute", async () => {
		const token = await tokenOf(someone());
		const answers = new Set<unknown>();
		// One window of time may end meanwhile.
		for (let n = 0; n < 121 && !answers.has("rate_limited"); n++)
			answers.add(codeOf(await call("POST", "/me/tokens", token, { name: "" })));
		expect([...answers]).toEqual(["bad_request", "rate_limited"]);
	});

	it.each([
		{},
		{ name: "" },
		{ name: " \u200b" },
		{ name: "x".repeat(65) },
		{ name: "x", expiresInSeconds: 59 },
		{ name: "x", expiresInSeconds: 366 * 24 * 3600 },
		{ name: "x", expiresInSeconds: 1.5 },
		"[]",
	])("is not created from %j", async (body) => {
		const ann = someone();
		expect(codeOf(await call("POST", "/me/tokens", await tokenOf(ann), body))).toBe("bad_request");
		expect(await tokensOf(ann)).toEqual([]);
	});
});

describe("a token that is revoked", () => {
	it("loses its sockets, also hibernating ones, and every call at once; its owner and their other programs stay", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const [bad, good] = [await makeToken(ann, "bad"), await makeToken(ann, "good")];
		const badSocket = await socketBy(bad.secret, id);
		const goodSocket = await socketBy(good.secret, id);
		const owner = await Client.join(ann, id);
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		expect(codeOf(await revoke(ann, bad.id))).toBe(204);
		expect(await badSocket.closed).toBe(4401);
		expect(codeOf(await call("GET", "/me", bad.secret))).toBe("unauthorized");
		expect((await upgrade(id, bad.secret)).status).toBe(401);
		expect(codeOf(await revoke(ann, bad.id))).toBe("not_found");
		expect((await tokensOf(ann)).map(({ name }) => name)).toEqual(["good"]);
		owner.say("Still here");
		for (const socket of [goodSocket, owner]) await socket.next("chat:message");
	});

	it("cannot send although it ignores being closed", async () => {
		const ann = someone();
		const id = await newConversation(ann, ["bob"]);
		const bob = await Client.join("bob", id);
		const { id: tokenId, secret } = await makeToken(ann);
		const bot = await socketBy(secret, id, true);
		await revoke(ann, tokenId);
		await bot.closed;
		const count = bot.events.length;
		bot.say("I am still here");
		bob.say("Is it gone?");
		expect((await bob.next("chat:message")).message.content).toBe("Is it gone?");
		expect(bot.events).toHaveLength(count);
	});

	it("loses a socket that was just being opened", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { id: tokenId } = await makeToken(ann);
		await revoke(ann, tokenId);
		// It was admitted just before the token was revoked, and arrives just after.
		const program = { tokenId, name: "late" };
		const identity = { kind: "program", userId: ann, username: "Ann", expiresAt: Date.now() + 600_000, grants: [], program };
		const upgraded = await env.CONVERSATIONS.getByName(id).fetch(
			`https://conversation/socket?${new URLSearchParams({ upgrade: JSON.stringify({ identity }) })}`,
			{ headers: { upgrade: "websocket" } },
		);
		const late = new Client(upgraded.webSocket as WebSocket, id);
		await late.next("chat:joined");
		// By the alarm, which the platform runs.
		expect(await late.closed).toBe(4401);
		// The alarm still runs when it has closed the socket, and then leaves neither the token nor another alarm.
		const left = () =>
			runInDurableObject(env.USERS.getByName(ann), async (_object, { storage }) => ({
				tokens: storage.sql.exec("SELECT * FROM tokens").toArray(),
				alarm: await storage.getAlarm(),
			}));
		await expect.poll(left).toEqual({ tokens: [], alarm: null });
	});

	it("opens no socket through a Worker that still has the former epoch", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { id: tokenId } = await makeToken(ann);
		const opened = async (epoch?: string) => {
			const program = { tokenId, name: "bot", epoch };
			const identity = { kind: "program", userId: ann, username: "Ann", expiresAt: Date.now() + 600_000, grants: [], program };
			const { webSocket } = await env.CONVERSATIONS.getByName(id).fetch(
				`https://conversation/socket?${new URLSearchParams({ upgrade: JSON.stringify({ identity }) })}`,
				{ headers: { upgrade: "websocket" } },
			);
			webSocket?.accept();
			return webSocket !== null;
		};
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		expect([await opened(await tokenEpoch(read.settings)), await opened(), await opened("former")]).toEqual([true, true, false]);
	});

	it("cannot be revoked by somebody else", async () => {
		const ann = someone();
		const { id, secret } = await makeToken(ann);
		expect(codeOf(await revoke(someone(), id))).toBe("not_found");
		expect(codeOf(await call("GET", "/me", secret))).toBe(200);
	});
});

it("a guest's personal token cannot sign the guest out", async () => {
	const { token } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	const { secret } = (await call("POST", "/me/tokens", token, { name: "bot" })).body.token;
	expect(codeOf(await call("POST", "/auth/sign-out", secret))).toBe("forbidden");
	expect(codeOf(await call("GET", "/me", token))).toBe(200);
});

it("a guest's sign-out revokes their personal tokens", async () => {
	const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	const { secret } = (await call("POST", "/me/tokens", token, { name: "bot" })).body.token;
	const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
	const bot = await socketBy(secret, id);
	await call("POST", "/auth/sign-out", token);
	expect(await bot.closed).toBe(4401);
	expect(codeOf(await call("GET", "/me", secret))).toBe("unauthorized");
	const stored = await runInDurableObject(env.USERS.getByName(user.id), (_object, { storage }) =>
		storage.sql.exec("SELECT * FROM tokens").toArray(),
	);
	expect(stored).toEqual([]);
});
