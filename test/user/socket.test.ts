// The sockets of a person's list: what they receive, and how they end.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { passTime, startClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { MeClient } from "../support/me.ts";
import { call, newConversation, tokenOf } from "../support/socket.ts";

const newPerson = () => `p${crypto.randomUUID()}`;
const stubOf = (userId: string) => env.USERS.getByName(userId);
const alarmOf = (userId: string) => runInDurableObject(stubOf(userId), (_object, { storage }) => storage.getAlarm());

describe("the socket of a list", () => {
	it("sends the list and the settings first, and answers `ping`", async () => {
		const userId = newPerson();
		const id = await newConversation(userId);
		await call("PATCH", "/me/settings", await tokenOf(userId), { theme: "dark" });
		const client = await MeClient.open(userId);
		expect(client.first).toMatchObject({ conversations: [{ id, role: "owner", unread: 0 }], hasMore: false, settings: { theme: "dark" } });
		client.raw("ping");
		await client.nextFrame();
		expect(client.otherFrames).toEqual(["pong"]);
	});

	it("sends one page of the list, pinned entries first", async () => {
		const userId = newPerson();
		const ids = [];
		for (let n = 0; n <= limits.listPage.default; n++) ids.push(await newConversation(userId));
		await call("PATCH", `/me/conversations/${ids[0]}`, await tokenOf(userId), { pinned: true });
		const { first } = await MeClient.open(userId);
		expect(first.conversations).toHaveLength(limits.listPage.default);
		expect([first.hasMore, first.conversations[0]?.id]).toEqual([true, ids[0]]);
	});

	it("accepts the same subprotocol as a conversation, with a token in it", async () => {
		const token = await tokenOf(newPerson());
		const answered = await MeClient.request("", { authorization: "", "sec-websocket-protocol": `chat.v1, bearer.${token}` });
		expect([answered.status, answered.headers.get("sec-websocket-protocol")]).toEqual([101, "chat.v1"]);
	});

	it("is refused without a token or without an upgrade", async () => {
		expect((await MeClient.request("x")).status).toBe(401);
		expect((await call("GET", "/me/socket", await tokenOf("ann"))).status).toBe(426);
	});

	it("receives settings, new entries and changed ones after a sleep", async () => {
		const userId = newPerson();
		const token = await tokenOf(userId);
		const client = await MeClient.open(userId);
		const other = await MeClient.open(userId);
		await evict(stubOf(userId), { webSockets: "hibernate" });
		await call("PATCH", "/me/settings", token, { theme: "dark" });
		const id = await newConversation(userId);
		await call("PATCH", `/me/conversations/${id}`, token, { muted: true });
		for (const each of [client, other]) {
			expect(await each.next("me:settings")).toMatchObject({ settings: { theme: "dark" } });
			expect(await each.listed(id)).toMatchObject({ role: "owner", muted: false });
			expect(await each.listed(id)).toMatchObject({ muted: true });
		}
	});
});

describe("a sign-in that expires", () => {
	afterEach(startClock);

	it("closes the socket by the alarm, which is set only while there is a socket", async () => {
		const userId = newPerson();
		await newConversation(userId);
		expect(await alarmOf(userId)).toBeNull();
		// Long enough for a slow machine to have it asleep by then.
		const client = await MeClient.open(userId, { expiresIn: 12 });
		const longer = await MeClient.open(userId);
		await evict(stubOf(userId), { webSockets: "hibernate" });
		const due = (await alarmOf(userId)) as number;
		// The platform fires the alarm by itself.
		expect(await client.closed).toBe(4401);
		expect(Date.now()).toBeGreaterThanOrEqual(due - 1_000);
		await expect.poll(() => alarmOf(userId)).toBeGreaterThan(Date.now() + 500_000);
		longer.close();
		await longer.closed;
		expect(await runDurableObjectAlarm(stubOf(userId))).toBe(true);
		expect(await alarmOf(userId)).toBeNull();
	});

	it("closes the socket before anything more is sent", async () => {
		const userId = newPerson();
		const client = await MeClient.open(userId, { expiresIn: 60 });
		// The alarm that would close it has not rung by then.
		passTime(120_000);
		await newConversation(userId);
		expect(await client.closed).toBe(4401);
		expect(client.all("me:conversation")).toEqual([]);
	});
});

describe("a guest who signs out", () => {
	it("receives no more of their list, and cannot open another socket", async () => {
		const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const client = await MeClient.open(user.id, { token });
		const id = (await call("POST", "/conversations", token, {})).body.conversation.id;
		await client.listed(id);
		expect((await call("POST", "/auth/sign-out", token)).status).toBe(204);
		expect(await client.closed).toBe(4401);
		expect((await MeClient.request(token)).status).toBe(401);
	});
});

describe("the sockets of one person", () => {
	it("have a maximum: one more closes the oldest, also after a sleep", async () => {
		const userId = newPerson();
		const sockets: MeClient[] = [];
		for (let n = 0; n < limits.listSockets; n++) sockets.push(await MeClient.open(userId));
		await evict(stubOf(userId), { webSockets: "hibernate" });
		const last = await MeClient.open(userId);
		expect(await sockets[0]?.closed).toBe(4409);
		await call("PATCH", "/me/settings", await tokenOf(userId), { theme: "dark" });
		for (const socket of [...sockets.slice(1), last]) await socket.next("me:settings");
		expect(sockets[0]?.all("me:settings")).toEqual([]);
	});

	it("that ignore their close keep new ones out", async () => {
		const userId = newPerson();
		for (let n = 0; n < limits.undisconnectedSockets; n++) await MeClient.open(userId, { ignoresClose: true });
		expect((await MeClient.request(await tokenOf(userId))).status).toBe(409);
	});
});

describe("frames other than `ping`", () => {
	it("are not answered, and a flood of them closes all sockets and keeps new ones out for a while", async () => {
		const userId = newPerson();
		const calm = await MeClient.open(userId);
		const loud = await MeClient.open(userId, { ignoresClose: true });
		for (let n = 1; n < limits.badFramesPerMinute; n++) loud.raw(n % 2 ? `[{"type":"me:read"}]` : new ArrayBuffer(8));
		await call("PATCH", "/me/settings", await tokenOf(userId), { theme: "dark" });
		await loud.next("me:settings");
		expect(loud.events).toHaveLength(2);
		loud.raw("x");
		expect([await loud.closed, await calm.closed]).toEqual([4429, 4429]);
		const refused = await MeClient.request(await tokenOf(userId));
		expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
	});
});
