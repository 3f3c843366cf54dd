import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { issueImportToken } from "../../src/auth/import-token.ts";
import { defaultClaudeSettings } from "../../src/protocol/claude-settings.ts";
import { limits } from "../../src/protocol/limits.ts";
import { descriptions } from "../../src/routes/operation.ts";
import { expectLog } from "../support/log.ts";
import { call, newConversation, origin, tokenOf } from "../support/socket.ts";

describe("anyone", () => {
	it("can check the health", async () => {
		const { status, body } = await call("GET", "/health");
		expect([status, body]).toEqual([200, { status: "ok", version }]);
	});

	it.each([
		["GET", "/me"],
		["GET", "/conversations"],
		["POST", "/conversations"],
		["GET", "/conversations/x"],
		["PATCH", "/conversations/x"],
		["GET", "/conversations/x/messages"],
		["POST", "/conversations/x/invites"],
		["POST", "/invites/x.y/accept"],
		["GET", "/conversations/x/socket"],
		["GET", "/unknown"],
	])("gets 401 without a token: %s %s", async (method, path) => {
		const { status, body } = await call(method, path);
		expect([status, body.error.code]).toEqual([401, "unauthorized"]);
		expect(typeof body.error.message).toBe("string");
	});
});

describe("the preview of a link", () => {
	it("names its picture and its page by absolute addresses, and repeats no secret", async () => {
		const html = '<head><meta property="og:url" content="/" /><meta property="og:image" content="/icon.png" /></head>';
		Object.assign(env, { ASSETS: { fetch: async () => new Response(html, { headers: { etag: '"1"' } }) } });
		for (const [path, address] of [
			["/", "/"],
			["/c/abc?at=3", "/c/abc"],
			["/invite/some.secret", "/invite"],
		]) {
			const response = await exports.default.fetch(`https://chat.example${path}`);
			const contents = [...(await response.text()).matchAll(/content="([^"]*)"/g)].map(([, content]) => content);
			expect(contents).toEqual([`https://chat.example${address}`, "https://chat.example/icon.png"]);
			expect(response.headers.get("etag")).toBe('"1"');
		}
	});
});

describe("security headers", () => {
	const headers = { "access-control-request-method": "POST", origin: "https://pages.example" };
	const socketio = "/socket.io/?EIO=4&transport=polling";

	it.each<[what: string, path: string, init: RequestInit, status: number]>([
		["an answer", "/api/health", {}, 200],
		["a page", "/api/docs", {}, 200],
		["a preflight", "/api/me", { method: "OPTIONS", headers }, 204],
		["an error", "/api/me", {}, 401],
		["an unknown path", "/api/unknown", {}, 401],
		["a foreign origin", "/api/health", { headers: { origin: "https://evil.example" } }, 403],
		["a refused socket", "/api/conversations/x/socket", {}, 401],
		["a Socket.IO session", socketio, {}, 200],
		["a Socket.IO preflight", socketio, { method: "OPTIONS", headers }, 204],
		["a Socket.IO error", "/socket.io/?EIO=3&transport=polling", {}, 400],
		["a foreign origin's Socket.IO", socketio, { headers: { origin: "https://evil.example" } }, 403],
	])("are on %s", async (_what, path, init, status) => {
		const response = await exports.default.fetch(`${origin}${path}`, init);
		await response.body?.cancel();
		expect(response.status).toBe(status);
		expect(Object.fromEntries(response.headers)).toMatchObject({
			"strict-transport-security": "max-age=31536000",
			"content-security-policy": expect.stringContaining("default-src 'none'"),
			"cross-origin-resource-policy": "same-origin",
			"x-content-type-options": "nosniff",
		});
	});

	it("are on a socket that the conversation's object refuses", async () => {
		const response = await exports.default.fetch(`${origin}/api/conversations/unknown/socket`, {
			headers: { upgrade: "websocket", authorization: `Bearer ${await tokenOf("ann")}` },
		});
		expect([response.status, response.headers.get("cross-origin-resource-policy")]).toEqual([404, "same-origin"]);
	});

	it("are on the answer of a misconfigured deployment", async () => {
		expectLog(/GUEST_SIGN_IN must be on or off/);
		const before = env.GUEST_SIGN_IN;
		Object.assign(env, { GUEST_SIGN_IN: "maybe" });
		const response = await exports.default.fetch(`${origin}/api/health`);
		Object.assign(env, { GUEST_SIGN_IN: before });
		expect([response.status, response.headers.get("cross-origin-resource-policy")]).toEqual([500, "same-origin"]);
	});
});

