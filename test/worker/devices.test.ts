// The devices of a person: listing them, signing out there, and the link by which a guest adds another one.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { accountLimits } from "../../src/protocol/account/limits.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Authenticator } from "../support/authenticator.ts";
import { allowLog } from "../support/log.ts";
import { MeClient } from "../support/me.ts";
import { proofOf, remember } from "../support/proof.ts";
import { Client, call, origin, tokenOf } from "../support/socket.ts";

allowLog(/A passkey was refused/, /A session cookie was refused/, /A token was refused/);

const agents = {
	windows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
	iphone:
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
};
const on = (device: keyof typeof agents) => ({ "user-agent": agents[device], origin });

type Answer = Awaited<ReturnType<typeof call>>;
const outcome = ({ status, body }: Answer) => [status, body?.error?.code];
const cookieOf = ({ headers }: Answer) => (headers.get("set-cookie") ?? "").split(";")[0] as string;
const refresh = (cookie: string, device: keyof typeof agents) =>
	call("POST", "/auth/refresh", undefined, undefined, { cookie, ...on(device) });

async function newGuest(name = "Gus") {
	const answer = remember(await call("POST", "/auth/guest", undefined, { name }, on("windows")));
	return { token: answer.body.token as string, userId: answer.body.user.id as string, cookie: cookieOf(answer) };
}

const inBrowserOf = (token: string) => ({ ...on("windows"), ...proofOf(token) });
const makeLink = (token: string, headers: Record<string, string> = inBrowserOf(token)) =>
	call("POST", "/me/device-links", token, undefined, headers);
const tokenIn = (url: string) => url.split("#")[1] as string;
const open = (token: string) => call("POST", "/auth/device-link/open", undefined, { token }, on("iphone"));
const finish = async (token: string, claim: string) =>
	remember(await call("POST", "/auth/device-link/finish", undefined, { token, claim }, on("iphone")));
const confirm = (signIn: string, id: string) => call("POST", `/me/device-links/${id}/confirm`, signIn, undefined, on("windows"));

/** Adds an iPhone to a guest's account. */
async function addDevice(token: string) {
	const { link } = (await makeLink(token)).body;
	const { claim } = (await open(tokenIn(link.url))).body;
	await confirm(token, link.id);
	const answer = await finish(tokenIn(link.url), claim);
	expect(answer.status).toBe(200);
	return { token: answer.body.token as string, cookie: cookieOf(answer), user: answer.body.user };
}

afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => {
	if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"] });
	vi.setSystemTime(Date.now() + ms);
};

