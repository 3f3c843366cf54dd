// A guest who joins a provider's identity: what they keep, what ends, how the identity is removed, and what an attacker gains.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { directoryName } from "../../src/protocol/admin/records.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Authenticator } from "../support/authenticator.ts";
import { passTime, startClock, stopClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { allowLog } from "../support/log.ts";
import { Browser, provider, providerSettings, useProvider } from "../support/provider-browser.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, origin, tokenOf } from "../support/socket.ts";

withSettings({
	...providerSettings,
	GUEST_SIGN_IN: "on",
	GUEST_CLAUDE: "off",
	ADMIN_USERS: "boss",
	OIDC_ADMINS: "admin@example.com",
	BUDGET_USD_PER_GUEST_PER_DAY: "1",
	BUDGET_USD_PER_PERSON_PER_DAY: "5",
});
allowLog(
	/A sign-in with the provider was refused/,
	/A session cookie was refused/,
	/A token was refused/,
	/A passkey was refused/,
	/A personal token was refused/,
);
beforeEach(() => useProvider());

const ada = { sub: "248289761001", name: "Ada Lovelace", email: "ada@example.com", email_verified: true };

type Guest = { browser: Browser; token: string; userId: string };

async function newGuest(name = "Gus"): Promise<Guest> {
	const browser = new Browser();
	const response = await browser.open("/api/auth/guest", { method: "POST", body: JSON.stringify({ name }) });
	const { token, user } = (await response.json()) as { token: string; user: { id: string } };
	return { browser, token, userId: user.id };
}

/** The address at the provider, with the cookie of the way there in the browser. */
async function begin({ browser, token }: Guest, returnTo = "/"): Promise<string> {
	const response = await browser.open("/api/me/identities", {
		method: "POST",
		headers: { authorization: `Bearer ${token}`, origin },
		body: JSON.stringify({ provider: "default", returnTo }),
	});
	expect(response.status).toBe(200);
	return ((await response.json()) as { url: string }).url;
}

async function join(guest: Guest, claims: Record<string, unknown> = ada): Promise<Response> {
	return guest.browser.open(provider.signIn(await begin(guest), claims));
}

/** Joins, and brings the guest's newest token. */
async function joined(guest: Guest, claims: Record<string, unknown> = ada): Promise<Guest> {
	expect((await join(guest, claims)).status).toBe(302);
	return { ...guest, token: (await guest.browser.refresh()).body.token };
}

async function signIn(claims: Record<string, unknown> = ada): Promise<Guest> {
	const browser = new Browser();
	expect((await browser.signIn(claims)).status).toBe(302);
	const { token, user } = (await browser.refresh()).body;
	return { browser, token, userId: user.id };
}

const newConversation = async (token: string) => (await call("POST", "/conversations", token, {})).body.conversation.id as string;
const identitiesOf = async (token: string) => (await call("GET", "/me/identities", token)).body.identities;
const userOf = async (token: string) => (await call("GET", "/me", token)).body.user;
const statusOf = async (token: string) => (await call("GET", "/me", token)).status;
const outcome = ({ status, body }: Awaited<ReturnType<typeof call>>) => [status, body?.error?.code];

/** A call by the page, with the browser's cookies. */
async function callIn({ browser, token }: Pick<Guest, "browser" | "token">, method: string, path: string, body?: object) {
	const headers = { authorization: `Bearer ${token}`, origin };
	const response = await browser.open(`/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

async function addPasskey(guest: Guest): Promise<Authenticator> {
	const authenticator = new Authenticator();
	const { body: options } = await callIn(guest, "POST", "/auth/passkey/register/options");
	const response = await authenticator.create(options, origin);
	expect((await callIn(guest, "POST", "/auth/passkey/register/verify", response)).status).toBe(201);
	return authenticator;
}

async function signInByPasskey(authenticator: Authenticator): Promise<string> {
	const { body: options } = await call("POST", "/auth/passkey/sign-in/options", undefined, undefined, { origin });
	const answer = await call("POST", "/auth/passkey/sign-in/verify", undefined, await authenticator.get(options, origin), { origin });
	expect(answer.status).toBe(200);
	return answer.body.token;
}

/** Another device of the guest, by a link that the first one confirms. */
async function addDevice(guest: Guest): Promise<Guest> {
	const { link } = (await callIn(guest, "POST", "/me/device-links")).body;
	const secret = link.url.split("#")[1];
	const { claim } = (await call("POST", "/auth/device-link/open", undefined, { token: secret })).body;
	await callIn(guest, "POST", `/me/device-links/${link.id}/confirm`);
	const browser = new Browser();
	const finished = await browser.open("/api/auth/device-link/finish", { method: "POST", body: JSON.stringify({ token: secret, claim }) });
	expect(finished.status).toBe(200);
	return { ...guest, browser, token: ((await finished.json()) as { token: string }).token };
}

describe("a guest who joins an identity", () => {
	it("keeps id, conversations, ownership, reads and settings, and is called as the provider says", async () => {
		const gus = await newGuest();
		const id = await newConversation(gus.token);
		await call("PATCH", "/me/settings", gus.token, { theme: "dark" });
		const client = await Client.openBy(gus.token, id);
		await client.next("chat:joined");
		await call("POST", `/conversations/${id}/messages`, gus.token, { content: "Mine" });

		const back = await gus.browser.open(provider.signIn(await begin(gus, `/c/${id}#settings`), ada));
		expect([back.status, back.headers.get("location")]).toEqual([302, `/c/${id}#settings`]);
		expect(await client.closed).toBe(4401);
		const member = { userId: gus.userId, username: "Ada Lovelace", role: "owner" };

		const { body } = await gus.browser.refresh();
		expect(body.user).toEqual({ id: gus.userId, name: "Ada Lovelace", isAccount: true });
		expect([await userOf(body.token), await statusOf(gus.token)]).toEqual([body.user, 401]);
		expect((await call("GET", `/conversations/${id}`, body.token)).body.conversation.members).toEqual([member]);
		expect((await call("GET", "/conversations", body.token)).body.conversations[0]).toMatchObject({ id, unread: 0, role: "owner" });
		expect((await call("GET", "/me/settings", body.token)).body.settings).toEqual({ theme: "dark" });
		expect(await identitiesOf(body.token)).toEqual([
			{
				id: expect.stringMatching(/^oidc-/),
				provider: "Example",
				name: "Ada Lovelace",
				joinedAt: expect.any(String),
				lastUsedAt: expect.any(String),
			},
		]);
		expect((await call("GET", "/me/account-events", body.token)).body.events[0]).toMatchObject({
			act: "identity_joined",
			subject: "Example",
		});
		// Joining the same one again changes nothing.
		const { token } = await joined({ ...gus, token: body.token });
		expect(await identitiesOf(token)).toHaveLength(1);
	});

	it("comes back with it on another device, also where guests cannot sign in, and signs out of one session only", async () => {
		const gus = await newGuest();
		const id = await newConversation(gus.token);
		const account = await joined(gus);
		const elsewhere = await signIn({ ...ada, name: "Ada King" });
		expect(elsewhere.userId).toBe(gus.userId);
		expect((await call("GET", "/conversations", elsewhere.token)).body.conversations.map((entry: { id: string }) => entry.id)).toEqual([
			id,
		]);
		Object.assign(env, { GUEST_SIGN_IN: "off" });
		try {
			expect(await statusOf(account.token)).toBe(200);
			const again = await signIn(ada);
			expect([again.userId, (await again.browser.refresh()).status]).toEqual([gus.userId, 200]);
			expect((await call("POST", "/auth/guest", undefined, { name: "Late" })).status).toBe(403);
		} finally {
			Object.assign(env, { GUEST_SIGN_IN: "on" });
		}
		const out = await account.browser.open("/api/auth/sign-out", { method: "POST", headers: { authorization: `Bearer ${account.token}` } });
		expect(((await out.json()) as { signOutUrl: string }).signOutUrl).toContain(`${provider.issuer}/logout`);
		expect([await statusOf(account.token), await statusOf(elsewhere.token)]).toEqual([401, 200]);
	});

	it("has no guest's limits in money and questions any more, where they were a member before and where they enter later", async () => {
		const gus = await newGuest();
		const before = await newConversation(gus.token);
		const notice = async (id: string, token: string) =>
			(await call("POST", `/conversations/${id}/messages`, token, { content: "@claude hello" })).body.notice?.code;
		expect([await notice(before, gus.token), (await call("GET", "/me/usage", gus.token)).body.limitUsd]).toEqual(["forbidden", 1]);
		expect(outcome(await call("PATCH", "/me", gus.token, { name: "Gustav" }))).toEqual([200, undefined]);
		const { token } = await joined(gus);
		expect((await call("GET", "/me/usage", token)).body.limitUsd).toBe(5);
		expect([await notice(before, token), await notice(await newConversation(token), token)]).toEqual([undefined, undefined]);
		expect(outcome(await call("PATCH", "/me", token, { name: "Boss" }))).toEqual([403, "forbidden"]);
	});

	it("is no guest in what their programs create, nor in forks", async () => {
		const gus = await newGuest();
		const secretOf = async (token: string) => {
			const wish = { name: "bot", scopes: ["read", "write", "manage"], expiresInSeconds: 3600 };
			return (await call("POST", "/me/tokens", token, wish)).body.token.secret as string;
		};
		const notice = async (id: string, token: string) =>
			(await call("POST", `/conversations/${id}/messages`, token, { content: "@claude hello", asksClaude: true })).body.notice?.code;
		const fork = async (id: string, token: string) => {
			const { body } = await call("POST", `/conversations/${id}/fork`, token, { upTo: 1 });
			return body.conversation.id as string;
		};
		const before = await secretOf(gus.token);
		const old = await newConversation(before);
		expect([await notice(old, before), await notice(await fork(old, before), before)]).toEqual(["forbidden", "forbidden"]);
		const { token } = await joined(gus);
		const program = await secretOf(token);
		const made = await newConversation(program);
		expect([await notice(made, program), await notice(made, token)]).toEqual([undefined, undefined]);
		const [byProgram, byHand] = [await fork(made, program), await fork(made, token)];
		expect([await notice(byProgram, program), await notice(byHand, token)]).toEqual([undefined, undefined]);
	});

	it("is no guest where they were imported, also if only a program of theirs comes there", async () => {
		const gus = await newGuest();
		const { token } = await joined(gus);
		const id = await newConversation(token);
		// As an import stores its members.
		await runInDurableObject(env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>, (_object, { storage }) => {
			storage.sql.exec("UPDATE members SET is_account = 0");
		});
		await evict(env.CONVERSATIONS.getByName(id));
		const wish = { name: "bot", expiresInSeconds: 3600 };
		const program = (await call("POST", "/me/tokens", token, wish)).body.token.secret as string;
		const message = { content: "@claude hello", asksClaude: true };
		expect((await call("POST", `/conversations/${id}/messages`, program, message)).body).not.toHaveProperty("notice");
	});

	it("is no guest to administrators: ending all guests passes over them, and ends others", async () => {
		const boss = await tokenOf("boss");
		const [gus, other] = [await newGuest(), await newGuest("Other")];
		const { token } = await joined(gus);
		await newConversation(token);
		await newConversation(other.token);
		await statusOf(other.token);
		await expect.poll(async () => (await call("GET", `/admin/people/${gus.userId}`, boss)).body.person.kind).toBe("account");
		await call("POST", "/admin/guests/end", boss);
		await expect.poll(() => statusOf(other.token)).toBe(401);
		expect(await statusOf(token)).toBe(200);
	});
});

