import { base64url, generateKeyPair } from "jose";
import { describe, expect, it, vi } from "vitest";
import { isGranted, issueToken, verifyToken } from "../../src/auth/tokens.ts";
import { limits } from "../../src/protocol/limits.ts";
import { type Claims, claimsOfAnn, forge, hmac, now, seconds, secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret });
const unauthorized = { refusal: { code: "unauthorized" } };
const expired = { refusal: { code: "token_expired" } };

const verifyClaims = async (claims: Claims) => verifyToken(await forge({ ...claimsOfAnn, ...claims }), settings, now);

describe("a token", () => {
	it("identifies its bearer until it expires", async () => {
		expect(await verifyClaims({})).toEqual({
			identity: { kind: "issued", issuedAt: 0, userId: "ann", username: "Ann", expiresAt: now + 600_000, grants: [] },
		});
	});

	it.each<[string, Claims, object]>([
		["a name with space around it", { name: "  Ann B. \n" }, { username: "Ann B." }],
		["a name of 64", { name: "x".repeat(64) }, { username: "x".repeat(64) }],
		["no name", { name: undefined, sub: "auth0|7" }, { username: "auth0|7" }],
		["no name, and a long id", { name: undefined, sub: "x".repeat(255) }, { userId: "x".repeat(255), username: "x".repeat(64) }],
		["no name, and a long id of pairs", { name: undefined, sub: `x${"😀".repeat(40)}` }, { username: `x${"😀".repeat(31)}` }],
		["an id that only looks like Claude's", { sub: "Claude" }, { userId: "Claude" }],
		["an exp in the middle of a second", { exp: seconds + 1.5 }, { expiresAt: now + 1500 }],
		["an exp that was meant in ms", { exp: now + 600_000 }, { expiresAt: (now + 600_000) * 1000 }],
		["an exp after the last possible date", { exp: Number.MAX_VALUE }, { expiresAt: 8.64e15 }],
		["an iat and nbf within the clock tolerance", { iat: seconds + 30, nbf: seconds + 30 }, { userId: "ann" }],
		["some conversations", { conversations: ["a", "b"] }, { grants: ["a", "b"] }],
		["all conversations", { conversations: ["*"] }, { grants: ["*"] }],
		["no conversations", { conversations: [] }, { grants: [] }],
		["a thousand conversations", { conversations: Array(1000).fill("c") }, { grants: Array(1000).fill("c") }],
		["claims that have no meaning here", { iss: ["x"], aud: 7, jti: {}, role: "owner" }, { userId: "ann", grants: [] }],
	])("is accepted with %s", async (_what, claims, identity) => {
		expect(await verifyClaims(claims)).toMatchObject({ identity });
	});

	it("expires at a possible date, however large exp is", async () => {
		const verified = await verifyClaims({ exp: Number.MAX_VALUE });
		expect("identity" in verified && new Date(verified.identity.expiresAt).getTime()).toBe(8.64e15);
	});
});

describe("a name", () => {
	const full = "Müller-Lüdenscheidt, Maria Magdalena (Regional Sales Operations EMEA – External)";
	const parts = { given_name: "Ann", family_name: "Bee" };

	it.each<[string, Claims, string]>([
		["null", { name: null }, "ann"],
		["empty", { name: "" }, "ann"],
		["blank", { name: " \t " }, "ann"],
		["a number", { name: 7 }, "ann"],
		["an array", { name: ["Ann"] }, "ann"],
		["nothing visible", { name: "\u202e\u200d\n" }, "ann"],
		["one filler", { name: "\u3164" }, "ann"],
		["an empty Braille cell", { name: "\u2800" }, "ann"],
		["65 long", { name: "x".repeat(65) }, "x".repeat(64)],
		["80 long", { name: full }, full.slice(0, 63)],
		["cut in the middle of a character", { name: `${"x".repeat(63)}😀` }, "x".repeat(63)],
		["Claude's", { name: "Claude" }, "ann"],
		["like Claude's", { name: "С1audе ✓", nickname: "annie" }, "annie"],
		["Claude's, and the id too", { name: "Claude", sub: "CLAUDE" }, "Person CLAUDE"],
		["missing, with preferred_username", { preferred_username: "ann.bee", nickname: "annie" }, "ann.bee"],
		["null, with nickname", { name: null, nickname: "annie", ...parts }, "annie"],
		["missing, with given and family name", parts, "Ann Bee"],
		["missing, with a family name", { family_name: "Bee" }, "Bee"],
		["missing, with Supabase's user_metadata", { user_metadata: { full_name: "Ann Bee" } }, "Ann Bee"],
		["missing, with user_metadata of another form", { user_metadata: null }, "ann"],
	])("that is %s never locks anybody out", async (_what, claims, username) => {
		expect(await verifyClaims({ name: undefined, ...claims })).toMatchObject({ identity: { username } });
	});

	it.each<[string, string]>([
		["nickname", "annie"],
		["https://app.example/name", "Dotted"],
		["profile.display", "Nested"],
		["missing", "Ann"],
		["toString", "Ann"],
	])("is taken from %s if JWT_NAME_CLAIM says so", async (claim, username) => {
		const claims = { nickname: "annie", "https://app.example/name": "Dotted", profile: { display: "Nested" } };
		const named = settingsWith({ JWT_SECRET: secret, JWT_NAME_CLAIM: claim });
		expect(await verifyToken(await forge({ ...claimsOfAnn, ...claims }), named, now)).toMatchObject({ identity: { username } });
	});
});