describe("a second device", () => {
	it("is added by a link that the first device confirms, and is the same person", async () => {
		const { token, userId } = await newGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const made = await makeLink(token);
		const { link } = made.body;
		expect([made.status, link]).toEqual([
			201,
			{
				id: expect.stringMatching(/^[\da-f]{64}$/),
				url: expect.stringMatching(/^https:\/\/parley\.example\/device#[\w-]{22}\.[\w-]{22}$/),
				expiresAt: expect.any(String),
			},
		]);
		expect((await call("GET", `/me/device-links/${link.id}`, token)).body).toEqual({ state: "open" });
		const opened = (await open(tokenIn(link.url))).body;
		expect(opened).toEqual({ claim: expect.any(String), code: expect.stringMatching(/^\d{4}$/), username: "Gus" });
		expect((await finish(tokenIn(link.url), opened.claim)).body).toEqual({ state: "waiting" });
		expect((await call("GET", `/me/device-links/${link.id}`, token)).body).toEqual({
			state: "opened",
			code: opened.code,
			device: { browser: "Safari", system: "iPhone" },
		});
		expect((await confirm(token, link.id)).status).toBe(204);
		const answer = await finish(tokenIn(link.url), opened.claim);
		expect([answer.status, answer.body.user]).toEqual([200, { id: userId, name: "Gus" }]);
		const renewed = await refresh(cookieOf(answer), "iphone");
		expect((await call("PATCH", `/conversations/${id}`, renewed.body.token, { title: "Mine" })).status).toBe(200);
		expect((await call("GET", "/me/account-events", token)).body.events).toMatchObject([
			{ act: "device_added", subject: "Safari · iPhone" },
		]);
	});

	it("keeps the account when the first one signs out, and the last sign-out is for good", async () => {
		const { token, cookie } = await newGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const phone = await addDevice(token);
		await call("POST", "/auth/sign-out", token);
		expect(outcome(await refresh(cookie, "windows"))).toEqual([401, "unauthorized"]);
		expect((await call("GET", `/conversations/${id}`, phone.token)).status).toBe(200);
		await call("POST", "/auth/sign-out", phone.token);
		expect((await call("GET", `/conversations/${id}`, await tokenOf("bob", { conversations: ["*"] }))).status).toBe(404);
	});
});

describe("a link for a device", () => {
	it("works once, and for nobody who did not open it", async () => {
		const { token } = await newGuest();
		const { link } = (await makeLink(token)).body;
		const secret = tokenIn(link.url);
		expect(outcome(await confirm(token, link.id))).toEqual([410, "link_expired"]);
		const { claim } = (await open(secret)).body;
		expect(outcome(await open(secret))).toEqual([410, "link_expired"]);
		await confirm(token, link.id);
		expect(outcome(await finish(secret, "b0Zc5nRz7LpAT0Yx3kQv8m"))).toEqual([410, "link_expired"]);
		expect((await finish(secret, claim)).status).toBe(200);
		expect(outcome(await finish(secret, claim))).toEqual([410, "link_expired"]);
	});

	it("ends after two minutes, when it is cancelled, and when another is made", async () => {
		const { token } = await newGuest();
		const first = (await makeLink(token)).body.link;
		const second = (await makeLink(token)).body.link;
		expect(outcome(await open(tokenIn(first.url)))).toEqual([410, "link_expired"]);
		const { claim } = (await open(tokenIn(second.url))).body;
		expect((await call("DELETE", `/me/device-links/${second.id}`, token)).status).toBe(204);
		expect(outcome(await finish(tokenIn(second.url), claim))).toEqual([410, "link_expired"]);
		const third = (await makeLink(token)).body.link;
		const late = (await open(tokenIn(third.url))).body.claim;
		await confirm(token, third.id);
		pass(accountLimits.deviceLink);
		expect(outcome(await finish(tokenIn(third.url), late))).toEqual([410, "link_expired"]);
		expect(outcome(await call("GET", `/me/device-links/${third.id}`, token))).toEqual([410, "link_expired"]);
	});

	it("is made, seen, confirmed and cancelled by its own guest alone", async () => {
		const [gus, eve] = [await newGuest(), await newGuest("Eve")];
		const { link } = (await makeLink(gus.token)).body;
		const { claim } = (await open(tokenIn(link.url))).body;
		expect(outcome(await call("GET", `/me/device-links/${link.id}`, eve.token))).toEqual([410, "link_expired"]);
		expect(outcome(await confirm(eve.token, link.id))).toEqual([410, "link_expired"]);
		await call("DELETE", `/me/device-links/${link.id}`, eve.token);
		expect((await finish(tokenIn(link.url), claim)).status).toBe(202);
		expect(outcome(await makeLink(await tokenOf("ann")))).toEqual([403, "forbidden"]);
		const { secret } = (await call("POST", "/me/tokens", gus.token, { name: "bot" })).body.token;
		expect(outcome(await makeLink(secret))).toEqual([403, "forbidden"]);
	});

	it("is not added by a stolen access token: the link is made in the browser that has the session", async () => {
		const [gus, eve] = [await newGuest(), await newGuest("Eve")];
		for (const headers of [on("windows"), { ...on("windows"), ...proofOf(eve.token) }])
			expect(outcome(await makeLink(gus.token, headers))).toEqual([403, "forbidden"]);
		const phone = await addDevice(gus.token);
		expect((await makeLink(phone.token)).status).toBe(201);
	});

	it("needs a confirmation of whoever has a passkey", async () => {
		const { token } = await newGuest();
		const { body: options } = await call("POST", "/auth/passkey/register/options", token, undefined, inBrowserOf(token));
		await call("POST", "/auth/passkey/register/verify", token, await new Authenticator().create(options, origin), inBrowserOf(token));
		expect((await makeLink(token)).status).toBe(201);
		pass(accountLimits.proof);
		expect(outcome(await makeLink(token))).toEqual([403, "confirm_first"]);
	});

	it("lets nobody in as a person who is suspended, erased or has signed out, or where guests cannot sign in", async () => {
		for (const end of ["suspend", "erase", "sign out", "guests off"]) {
			const { token, userId } = await newGuest();
			const { link } = (await makeLink(token)).body;
			const { claim } = (await open(tokenIn(link.url))).body;
			await confirm(token, link.id);
			if (end === "suspend") await env.USERS.getByName(userId).suspend(true);
			if (end === "erase") await call("DELETE", "/me", token);
			if (end === "sign out") await call("POST", "/auth/sign-out", token);
			if (end === "guests off") Object.assign(env, { GUEST_SIGN_IN: "off" });
			const { status } = await finish(tokenIn(link.url), claim);
			Object.assign(env, { GUEST_SIGN_IN: "on" });
			expect([end, status]).toEqual([end, end === "suspend" || end === "guests off" ? 403 : 410]);
		}
	});

	it.each(["", "nonsense", "b0Zc5nRz7LpAT0Yx3kQv8m.b0Zc5nRz7LpAT0Yx3kQv8m", `${"a".repeat(300)}.b`])(
		"that is none is refused: %j",
		async (token) => {
			expect(outcome(await open(token))).toEqual([410, "link_expired"]);
			expect(outcome(await finish(token, "b0Zc5nRz7LpAT0Yx3kQv8m"))).toEqual([410, "link_expired"]);
		},
	);

	it("is stored by its hash", async () => {
		const { token, userId } = await newGuest();
		const { link } = (await makeLink(token)).body;
		const { claim } = (await open(tokenIn(link.url))).body;
		const rows = await runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) =>
			JSON.stringify(storage.sql.exec("SELECT * FROM device_links").toArray()),
		);
		expect(rows).not.toContain(tokenIn(link.url).split(".")[1]);
		expect(rows).not.toContain(claim);
	});
});