describe("origins", () => {
	it.each([
		["https://pages.example", 200],
		[origin, 200],
		["https://evil.example", 403],
		["null", 403],
	])("%s is answered with %i", async (from, status) => {
		const answer = await call("GET", "/health", undefined, undefined, { origin: from });
		expect(answer.status).toBe(status);
		expect(answer.headers.get("access-control-allow-origin")).toBe(status === 200 ? from : null);
		if (status === 403) expect(answer.body.error.code).toBe("origin_not_allowed");
	});

	it("of an allowed page pass a preflight", async () => {
		const response = await exports.default.fetch(`${origin}/api/conversations`, {
			method: "OPTIONS",
			headers: {
				origin: "https://pages.example",
				"access-control-request-method": "POST",
				"access-control-request-headers": "authorization",
			},
		});
		expect(response.status).toBe(204);
		expect(response.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
		expect(response.headers.get("access-control-allow-credentials")).toBe("true");
	});
});

describe("a guest", () => {
	it("signs in, is recognized, and renews the token by the cookie alone", async () => {
		const { status, body, headers } = await call("POST", "/auth/guest", undefined, { name: " Ann " });
		expect(status).toBe(201);
		expect(body.user.name).toBe("Ann");
		const cookie = headers.get("set-cookie") ?? "";
		expect(cookie).toMatch(/HttpOnly/i);
		expect(cookie).toMatch(/SameSite=Strict/i);
		expect(cookie).toMatch(/Path=\/api\/auth\/refresh/i);
		const me = await call("GET", "/me", body.token);
		expect(me.body).toEqual({ user: body.user, expiresAt: body.expiresAt });

		const session = cookie.split(";")[0] as string;
		const refreshed = await call("POST", "/auth/refresh", undefined, undefined, { cookie: session });
		expect(refreshed.status).toBe(200);
		expect(refreshed.body.user).toEqual(body.user);
		expect((await call("GET", "/me", refreshed.body.token)).status).toBe(200);
		expect((await call("GET", "/me", undefined, undefined, { cookie: session })).status).toBe(401);
		expect((await call("GET", "/me", session.split("=")[1])).status).toBe(401);
		expect((await call("POST", "/auth/refresh", undefined, undefined, { cookie: session.replace(/=.*/, `=${body.token}`) })).status).toBe(
			401,
		);
		expect((await call("POST", "/auth/refresh")).status).toBe(204);
	});

	it.each([
		undefined,
		{},
		{ name: "" },
		{ name: "  " },
		{ name: "x".repeat(65) },
		{ name: 7 },
		"{",
		"[]",
		{ name: "claude" },
		{ name: "Cla\u200dude" },
		{ name: "\u202e\u200b\n" },
	])("with the body %j is refused", async (body) => {
		const answer = await call("POST", "/auth/guest", undefined, body);
		expect([answer.status, answer.body.error.code]).toEqual([400, "bad_request"]);
	});
});

describe("conversations", () => {
	it("belong to their creator, and are listed by activity", async () => {
		const token = await tokenOf("lister");
		const first = (await call("POST", "/conversations", token, { title: " One " })).body.conversation;
		// 128 random bits cannot be guessed.
		expect(first.id).toMatch(/^[\w-]{22}$/);
		expect(first).toEqual({
			id: expect.any(String),
			title: "One",
			createdAt: expect.any(String),
			assistant: "auto",
			...defaultClaudeSettings,
		});
		const second = (await call("POST", "/conversations", token)).body.conversation;
		expect((await call("GET", `/conversations/${first.id}`, token)).body.conversation).toEqual({
			...first,
			members: [{ userId: "lister", username: "Lister", role: "owner" }],
			memberCount: 1,
		});
		const list = async () => (await call("GET", "/conversations", token)).body.conversations.map(({ id }: { id: string }) => id);
		expect((await list()).sort()).toEqual([first.id, second.id].sort());
		expect(await list()).toHaveLength(2);
	});

	it("can be changed only by their owner", async () => {
		const id = await newConversation("ann", ["bob"]);
		const patch = async (who: string, body: unknown) => call("PATCH", `/conversations/${id}`, await tokenOf(who), body);
		expect((await patch("ann", { title: "New", assistant: "off" })).body.conversation).toMatchObject({
			id,
			title: "New",
			assistant: "off",
		});
		expect((await patch("bob", { title: "Mine" })).body.error.code).toBe("forbidden");
		expect((await patch("ann", { assistant: "sometimes" })).body.error.code).toBe("bad_request");
		expect((await patch("ann", { title: "x".repeat(201) })).body.error.code).toBe("bad_request");
		expect((await call("GET", `/conversations/${id}`, await tokenOf("bob"))).body.conversation).toMatchObject({
			title: "New",
			assistant: "off",
		});
	});

	it("look to strangers like conversations that do not exist", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("stranger");
		const calls: [string, string, unknown?][] = [
			["GET", ""],
			["PATCH", "", { title: "x" }],
			["GET", "/messages"],
			["POST", "/invites", {}],
			["GET", "/socket"],
		];
		for (const [method, path, body] of calls) {
			const headers = path === "/socket" ? { upgrade: "websocket" } : undefined;
			const there = await call(method, `/conversations/${id}${path}`, token, body, headers);
			const nowhere = await call(method, `/conversations/nowhere${path}`, token, body, headers);
			expect([path, there.status, there.body]).toEqual([path, 404, nowhere.body]);
			expect(nowhere.status).toBe(404);
		}
	});

	it("refuse wrong pages of their history", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("ann");
		for (const query of ["limit=0", "limit=201", "limit=x", "before=-1", "before=x", "before=1.5"]) {
			const { status, body } = await call("GET", `/conversations/${id}/messages?${query}`, token);
			expect([query, status, body.error?.code]).toEqual([query, 400, "bad_request"]);
		}
		expect((await call("GET", `/conversations/${id}/messages?before=5&limit=200`, token)).body).toEqual({
			messages: [],
			hasMore: false,
			hasNewer: false,
		});
	});
});