describe("an identity", () => {
	it("that has a person of its own with conversations is refused with a sentence, and nothing changes", async () => {
		const own = await signIn();
		await newConversation(own.token);
		const gus = await newGuest();
		const refused = await join(gus);
		expect(refused.status).toBe(409);
		expect(await refused.text()).toMatch(/already has an account of its own here.*Invite that account.*make it an owner/s);
		expect(await identitiesOf(gus.token)).toEqual([]);
		expect(await userOf(gus.token)).toEqual({ id: gus.userId, name: "Gus" });
		expect(await statusOf(own.token)).toBe(200);
		expect((await signIn()).userId).toBe(own.userId);
	});

	it("that only signed in here before leads to the guest from now on, and its former sessions end", async () => {
		const own = await signIn();
		const gus = await joined(await newGuest());
		expect([await statusOf(own.token), (await own.browser.refresh()).status]).toEqual([401, 401]);
		expect((await signIn()).userId).toBe(gus.userId);
	});

	it("of another guest is refused, also if both begin at once", async () => {
		const [gus, eve] = [await newGuest(), await newGuest("Eve")];
		const [ofGus, ofEve] = [provider.signIn(await begin(gus), ada), provider.signIn(await begin(eve), ada)];
		const answers = await Promise.all([gus.browser.open(ofGus), eve.browser.open(ofEve)]);
		expect(answers.map(({ status }) => status).sort()).toEqual([302, 409]);
		const lists = await Promise.all([identitiesOf(gus.token), identitiesOf(eve.token)]);
		expect(lists.flat()).toHaveLength(1);
	});

	it("with the same e-mail address joins nobody", async () => {
		const gus = await joined(await newGuest());
		expect((await signIn({ ...ada, sub: "somebody else" })).userId).not.toBe(gus.userId);
	});

	it("leads to a person of its own again once the guest has erased themselves", async () => {
		const gus = await joined(await newGuest());
		expect((await call("DELETE", "/me", gus.token)).status).toBe(200);
		const own = await signIn();
		expect(own.userId).toMatch(/^oidc-/);
		expect([await statusOf(gus.token), (await gus.browser.refresh()).status]).toEqual([401, 401]);
	});
});

