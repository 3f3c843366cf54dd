// What programs may do: every route says it, and says no by default. A token ends with the standing
// of its owner, and ends what it made.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { makePersonalToken } from "../../src/auth/personal-token.ts";
import { sha256 } from "../../src/protocol/hash.ts";
import { descriptions, scopesFor } from "../../src/routes/operation.ts";
import worker from "../../src/worker.ts";
import { passTime, startClock } from "../support/clock.ts";
import { MeClient } from "../support/me.ts";
import { Client, call, nameOf, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

/** A person of this test only. */
const someone = () => `p-${crypto.randomUUID()}`;
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;

async function makeToken(owner: string, limits: { scopes?: string[]; conversations?: string[] | "all" } = {}) {
	const made = await call("POST", "/me/tokens", await tokenOf(owner), { name: "bot", ...limits });
	expect(made.status).toBe(201);
	return made.body.token as { id: string; secret: string; scopes: string[]; conversations: string[] | "all" };
}

const open = (id: string, token: string) =>
	exports.default.fetch(`${origin}/api/conversations/${id}/socket`, {
		headers: { upgrade: "websocket", authorization: `Bearer ${token}` },
	});

async function join(id: string, token: string): Promise<Client> {
	const client = new Client((await open(id, token)).webSocket as WebSocket, id);
	await client.next("chat:joined");
	return client;
}

/** The routes that need a token, by name. */
const routes = [...descriptions].filter(([, { access }]) => !["anyone", "session", "deployer", "monitoring"].includes(access));

/** Calls a route with ids that exist where there are any, and with an empty body. */
async function callRoute(route: string, id: string, owner: string, token: string): Promise<unknown> {
	const [method, path] = route.split(" ") as [string, string];
	const address = path.replace(":id", id).replace(":userId", owner).replace(":token", `${id}.x`).replace(/:\w+/g, "0".repeat(64));
	const upgrade: Record<string, string> = path.endsWith("/socket") ? { upgrade: "websocket" } : {};
	const response = await exports.default.fetch(`${origin}/api${address}`, {
		method,
		headers: { ...upgrade, authorization: `Bearer ${token}` },
		...(method === "POST" && { body: "{}" }),
	});
	response.webSocket?.accept();
	if (response.headers.get("content-type")?.startsWith("text/event-stream")) await response.body?.cancel();
	else if (response.status === 403) return ((await response.json()) as { error: { message: string } }).error.message;
	return response.status;
}

describe("programs are allowed route by route", () => {
	it("covers every route of the Worker", () => {
		const registered = worker.routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/"));
		const names = new Set(registered.map(({ method, path }) => `${method} ${path.slice("/api".length)}`));
		expect([...descriptions.keys()].filter((route) => !names.has(route))).toEqual([]);
	});

	it.each([["read"], ["write"], ["manage"]])("a token that can only %s passes where its route says so, and nowhere else", async (scope) => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann, { scopes: [scope] });
		const refusal = /^(A personal token may not do that|This personal token needs the scope)/;
		for (const [route, description] of routes) {
			const isAllowed = scopesFor(description).some((allowed) => allowed === scope);
			const answer = await callRoute(route, id, ann, secret);
			expect([route, refusal.test(String(answer))]).toEqual([route, !isAllowed]);
		}
		expect((await call("GET", `/conversations/${id}/members`, await tokenOf(ann))).body.members).toHaveLength(1);
	});

	it.each([
		["GET /me/tokens"],
		["POST /me/tokens"],
		["DELETE /me/tokens/:tokenId"],
		["DELETE /me"],
		["PATCH /me"],
		["PATCH /me/settings"],
		["POST /auth/sign-out"],
		["DELETE /conversations/:id"],
	])("%s is for people, whatever the scopes", async (route) => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann, { scopes: ["read", "write", "manage"] });
		expect(await callRoute(route, id, ann, secret)).toMatch(/^A personal token may not do that/);
	});
});