describe("invites", () => {
	it("have a link that other people can open, whatever page asked for it", async () => {
		const id = await newConversation("ann");
		for (const origin of ["capacitor://localhost", "wss://pages.example"]) {
			const made = await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {}, { origin });
			expect([origin, made.status, new URL(made.body.invite.url).origin]).toEqual([origin, 201, "https://pages.example"]);
		}
	});

	it("admit whoever has the link, which opens the page that asked for it", async () => {
		const id = await newConversation("ann");
		const made = await call(
			"POST",
			`/conversations/${id}/invites`,
			await tokenOf("ann"),
			{ maxUses: 1 },
			{ origin: "https://pages.example" },
		);
		expect(made.status).toBe(201);
		const { token, url, expiresAt } = made.body.invite;
		expect(url).toBe(`https://pages.example/invite#${encodeURIComponent(token)}`);
		expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
		const accept = async (who: string, invite = token) => call("POST", `/invites/${encodeURIComponent(invite)}/accept`, await tokenOf(who));
		const bob = await accept("bob");
		expect([bob.status, bob.body]).toEqual([200, { conversationId: id }]);
		expect((await call("GET", "/conversations", await tokenOf("bob"))).body.conversations.map((c: { id: string }) => c.id)).toContain(id);
		const late = await accept("carol");
		expect([late.status, late.body.error.code]).toEqual([410, "invite_expired"]);
		for (const wrong of ["x", ".", `${id}.`, `${id}.wrong`, `nowhere.${token.split(".")[1]}`])
			expect((await accept("carol", wrong)).status).toBe(404);
	});

	it.each([{ expiresInSeconds: 1 }, { maxUses: 0 }, { role: "owner" }, { maxUses: "2" }])("%j is refused", async (body) => {
		const id = await newConversation("ann");
		const answer = await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), body);
		expect([answer.status, answer.body.error.code]).toEqual([400, "bad_request"]);
	});
});

it.each(["[]", "{", "1", "null", '"x"'])("the body %s is refused", async (body) => {
	const answer = await call("POST", "/conversations", await tokenOf("ann"), body);
	expect([answer.status, answer.body.error.code]).toEqual([400, "bad_request"]);
});

describe("a body over the limit", () => {
	const withBody = [...descriptions].filter(([route, { body }]) => body && route !== "POST /import/:id").map(([route]) => route);

	it.each(withBody)("is refused by %s before it is read", async (route) => {
		const [method, path] = route.split(" ") as [string, string];
		const long = JSON.stringify({ more: "x".repeat(limits.frameBytes) });
		const answer = await call(method, path.replace(":id", "x").replace(":userId", "x"), await tokenOf("ann"), long);
		const isMessage = route === "POST /conversations/:id/messages";
		expect([answer.status, answer.body.error]).toEqual([
			isMessage ? 413 : 400,
			isMessage
				? { code: "too_large", message: "That message is too long. A message may have up to 100,000 characters." }
				: { code: "bad_request", message: "The request's body is too long. It may have up to 16,384 bytes." },
		]);
	});

	it("is refused by an import to whoever may import", async () => {
		const long = "x".repeat(limits.importBytes + 1);
		const answer = await call("POST", "/import/x?from=0", await issueImportToken("x", env.JWT_SECRET as string), long);
		expect([answer.status, answer.body.error.message]).toEqual([400, "The request's body is too long. It may have up to 8,388,608 bytes."]);
	});
});