describe("removing an identity", () => {
	it("is refused for the last way in, and not while there is a passkey or another identity", async () => {
		const guest = await joined(await newGuest());
		const [{ id }] = await identitiesOf(guest.token);
		expect(outcome(await callIn(guest, "DELETE", `/me/identities/${id}`))).toEqual([409, "last_way_in"]);
		const gus = await joined(guest, { ...ada, sub: "2", name: "Ada at home" });
		const [first, second] = await identitiesOf(gus.token);
		const answers = await Promise.all([first, second].map((one) => callIn(gus, "DELETE", `/me/identities/${one.id}`)));
		expect(answers.map(outcome).sort()).toEqual(
			[
				[204, undefined],
				[409, "last_way_in"],
			].sort(),
		);
		expect(await identitiesOf(gus.token)).toHaveLength(1);
	});

	it("signs out other devices that came by it, makes the person a guest again, and frees the identity", async () => {
		const guest = await newGuest();
		await addPasskey(guest);
		const gus = await joined(guest);
		const elsewhere = await signIn();
		const conversation = await newConversation(gus.token);
		const client = await Client.openBy(elsewhere.token, conversation);
		await client.next("chat:joined");
		const [{ id }] = await identitiesOf(gus.token);
		expect(outcome(await callIn(gus, "DELETE", `/me/identities/${id}`))).toEqual([204, undefined]);
		expect(await client.closed).toBe(4401);
		expect([await statusOf(elsewhere.token), await statusOf(gus.token)]).toEqual([401, 200]);
		expect(await userOf(gus.token)).toEqual({ id: gus.userId, name: "Ada Lovelace" });
		const asked = await call("POST", `/conversations/${conversation}/messages`, gus.token, { content: "@claude hello" });
		expect(asked.body.notice?.code).toBe("forbidden");
		expect((await signIn()).userId).toBe(id);
		expect((await call("GET", "/me/account-events", gus.token)).body.events[0]).toMatchObject({
			act: "identity_removed",
			subject: "Example",
		});
	});

	it("counts no passkey where guests cannot sign in", async () => {
		const guest = await newGuest();
		await addPasskey(guest);
		const gus = await joined(guest);
		Object.assign(env, { GUEST_SIGN_IN: "off" });
		try {
			const [{ id }] = await identitiesOf(gus.token);
			expect(outcome(await callIn(gus, "DELETE", `/me/identities/${id}`))).toEqual([409, "last_way_in"]);
		} finally {
			Object.assign(env, { GUEST_SIGN_IN: "on" });
		}
	});
});

