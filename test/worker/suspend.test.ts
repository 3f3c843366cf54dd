// A person whom an administrator has suspended is let in nowhere, by whatever sign-in, and finds everything again when restored.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { directoryName } from "../../src/protocol/admin/records.ts";
import { EventReader } from "../support/events.ts";
import { evict } from "../support/evict.ts";
import { makeJobsDue } from "../support/jobs.ts";
import { allowLog, expectLog } from "../support/log.ts";
import { MeClient } from "../support/me.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

withSettings({ ADMIN_USERS: "root, second", ADMIN_CLAIM: "realm.roles=chat-admin" });
allowLog(/A token was refused/);

type Answer = Awaited<ReturnType<typeof call>>;
const codeOf = ({ status, body }: Answer) => body?.error?.code ?? status;
const admin = async (act: "suspend" | "restore", userId: string, as = "root") =>
	call("POST", `/admin/people/${encodeURIComponent(userId)}/${act}`, await tokenOf(as));
const open = (path: string, token: string) =>
	exports.default.fetch(`${origin}/api${path}`, { headers: { upgrade: "websocket", authorization: `Bearer ${token}` } });
const codeIn = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;

async function guest() {
	const { headers, body } = await call("POST", "/auth/guest", undefined, { name: "Gus" });
	const cookie = (headers.get("set-cookie") ?? "").split(";")[0] as string;
	return { userId: body.user.id as string, token: body.token as string, cookie };
}

/** An issuer's person, who has no session here. */
async function issued() {
	const userId = `p-${crypto.randomUUID()}`;
	return { userId, token: await tokenOf(userId), cookie: undefined };
}

describe.each([
	["a guest", guest],
	["an issuer's person", issued],
])("%s who is suspended", (_who, make) => {
	it("is refused at every door, with what they made, until they are restored", async () => {
		const { userId, token, cookie } = await make();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const { secret } = (await call("POST", "/me/tokens", token, { name: "bot", scopes: ["read", "manage"] })).body.token;
		const invites = await Promise.all(
			[token, secret].map(async (maker) => (await call("POST", `/conversations/${id}/invites`, maker, {})).body.invite.token),
		);
		const accept = async (nth: number) => codeOf(await call("POST", "/invites/accept", await tokenOf("stranger"), { token: invites[nth] }));
		const [socket, list] = [await Client.openBy(token, id), await MeClient.open(userId, { token })];
		const stream = new EventReader((await get(`/conversations/${id}/events`, secret)).body as ReadableStream<Uint8Array>);
		await stream.next("chat:joined");
		const socketIo = await SocketIoClient.signedIn(token);
		socketIo.emit("chat:join", { conversationId: id });
		await socketIo.next(({ name }) => name === "chat:joined");

		expect((await admin("suspend", userId)).body).toEqual({
			userId,
			suspended: { at: expect.stringMatching(/Z$/), by: "root" },
			isPending: false,
		});
		expect([await socket.closed, await list.closed]).toEqual([4401, 4401]);
		await Promise.all([stream.ended, socketIo.next(({ packet }) => packet === "41")]);
		for (const sleep of [() => {}, () => evict(env.USERS.getByName(userId), { webSockets: "hibernate" })]) {
			await sleep();
			for (const by of [token, secret]) {
				expect(codeOf(await call("GET", `/conversations/${id}`, by))).toBe("suspended");
				expect(codeOf(await call("GET", "/me", by))).toBe("suspended");
				for (const path of ["/me/socket", `/conversations/${id}/socket`]) expect(await codeIn(await open(path, by))).toBe("suspended");
				const again = await SocketIoClient.bare();
				again.send(`40${JSON.stringify({ token: by })}`);
				expect((await again.next(({ packet }) => packet.startsWith("44"))).packet).toContain('"code":"suspended"');
			}
			if (cookie) expect(codeOf(await call("POST", "/auth/refresh", undefined, undefined, { cookie }))).toBe("suspended");
			expect([await accept(0), await accept(1)]).toEqual(["invite_expired", "invite_expired"]);
		}

		expect((await admin("restore", userId)).body).toEqual({ userId, suspended: null, isPending: false });
		for (const by of [token, secret]) expect((await call("GET", `/conversations/${id}`, by)).status).toBe(200);
		if (cookie) expect(codeOf(await call("POST", "/auth/refresh", undefined, undefined, { cookie }))).toBe(200);
		expect((await call("GET", `/conversations/${id}/members`, token)).body.members).toMatchObject([{ userId, role: "owner" }]);
		expect([await accept(0), await accept(1)]).toEqual([200, 200]);
		const back = await Client.openBy(token, id);
		expect((await back.next("chat:joined")).role).toBe("owner");
	});
});