describe("the scopes of a token", () => {
	it("permit to manage settings, but not how long messages are kept, which could delete all of them", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann, { scopes: ["read", "manage"] });
		for (const retentionDays of [1, null]) {
			const refused = await call("PATCH", `/conversations/${id}`, secret, { retentionDays, title: "Gone" });
			expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining("how long messages are kept")]);
		}
		expect((await call("PATCH", `/conversations/${id}`, secret, { title: "Here" })).body.conversation).toMatchObject({ title: "Here" });
	});

	it("are read and write unless others are chosen, each once; the conversations are all", async () => {
		const ann = someone();
		expect(await makeToken(ann)).toMatchObject({ scopes: ["read", "write"], conversations: "all" });
		expect((await makeToken(ann, { scopes: ["manage", "read", "read"] })).scopes).toEqual(["read", "manage"]);
		const { tokens } = (await call("GET", "/me/tokens", await tokenOf(ann))).body;
		expect(tokens.map(({ scopes }: { scopes: string[] }) => scopes.length).sort()).toEqual([2, 2]);
	});

	it.each([
		{ scopes: [] },
		{ scopes: ["admin"] },
		{ scopes: "read" },
		{ conversations: [] },
		{ conversations: "none" },
		{ conversations: [7] },
	])("are refused as %j", async (limits) => {
		const ann = someone();
		expect(codeOf(await call("POST", "/me/tokens", await tokenOf(ann), { name: "x", ...limits }))).toBe("bad_request");
	});

	it("hold on sockets and on Socket.IO: one that can only read receives, and sends nothing", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann, { scopes: ["read"] });
		const reader = await join(id, secret);
		reader.say("No", "k1");
		expect(await reader.next("chat:error")).toMatchObject({ code: "forbidden", clientId: "k1" });
		for (const event of [
			{ type: "chat:typing", isTyping: true },
			{ type: "chat:read", upTo: 1 },
			{ type: "chat:stop" },
			{ type: "chat:withdraw", messageId: "m1-x" },
		] as const) {
			reader.send(event);
			expect((await reader.next("chat:error")).code).toBe("forbidden");
		}
		const socketIo = await SocketIoClient.signedIn(secret);
		socketIo.emit("chat:join", { conversationId: id });
		await socketIo.next(({ name }) => name === "chat:joined");
		socketIo.sendMessage(id, "No", 7);
		expect(await socketIo.acknowledged(7)).toMatchObject({ code: "forbidden" });
		await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "Yes" });
		expect((await reader.next("chat:message")).message.content).toBe("Yes");
		await socketIo.nextMessage("Yes");
		expect((await open(id, (await makeToken(ann, { scopes: ["write"] })).secret)).status).toBe(403);
	});

	it.each([["write"], ["manage"]])(
		"open no socket without read: a token that can only %s receives nothing over Socket.IO",
		async (scope) => {
			const ann = someone();
			const id = await newConversation(ann);
			await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "SECRET" });
			const { secret } = await makeToken(ann, { scopes: [scope] });
			const socketIo = await SocketIoClient.signedIn(secret);
			socketIo.emit("chat:join", { conversationId: id }, 1);
			expect(await socketIo.acknowledged(1)).toMatchObject({ code: "forbidden" });
			socketIo.sendMessage(id, "By no socket", 2);
			expect(await socketIo.acknowledged(2)).toMatchObject({ code: "not_joined" });
			expect(socketIo.received.filter(({ packet }) => packet.includes("SECRET"))).toEqual([]);
			expect((await open(id, secret)).status).toBe(403);
		},
	);

	it("show a token that can only write nothing of the message that it quotes", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { message } = (await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "SECRET" })).body;
		const quote = async (scopes: string[], clientId: string) => {
			const { secret } = await makeToken(ann, { scopes });
			return (await call("POST", `/conversations/${id}/messages`, secret, { content: "x", clientId, replyTo: message.id })).body;
		};
		expect((await quote(["read", "write"], "k1")).message.quoted.content).toBe("SECRET");
		const [first, resent] = [await quote(["write"], "k2"), await quote(["write"], "k2")];
		for (const { message: own } of [first, resent]) {
			expect(own).toMatchObject({ content: "x", replyTo: message.id });
			expect(JSON.stringify(own)).not.toContain("SECRET");
		}
	});

	it("ask and share nothing in private by a token that can only write, because an answer says what is in the conversation", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann, { scopes: ["write"] });
		const question = { content: "What did they say?", clientId: "k1" };
		const { body } = await call("POST", `/conversations/${id}/asides`, await tokenOf(ann), question);
		const asked = await call("POST", `/conversations/${id}/asides`, secret, question);
		const shared = await call("POST", `/conversations/${id}/asides/${body.aside.id}/share`, secret, { clientId: "s1" });
		expect([asked.status, shared.status]).toEqual([403, 403]);
	});

	it("show a token that can only write nobody's id for a name, and nothing that others have done since", async () => {
		const [ann, bob] = [someone(), someone()];
		const id = await newConversation(ann, [bob]);
		const { secret } = await makeToken(ann, { scopes: ["write"] });
		const said = { content: `Hello @${nameOf(bob)}`, clientId: "k1" };
		const send = async (token: string, input: object) => (await call("POST", `/conversations/${id}/messages`, token, input)).body.message;
		const first = await send(secret, said);
		const watching = await Client.join(bob, id);
		watching.send({ type: "chat:react", messageId: first.id, emoji: "👍", on: true });
		await watching.next("chat:reacted");
		const resent = await send(secret, said);
		for (const message of [first, resent]) {
			expect(message).toMatchObject(said);
			expect(message.content.includes(nameOf(bob)) && JSON.stringify({ ...message, content: "" })).not.toContain(bob.slice(1));
		}
		expect((await send(await tokenOf(ann), { content: said.content })).mentions).toMatchObject([{ userId: bob }]);
	});

	it("show a token that can only manage no title and instructions but those that it sets", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		await call("PATCH", `/conversations/${id}`, await tokenOf(ann), { title: "SECRET", instructions: "SECRET too" });
		const patch = async (scopes: string[], change: object) =>
			(await call("PATCH", `/conversations/${id}`, (await makeToken(ann, { scopes })).secret, change)).body.conversation;
		expect(await patch(["manage"], { assistant: "mention" })).toMatchObject({ title: "", instructions: "", assistant: "mention" });
		expect(await patch(["manage"], { instructions: "New" })).toMatchObject({ title: "", instructions: "New" });
		expect(await patch(["read", "manage"], {})).toMatchObject({ title: "SECRET", instructions: "New" });
	});

	it("never renew a connection: neither a program's, nor anybody's by a personal token; on both kinds of socket", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const [access, { secret }] = [await tokenOf(ann), await makeToken(ann, { scopes: ["read", "write"] })];
		for (const [opened, token, code] of [
			[secret, access, "forbidden"],
			[access, secret, "unauthorized"],
		] as const) {
			const native = await join(id, opened);
			native.send({ type: "chat:auth", token });
			expect((await native.next("chat:error")).code).toBe(code);
			const socketIo = await SocketIoClient.signedIn(opened);
			socketIo.emit("chat:auth", { token }, 1);
			expect(await socketIo.acknowledged(1)).toMatchObject({ code });
		}
	});

	it("let no program move its owner's read marks or take back reactions, which look like its owner's; on both kinds of socket", async () => {
		const ann = someone();
		const id = await newConversation(ann, ["bob"]);
		const { message } = (await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "Hi" })).body;
		const person = await Client.join(ann, id);
		const react = (on: boolean) => ({ messageId: message.id, emoji: "👍", on });
		person.send({ type: "chat:react", ...react(true) });
		await person.next("chat:reacted");
		const { secret } = await makeToken(ann, { scopes: ["read", "write", "manage"] });
		const program = await join(id, secret);
		for (const event of [
			{ type: "chat:read", upTo: 1 },
			{ type: "chat:read", upTo: 0, unread: true },
			{ type: "chat:react", ...react(false) },
		] as const) {
			program.send(event);
			expect((await program.next("chat:error")).code).toBe("forbidden");
		}
		const socketIo = await SocketIoClient.signedIn(secret);
		socketIo.emit("chat:join", { conversationId: id });
		await socketIo.next(({ name }) => name === "chat:joined");
		socketIo.emit("chat:react", { conversationId: id, ...react(false) }, 1);
		expect(await socketIo.acknowledged(1)).toMatchObject({ code: "forbidden" });
		socketIo.emit("chat:read", { conversationId: id, upTo: 1 });
		expect((await socketIo.next(({ name, payload }) => name === "chat:error" && !("messageId" in payload))).payload.code).toBe("forbidden");
		program.send({ type: "chat:react", messageId: message.id, emoji: "👀", on: true });
		expect((await program.next("chat:reacted")).reactions).toEqual([
			{ emoji: "👍", userIds: [ann] },
			{ emoji: "👀", userIds: [ann] },
		]);
		expect((await Client.join(ann, id)).joined.reads?.find(({ userId }) => userId === ann)?.upTo ?? 0).toBe(0);
	});

	it("let only manage delete the messages of others", async () => {
		const ann = someone();
		const id = await newConversation(ann, ["bob"]);
		const { message } = (await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "Mine" })).body;
		const writer = await join(id, (await makeToken(ann)).secret);
		writer.send({ type: "chat:delete", messageId: message.id });
		expect((await writer.next("chat:error")).code).toBe("forbidden");
		const manager = await join(id, (await makeToken(ann, { scopes: ["read", "write", "manage"] })).secret);
		manager.send({ type: "chat:delete", messageId: message.id });
		expect((await manager.next("chat:updated")).message.deletedAt).toBeDefined();
	});

	it("let a program change its own messages and not its owner's, whose words they would seem", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const say = async (token: string, clientId: string) =>
			call("POST", `/conversations/${id}/messages`, token, { content: "Mine", clientId });
		const { message: anns } = (await say(await tokenOf(ann), "k1")).body;
		const [bot, sameName] = [await makeToken(ann), await makeToken(ann)];
		const other = (await call("POST", "/me/tokens", await tokenOf(ann), { name: "other" })).body.token;
		const { message: bots } = (await say(bot.secret, "k2")).body;
		const change = async (token: string, type: "chat:edit" | "chat:delete", messageId: string) => {
			const socket = await join(id, token);
			socket.send({ type, messageId, ...(type === "chat:edit" && { content: "Changed" }) });
			const answer = await Promise.race([socket.next("chat:updated"), socket.next("chat:error")]);
			return answer.type === "chat:error" ? answer.code : answer.message;
		};
		for (const type of ["chat:edit", "chat:delete"] as const) {
			expect(await change(bot.secret, type, anns.id)).toBe("forbidden");
			expect(await change(other.secret, type, bots.id)).toBe("forbidden");
		}
		expect(await change(sameName.secret, "chat:edit", bots.id)).toMatchObject({
			content: "Changed",
			author: bots.author,
			editedAt: expect.any(String),
		});
		expect(await change(await tokenOf(ann), "chat:delete", bots.id)).toMatchObject({ deletedAt: expect.any(String) });
		expect(codeOf(await say(bot.secret, "k1"))).toBe("conflict");
	});

	it.each([["Claude"], ["Сlaude"], ["System"], ["server"]])("go to no program named %s", async (name) => {
		expect(codeOf(await call("POST", "/me/tokens", await tokenOf(someone()), { name }))).toBe("bad_request");
	});

	it("go to no program whose name makes Claude's with its owner's", async () => {
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Cla" })).body;
		const { id } = (await call("POST", "/conversations", guest.token, {})).body.conversation;
		const { secret } = (await call("POST", "/me/tokens", guest.token, { name: "ude" })).body.token;
		const { message } = (await call("POST", `/conversations/${id}/messages`, secret, { content: "I am Claude" })).body;
		expect(message.author.username).toBe("Person Cla (ude)");
	});

	it("let no program make, change or remove an owner", async () => {
		const ann = someone();
		const id = await newConversation(ann, ["bob", "eve"]);
		await call("PATCH", `/conversations/${id}/members/bob`, await tokenOf(ann), { role: "owner" });
		const { secret } = await makeToken(ann, { scopes: ["manage"] });
		expect(codeOf(await call("PATCH", `/conversations/${id}/members/eve`, secret, { role: "owner" }))).toBe("forbidden");
		expect(codeOf(await call("PATCH", `/conversations/${id}/members/bob`, secret, { role: "reader" }))).toBe("forbidden");
		expect(codeOf(await call("DELETE", `/conversations/${id}/members/bob`, secret))).toBe("forbidden");
		expect(codeOf(await call("PATCH", `/conversations/${id}/members/eve`, secret, { role: "reader" }))).toBe(200);
		expect(codeOf(await call("DELETE", `/conversations/${id}/members/eve`, secret))).toBe(204);
	});
});