describe("a claim `conversations` of another form", () => {
	it.each<[string, Claims]>([
		["text", { conversations: "a" }],
		["a star without an array", { conversations: "*" }],
		["null", { conversations: null }],
		["an object", { conversations: { a: true } }],
		["a number in it", { conversations: ["a", 7] }],
		["an empty id", { conversations: [""] }],
		["too long an id", { conversations: ["x".repeat(256)] }],
		["half a surrogate pair", { conversations: ["\ud83d"] }],
		["the star among others", { conversations: ["*", "a"] }],
		["the star after others", { conversations: ["a", "*"] }],
		["1001", { conversations: Array(1001).fill("c") }],
	])("grants nothing and locks nobody out: %s", async (_what, claims) => {
		const info = vi.spyOn(console, "info").mockImplementation(() => {});
		expect(await verifyClaims(claims)).toMatchObject({ identity: { userId: "ann", grants: [] } });
		expect(info.mock.calls).toEqual([['The claim "conversations" of a token has the wrong form, and grants nothing.']]);
		info.mockRestore();
	});
});

describe("a token is rejected", () => {
	it.each<[string, Claims]>([
		["no sub", { sub: undefined }],
		["sub: empty", { sub: "" }],
		["sub: blank", { sub: "  " }],
		["sub: nothing visible", { sub: "\u3164" }],
		["sub: a number", { sub: 7 }],
		["sub: null", { sub: null }],
		["sub: an object", { sub: { id: "ann" } }],
		["sub: 256 long", { sub: "x".repeat(256) }],
		["sub: Claude's", { sub: "claude" }],
		["sub: a line feed", { sub: "ann\n" }],
		["sub: a NUL", { sub: "a\0nn" }],
		["sub: a C1 control", { sub: "a\u0085nn" }],
		["sub: half a surrogate pair", { sub: "ann\ud83d" }],
		["no exp", { exp: undefined }],
		["exp: text", { exp: String(seconds + 600) }],
		["exp: null", { exp: null }],
		["nbf: beyond the clock tolerance", { nbf: seconds + 31 }],
		["nbf: text", { nbf: String(seconds - 1) }],
		["iat: beyond the clock tolerance", { iat: seconds + 31 }],
		["iat: text", { iat: String(seconds - 1) }],
		["iat: null", { iat: null }],
	])("with %s", async (_what, claims) => {
		expect(await verifyClaims(claims)).toEqual(unauthorized);
	});

	it.each([
		["exp: infinite", `{"sub":"ann","exp":1e400}`],
		["iat: minus infinity", `{"sub":"ann","exp":${seconds + 600},"iat":-1e400}`],
	])("with %s", async (_what, payload) => {
		expect(await verifyToken(await forge(payload), settings, now)).toEqual(unauthorized);
	});
});

