// Everything that lasts ends with the sign-in that began it: a guest who signs out, a personal token
// that is revoked, an access token that expires.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { guestClaim } from "../../src/auth/claims.ts";
import { issueToken } from "../../src/auth/tokens.ts";
import { Store } from "../../src/conversation/store/store.ts";
import { limits } from "../../src/protocol/limits.ts";
import { readSettings, type Settings } from "../../src/settings.ts";
import { passTime, startClock } from "../support/clock.ts";
import { EventReader } from "../support/events.ts";
import { evict } from "../support/evict.ts";
import { MeClient } from "../support/me.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

/** A sign-in of somebody who enters the conversation, and the one to look at with what ends it. */
type SignIn = {
	userId: string;
	token: string;
	refusedWith?: number;
	begin(): Promise<{ token: string; end(conversationId: string): Promise<unknown> }>;
};

async function guest(): Promise<{ userId: string; token: string }> {
	const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	return { userId: user.id, token };
}

function settings(): Settings {
	const read = readSettings(env);
	if ("problem" in read) throw new Error(read.problem);
	return read.settings;
}

/** Lets time pass for the person's sessions, so that a cookie that was replaced is an old one. */
const pass = (userId: string, ms: number) =>
	runInDurableObject(env.USERS.getByName(userId) as DurableObjectStub<undefined>, (_object, { storage }) => {
		storage.sql.exec("UPDATE superseded SET at = at - ?", ms);
		storage.sql.exec("UPDATE sessions SET renewed_at = renewed_at - ?", ms);
	});

const endings: [how: string, signIn: () => Promise<SignIn>][] = [
	[
		"the guest has signed out",
		async () => {
			const { userId, token } = await guest();
			return { userId, token, begin: async () => ({ token, end: () => call("POST", "/auth/sign-out", token) }) };
		},
	],
	[
		"the personal token is revoked",
		async () => {
			const { userId, token } = await guest();
			const { id, secret } = (await call("POST", "/me/tokens", token, { name: "bot", scopes: ["read", "write", "manage"] })).body.token;
			return { userId, token: secret, begin: async () => ({ token: secret, end: () => call("DELETE", `/me/tokens/${id}`, token) }) };
		},
	],
	[
		"an old cookie of the guest's session is used",
		async () => {
			const signIn = await call("POST", "/auth/guest", undefined, { name: "Gus" });
			const cookieOf = ({ headers }: typeof signIn) => (headers.get("set-cookie") ?? "").split(";")[0] as string;
			const refresh = (cookie: string) => call("POST", "/auth/refresh", undefined, undefined, { cookie });
			const old = cookieOf(signIn);
			// The cookie before the newest is good until the newest is used.
			const { body } = await refresh(cookieOf(await refresh(old)));
			const end = async () => {
				await pass(body.user.id, 60_000);
				expect((await refresh(old)).status).toBe(401);
			};
			return { userId: body.user.id, token: body.token, begin: async () => ({ token: body.token, end }) };
		},
	],
	[
		"the person is suspended",
		async () => {
			const userId = `p-${crypto.randomUUID()}`;
			const token = await tokenOf(userId);
			return { userId, token, refusedWith: 403, begin: async () => ({ token, end: () => env.USERS.getByName(userId).suspend(true) }) };
		},
	],
	[
		"the access token has expired",
		async () => {
			const userId = `p-${crypto.randomUUID()}`;
			return {
				userId,
				// Only what the test looks at expires: Ann comes with newer tokens.
				token: await tokenOf(userId),
				begin: async () => {
					const token = await tokenOf(userId, {}, 300);
					const end = async (conversationId: string) => {
						passTime(400_000);
						for (const stub of [env.CONVERSATIONS.getByName(conversationId), env.USERS.getByName(userId)])
							await runDurableObjectAlarm(stub);
					};
					return { token, end };
				},
			};
		},
	],
];

/** A conversation of Ann's that the person of the sign-in is in. */
async function conversationWith({ token }: Pick<SignIn, "token">): Promise<string> {
	const id = await newConversation("ann");
	const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
	expect((await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, token)).status).toBe(200);
	return id;
}

const say = async (id: string, content: string) => call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content });
const get = (path: string, token: string) =>
	exports.default.fetch(`${origin}/api${path}`, { headers: { authorization: `Bearer ${token}` } });