describe("a token for some conversations", () => {
	it("sees no others: by HTTP, sockets, Socket.IO, lists and searches", async () => {
		const ann = someone();
		const [mine, other] = [await newConversation(ann), await newConversation(ann)];
		for (const id of [mine, other]) await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "WORD" });
		const { secret } = await makeToken(ann, { scopes: ["read", "write", "manage"], conversations: [mine] });
		for (const [id, status] of [
			[mine, 200],
			[other, 404],
		] as const) {
			for (const path of ["", "/messages", "/members", "/export", "/search?q=WORD"])
				expect(
					(await exports.default.fetch(`${origin}/api/conversations/${id}${path}`, { headers: { authorization: `Bearer ${secret}` } }))
						.status,
				).toBe(status);
			expect((await open(id, secret)).status).toBe(status === 200 ? 101 : 404);
			expect((await call("POST", `/conversations/${id}/messages`, secret, { content: "x" })).status).toBe(status === 200 ? 201 : 404);
		}
		await expect.poll(async () => (await call("GET", "/conversations", await tokenOf(ann))).body.conversations.length).toBe(2);
		expect((await call("GET", "/conversations", secret)).body.conversations.map(({ id }: { id: string }) => id)).toEqual([mine]);
		const found = (await call("GET", "/search?q=WORD", secret)).body.results;
		expect(new Set(found.map(({ conversationId }: { conversationId: string }) => conversationId))).toEqual(new Set([mine]));
		const socketIo = await SocketIoClient.signedIn(secret);
		socketIo.emit("chat:join", { conversationId: other });
		expect((await socketIo.next(({ name }) => name === "chat:error")).payload.code).toBe("not_found");
	});

	it("begins and enters none, and has no part in the list's socket or the settings", async () => {
		const ann = someone();
		const { secret } = await makeToken(ann, { scopes: ["read", "write", "manage"], conversations: [await newConversation(ann)] });
		expect(codeOf(await call("POST", "/conversations", secret, {}))).toBe("forbidden");
		expect(codeOf(await call("POST", "/invites/x.y/accept", secret))).toBe("forbidden");
		expect(codeOf(await call("GET", "/me/settings", secret))).toBe("forbidden");
		expect((await MeClient.request(secret)).status).toBe(403);
	});
});

