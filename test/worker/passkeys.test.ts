// Passkeys from end to end: a guest keeps their account, comes back on another device, and what is refused on the way.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { accountLimits } from "../../src/protocol/account/limits.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Authenticator } from "../support/authenticator.ts";
import { evict } from "../support/evict.ts";
import { allowLog } from "../support/log.ts";
import { proofOf, remember } from "../support/proof.ts";
import { Client, call, origin, tokenOf } from "../support/socket.ts";

allowLog(/A passkey was refused/, /A session cookie was refused/, /A token was refused/);

const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
const onWindows = { "user-agent": chrome, origin };

type Answer = Awaited<ReturnType<typeof call>>;
const outcome = ({ status, body }: Answer) => [status, body?.error?.code];
const cookieOf = ({ headers }: Answer) => (headers.get("set-cookie") ?? "").split(";")[0] as string;
const refresh = (cookie: string) => call("POST", "/auth/refresh", undefined, undefined, { cookie, ...onWindows });

async function newGuest(name = "Gus") {
	const answer = remember(await call("POST", "/auth/guest", undefined, { name }));
	const { token, user } = answer.body;
	return { token: token as string, userId: user.id as string, cookie: cookieOf(answer) };
}

const registrationOptions = (token: string, headers: Record<string, string> = { ...onWindows, ...proofOf(token) }) =>
	call("POST", "/auth/passkey/register/options", token, undefined, headers);
const register = (token: string, response: object, name?: string, headers: Record<string, string> = { ...onWindows, ...proofOf(token) }) =>
	call("POST", "/auth/passkey/register/verify", token, { ...response, ...(name && { name }) }, headers);
const signInOptions = () => call("POST", "/auth/passkey/sign-in/options", undefined, undefined, onWindows);
const verify = async (response: object, token?: string) =>
	remember(await call("POST", "/auth/passkey/sign-in/verify", token, response, onWindows));

async function add(token: string, authenticator = new Authenticator(), name?: string) {
	const { body: options } = await registrationOptions(token);
	return { authenticator, added: await register(token, await authenticator.create(options, origin), name) };
}

async function signIn(authenticator: Authenticator, token?: string) {
	return verify(await authenticator.get((await signInOptions()).body, origin), token);
}

/** A guest with a passkey. */
async function keptGuest() {
	const guest = await newGuest();
	const { authenticator, added } = await add(guest.token);
	expect(added.status).toBe(201);
	return { ...guest, authenticator, passkey: added.body.passkey, codes: added.body.recoveryCodes as string[] };
}

afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => {
	if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"] });
	vi.setSystemTime(Date.now() + ms);
};

