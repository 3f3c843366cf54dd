// Tokens of an issuer's, through every way in: while its keys cannot be fetched, and with the longest ids and tokens.

import { env, exports } from "cloudflare:workers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const jwks = "https://issuer.example/keys";
withSettings({ JWT_JWKS_URL: jwks });
// Keys of another address: those of the test before may be in a pause.
beforeEach(() => void Object.assign(env, { JWT_JWKS_URL: `${jwks}?${crypto.randomUUID()}` }));

const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: "one" };

let answer: () => Response;
const fetchOutside = globalThis.fetch;
vi.spyOn(globalThis, "fetch").mockImplementation(async (...request) =>
	String(request[0]).startsWith(jwks) ? answer() : fetchOutside(...request),
);
beforeEach(() => {
	answer = () => Response.json({ keys: [jwk] });
});

const issuedTo = (sub: string, claims: object = {}) =>
	new SignJWT({ sub, ...claims }).setProtectedHeader({ alg: "ES256", kid: "one" }).setExpirationTime("10m").sign(privateKey);

const upgrade = (path: string, token: string) =>
	exports.default.fetch(`${origin}${path}`, { headers: { upgrade: "websocket", "sec-websocket-protocol": `chat.v1, bearer.${token}` } });

/** The answer to a Socket.IO CONNECT. */
async function connectSocketIo(token: string): Promise<string> {
	const { webSocket } = await exports.default.fetch(`${origin}/socket.io/?EIO=4&transport=websocket`, {
		headers: { upgrade: "websocket" },
	});
	if (!webSocket) throw new Error("No socket");
	webSocket.accept();
	webSocket.send(`40${JSON.stringify({ token })}`);
	const { promise, resolve } = Promise.withResolvers<string>();
	webSocket.addEventListener("message", ({ data }) => (data as string).startsWith("4") && resolve(data as string));
	return promise.finally(() => webSocket.close());
}

describe("while an issuer's keys cannot be fetched", () => {
	const unavailable = { code: "unavailable", retryAfterMs: 5_000 };

	it("nobody is told to sign in again, on any way in", async () => {
		expectLog(/could not be fetched: Error: the response was 503/, /A token was refused: the keys of JWT_JWKS_URL cannot be fetched/);
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const token = await issuedTo("ann");
		answer = () => new Response("down", { status: 503 });

		const { status, headers, body } = await call("GET", "/me", token);
		expect([status, headers.get("retry-after"), body.error]).toEqual([
			503,
			"5",
			{ ...unavailable, message: expect.any(String), requestId: expect.any(String) },
		]);
		for (const path of [`/api/conversations/${id}/socket`, "/api/me/socket"]) {
			const refused = await upgrade(path, token);
			expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
			expect(await refused.json()).toMatchObject({ error: unavailable });
		}
		expect(JSON.parse((await connectSocketIo(token)).slice(2))).toMatchObject({ data: unavailable });

		// More than a person may send of bad frames: these are none.
		for (let n = 0; n < limits.badFramesPerMinute; n++) {
			ann.send({ type: "chat:auth", conversationId: id, token });
			expect(await ann.next("chat:error")).toMatchObject(unavailable);
		}
		ann.say("still here");
		await ann.next("chat:message", ({ message }) => message.content === "still here");
	});
});

describe("an issuer's longest", () => {
	const sub = `auth0|${"語".repeat(limits.id - 6)}`;

	it("sub takes part in everything", async () => {
		const token = await issuedTo(sub, { name: "Ann", conversations: [] });
		expect((await call("GET", "/me", token)).body.user).toEqual({ id: sub, name: "Ann" });
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const socket = await upgrade(`/api/conversations/${id}/socket`, token);
		const ann = new Client(socket.webSocket as WebSocket, id);
		await ann.next("chat:joined");
		await evict(env.CONVERSATIONS.getByName(id));
		ann.say("hello there");
		const { message } = await ann.next("chat:message");
		expect(message.author?.userId).toBe(sub);
		ann.send({ type: "chat:react", conversationId: id, messageId: message.id, emoji: "👍", on: true });
		expect((await ann.next("chat:reacted")).reactions[0]?.userIds).toEqual([sub]);

		const list = await upgrade("/api/me/socket", token);
		expect(list.status).toBe(101);
		const { body } = await call("POST", "/me/tokens", token, { name: "bot" });
		expect(
			(await call("POST", `/conversations/${id}/messages`, body.token.secret ?? body.secret, { content: "by a program" })).status,
		).toBe(201);
		expect((await call("GET", `/conversations/${id}/search?q=hello&from=${encodeURIComponent(sub)}`, token)).body.results).toHaveLength(1);
		expect((await call("PATCH", `/conversations/${id}/members/${encodeURIComponent(sub)}`, token, { role: "owner" })).status).toBe(200);
		const exported = await exports.default.fetch(`${origin}/api/conversations/${id}/export`, {
			headers: { authorization: `Bearer ${token}` },
		});
		expect(await exported.text()).toContain(sub);
		const name = await connectSocketIo(token);
		expect(name).toMatch(/^40/);
		expect((await call("DELETE", "/me", token)).body.erased).toMatchObject({ conversations: 1, failed: 0 });
	});

	it("token is accepted on every way in, with all its grants", async () => {
		const conversations = Array.from({ length: 350 }, () => crypto.randomUUID().slice(0, 24));
		const token = await tokenOf("ann", { conversations });
		expect(token.length).toBeLessThanOrEqual(limits.tokenBytes);
		expect(token.length).toBeGreaterThan(limits.tokenBytes * 0.75);
		expect((await call("GET", "/me", token)).status).toBe(200);
		const opened = await upgrade(`/api/conversations/${conversations[349]}/socket`, token);
		expect(opened.status).toBe(101);
		const ann = new Client(opened.webSocket as WebSocket, conversations[349] as string);
		await ann.next("chat:joined");
		ann.send({ type: "chat:auth", conversationId: ann.conversationId, token });
		ann.say("after the token");
		await ann.next("chat:message");
		expect(ann.all("chat:error")).toEqual([]);
		expect(await connectSocketIo(token)).toMatch(/^40/);
	});
});