const get = (path: string, token: string) =>
	exports.default.fetch(`${origin}/api${path}`, { headers: { authorization: `Bearer ${token}` } });

it("a guest whose sessions run out meanwhile is ended once they are restored, and what only they are in stays", async () => {
	const { userId, token } = await guest();
	const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
	await admin("suspend", userId);
	const user = env.USERS.getByName(userId) as unknown as DurableObjectStub<undefined>;
	await runInDurableObject(user, (_object, { storage }) => storage.sql.exec("UPDATE known_since SET at = 0"));
	await evict(user, { webSockets: "hibernate" });
	await runDurableObjectAlarm(user);
	const members = () =>
		runInDurableObject(env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>, (_object, { storage }) => {
			const exists = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'members'").toArray().length > 0;
			return exists ? storage.sql.exec("SELECT user_id FROM members").toArray() : "deleted";
		});
	expect(await members()).toEqual([{ user_id: userId }]);
	await admin("restore", userId);
	await runDurableObjectAlarm(user);
	await expect.poll(members).toEqual([]);
});

it("a guest whose session runs out while a network is banned leaves what only they are in to administrators", async () => {
	const path = "/admin/networks/203.0.113.0%2F24";
	/** What is left of a conversation that only a guest is in, after the end of their session. */
	const left = async () => {
		const { userId, token } = await guest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const user = env.USERS.getByName(userId) as unknown as DurableObjectStub<undefined>;
		await runInDurableObject(user, (_object, { storage }) => storage.sql.exec("UPDATE known_since SET at = 0"));
		await evict(user, { webSockets: "hibernate" });
		await runDurableObjectAlarm(user);
		const stored = () =>
			runInDurableObject(env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>, (_object, { storage }) => {
				const exists = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'members'").toArray().length > 0;
				return exists ? storage.sql.exec("SELECT user_id FROM members").toArray() : "deleted";
			});
		await expect.poll(stored).not.toEqual([{ user_id: userId }]);
		return stored;
	};
	const from = { "cf-connecting-ip": "198.51.100.1" };
	expect((await call("PUT", path, await tokenOf("root"), { seconds: 3600 }, from)).status).toBe(200);
	await expect.poll(await left()).toEqual([]);
	expect((await call("DELETE", path, await tokenOf("root"))).status).toBe(204);
	await expect.poll(await left()).toBe("deleted");
});

it("a running reply goes on when its asker is suspended", async () => {
	const id = await newConversation("ann", ["ben"]);
	const [ann, ben] = [await Client.join("ann", id), await Client.join("ben", id)];
	ben.say("@claude Write a long answer, please.");
	await ann.next("chat:streaming");
	await admin("suspend", "ben");
	expect(await ben.closed).toBe(4401);
	const { message } = await ann.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message.status).toBe("complete");
	await admin("restore", "ben");
});