describe("a token ends", () => {
	afterEach(startClock);

	const setRow = (owner: string, change: string) =>
		runInDurableObject(env.USERS.getByName(owner), (_object, { storage }) => {
			storage.sql.exec(`UPDATE tokens SET ${change}`);
		});

	it("when the deployment's epoch changes, also one of a version without epochs; its owner may make others", async () => {
		for (const epoch of ["'another'", "NULL"]) {
			const ann = someone();
			const { secret } = await makeToken(ann);
			expect(codeOf(await call("GET", "/me", secret))).toBe(200);
			await setRow(ann, `epoch = ${epoch}`);
			expect(codeOf(await call("GET", "/me", secret))).toBe("unauthorized");
			expect((await call("GET", "/me/tokens", await tokenOf(ann))).body.tokens).toEqual([]);
			expect(codeOf(await call("GET", "/me", (await makeToken(ann)).secret))).toBe(200);
		}
	});

	it("when an issuer's person has not been seen for 30 days, until they come back", async () => {
		const ann = someone();
		const { secret } = await makeToken(ann);
		await setRow(ann, `owner_seen_at = ${Date.now() - 29 * 24 * 3600_000}`);
		expect(codeOf(await call("GET", "/me", secret))).toBe(200);
		await setRow(ann, `owner_seen_at = ${Date.now() - 31 * 24 * 3600_000}`);
		expect(codeOf(await call("GET", "/me", secret))).toBe("unauthorized");
		await env.USERS.getByName(ann).ownerSeen();
		expect(codeOf(await call("GET", "/me", secret))).toBe(200);
	});

	it("together with the sockets that it opened when its owner's standing ends", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const { secret } = await makeToken(ann);
		await setRow(ann, `owner_seen_at = ${Date.now() - 30 * 24 * 3600_000 + 60_000}`);
		const socket = await join(id, secret);
		passTime(120_000);
		expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);
		expect(await socket.closed).toBe(4401);
	});

	it("and the invites that it made end with it; those of its owner stay", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const bot = await makeToken(ann, { scopes: ["manage"] });
		const invite = async (token: string) =>
			(await call("POST", `/conversations/${id}/invites`, token, { expiresInSeconds: 365 * 24 * 3600 })).body.invite;
		const [itsInvite, annsInvite] = [await invite(bot.secret), await invite(await tokenOf(ann))];
		expect(Date.parse(itsInvite.expiresAt)).toBeLessThan(Date.now() + 91 * 24 * 3600_000);
		await call("DELETE", `/me/tokens/${bot.id}`, await tokenOf(ann));
		const accept = async ({ token }: { token: string }) => codeOf(await call("POST", `/invites/${token}/accept`, await tokenOf(someone())));
		expect(await accept(itsInvite)).toBe("invite_expired");
		expect(await accept(annsInvite)).toBe(200);
	});

	it("and the invites that it made admit nobody while it is refused: after a new epoch, and in its owner's absence", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		const bot = await makeToken(ann, { scopes: ["manage"] });
		const { invite } = (await call("POST", `/conversations/${id}/invites`, bot.secret, {})).body;
		const accept = async (who = someone()) => codeOf(await call("POST", "/invites/accept", await tokenOf(who), { token: invite.token }));
		const bob = someone();
		expect(await accept(bob)).toBe(200);
		await setRow(ann, `owner_seen_at = ${Date.now() - 31 * 24 * 3600_000}`);
		expect(await accept()).toBe("invite_expired");
		await env.USERS.getByName(ann).ownerSeen();
		expect(await accept()).toBe(200);
		await setRow(ann, "epoch = 'another'");
		expect([await accept(), await accept(bob)]).toEqual(["invite_expired", 200]);
	});

	it("stored by the version before this one, after its columns have been added", async () => {
		const ann = someone();
		const secret = makePersonalToken(ann);
		const id = await sha256(secret);
		await runInDurableObject(env.USERS.getByName(ann), async (_object, { storage }) => {
			storage.sql.exec(`CREATE TABLE tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL, username TEXT NOT NULL, created_at INTEGER NOT NULL,
				expires_at INTEGER NOT NULL, used_at INTEGER, revoked_at INTEGER) STRICT, WITHOUT ROWID`);
			storage.sql.exec("INSERT INTO tokens VALUES (?, 'old', 'Ann', 0, ?, NULL, NULL)", id, Date.now() + 3600_000);
			const { Tokens } = await import("../../src/user/tokens.ts");
			expect(new Tokens(storage.sql).use(id, Date.now())).toMatchObject({ name: "old", epoch: null, scopes: [] });
			// The version before this one goes on writing rows of its own form.
			storage.sql.exec("INSERT INTO tokens (id, name, username, created_at, expires_at) VALUES ('x', 'old', 'Ann', 0, 1)");
			expect(new Tokens(storage.sql).list("any")).toEqual([]);
		});
	});
});