describe("expiry", () => {
	it.each<[string, Claims, object]>([
		["past", { exp: seconds - 1 }, expired],
		["long past", { exp: seconds - 1e6 }, expired],
		["now", { exp: seconds }, expired],
		["before the epoch", { exp: -1 }, expired],
		["past, with a wrong sub", { exp: seconds - 1, sub: "claude" }, unauthorized],
		["long past, with a wrong sub", { exp: seconds - 1e6, sub: "claude" }, unauthorized],
	])("rejects an exp that is %s", async (_what, claims, refusal) => {
		expect(await verifyClaims(claims)).toEqual(refusal);
	});

	it("is checked against the given time", async () => {
		const token = await forge(claimsOfAnn);
		expect(await verifyToken(token, settings, now + 599_999)).toMatchObject({ identity: { userId: "ann" } });
		expect(await verifyToken(token, settings, now + 600_000)).toEqual(expired);
	});

	it("is exact to the millisecond", async () => {
		const token = await forge({ ...claimsOfAnn, exp: seconds + 0.5 });
		expect(await verifyToken(token, settings, now + 499)).toHaveProperty("identity");
		expect(await verifyToken(token, settings, now + 500)).toEqual(expired);
	});

	it("is not reported for a forged token", async () => {
		expect(await verifyToken(await forge({ ...claimsOfAnn, exp: 1 }, undefined, hmac("another")), settings, now)).toEqual(unauthorized);
	});
});

describe("issuer and audience", () => {
	const strict = settingsWith({ JWT_SECRET: secret, JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "parley" });
	const right = { iss: "https://issuer.example", aud: "parley" };

	it.each<[string, Claims]>([
		["both right", right],
		["the audience among others", { ...right, aud: ["other", "parley"] }],
	])("are accepted: %s", async (_what, claims) => {
		expect(await verifyToken(await forge({ ...claimsOfAnn, ...claims }), strict, now)).toHaveProperty("identity");
	});

	it.each<[string, Claims]>([
		["none", {}],
		["no issuer", { aud: "parley" }],
		["another issuer", { ...right, iss: "https://issuer.example/" }],
		["issuers in an array", { ...right, iss: ["https://issuer.example"] }],
		["no audience", { iss: right.iss }],
		["another audience", { ...right, aud: "parley2" }],
		["other audiences", { ...right, aud: ["a", "b"] }],
		["an audience that is an object", { ...right, aud: { parley: true } }],
	])("are rejected: %s", async (_what, claims) => {
		expect(await verifyToken(await forge({ ...claimsOfAnn, ...claims }), strict, now)).toEqual(unauthorized);
	});
});

describe("an audience in another claim", () => {
	it.each(["client_id", "azp"] as const)("is required: %s", async (claim) => {
		const strict = settingsWith({ JWT_SECRET: secret, JWT_AUDIENCE: "app", JWT_AUDIENCE_CLAIM: claim });
		const verifyWith = async (claims: Claims) => verifyToken(await forge({ ...claimsOfAnn, ...claims }), strict, now);
		expect(await verifyWith({ [claim]: "app" })).toHaveProperty("identity");
		expect(await verifyWith({ [claim]: "app", aud: "another" })).toHaveProperty("identity");
		expect(await verifyWith({ aud: "app" })).toEqual(unauthorized);
		expect(await verifyWith({ [claim]: "another" })).toEqual(unauthorized);
		expect(await verifyWith({ [claim]: ["app"] })).toEqual(unauthorized);
		expect(await verifyWith({ [claim]: "another", exp: seconds - 1 })).toEqual(unauthorized);
		const { token } = await issueToken({ userId: "ann", username: "Ann" }, strict, now, "s");
		expect(await verifyToken(token, strict, now)).toHaveProperty("identity");
	});
});

