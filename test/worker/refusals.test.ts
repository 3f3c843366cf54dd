// Wrong tokens, origins and ids are refused on every route and on the socket, and change nothing.

import { listDurableObjectIds, runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { base64url, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePersonalToken } from "../../src/auth/personal-token.ts";
import worker from "../../src/worker.ts";
import { passTime, startClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { countRows, rowsOf } from "../support/rows.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

type Answer = { status: number; code: string | undefined };

const key = (text = env.JWT_SECRET as string) => new TextEncoder().encode(text);
const encode = (value: object) => base64url.encode(JSON.stringify(value));
const claims = { sub: "ann", name: "Ann", exp: Math.floor(Date.now() / 1000) + 600 };
const sign = (fields: object, header: object = {}, secret?: string) =>
	new SignJWT({ ...claims, ...fields }).setProtectedHeader({ alg: "HS256", ...header }).sign(key(secret));

/** Forged tokens of Ann's. */
const forged: [what: string, token: () => Promise<string> | string, code: string][] = [
	["no signature", () => `${encode({ alg: "none" })}.${encode(claims)}.`, "unauthorized"],
	["alg none in mixed case", () => `${encode({ alg: "nOnE" })}.${encode(claims)}.`, "unauthorized"],
	["an empty signature", async () => (await sign({})).replace(/[^.]*$/, ""), "unauthorized"],
	["a signature of zeros", async () => (await sign({})).replace(/[^.]*$/, base64url.encode(new Uint8Array(32))), "unauthorized"],
	["a signature by another secret", () => sign({}, {}, "another secret, at least 32 bytes long"), "unauthorized"],
	["a key inside the token", () => sign({}, { jwk: { kty: "oct", k: base64url.encode("x".repeat(32)) } }, "x".repeat(32)), "unauthorized"],
	[
		"claims changed after signing",
		async () => (await sign({})).replace(/\.[^.]*\./, `.${encode({ ...claims, sub: "bob" })}.`),
		"unauthorized",
	],
	[
		"an unknown critical header",
		() => sign({}, { crit: ["later"], later: 1 }).catch(() => `${encode({ alg: "HS256", crit: ["later"], later: 1 })}.${encode(claims)}.x`),
		"unauthorized",
	],
	["no exp", () => sign({ exp: undefined }), "unauthorized"],
	["exp as text", () => sign({ exp: String(claims.exp) }), "unauthorized"],
	["exp in the past", () => sign({ exp: claims.exp - 1_200 }), "token_expired"],
	["nbf in the future", () => sign({ nbf: claims.exp }), "unauthorized"],
	["iat in the future", () => sign({ iat: claims.exp }), "unauthorized"],
	["no sub", () => sign({ sub: undefined }), "unauthorized"],
	["an empty sub", () => sign({ sub: "" }), "unauthorized"],
	["a sub that is a number", () => sign({ sub: 7 }), "unauthorized"],
	["Claude's sub", () => sign({ sub: "claude" }), "unauthorized"],
	["four parts", async () => `${await sign({})}.x`, "unauthorized"],
	["padding", async () => `${await sign({})}=`, "unauthorized"],
	["the form of a personal token", () => makePersonalToken("ann"), "unauthorized"],
	["no form of a token", () => "x", "unauthorized"],
	["more than 16 KiB", () => sign({ long: "x".repeat(13_000) }), "unauthorized"],
];

/** Routes that need no person's token. All other routes of the Worker are tested, also those that are added later. */
const open = new Set([
	"GET /api/health",
	"GET /api/openapi.json",
	"GET /api/docs",
	"POST /api/auth/guest",
	"POST /api/auth/refresh",
	"GET /api/auth/methods",
	"GET /api/auth/oidc/:id/start",
	"GET /api/auth/oidc/:id/callback",
	"POST /api/auth/passkey/sign-in/options",
	"POST /api/auth/passkey/sign-in/verify",
	"POST /api/auth/recover",
	"POST /api/auth/device-link/open",
	"POST /api/auth/device-link/finish",
	"POST /api/invites/preview",
	// Monitoring has a token of its own.
	"GET /api/metrics",
	"POST /api/import/:id",
	"PUT /api/import/:id/files/:fileId",
	"POST /api/hooks/:token",
	"GET /api/metrics",
]);
const routes = [...new Set(worker.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`))].filter(
	(route) => !open.has(route),
);
/** Other routes with an `:id` name something else: a person, a key, a device. */
const conversationRoutes = routes.filter((route) => / \/api\/(me\/|)conversations\/:id/.test(route));

async function answerOf(route: string, id: string, headers: Record<string, string>): Promise<Answer> {
	const [method, path] = route.split(" ") as [string, string];
	const url =
		origin +
		path
			.replace(":id", encodeURIComponent(id))
			.replace(":userId", "ann")
			.replace(":inviteId", "0".repeat(64))
			.replace(":token", `${encodeURIComponent(id)}.x`);
	const upgrade: Record<string, string> = path.endsWith("/socket") ? { upgrade: "websocket" } : {};
	const response = await exports.default.fetch(url, { method, headers: { ...upgrade, ...headers } });
	response.webSocket?.accept();
	const text = await response.text();
	return { status: response.status, code: text === "" ? undefined : JSON.parse(text).error?.code };
}

it("the Worker has routes that need a token", () => {
	expect(routes.length).toBeGreaterThanOrEqual(11);
});

describe("a token with", () => {
	afterEach(startClock);

	let id: string;
	let before: unknown;
	beforeAll(async () => {
		id = await newConversation("ann");
		before = await rowsOf(id);
	});

	it.each(forged)("%s is refused on every route, in the header, the subprotocol and the query", async (_what, make, code) => {
		const token = await make();
		for (const route of routes)
			expect([route, await answerOf(route, id, { authorization: `Bearer ${token}` })]).toEqual([route, { status: 401, code }]);
		const socket = `GET /api/conversations/:id/socket`;
		expect(await answerOf(socket, id, { "sec-websocket-protocol": `chat.v1, bearer.${token}` })).toEqual({
			status: 401,
			code: expect.any(String),
		});
		expect((await exports.default.fetch(`${origin}/api/me?token=${encodeURIComponent(token)}`)).status).toBe(401);
		expect(await rowsOf(id)).toEqual(before);
	});

	it("any of these faults does not renew a socket", async () => {
		const rooms = forged.map(async ([what, make]) => {
			const room = await newConversation("ann");
			const ann = await Client.join("ann", room, { expiresIn: 500 });
			ann.send({ type: "chat:auth", token: await make() });
			expect([what, (await ann.next("chat:error")).code]).toEqual([what, "unauthorized"]);
			ann.say("still Ann");
			expect((await ann.next("chat:message")).message.author.userId).toBe("ann");
			return { what, ann, room };
		});
		const renewals = await Promise.all(rooms);
		passTime(550_000);
		for (const { what, ann, room } of renewals) {
			expect([what, await runDurableObjectAlarm(env.CONVERSATIONS.getByName(room))]).toEqual([what, true]);
			expect([what, await ann.closed]).toEqual([what, 4401]);
		}
	});

	it("no content, because there is none, is refused on every route", async () => {
		for (const route of routes) expect(await answerOf(route, id, {})).toEqual({ status: 401, code: "unauthorized" });
	});

	it("only a guest's session cookie in its place opens nothing but the renewal", async () => {
		const { headers } = await call("POST", "/auth/guest", undefined, { name: "Gus" });
		const cookie = headers.get("set-cookie")?.split(";")[0] as string;
		for (const route of routes)
			expect([route, await answerOf(route, id, { cookie })]).toEqual([route, { status: 401, code: "unauthorized" }]);
		expect((await call("POST", "/auth/refresh", undefined, undefined, { cookie })).status).toBe(200);
	});

	it("any of these faults wakes no object, and a valid token stores nothing where nothing is", async () => {
		const nowhere = `nowhere-${crypto.randomUUID()}`;
		const askWith = async (token: string) => {
			for (const route of conversationRoutes) await answerOf(route, nowhere, { authorization: `Bearer ${token}` });
			const name = env.CONVERSATIONS.idFromName(nowhere).toString();
			return (await listDurableObjectIds(env.CONVERSATIONS)).some((one) => one.toString() === name);
		};
		expect(await askWith(await sign({ exp: claims.exp - 1_200 }))).toBe(false);
		expect(await askWith(await tokenOf("ann"))).toBe(true);
		expect(await rowsOf(nowhere)).toEqual([]);
	});

	it("a grant for another conversation opens only that one", async () => {
		const token = await tokenOf("eve", { conversations: ["elsewhere"] });
		expect((await call("GET", `/conversations/${id}`, token)).status).toBe(404);
	});
});

describe("a page", () => {
	it.each([
		"null",
		"https://evil.example",
		"https://parley.example.evil.example",
		"https://evilparley.example",
		"https://parley.example:8443",
		"http://parley.example",
		"https://parley.example.",
		"https://parley.example/",
		"https://PARLEY.example",
		"https://ann@parley.example",
		"https://pages.example.evil.example",
	])("of the origin %j is refused on every route, with a valid token", async (from) => {
		const id = await newConversation("ann");
		const headers = { authorization: `Bearer ${await tokenOf("ann")}`, origin: from };
		for (const route of [...routes, ...open])
			expect([route, await answerOf(route, id, headers)]).toEqual([route, { status: 403, code: "origin_not_allowed" }]);
	});

	it("of an allowed origin is accepted, and so is a program without an origin", async () => {
		const authorization = `Bearer ${await tokenOf("ann")}`;
		for (const from of [origin, "https://pages.example"])
			expect(await answerOf("GET /api/me", "", { authorization, origin: from })).toEqual({ status: 200, code: undefined });
		expect(await answerOf("GET /api/me", "", { authorization })).toEqual({ status: 200, code: undefined });
	});
});

describe("an id", () => {
	const odd = [
		"..",
		"../../me",
		"%2e%2e%2f",
		"x".repeat(10_000),
		"日本語",
		"\u0000",
		"__proto__",
		"constructor",
		" ",
		"' OR 1=1 --",
		"\ud83d",
		"a/b",
	];

	it.each(odd)("(%j) of no conversation is not found, on every route", async (id) => {
		// Somebody else each time: some routes count what a person asks.
		const token = await tokenOf(`ann-${odd.indexOf(id)}`);
		for (const route of conversationRoutes) {
			const { status } = await answerOf(route, id.toWellFormed(), { authorization: `Bearer ${token}` });
			// The address itself takes `..` away: what is left is the socket for many conversations.
			const isAnother = id === ".." && route.endsWith("/:id/socket");
			expect([route, status]).toEqual([route, isAnother ? 101 : expect.toSatisfy((status) => [400, 404].includes(status))]);
		}
	});

	it.each(odd)("(%j) in any field of an event changes nothing", async (id) => {
		const room = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", room);
		const bob = await Client.join("bob", room);
		const count = bob.events.length;
		const before = await rowsOf(room);
		for (const type of [
			"chat:join",
			"chat:leave",
			"chat:send",
			"chat:typing",
			"chat:stop",
			"chat:regenerate",
			"chat:auth",
			"chat:ack",
		] as const)
			ann.send({ type, conversationId: id, content: "x", role: "user", isTyping: true, messageId: "m1-00000000", token: "x" });
		ann.send({ type: "chat:stop", messageId: id });
		ann.send({ type: "chat:regenerate", messageId: id });
		ann.send({ type: "chat:auth", token: id });
		ann.send({ type: "chat:typing", isTyping: true });
		await bob.next("chat:user-typing");
		await expect.poll(() => ann.all("chat:error").length).toBeGreaterThanOrEqual(9);
		expect(bob.events.length - count).toBe(1);
		expect(ann.all("chat:error").map(({ code }) => code)).not.toContain("internal");
		const rows = (await rowsOf(room)).filter(([name]) => name !== "audit");
		expect(rows).toEqual(before.filter(([name]) => name !== "audit"));
	});
});

describe("a conversation of others", () => {
	const canary = "canary-7f3a";

	it("looks like one that does not exist, on every route", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("eve");
		for (const route of conversationRoutes) {
			const [theirs, nobodys] = await Promise.all(
				[id, "AAAAAAAAAAAAAAAAAAAAAA"].map((one) => answerOf(route, one, { authorization: `Bearer ${token}` })),
			);
			expect([route, theirs]).toEqual([route, nobodys]);
		}
	});

	// The only difference left is that its object wakes, and that is visible only to people who know the id.
	it("costs the same as one that does not exist, on every route: no row is read or written", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		ann.say("A secret");
		await ann.next("chat:complete");
		// Its lists are notified, and nothing else is under way.
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		const rowsOfIts = await countRows();
		const costOf = async (route: string, one: string, userId: string) => {
			await rowsOfIts(one);
			await answerOf(route, one, { authorization: `Bearer ${await tokenOf(userId)}` });
			return rowsOfIts(one);
		};
		expect((await costOf("GET /api/conversations/:id/messages", id, "ann")).read).toBeGreaterThan(0);
		for (const route of conversationRoutes)
			for (const one of [id, "AAAAAAAAAAAAAAAAAAAAAA"])
				expect([route, one, await costOf(route, one, "eve")]).toEqual([route, one, { read: 0, written: 0 }]);
	});

	it("does not appear in sockets, responses or errors of other conversations", async () => {
		const id = await newConversation("ann");
		const other = await newConversation("eve");
		const ann = await Client.join("ann", id);
		const eve = await Client.join("eve", other);
		ann.say(canary, canary);
		const { message, cursor } = await ann.next("chat:message");
		eve.send({ type: "chat:join", cursor });
		await eve.next("chat:joined", ({ reset }) => reset);
		eve.send({ type: "chat:send", conversationId: id, content: "x", role: "user", clientId: "k" });
		eve.send({ type: "chat:stop", messageId: message.id });
		eve.send({ type: "chat:regenerate", messageId: message.id });
		await eve.next("chat:error", ({ code }) => code === "not_found");
		const token = await tokenOf("eve");
		const answers = await Promise.all(
			[`/conversations/${id}`, `/conversations/${id}/messages`, `/conversations/${id}/audit`, "/conversations"].map((path) =>
				call("GET", path, token),
			),
		);
		expect(JSON.stringify([eve.events, answers.map(({ body }) => body)])).not.toContain(canary);
		expect((await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages[0].content).toBe(canary);
	});
});