describe("only administrators", () => {
	it("suspend and restore: no other person, no program, and no guest or account by a claim of their own", async () => {
		const { secret } = (await call("POST", "/me/tokens", await tokenOf("root"), { name: "bot", scopes: ["read", "write", "manage"] })).body
			.token;
		const { token } = await guest();
		for (const by of [await tokenOf("ann"), await tokenOf("ann", { roles: ["chat-admin"] }), secret, token])
			expect(codeOf(await call("POST", "/admin/people/ben/suspend", by))).toBe("forbidden");
		expect((await call("GET", "/me", await tokenOf("ben"))).status).toBe(200);
	});

	it("are those of a claim too, which may be inside another and be a list", async () => {
		for (const roles of ["chat-admin", ["user", "chat-admin"]])
			expect((await call("GET", "/admin/audit", await tokenOf("cy", { realm: { roles } }))).status).toBe(200);
		for (const roles of ["chat-admin ", ["chat-admins"], { "chat-admin": true }])
			expect(codeOf(await call("GET", "/admin/audit", await tokenOf("cy", { realm: { roles } })))).toBe("forbidden");
	});

	it("suspend nobody who cannot exist, and never themselves", async () => {
		for (const id of ["claude", `erased-${crypto.randomUUID()}`, "x".repeat(256)])
			expect(codeOf(await admin("suspend", id))).toBe("not_found");
		const refused = await admin("suspend", "root");
		expect([codeOf(refused), refused.body.error.message]).toEqual(["forbidden", expect.stringContaining("yourself")]);
		expect((await call("GET", "/me", await tokenOf("root"))).status).toBe(200);
	});

	it("cannot all be suspended: of two who suspend each other at once, one remains", async () => {
		const done = await Promise.all([admin("suspend", "second", "root"), admin("suspend", "root", "second")]);
		expect(done.map(({ status }) => status).sort()).toEqual([200, 403]);
		const directory = env.DIRECTORY.getByName(directoryName);
		expect([await directory.suspended("root"), await directory.suspended("second")].filter(Boolean)).toHaveLength(1);
		// Both had passed the door by then.
		expect(await directory.suspend("root", "second")).not.toEqual(await directory.suspend("second", "root"));
		const [suspended, left] = (await directory.suspended("root")) ? ["root", "second"] : ["second", "root"];
		expect((await admin("restore", suspended, left)).status).toBe(200);
	});
});

it("keeps who suspended and restored whom, newest first", async () => {
	const userId = `p-${crypto.randomUUID()}`;
	for (const act of ["suspend", "suspend", "restore"] as const) await admin(act, userId);
	const { acts, hasMore } = (await call("GET", "/admin/audit?limit=2", await tokenOf("root"))).body;
	expect(acts).toEqual([
		expect.objectContaining({ id: expect.any(Number), at: expect.any(String), action: "restored", actor: "root", subject: userId }),
		expect.objectContaining({ id: expect.any(Number), at: expect.any(String), action: "suspended", actor: "root", subject: userId }),
	]);
	expect(hasMore).toBe(true);
	const before = (await call("GET", `/admin/audit?limit=1&before=${acts[1].id}`, await tokenOf("root"))).body.acts;
	expect(before).not.toContainEqual(expect.objectContaining({ subject: userId }));
});

it("reaches a person whose object fails at first", async () => {
	const userId = `p-${crypto.randomUUID()}`;
	const inPerson = (statement: string) =>
		runInDurableObject(env.USERS.getByName(userId) as DurableObjectStub<undefined>, (_object, { storage }) => {
			for (const sql of statement.split(";;")) storage.sql.exec(sql);
		});
	await inPerson(
		"CREATE TABLE standing (one INTEGER PRIMARY KEY, suspended INTEGER NOT NULL, administrator TEXT);; INSERT INTO standing VALUES (1, 0, NULL);; CREATE TRIGGER broken BEFORE INSERT ON standing BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END",
	);
	expectLog(/could not be passed on/);
	expect((await admin("suspend", userId)).body.isPending).toBe(true);
	await evict(env.USERS.getByName(userId));
	expect((await call("GET", "/me", await tokenOf(userId))).status).toBe(200);
	await inPerson("DROP TRIGGER broken");
	const directory = env.DIRECTORY.getByName(directoryName);
	await makeJobsDue(directory as unknown as DurableObjectStub<undefined>);
	// It may have fired by itself meanwhile.
	await runDurableObjectAlarm(directory);
	await expect.poll(async () => codeOf(await call("GET", "/me", await tokenOf(userId)))).toBe("suspended");
});

it("outlasts an erasure of the person", async () => {
	const userId = `p-${crypto.randomUUID()}`;
	await newConversation(userId);
	await admin("suspend", userId);
	await env.USERS.getByName(userId).erase(false);
	for (const sleep of [() => {}, () => evict(env.USERS.getByName(userId))]) {
		await sleep();
		expect(codeOf(await call("GET", "/me", await tokenOf(userId)))).toBe("suspended");
	}
});