describe("an attacker", () => {
	it("who put their guest's session into somebody's browser loses it, and their programs, when that person joins", async () => {
		const mallory = await newGuest("Mallory");
		const program = (await call("POST", "/me/tokens", mallory.token, { name: "spy", expiresInSeconds: 3600 })).body.token.secret;
		const victims = await addDevice(mallory);
		// Whoever put the session there can have made it with that session, too.
		const planted = (await call("POST", "/me/tokens", victims.token, { name: "mine", expiresInSeconds: 3600 })).body.token.secret;
		expect((await join(victims)).status).toBe(302);
		expect([await statusOf(mallory.token), (await mallory.browser.refresh()).status, await statusOf(program)]).toEqual([401, 401, 401]);
		expect([await statusOf(victims.token), await statusOf(planted)]).toEqual([401, 401]);
	});

	it("who kept copies of the cookies and the token that they planted loses them, too", async () => {
		const victims = await newGuest("Mallory");
		const id = await newConversation(victims.token);
		const mallory = { ...victims, browser: new Browser() };
		for (const [name, value] of victims.browser.cookies) mallory.browser.cookies.set(name, value);
		const spy = await Client.openBy(mallory.token, id);
		stopClock();
		try {
			expect((await join(victims)).status).toBe(302);
			expect(await spy.closed).toBe(4401);
			// Another tab of the victim's may ask with it, so the browser keeps its cookies.
			const early = await mallory.browser.open("/api/auth/refresh", { method: "POST" });
			expect([early.status, early.headers.getSetCookie()]).toEqual([503, []]);
			expect(outcome(await callIn(mallory, "POST", "/auth/passkey/register/options"))).toEqual([401, "unauthorized"]);
			passTime(11_000);
			expect((await mallory.browser.refresh()).status).toBe(401);
			const { status, body } = await victims.browser.refresh();
			expect([status, await statusOf(body.token)]).toEqual([200, 200]);
		} finally {
			startClock();
		}
	});

	it("who has a stolen token of a guest with a passkey cannot join theirs", async () => {
		const gus = await newGuest();
		const authenticator = await addPasskey(gus);
		const second = await addDevice({ ...gus, token: await signInByPasskey(authenticator) });
		expect(outcome(await callIn(second, "POST", "/me/identities", { provider: "default" }))).toEqual([403, "confirm_first"]);
	});

	it("who has a stolen access token alone neither joins an identity nor removes one", async () => {
		const gus = await newGuest();
		expect(outcome(await call("POST", "/me/identities", gus.token, { provider: "default" }, { origin }))).toEqual([403, "forbidden"]);
		const { token } = await joined(await joined(gus), { ...ada, sub: "2" });
		const [{ id }] = await identitiesOf(token);
		expect(outcome(await call("DELETE", `/me/identities/${id}`, token, undefined, { origin }))).toEqual([403, "forbidden"]);
	});

	it("whose session has ended meanwhile joins nothing, and the identity stays free", async () => {
		const gus = await newGuest();
		const address = provider.signIn(await begin(gus), ada);
		await call("POST", "/auth/sign-out", gus.token);
		const refused = await gus.browser.open(address);
		expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining("signed out here meanwhile")]);
		expect((await signIn()).userId).toMatch(/^oidc-/);
	});

	it("gets nowhere with a way back that another browser began, or a second time", async () => {
		const [gus, mallory] = [await newGuest(), await newGuest("Mallory")];
		const address = provider.signIn(await begin(mallory), { ...ada, sub: "mallory" });
		expect((await gus.browser.open(address)).status).toBe(400);
		expect(await identitiesOf(gus.token)).toEqual([]);
		expect((await mallory.browser.open(address)).status).toBe(302);
		expect((await mallory.browser.open(address)).status).toBe(400);
	});

	it("keeps no socket of a session that has given way to newer ones", async () => {
		const guest = await joined(await newGuest());
		const { id } = (await call("POST", "/conversations", guest.token, {})).body.conversation;
		const socket = await Client.openBy(guest.token, id);
		const object = env.USERS.getByName(guest.userId);
		const [identity] = await object.identities();
		const device = {};
		const begin = (n: number) =>
			object.beginJoined(
				{ ...(identity as { id: string; provider: string; name: string }), mark: undefined },
				{ session: `s${n}`, device },
			);
		for (let n = 0; n < limits.sessions; n++) await begin(n);
		expect(await socket.closed).toBe(4401);
	});

	it("who is suspended as one of the two does not come back as the other", async () => {
		const boss = await tokenOf("boss");
		const own = await signIn({ ...ada, sub: "suspended" });
		await call("POST", `/admin/people/${own.userId}/suspend`, boss);
		const gus = await newGuest();
		expect((await join(gus, { ...ada, sub: "suspended" })).status).toBe(403);
		expect(await identitiesOf(gus.token)).toEqual([]);
		const account = await joined(gus);
		await call("POST", `/admin/people/${gus.userId}/suspend`, boss);
		expect((await new Browser().signIn(ada)).status).toBe(403);
		expect(outcome(await call("GET", "/me", account.token))).toEqual([403, "suspended"]);
	});

	it("does not confirm a legal request that they made under the other of their two ids", async () => {
		const boss = { ...ada, sub: "two-ids", email: "admin@example.com" };
		const ask = async (token: string) =>
			(await call("POST", "/admin/conversations/some-conversation/requests", token, { kind: "export", reason: "Order 12" })).body.request
				.requestId as string;
		const confirm = async (requestId: string, token: string) => outcome(await call("POST", `/admin/requests/${requestId}/confirm`, token));
		const account = await signIn(boss);
		const asAccount = await ask(account.token);
		const stored = () =>
			runInDurableObject(env.DIRECTORY.getByName(directoryName) as unknown as DurableObjectStub<undefined>, (_object, { storage }) =>
				storage.sql.exec<{ vouchers: string }>("SELECT vouchers FROM requests WHERE vouchers IS NOT NULL").toArray(),
			);
		expect(await stored()).toEqual([{ vouchers: expect.stringMatching(/^\["[\w-]{43}"(,"[\w-]{43}")+\]$/) }]);
		const guest = await joined(await newGuest(), boss);
		expect(guest.userId).not.toBe(account.userId);
		expect(await confirm(asAccount, guest.token)).toEqual([403, "forbidden"]);
		// The identity leads to the account again once the guest has removed it.
		const asGuest = await ask(guest.token);
		const both = await joined(guest, { ...ada, sub: "two-ids-2" });
		expect((await callIn(both, "DELETE", `/me/identities/${account.userId}`)).status).toBe(204);
		const again = await signIn(boss);
		expect(again.userId).toBe(account.userId);
		expect(await confirm(asGuest, again.token)).toEqual([403, "forbidden"]);
		expect(await confirm(asGuest, await tokenOf("boss"))).toEqual([200, undefined]);
		expect(await stored()).toHaveLength(1);
	});

	it("with a passkey of an administrator who joined is none: only a session of the identity is", async () => {
		const guest = await newGuest();
		const authenticator = await addPasskey(guest);
		const admin = await joined(guest, { ...ada, email: "admin@example.com" });
		expect((await call("GET", "/admin/people", admin.token)).status).toBe(200);
		expect((await call("GET", "/admin/people", await signInByPasskey(authenticator))).status).toBe(403);
		expect((await call("GET", "/admin/people", (await signIn({ ...ada, email: "admin@example.com" })).token)).status).toBe(200);
	});
});
