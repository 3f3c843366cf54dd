import { describe, expect, it } from "vitest";
import { deriveKey } from "../../src/auth/derive-key.ts";
import { signInGuest } from "../../src/auth/guest.ts";
import {
	clearedSession,
	continueSession,
	formerSession,
	type PresentedSession,
	readSession,
	sessionCookie,
	signIn,
	verifySession,
} from "../../src/auth/session.ts";
import { verifyToken } from "../../src/auth/tokens.ts";
import { claimsOfAnn, forge, hmac, now, seconds, secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" });
const withoutGuests = settingsWith({ JWT_SECRET: secret });
const day = 24 * 60 * 60 * 1000;

const ann = await signInGuest("Ann", settings, now);

describe("a session", () => {
	it("names its person, itself and the version of its cookie for 30 days", async () => {
		const presented = await verifySession(ann.session, settings, now + 29 * day);
		expect(presented).toMatchObject({ userId: ann.user.id, username: "Ann", id: expect.stringMatching(/^[\w-]{22}$/), version: "first" });
		expect(await verifySession(ann.session, settings, now + 30 * day)).toBeUndefined();
	});

	it("continues under another version and name, with an access token of the same session", async () => {
		const presented = (await verifySession(ann.session, settings, now)) as PresentedSession;
		const next = await continueSession({ ...presented, username: "Anna" }, { id: presented.id, version: "next" }, settings, now);
		expect(next.user).toEqual({ id: ann.user.id, name: "Anna" });
		expect(await verifySession(next.session, settings, now)).toMatchObject({ id: presented.id, version: "next", username: "Anna" });
		expect(await verifyToken(next.token, settings, now)).toMatchObject({ identity: { kind: "guest", session: presented.id } });
	});

	it("issues access tokens that name the issuer and the audience of the deployment", async () => {
		const strict = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on", JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "parley" });
		const { token } = await signInGuest("Ann", strict, now);
		expect(await verifyToken(token, strict, now)).toHaveProperty("identity");
	});

	it("is read from a cookie that an earlier version signed", async () => {
		const key = await deriveKey(secret, "parley guest session");
		const claims = { sub: "guest-old", name: "Old", iat: seconds - 1000, exp: seconds + 1000 };
		expect(await verifySession(await forge(claims, { alg: "HS256" }, hmac(key)), settings, now)).toEqual({
			userId: "guest-old",
			username: "Old",
			...formerSession,
			issuedAt: (seconds - 1000) * 1000,
		});
	});

	it("of people who are no guests holds also where guest sign-in is off", async () => {
		const { session } = await signIn({ userId: "ben", username: "Ben" }, withoutGuests, now);
		expect(await verifySession(session, withoutGuests, now)).toMatchObject({ userId: "ben" });
	});

	it("is not accepted as an access token", async () => {
		expect(await verifyToken(ann.session, settings, now)).toEqual({ refusal: { code: "unauthorized" } });
	});

	it.each<[string, string | Promise<string>]>([
		["an access token of the guest's", ann.token],
		["an issuer's token", forge(claimsOfAnn)],
		["an unsigned token", forge(claimsOfAnn, { alg: "none" }, async () => new Uint8Array())],
		["a session with another payload", ann.session.replace(/\..*\./, `.${(ann.token.split(".") as [string, string])[1]}.`)],
		["an empty text", ""],
		["a text that is no token", "x"],
	])("is refused when it is %s", async (_what, session) => {
		expect(await verifySession(await session, settings, now)).toBeUndefined();
	});

	it("ends when the deployment's secret changes or guest sign-in is turned off", async () => {
		const renewed = settingsWith({ JWT_SECRET: `another ${secret}`, GUEST_SIGN_IN: "on" });
		expect(await verifySession(ann.session, renewed, now)).toBeUndefined();
		expect(await verifySession(ann.session, withoutGuests, now)).toBeUndefined();
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
	])("set from %s has Secure: %s", (origin, isSecure) => {
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
	])("%j is read as the session %j", (cookie, session) => {
		const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
		expect(readSession(new Request("https://parley.example/api/auth/refresh", { headers }))).toBe(session);
	});
});