describe("a guest with a passkey", () => {
	it("comes back on another device as the same person, with their conversations", async () => {
		expect((await call("GET", "/auth/methods")).body).toMatchObject({ guest: true, passkey: true });
		const { token, userId, authenticator, passkey, codes } = await keptGuest();
		expect(passkey).toEqual({ id: authenticator.credentials[0]?.id, name: "Chrome · Windows", createdAt: expect.any(String) });
		expect(codes).toHaveLength(accountLimits.recoveryCodes);
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		await call("POST", `/conversations/${id}/messages`, token, { content: "Mine" });

		const answer = await signIn(authenticator);
		expect([answer.status, answer.body.user]).toEqual([200, { id: userId, name: "Gus" }]);
		expect(answer.headers.get("set-cookie")).toMatch(/^parley_session=.*HttpOnly; Secure; SameSite=Strict/i);
		const renewed = await refresh(cookieOf(answer));
		expect(renewed.body.user).toEqual({ id: userId, name: "Gus" });
		const again = renewed.body.token as string;
		expect((await call("GET", `/conversations/${id}/messages`, again)).body.messages[0]).toMatchObject({ content: "Mine" });
		expect((await call("PATCH", `/conversations/${id}`, again, { title: "Still mine" })).status).toBe(200);
		const { passkeys, recoveryCodes } = (await call("GET", "/me/passkeys", again)).body;
		expect([passkeys, recoveryCodes]).toEqual([[{ ...passkey, lastUsedAt: expect.any(String) }], accountLimits.recoveryCodes]);
	});

	it("signs out of one session, and of that one alone", async () => {
		const { token, cookie, userId, authenticator } = await keptGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const socket = await Client.openBy(token, id);
		const other = (await signIn(authenticator)).body.token;
		expect((await call("POST", "/auth/sign-out", token)).status).toBe(204);
		expect(await socket.closed).toBe(4401);
		expect(outcome(await call("GET", "/me", token))).toEqual([401, "unauthorized"]);
		// It was never renewed, so that its first cookie could begin it again.
		expect(outcome(await refresh(cookie))).toEqual([401, "unauthorized"]);
		expect((await call("GET", "/me", other)).status).toBe(200);
		await call("POST", "/auth/sign-out", other);
		await evict(env.USERS.getByName(userId));
		const back = await signIn(authenticator);
		expect(back.body.user.id).toBe(userId);
		expect((await call("GET", `/conversations/${id}`, back.body.token)).body.conversation.members).toMatchObject([{ role: "owner" }]);
	});

	it("outlives their last session, and a copied cookie", async () => {
		const { token, cookie, userId, authenticator } = await keptGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		await refresh(cookie);
		pass(60_000);
		const second = cookieOf(await refresh(cookie));
		pass(60_000);
		await refresh(second);
		pass(60_000);
		expect((await refresh(cookie)).status).toBe(401);
		pass(2 * limits.sessionSeconds * 1000);
		await runInDurableObject(env.USERS.getByName(userId), (object) => (object as unknown as { alarm(): Promise<void> }).alarm());
		const back = await signIn(authenticator);
		expect([back.status, back.body.user?.id]).toEqual([200, userId]);
		expect((await call("GET", `/conversations/${id}`, back.body.token)).status).toBe(200);
	});

	it("is gone with an erasure, which a stolen access token alone does not bring", async () => {
		const { token, authenticator, codes } = await keptGuest();
		pass(accountLimits.proof + 1);
		expect(outcome(await call("DELETE", "/me", token))).toEqual([403, "confirm_first"]);
		expect((await signIn(authenticator, token)).status).toBe(200);
		expect((await call("DELETE", "/me", token)).status).toBe(200);
		expect(outcome(await signIn(authenticator))).toEqual([404, "passkey_unknown"]);
		expect(outcome(await call("POST", "/auth/recover", undefined, { code: codes[0] }))).toEqual([403, "code_refused"]);
	});

	it("cannot come back where guests cannot sign in", async () => {
		const { authenticator, codes } = await keptGuest();
		const options = (await signInOptions()).body;
		Object.assign(env, { GUEST_SIGN_IN: "off" });
		try {
			expect((await call("GET", "/auth/methods")).body).toMatchObject({ guest: false, passkey: false });
			expect(outcome(await signInOptions())).toEqual([403, "guest_sign_in_disabled"]);
			expect(outcome(await verify(await authenticator.get(options, origin)))).toEqual([403, "guest_sign_in_disabled"]);
			expect(outcome(await call("POST", "/auth/recover", undefined, { code: codes[0] }))).toEqual([403, "guest_sign_in_disabled"]);
		} finally {
			Object.assign(env, { GUEST_SIGN_IN: "on" });
		}
	});
});