describe("a refusal", () => {
	const strict = settingsWith({ JWT_SECRET: secret, JWT_ISSUER: "https://issuer.example" });
	const iss = "https://issuer.example";

	it.each<[string, Claims, Claims, RegExp]>([
		["the algorithm", {}, { alg: "RS256" }, /its alg "RS256" is not one of HS256$/],
		["the signature and the key", {}, { alg: "HS256", kid: "x\ny" }, /its signature does not fit the key \(alg "HS256", kid "x\\ny"\)$/],
		["the issuer", { iss: "https://evil.example" }, { alg: "HS256" }, /unexpected "iss" claim value/],
		["a clock that is ahead", { iss, nbf: seconds + 42 }, { alg: "HS256" }, /its "nbf" is 42 s ahead of our clock/],
		["a clock that is ahead, by iat", { iss, iat: seconds + 43 }, { alg: "HS256" }, /its "iat" is 43 s ahead of our clock/],
		["the end", { iss, exp: seconds - 7 }, { alg: "HS256" }, /it expired 7 s ago/],
		["a missing claim", { iss, sub: undefined }, { alg: "HS256" }, /its claim "sub" is missing/],
		["a wrong claim", { iss, sub: 7 }, { alg: "HS256" }, /its claim "sub" has the wrong form/],
		["the length", { pad: "x".repeat(20_000) }, { alg: "HS256" }, /it has \d+ bytes, more than 16384/],
	])("is one line in the log that names %s and no part of the token", async (_what, claims, header, line) => {
		const info = vi.spyOn(console, "info").mockImplementation(() => {});
		const token = await forge({ ...claimsOfAnn, ...claims }, header, line.source.includes("signature") ? hmac("another") : undefined);
		await verifyToken(token, strict, now);
		expect(info.mock.calls).toEqual([[expect.stringMatching(line)]]);
		for (const segment of token.split(".").slice(1)) expect(info.mock.calls[0]?.[0]).not.toContain(segment);
		info.mockRestore();
	});
});

const part = (text: string) => base64url.encode(text);
const { privateKey } = await generateKeyPair("ES256");
const ecdsa = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, bytes));
const none = async () => new Uint8Array();
const large = (pad: number) => forge({ ...claimsOfAnn, pad: "x".repeat(pad) });
const good = await forge(claimsOfAnn);
const [header, payload, signature] = good.split(".") as [string, string, string];

/** Encodes the same bytes differently: sets an unused bit of the last character. */
function stray(segment: string): string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	return segment.slice(0, -1) + alphabet[alphabet.indexOf(segment.at(-1) as string) + 1];
}

describe("a malformed token", () => {
	it("differs from one that is accepted", async () => {
		expect(await verifyToken(good, settings, now)).toHaveProperty("identity");
		expect(await verifyToken(await large(12_100), settings, now)).toHaveProperty("identity");
	});

	it.each<[string, string | Promise<string>]>([
		["nothing", ""],
		["one segment", "x"],
		["dots", ".."],
		["two segments", `${header}.${payload}`],
		["four segments", `${good}.`],
		["five segments", `${header}.${payload}.${signature}.${payload}.${signature}`],
		["no signature", `${header}.${payload}.`],
		["a signature of zeros", forge(claimsOfAnn, undefined, async () => new Uint8Array(32))],
		["a signature cut short", `${header}.${payload}.${part("short")}`],
		["another secret", forge(claimsOfAnn, undefined, hmac("another secret of more than 32 bytes"))],
		["another payload", `${header}.${part(JSON.stringify({ ...claimsOfAnn, sub: "bob" }))}.${signature}`],
		["alg: none", forge(claimsOfAnn, { alg: "none" })],
		["alg: none, unsigned", forge(claimsOfAnn, { alg: "none" }, none)],
		["alg: nOnE", forge(claimsOfAnn, { alg: "nOnE" }, none)],
		["alg: hs256", forge(claimsOfAnn, { alg: "hs256" })],
		["alg: HS512", forge(claimsOfAnn, { alg: "HS512" }, hmac(secret, "SHA-512"))],
		["alg: an array", forge(claimsOfAnn, { alg: ["HS256"] })],
		["no alg", forge(claimsOfAnn, {})],
		["alg: ES256 where no keys are configured", forge(claimsOfAnn, { alg: "ES256" }, ecdsa)],
		["a header that is an array", forge(claimsOfAnn, `[{"alg":"HS256"}]`)],
		["a header that is no JSON", forge(claimsOfAnn, `{"alg":"HS256"`)],
		["a payload that is an array", forge([claimsOfAnn])],
		["a payload that is null", forge("null")],
		["a payload that is no JSON", forge("{")],
		["a payload that is no UTF-8", forge(Uint8Array.from([...new TextEncoder().encode(`{"sub":"ann","exp":9e9,"x":"`), 0xff, 0x22, 0x7d]))],
		["crit: unknown", forge(claimsOfAnn, { alg: "HS256", crit: ["exp"], exp: 1 })],
		["crit: empty", forge(claimsOfAnn, { alg: "HS256", crit: [] })],
		["crit: b64, true", forge(claimsOfAnn, { alg: "HS256", crit: ["b64"], b64: true })],
		["crit: b64, false", forge(claimsOfAnn, { alg: "HS256", crit: ["b64"], b64: false })],
		["b64 without crit", forge(claimsOfAnn, { alg: "HS256", b64: false })],
		["padding", `${header}.${payload}.${signature}=`],
		["padding of the payload", `${header}.${base64url.encode(JSON.stringify(claimsOfAnn))}==.${signature}`],
		["a line feed at the end", `${good}\n`],
		["a space before", ` ${good}`],
		["a space inside", good.replace(".", ". ")],
		["the scheme", `Bearer ${good}`],
		["base64's other alphabet", `${header}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}+`],
		["a signature with a stray bit", `${header}.${payload}.${stray(signature)}`],
		["a segment of impossible length", `${header}.${payload}.${signature}AA`],
		["over 16 KiB", large(12_400)],
		["2 MB", large(1_500_000)],
	])("is rejected: %s", async (_what, token) => {
		expect(await verifyToken(await token, settings, now)).toEqual(unauthorized);
	});

	it.each(["header", "payload"])("is rejected with a stray bit in the %s, though the signature covers it", async (which) => {
		// The length leaves unused bits in the last base64url character.
		const spare = (value: object) => part(JSON.stringify(value).padEnd(100));
		const segments = { header: spare({ alg: "HS256" }), payload: spare(claimsOfAnn) };
		const signed = async ({ header, payload }: typeof segments) => {
			const signature = await hmac(secret)(new TextEncoder().encode(`${header}.${payload}`));
			return `${header}.${payload}.${base64url.encode(signature)}`;
		};
		const strayed = { ...segments, [which]: stray(segments[which as keyof typeof segments]) };
		expect(await verifyToken(await signed(segments), settings, now)).toHaveProperty("identity");
		expect(await verifyToken(await signed(strayed), settings, now)).toEqual(unauthorized);
	});

	it("is tested on both sides of the size limit", async () => {
		expect((await large(12_100)).length).toBeLessThanOrEqual(limits.tokenBytes);
		expect((await large(12_400)).length).toBeGreaterThan(limits.tokenBytes);
	});
});

