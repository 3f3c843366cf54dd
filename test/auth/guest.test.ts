import { describe, expect, it } from "vitest";
import { clearedSession, readSession, refreshGuest, sessionCookie, signInGuest } from "../../src/auth/guest.ts";
import { verifyToken } from "../../src/auth/tokens.ts";
import { claimsOfAnn, forge, now, secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" });
const unauthorized = { refusal: "unauthorized" };
const day = 24 * 60 * 60 * 1000;

const ann = await signInGuest("Ann", settings, now);

describe("a guest", () => {
	it("signs in with a name, as somebody new each time", async () => {
		expect(ann.user).toEqual({ id: expect.stringMatching(/^guest-[\w-]{22}$/), name: "Ann" });
		expect(ann.expiresAt).toBe(new Date(now + 15 * 60_000).toISOString());
		expect(await verifyToken(ann.token, settings, now)).toEqual({
			identity: { userId: ann.user.id, username: "Ann", expiresAt: now + 15 * 60_000, grants: [] },
		});
		expect((await signInGuest("Ann", settings, now)).user.id).not.toBe(ann.user.id);
	});

	it("comes back as the same person for 30 days, counted anew each time", async () => {
		const later = now + 29 * day;
		const again = await refreshGuest(ann.session, settings, later);
		if ("refusal" in again) throw new Error(again.refusal);
		expect(again.user).toEqual(ann.user);
		expect(await verifyToken(again.token, settings, later)).toMatchObject({ identity: { userId: ann.user.id, username: "Ann" } });
		expect(await refreshGuest(ann.session, settings, now + 30 * day)).toEqual({ refusal: "token_expired" });
		expect(await refreshGuest(again.session, settings, now + 30 * day)).toMatchObject({ user: ann.user });
	});

	it("comes back where issuer and audience are asked for, too", async () => {
		const strict = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on", JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "parley" });
		const { session, user } = await signInGuest("Ann", strict, now);
		const again = await refreshGuest(session, strict, now);
		expect(again).toMatchObject({ user });
		expect("token" in again && (await verifyToken(again.token, strict, now))).toHaveProperty("identity");
	});

	it("is not made where guests are off", async () => {
		await expect(signInGuest("Ann", settingsWith({ JWT_SECRET: secret }), now)).rejects.toThrow("Guest sign-in is off");
	});
});

describe("a session", () => {
	it("is no access token", async () => {
		expect(await verifyToken(ann.session, settings, now)).toEqual(unauthorized);
	});

	it.each<[string, string | Promise<string>]>([
		["an access token of the guest's", ann.token],
		["an issuer's token", forge(claimsOfAnn)],
		["an unsigned one", forge(claimsOfAnn, { alg: "none" }, async () => new Uint8Array())],
		["another payload", ann.session.replace(/\..*\./, `.${(ann.token.split(".") as [string, string])[1]}.`)],
		["nothing", ""],
		["no token", "x"],
	])("is not %s", async (_what, session) => {
		expect(await refreshGuest(await session, settings, now)).toEqual(unauthorized);
	});

	it("ends with its secret, and with guest sign-in", async () => {
		const renewed = settingsWith({ JWT_SECRET: `another ${secret}`, GUEST_SIGN_IN: "on" });
		expect(await refreshGuest(ann.session, renewed, now)).toEqual(unauthorized);
		expect(await refreshGuest(ann.session, settingsWith({ JWT_SECRET: secret }), now)).toEqual(unauthorized);
	});
});

describe("the cookie", () => {
	it.each([
		["https://parley.example", true],
		["http://parley.example", true],
		["https://localhost:8787", true],
		["http://localhost:8787", false],
		["http://127.0.0.1:8787", false],
		["http://[::1]:8787", false],
		["http://localhost.evil.example", true],
	])("from %s is Secure: %s", (origin, isSecure) => {
		const url = new URL("/api/auth/guest", origin);
		const parts = ["Max-Age=2592000", "Path=/api/auth/refresh", "HttpOnly", ...(isSecure ? ["Secure"] : []), "SameSite=Strict"];
		expect(sessionCookie("a.b.c", url).split("; ")).toEqual(["parley_session=a.b.c", ...parts]);
		expect(clearedSession(url).split("; ")).toEqual(["parley_session=", "Max-Age=0", ...parts.slice(1)]);
	});

	it.each<[string | undefined, string | undefined]>([
		[undefined, undefined],
		["other=1", undefined],
		["parley_session=a.b.c", "a.b.c"],
		["other=1; parley_session=a.b.c; more=2", "a.b.c"],
		["not_parley_session=a.b.c", undefined],
	])("%j is read as %j", (cookie, session) => {
		const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
		expect(readSession(new Request("https://parley.example/api/auth/refresh", { headers }))).toBe(session);
	});
});