describe("adding a passkey", () => {
	it("needs a guest's session that holds", async () => {
		expect(outcome(await registrationOptions(""))).toEqual([401, "unauthorized"]);
		expect(outcome(await registrationOptions(await tokenOf("ann")))).toEqual([403, "forbidden"]);
		const { token } = await newGuest();
		const { secret } = (await call("POST", "/me/tokens", token, { name: "bot" })).body.token;
		expect(outcome(await registrationOptions(secret))).toEqual([403, "forbidden"]);
		const { body: options } = await registrationOptions(token);
		const response = await new Authenticator().create(options, origin);
		await call("POST", "/auth/sign-out", token);
		expect(outcome(await register(token, response))).toEqual([401, "unauthorized"]);
	});

	it("as the first one needs the browser that has the session: a stolen access token is refused", async () => {
		const [gus, eve] = [await newGuest(), await newGuest("Eve")];
		const response = await new Authenticator().create((await registrationOptions(gus.token)).body, origin);
		const { origin: _, ...withoutOrigin } = onWindows;
		const thieves = [
			onWindows,
			{ ...onWindows, ...proofOf(eve.token) },
			{ ...onWindows, cookie: eve.cookie },
			{ ...withoutOrigin, ...proofOf(gus.token) },
		];
		for (const headers of thieves) {
			expect(outcome(await registrationOptions(gus.token, headers))).toEqual([403, "forbidden"]);
			expect(outcome(await register(gus.token, response, undefined, headers))).toEqual([403, "forbidden"]);
		}
		expect((await registrationOptions(gus.token, { ...onWindows, cookie: gus.cookie })).status).toBe(200);
		// Neither cookie passes for the other.
		expect((await refresh((proofOf(gus.token).cookie ?? "").replace("parley_proof", "parley_session"))).status).toBe(401);
		const posed = { ...onWindows, cookie: gus.cookie.replace("parley_session", "parley_proof") };
		expect(outcome(await registrationOptions(gus.token, posed))).toEqual([403, "forbidden"]);
		expect((await register(gus.token, response)).status).toBe(201);
	});

	it("goes on after a renewal, and in the browser of another device", async () => {
		const { cookie } = await newGuest();
		const { token } = remember(await refresh(cookie)).body;
		expect((await registrationOptions(token)).status).toBe(200);
	});

	it("accepts a challenge once, of the same session, within five minutes", async () => {
		const [gus, eve] = [await newGuest(), await newGuest("Eve")];
		const { body: options } = await registrationOptions(gus.token);
		const response = await new Authenticator().create(options, origin);
		expect(outcome(await register(eve.token, response))).toEqual([403, "passkey_refused"]);
		expect((await register(gus.token, response)).status).toBe(201);
		expect(outcome(await register(gus.token, response))).toEqual([409, "conflict"]);
		const another = await new Authenticator().create(options, origin);
		expect(outcome(await register(gus.token, another))).toEqual([410, "passkey_expired"]);
		const late = await new Authenticator().create((await registrationOptions(eve.token)).body, origin);
		pass(accountLimits.passkeyChallenge);
		expect(outcome(await register(eve.token, late))).toEqual([410, "passkey_expired"]);
		expect((await call("GET", "/me/passkeys", gus.token)).body.passkeys).toHaveLength(1);
		expect((await call("GET", "/me/passkeys", eve.token)).body.passkeys).toEqual([]);
	});

	it("refuses a challenge for signing in, another page, and what is no response", async () => {
		const { token } = await newGuest();
		const { body: options } = await registrationOptions(token);
		const { challenge } = (await signInOptions()).body;
		expect(outcome(await register(token, await new Authenticator().create({ ...options, challenge }, origin)))).toEqual([
			403,
			"passkey_refused",
		]);
		const elsewhere = await new Authenticator().create(options, origin, { origin: "https://evil.example" });
		expect(outcome(await register(token, elsewhere))).toEqual([403, "origin_not_allowed"]);
		for (const body of [{}, { id: "a" }, { id: "a b", response: {} }])
			expect(outcome(await register(token, body))).toEqual([400, "bad_request"]);
		expect((await call("GET", "/me/passkeys", token)).body).toEqual({ passkeys: [], recoveryCodes: 0 });
	});

	it("to others needs a confirmation that is not older than ten minutes", async () => {
		const { token, authenticator } = await keptGuest();
		// The first one has just proved who they are.
		expect((await add(token, new Authenticator(), "Phone")).added.status).toBe(201);
		pass(accountLimits.proof);
		const options = await registrationOptions(token);
		expect(outcome(options)).toEqual([403, "confirm_first"]);
		const confirmed = await signIn(authenticator, token);
		expect([confirmed.status, confirmed.headers.get("set-cookie")]).toEqual([200, null]);
		const { added } = await add(confirmed.body.token, new Authenticator(), "Laptop");
		expect([added.status, added.body.recoveryCodes]).toEqual([201, undefined]);
		const { passkeys } = (await call("GET", "/me/passkeys", token)).body;
		expect(passkeys.map(({ name }: { name: string }) => name)).toEqual(["Chrome · Windows", "Phone", "Laptop"]);
	});

	it("is refused beyond the limit", async () => {
		const { token } = await keptGuest();
		for (let n = 1; n < accountLimits.passkeys; n++) expect((await add(token)).added.status).toBe(201);
		expect(outcome(await registrationOptions(token))).toEqual([409, "too_many"]);
	});

	it("leaves nothing behind of who has only begun", async () => {
		const { token, userId } = await newGuest();
		await registrationOptions(token);
		const tables = await runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) =>
			storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%'").toArray(),
		);
		expect(tables).toEqual([]);
	});
});