/** A request whose body ends when the test says so. `isRead`: the Worker waits for it. */
function slowly(path: string, token: string, json: unknown) {
	const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
	const { promise: isDue, resolve: finish } = Promise.withResolvers<void>();
	const body = new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				read();
				await isDue;
				controller.enqueue(new TextEncoder().encode(JSON.stringify(json)));
				controller.close();
			},
		},
		{ highWaterMark: 0 },
	);
	const headers = { authorization: `Bearer ${token}` };
	return {
		isRead,
		finish,
		response: exports.default.fetch(`${origin}/api${path}`, { method: "POST", headers, body, duplex: "half" } as RequestInit),
	};
}

/** Everything that still arrives, and whether the stream ended as if it were whole. */
async function restOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<{ text: string; isWhole: boolean }> {
	const decoder = new TextDecoder();
	let text = "";
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return { text, isWhole: true };
			text += decoder.decode(value, { stream: true });
		}
	} catch {
		return { text, isWhole: false };
	}
}

describe.each(endings)("when %s", (_how, prepare) => {
	afterEach(startClock);

	it.each(["jsonl", "html", "tar"])("an export as %s breaks off, without its end and without what is said afterwards", async (format) => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => {
			const { log } = new Store(storage);
			const author = { userId: "ann", username: "Ann" };
			for (let n = 0; n < 60; n++) log.addMessage({ author, content: "x".repeat(limits.content), asksClaude: false }, Date.now());
		});
		await evict(env.CONVERSATIONS.getByName(id));
		const { token, end } = await signIn.begin();
		const { body } = await get(`/conversations/${id}/export?format=${format}`, token);
		const reader = (body as ReadableStream<Uint8Array>).getReader();
		await reader.read();
		await end(id);
		await say(id, "SAID-AFTER");
		const { text, isWhole } = await restOf(reader);
		expect(isWhole).toBe(false);
		expect(text).not.toContain("SAID-AFTER");
		expect(text).not.toContain('"type":"end"');
		expect(text).not.toContain("The end:");
	});

	it("its socket, list, event stream and Socket.IO connection are closed and receive nothing more", async () => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		const { token, end } = await signIn.begin();
		const opened = await exports.default.fetch(`${origin}/api/conversations/${id}/socket`, {
			headers: { upgrade: "websocket", authorization: `Bearer ${token}` },
		});
		const socket = new Client(opened.webSocket as WebSocket, id);
		const list = await MeClient.open(signIn.userId, { token });
		const stream = new EventReader((await get(`/conversations/${id}/events`, token)).body as ReadableStream<Uint8Array>);
		await stream.next("chat:joined");
		const socketIo = await SocketIoClient.signedIn(token);
		socketIo.emit("chat:join", { conversationId: id });
		await socketIo.next(({ name }) => name === "chat:joined");
		await end(id);
		expect([await socket.closed, await list.closed]).toEqual([4401, 4401]);
		await Promise.all([stream.ended, socketIo.next(({ packet }) => packet === "41")]);
		await say(id, "SAID-AFTER");
		const received = [socket.frames, list.events, stream.events, socketIo.received].map((all) => JSON.stringify(all));
		expect(received.filter((text) => text.includes("SAID-AFTER"))).toEqual([]);
	});

	it.each([
		["/socket", { upgrade: "websocket" }],
		["/events", {}],
	])("what was just being opened at %s is refused", async (path, headers) => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		const { token, end } = await signIn.begin();
		const arrived = Promise.withResolvers<void>();
		const gate = Promise.withResolvers<void>();
		// The Worker has admitted the request, which reaches the conversation late.
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (object) => {
			const enter = object.fetch.bind(object);
			object.fetch = async (request) => {
				arrived.resolve();
				await gate.promise;
				return enter(request);
			};
		});
		const opening = exports.default.fetch(`${origin}/api/conversations/${id}${path}`, {
			headers: { ...headers, authorization: `Bearer ${token}` },
		});
		await arrived.promise;
		await end(id);
		gate.resolve();
		const { status } = await opening;
		// A guest who has signed out may be no member any more by then.
		expect([signIn.refusedWith ?? 401, 404]).toContain(status);
	});

	it("a Socket.IO connection in no conversation can join none", async () => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		const { token, end } = await signIn.begin();
		const socketIo = await SocketIoClient.signedIn(token);
		await end(id);
		socketIo.emit("chat:join", { conversationId: id });
		await socketIo.next(({ name, packet }) => name === "chat:error" || packet === "41");
		expect(socketIo.received.filter(({ name }) => name === "chat:joined")).toEqual([]);
	});

	it("a request whose body comes afterwards does nothing", async () => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		const { token, end } = await signIn.begin();
		const late = slowly(`/conversations/${id}/messages`, token, { content: "SAID-AFTER" });
		await late.isRead;
		await end(id);
		late.finish();
		expect((await late.response).status).toBe(signIn.refusedWith ?? 401);
		const { messages } = (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body;
		expect(JSON.stringify(messages)).not.toContain("SAID-AFTER");
	});

	it("an upload that comes to its end afterwards stores nothing", async () => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		const { token, end } = await signIn.begin();
		const late = slowly(`/conversations/${id}/files`, token, "SAID-AFTER");
		await late.isRead;
		await end(id);
		late.finish();
		// A guest who has signed out may be no member any more by then.
		expect([signIn.refusedWith ?? 401, 404]).toContain((await late.response).status);
		const rowsIn = (stub: DurableObjectStub) =>
			runInDurableObject(stub as DurableObjectStub<undefined>, (_object, { storage }) =>
				["files", "parts"].flatMap((table) =>
					storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", table).toArray().length === 0
						? []
						: storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
				),
			);
		expect(await rowsIn(env.CONVERSATION_FILES.getByName(id))).toEqual([]);
		expect(await rowsIn(env.CONVERSATIONS.getByName(id))).toEqual([]);
	});

	it("a search of all conversations and an export that were under way return nothing", async () => {
		const signIn = await prepare();
		const id = await conversationWith(signIn);
		await say(id, "WORD");
		const { token, end } = await signIn.begin();
		const gate = Promise.withResolvers<void>();
		// The conversation is busy until the gate opens, so that the search is under way meanwhile.
		const busy = runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) => state.blockConcurrencyWhile(() => gate.promise));
		const underWay = [call("GET", "/search?q=WORD", token), call("GET", `/conversations/${id}/export`, token)];
		const ending = end(id);
		const { refusedWith = 401 } = signIn;
		await expect.poll(async () => (await call("GET", "/me", token)).status).toBe(refusedWith);
		gate.resolve();
		await Promise.all([busy, ending]);
		const [searched, exported] = (await Promise.all(underWay)).map(({ status }) => status);
		expect(searched).toBe(refusedWith);
		// A guest who has signed out may be no member any more by then.
		expect([refusedWith, 404]).toContain(exported);
	});
});