describe("the list of devices", () => {
	it("has no more than a hundred: one more ends the one that was used least recently, with its connections", async () => {
		const { token, userId } = await newGuest();
		const phone = await addDevice(token);
		const { id } = (await call("POST", "/conversations", phone.token, {})).body.conversation;
		const [socket, list] = [await Client.openBy(token, id), await Client.openBy(phone.token, id)];
		const user = env.USERS.getByName(userId);
		for (let n = 0; n < limits.sessions - 1; n++) await user.beginSession(`s${n}`, "Gus");
		expect(await socket.closed).toBe(4401);
		expect(outcome(await call("GET", "/me", token))).toEqual([401, "unauthorized"]);
		expect((await call("GET", "/me", phone.token)).status).toBe(200);
		list.close();
	});

	it("names each device, this one first", async () => {
		const { token, cookie } = await newGuest();
		const phone = await addDevice(token);
		await refresh(phone.cookie, "iphone");
		const here = (await refresh(cookie, "windows")).body.token;
		const { devices } = (await call("GET", "/me/devices", here, undefined, on("windows"))).body;
		expect(devices).toEqual([
			{ id: expect.any(String), device: { browser: "Firefox", system: "Windows" }, lastSeenAt: expect.any(String), isCurrent: true },
			{ id: expect.any(String), device: { browser: "Safari", system: "iPhone" }, lastSeenAt: expect.any(String), isCurrent: false },
		]);
		expect((await call("GET", "/me/devices", await tokenOf("ann"))).body).toEqual({ devices: [] });
	});

	it("ends a socket with the session that renewed it, and not with the one that opened it", async () => {
		const { token } = await newGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const phone = await addDevice(token);
		const [renewed, other] = [await Client.openBy(token, id), await Client.openBy(phone.token, id)];
		/** The sessions of all sockets, as they are stored for a sleep. */
		const sessions = () =>
			runInDurableObject(env.CONVERSATIONS.getByName(id), (_, state) =>
				state.getWebSockets().map((socket) => (socket.deserializeAttachment() as { session: string }).session),
			);
		await Promise.all([renewed.next("chat:joined"), other.next("chat:joined")]);
		expect(new Set(await sessions()).size).toBe(2);
		renewed.send({ type: "chat:auth", conversationId: id, token: phone.token });
		await expect.poll(async () => new Set(await sessions()).size).toBe(1);
		const devices: { id: string; isCurrent: boolean }[] = (await call("GET", "/me/devices", phone.token)).body.devices;
		const first = devices.find(({ isCurrent }) => !isCurrent);
		await call("DELETE", `/me/devices/${first?.id}`, phone.token, undefined, on("iphone"));
		renewed.say("Still here");
		await other.next("chat:message");
		await call("POST", "/auth/sign-out", phone.token, undefined, { cookie: phone.cookie, ...on("iphone") });
		expect([await renewed.closed, await other.closed]).toEqual([4401, 4401]);
	});

	it("signs out there: tokens, cookies and sockets of that device end, and no others", async () => {
		const { token, cookie } = await newGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const phone = await addDevice(token);
		const [theirs, ours] = [await Client.openBy(phone.token, id), await Client.openBy(token, id)];
		const list = await MeClient.open("", { token: phone.token });
		const { devices } = (await call("GET", "/me/devices", token)).body;
		expect((await call("DELETE", `/me/devices/${devices[1].id}`, token, undefined, on("windows"))).status).toBe(204);
		expect([await theirs.closed, await list.closed]).toEqual([4401, 4401]);
		expect(outcome(await call("GET", "/me", phone.token))).toEqual([401, "unauthorized"]);
		expect(outcome(await refresh(phone.cookie, "iphone"))).toEqual([401, "unauthorized"]);
		expect((await refresh(cookie, "windows")).status).toBe(200);
		ours.say("Still here");
		await ours.next("chat:message");
		expect((await call("GET", "/me/devices", token)).body.devices).toHaveLength(1);
		expect((await call("GET", "/me/account-events", token)).body.events[0]).toMatchObject({
			act: "device_signed_out",
			subject: "Safari · iPhone",
			device: { browser: "Firefox", system: "Windows" },
		});
	});

	it("signs out neither this device nor another person's", async () => {
		const [gus, eve] = [await newGuest(), await newGuest("Eve")];
		const own = (await call("GET", "/me/devices", gus.token)).body.devices[0].id;
		expect(outcome(await call("DELETE", `/me/devices/${own}`, gus.token))).toEqual([404, "not_found"]);
		expect(outcome(await call("DELETE", `/me/devices/${own}`, eve.token))).toEqual([404, "not_found"]);
		expect(outcome(await call("DELETE", `/me/devices/${own}`, await tokenOf("ann")))).toEqual([404, "not_found"]);
		expect((await call("GET", "/me", gus.token)).status).toBe(200);
	});

	it("stores nothing of who only asks", async () => {
		const { token, userId } = await newGuest();
		await call("GET", "/me/devices", token);
		const tables = await runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) =>
			storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%'").toArray(),
		);
		expect(tables).toEqual([]);
	});
});