describe("signing in with a passkey", () => {
	it("accepts a response once", async () => {
		const { authenticator } = await keptGuest();
		authenticator.step = 0;
		const response = await authenticator.get((await signInOptions()).body, origin);
		expect((await verify(response)).status).toBe(200);
		expect(outcome(await verify(response))).toEqual([410, "passkey_expired"]);
	});

	it("refuses another page, a forged challenge, a wrong signature, an unknown person and an unknown passkey", async () => {
		const { authenticator, token, userId } = await keptGuest();
		const options = (await signInOptions()).body;
		const get = (changes = {}) => authenticator.get(options, origin, changes);
		expect(outcome(await verify(await get({ origin: "https://evil.example" })))).toEqual([403, "origin_not_allowed"]);
		const theirs = (await registrationOptions(token)).body.challenge;
		expect(outcome(await verify(await get({ challenge: theirs })))).toEqual([403, "passkey_refused"]);
		const [one, other] = [await get(), await get()];
		one.response.signature = other.response.signature;
		expect(outcome(await verify(one))).toEqual([403, "passkey_refused"]);
		for (const userHandle of ["YW5u", "Z3Vlc3QtVDBiV2M1blJ6N0xwQVl4M2tRMHY4bQ", "_w"]) {
			const response = await get();
			expect(outcome(await verify({ ...response, response: { ...response.response, userHandle } }))).toEqual([404, "passkey_unknown"]);
		}
		const broken = await get();
		expect(outcome(await verify({ ...broken, response: { ...broken.response, userHandle: "A" } }))).toEqual([403, "passkey_refused"]);
		expect(outcome(await verify({ ...(await get()), id: "AAAA" }))).toEqual([404, "passkey_unknown"]);
		expect(outcome(await verify({}))).toEqual([400, "bad_request"]);
		expect((await signIn(authenticator)).body.user.id).toBe(userId);
	});

	it("refuses a counter that goes back, and says so in the log of the account", async () => {
		const { authenticator, token } = await keptGuest();
		const [credential] = authenticator.credentials;
		if (!credential) throw new Error("No credential");
		credential.counter = 5;
		expect((await signIn(authenticator)).status).toBe(200);
		for (const behind of [4, 5, -1]) {
			credential.counter = behind;
			expect(outcome(await signIn(authenticator))).toEqual([403, "passkey_refused"]);
		}
		const { events } = (await call("GET", "/me/account-events", token)).body;
		expect(events[0]).toMatchObject({ act: "passkey_refused", subject: "Chrome · Windows" });
	});

	it("accepts a passkey that does not count", async () => {
		const { authenticator } = await keptGuest();
		authenticator.step = 0;
		for (let n = 0; n < 3; n++) expect((await signIn(authenticator)).status).toBe(200);
	});

	it("confirms no other person's session, and none that has ended", async () => {
		const [gus, eve] = [await keptGuest(), await keptGuest()];
		expect(outcome(await signIn(gus.authenticator, eve.token))).toEqual([403, "passkey_refused"]);
		await call("POST", "/auth/sign-out", gus.token);
		expect(outcome(await signIn(gus.authenticator, gus.token))).toEqual([401, "unauthorized"]);
	});
});

describe("a suspended person", () => {
	it("cannot come back, and can once they are restored", async () => {
		const { token, userId, authenticator, codes } = await keptGuest();
		const user = env.USERS.getByName(userId);
		const { body: options } = await registrationOptions(token);
		await user.suspend(true);
		expect(outcome(await signIn(authenticator))).toEqual([403, "suspended"]);
		expect(outcome(await signIn(authenticator, token))).toEqual([403, "suspended"]);
		expect(outcome(await call("POST", "/auth/recover", undefined, { code: codes[0] }))).toEqual([403, "suspended"]);
		expect(outcome(await register(token, await new Authenticator().create(options, origin)))).toEqual([403, "suspended"]);
		await user.suspend(false);
		expect((await signIn(authenticator)).status).toBe(200);
		expect((await call("POST", "/auth/recover", undefined, { code: codes[0] })).status).toBe(200);
	});
});