it("an event stream that waits for its turn does not open after its guest has signed out", async () => {
	const signIn = await guest();
	const id = await conversationWith(signIn);
	const gate = Promise.withResolvers<void>();
	// The conversation is busy until the gate opens, and then has the stream wait.
	const busy = runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) =>
		state.blockConcurrencyWhile(async () => {
			await gate.promise;
			new Store(state.storage).members.access.shutOut(signIn.userId, Date.now() + 500);
		}),
	);
	const opening = get(`/conversations/${id}/events`, signIn.token);
	const ending = call("POST", "/auth/sign-out", signIn.token);
	await expect.poll(async () => (await call("GET", "/me", signIn.token)).status).toBe(401);
	gate.resolve();
	await Promise.all([busy, ending]);
	expect((await opening).status).toBe(401);
});

describe("a session's cookie", () => {
	const refresh = async (cookie: string) => {
		const { status, headers, body } = await call("POST", "/auth/refresh", undefined, undefined, { cookie });
		return { status, body, cookie: (headers.get("set-cookie") ?? "").split(";")[0] as string };
	};
	const signIn = async () => {
		const { body, headers } = await call("POST", "/auth/guest", undefined, { name: "Gus" });
		return { ...(body as { token: string; user: { id: string } }), cookie: (headers.get("set-cookie") ?? "").split(";")[0] as string };
	};

	it("is another after each renewal; an old one ends the session and its access tokens", async () => {
		const first = await signIn();
		const second = await refresh(first.cookie);
		const third = await refresh(second.cookie);
		expect(new Set([first.cookie, second.cookie, third.cookie]).size).toBe(3);
		expect([second.status, third.status]).toEqual([200, 200]);
		await pass(first.user.id, 60_000);
		expect((await refresh(first.cookie)).status).toBe(401);
		expect((await refresh(third.cookie)).status).toBe(401);
		for (const { token } of [first, second.body, third.body]) expect((await call("GET", "/me", token)).status).toBe(401);
	});

	it("that was copied ends what its session made: tokens, sockets, invites and ownership", async () => {
		const guest = await signIn();
		const { id } = (await call("POST", "/conversations", guest.token, {})).body.conversation;
		const invite = async () => (await call("POST", `/conversations/${id}/invites`, guest.token, {})).body.invite.token;
		await call("POST", "/invites/accept", await tokenOf("bob"), { token: await invite() });
		const thief = await refresh(guest.cookie);
		const { secret } = (await call("POST", "/me/tokens", thief.body.token, { name: "x", expiresInSeconds: 365 * 24 * 3600 })).body.token;
		const sockets = await Promise.all([thief.body.token, secret].map((token) => Client.openBy(token, id)));
		const link = await invite();
		await refresh(thief.cookie);
		await pass(guest.user.id, 60_000);
		expect((await refresh(guest.cookie)).status).toBe(401);
		expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4401, 4401]);
		for (const token of [thief.body.token, secret]) expect((await call("GET", "/me", token)).status).toBe(401);
		expect((await call("GET", `/conversations/${id}/members`, await tokenOf("bob"))).body.members).toEqual([
			{ userId: "bob", username: "Bob", role: "owner" },
		]);
		expect((await call("POST", "/invites/accept", await tokenOf("stranger"), { token: link })).body.error.code).toBe("invite_expired");
	});

	it("stays good when its guest is renamed by an access token alone, which gains neither a cookie nor time", async () => {
		const first = await signIn();
		const second = await refresh(first.cookie);
		// It was issued a while ago: a new one would expire later.
		const session = decodeJwt(second.body.token)[guestClaim] as string;
		const older = await issueToken({ userId: first.user.id, username: "Gus" }, settings(), Date.now() - 300_000, session);
		for (const name of ["Anna", "Annie"]) {
			const { headers, body } = await call("PATCH", "/me", older.token, { name });
			expect([headers.get("set-cookie"), Date.parse(body.expiresAt)]).toEqual([null, older.expiresAt]);
		}
		await pass(first.user.id, 60_000);
		const third = await refresh(second.cookie);
		expect([third.status, third.body.user.name]).toEqual([200, "Annie"]);
	});

	it("ends its own sockets when an old one is used, and none of the person's other sessions", async () => {
		const first = await signIn();
		const { id } = first.user;
		const { status, body, cookie } = await refresh(first.cookie);
		expect(status).toBe(200);
		await refresh(cookie);
		await env.USERS.getByName(id).renewSession({ id: "another", version: "first", issuedAt: Date.now() }, "Gus");
		const other = await issueToken({ userId: id, username: "Gus" }, settings(), Date.now(), "another");
		const conversation = await newConversation(id, []);
		const [copied, elsewhere] = [await Client.openBy(body.token, conversation), await Client.openBy(other.token, conversation)];
		await pass(id, 60_000);
		expect((await refresh(first.cookie)).status).toBe(401);
		expect(await copied.closed).toBe(4401);
		elsewhere.say("Still here");
		expect((await elsewhere.next("chat:message")).message.content).toBe("Still here");
	});

	it("beside another of the same name counts for neither, and ends nothing", async () => {
		const [own, planted] = [await signIn(), await signIn()];
		const both = await refresh(`${planted.cookie}; ${own.cookie}`);
		expect([both.status, both.body.error.code, both.cookie]).toEqual([400, "bad_request", ""]);
		expect((await refresh(own.cookie)).body.user.id).toBe(own.user.id);
	});

	it("makes no personal token once its session has ended", async () => {
		const { user, token } = await signIn();
		const session = decodeJwt(token)[guestClaim] as string;
		const object = env.USERS.getByName(user.id);
		await object.signOutHere(session);
		const made = { id: "0".repeat(64), name: "x", username: "Gus", expiresAt: Date.now() + 60_000, ownerKind: "guest", epoch: "1" };
		expect(await object.addToken({ ...made, session, scopes: ["read"], conversations: "all" })).toEqual({ code: "unauthorized" });
	});

	it("stays good when two tabs renew at once", async () => {
		const { cookie } = await signIn();
		const both = await Promise.all([refresh(cookie), refresh(cookie)]);
		expect(both.map(({ status }) => status)).toEqual([200, 200]);
		for (const tab of both) expect((await refresh(tab.cookie)).status).toBe(200);
	});

	it("does not bring back an old name", async () => {
		const first = await signIn();
		const second = await refresh(first.cookie);
		const renamed = await call("PATCH", "/me", second.body.token, { name: "Beau" });
		expect(renamed.body.user.name).toBe("Beau");
		const third = await refresh(second.cookie);
		expect([third.status, third.body.user.name]).toEqual([200, "Beau"]);
		expect((await call("GET", "/me", third.body.token)).body.user.name).toBe("Beau");
	});
});