describe("grants", () => {
	it.each<[string[], string, boolean]>([
		[["a", "b"], "b", true],
		[["a", "b"], "c", false],
		[[], "a", false],
		[["*"], "anything", true],
		[["a*"], "ab", false],
	])("%j admit to %s: %s", (grants, id, granted) => {
		expect(isGranted({ kind: "issued", issuedAt: 0, userId: "ann", username: "Ann", expiresAt: now, grants }, id)).toBe(granted);
	});
});

describe("an issuer's sub that begins like a guest's", () => {
	it("is no guest's", async () => {
		expect(await verifyClaims({ sub: "guest-7" })).toMatchObject({ identity: { kind: "issued", userId: "guest-7" } });
	});

	it("is rejected if a guest could have it", async () => {
		const { token } = await issueToken({ userId: "guest-AAAAAAAAAAAAAAAAAAAAAA", username: "Ann" }, settings, now, "s");
		expect(await verifyToken(token, settings, now)).toMatchObject({ identity: { kind: "guest" } });
		expect(await verifyClaims({ sub: "guest-AAAAAAAAAAAAAAAAAAAAAA" })).toEqual(unauthorized);
	});
});

describe("our own tokens", () => {
	const person = { userId: "guest-1", username: "Ann" };

	it("are accepted for 15 minutes", async () => {
		const { token, expiresAt } = await issueToken(person, settings, now + 999, "s");
		expect(expiresAt).toBe(now + 15 * 60_000);
		expect(await verifyToken(token, settings, now)).toEqual({
			identity: { kind: "guest", session: "s", ...person, expiresAt, grants: [] },
		});
		expect(await verifyToken(token, settings, expiresAt)).toEqual(expired);
	});

	it("carry the issuer and audience that the deployment requires", async () => {
		const strict = settingsWith({ JWT_SECRET: secret, JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "parley" });
		const { token } = await issueToken(person, strict, now, "s");
		expect(await verifyToken(token, strict, now)).toHaveProperty("identity");
	});

	it("are not issued without a secret", async () => {
		await expect(issueToken(person, settingsWith({ JWT_JWKS_URL: "https://issuer.example/jwks" }), now, "s")).rejects.toThrow("JWT_SECRET");
	});
});