describe("a passkey", () => {
	it("is renamed and removed by its owner, who has confirmed", async () => {
		const { token, authenticator, passkey, codes } = await keptGuest();
		expect((await call("PATCH", `/me/passkeys/${passkey.id}`, token, { name: "Phone" })).body.passkey.name).toBe("Phone");
		expect(outcome(await call("PATCH", "/me/passkeys/AAAA", token, { name: "Phone" }))).toEqual([404, "not_found"]);
		expect(outcome(await call("PATCH", `/me/passkeys/${passkey.id}`, token, { name: "" }))).toEqual([400, "bad_request"]);
		const eve = await newGuest("Eve");
		expect(outcome(await call("DELETE", `/me/passkeys/${passkey.id}`, eve.token))).toEqual([404, "not_found"]);
		pass(accountLimits.proof);
		expect(outcome(await call("DELETE", `/me/passkeys/${passkey.id}`, token))).toEqual([403, "confirm_first"]);
		expect(outcome(await call("POST", "/me/recovery-codes", token))).toEqual([403, "confirm_first"]);
		await signIn(authenticator, token);
		expect((await call("DELETE", `/me/passkeys/${passkey.id}`, token, undefined, onWindows)).status).toBe(204);
		expect(outcome(await signIn(authenticator))).toEqual([404, "passkey_unknown"]);
		expect(outcome(await call("POST", "/auth/recover", undefined, { code: codes[0] }))).toEqual([403, "code_refused"]);
		const { events } = (await call("GET", "/me/account-events", token)).body;
		expect(events.map(({ act }: { act: string }) => act)).toEqual(["passkey_removed", "passkey_renamed", "passkey_added"]);
		expect(events[0]).toEqual({
			at: expect.any(String),
			act: "passkey_removed",
			subject: "Phone",
			device: { browser: "Chrome", system: "Windows" },
		});
	});

	it("that is removed as the last one makes signing out final again", async () => {
		const { token, authenticator, passkey } = await keptGuest();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		await call("DELETE", `/me/passkeys/${passkey.id}`, token);
		await call("POST", "/auth/sign-out", token);
		expect(outcome(await signIn(authenticator))).toEqual([404, "passkey_unknown"]);
		expect((await call("GET", `/conversations/${id}`, await tokenOf("bob", { conversations: ["*"] }))).status).toBe(404);
	});
});

describe("a recovery code", () => {
	const recover = (code: string) => call("POST", "/auth/recover", undefined, { code }, onWindows);

	it("signs in once, and may then add a passkey", async () => {
		const { userId, codes } = await keptGuest();
		const answer = await recover(codes[3]?.toLowerCase() as string);
		expect([answer.status, answer.body.user]).toEqual([200, { id: userId, name: "Gus" }]);
		expect(outcome(await recover(codes[3] as string))).toEqual([403, "code_refused"]);
		expect((await refresh(cookieOf(answer))).status).toBe(200);
		const { added } = await add(answer.body.token);
		expect([added.status, added.body.recoveryCodes]).toEqual([201, undefined]);
		expect((await call("GET", "/me/passkeys", answer.body.token)).body.recoveryCodes).toBe(accountLimits.recoveryCodes - 1);
		expect((await call("GET", "/me/account-events", answer.body.token)).body.events[1]).toMatchObject({ act: "recovery_code_used" });
	});

	it("ends when newer ones are made", async () => {
		const { token, codes } = await keptGuest();
		const { recoveryCodes } = (await call("POST", "/me/recovery-codes", token)).body;
		expect(recoveryCodes).toHaveLength(accountLimits.recoveryCodes);
		expect(outcome(await recover(codes[0] as string))).toEqual([403, "code_refused"]);
		expect((await recover(recoveryCodes[7])).status).toBe(200);
	});

	it("is not stored, and no text but a code signs in", async () => {
		const { userId, codes } = await keptGuest();
		const rows = await runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) =>
			JSON.stringify(storage.sql.exec("SELECT * FROM recovery_codes").toArray()),
		);
		for (const code of codes) expect(rows).not.toContain(code.replaceAll("-", ""));
		expect(outcome(await recover("nonsense"))).toEqual([403, "code_refused"]);
		expect(outcome(await recover(codes[0]?.replace(/.$/, (last) => (last === "0" ? "8" : "0")) as string))).toEqual([403, "code_refused"]);
		expect(outcome(await call("POST", "/auth/recover", undefined, {}))).toEqual([400, "bad_request"]);
		expect(outcome(await call("POST", "/me/recovery-codes", (await newGuest()).token))).toEqual([404, "not_found"]);
	});
});
