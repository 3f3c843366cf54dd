// Tokens that are signed with an issuer's keys. This test responds to the Worker's requests for the public keys.

import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { verifyToken } from "../../src/auth/tokens.ts";
import { type Claims, claimsOfAnn, forge, hmac, now, secret, settingsWith } from "./forge.ts";

const unauthorized = { refusal: { code: "unauthorized" } };
const unavailable = { refusal: { code: "unavailable", retryAfterMs: 5_000 } };
const ann = { identity: { userId: "ann" } };

type Key = { alg: string; kid: string; privateKey: CryptoKey; publicKey: CryptoKey; jwk: JWK };

async function newKey(alg: string, kid: string): Promise<Key> {
	const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
	return { alg, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}

const rsa = await newKey("RS256", "rsa");
const ecdsa = await newKey("ES256", "ecdsa");
const eddsa = await newKey("EdDSA", "eddsa");
const theirs = await newKey("ES256", "ecdsa");
const others = await Promise.all(["PS256", "RS512", "PS512", "ES384", "ES512", "Ed25519"].map((alg) => newKey(alg, alg)));

function tokenBy({ alg, kid, privateKey }: Key, header: Claims = {}, claims: Claims = {}): Promise<string> {
	return new SignJWT({ ...claimsOfAnn, ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
}

/** An issuer at an address of its own; `answer` may be replaced in mid-test. */
class Issuer {
	readonly url = `https://issuer.example/${crypto.randomUUID()}/jwks.json`;
	readonly settings = settingsWith({ JWT_JWKS_URL: this.url });
	fetches = 0;
	answer: (init: RequestInit | undefined) => Promise<Response>;

	constructor(...keys: JWK[]) {
		this.answer = async () => Response.json({ keys });
		issuers.set(this.url, this);
	}

	serves(...keys: JWK[]): void {
		this.answer = async () => Response.json({ keys });
	}

	verify(token: string, settings = this.settings) {
		return verifyToken(token, settings, now);
	}
}

const issuers = new Map<string, Issuer>();
let strayFetches: string[] = [];
let logged: string[] = [];
/** The value that `Date.now` returns. The age of cached keys depends on it. */
let clock = 0;

beforeEach(() => {
	clock = now;
	logged = [];
	strayFetches = [];
	vi.spyOn(Date, "now").mockImplementation(() => clock);
	vi.spyOn(console, "error").mockImplementation((line) => void logged.push(String(line)));
	vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
		const issuer = issuers.get(String(input));
		if (issuer) issuer.fetches += 1;
		else strayFetches.push(String(input));
		return issuer ? issuer.answer(init) : Response.json({ keys: [theirs.jwk] });
	});
});

afterEach(() => {
	vi.restoreAllMocks();
});

describe("an issuer's token", () => {
	it.each([rsa, ecdsa, eddsa, ...others])("is accepted if its key signed it: $alg", async (key) => {
		const issuer = new Issuer(rsa.jwk, ecdsa.jwk, eddsa.jwk, ...others.map(({ jwk }) => jwk));
		expect(await issuer.verify(await tokenBy(key))).toMatchObject(ann);
	});

	it("needs no kid if only one key fits its algorithm", async () => {
		const issuer = new Issuer(rsa.jwk, ecdsa.jwk);
		expect(await issuer.verify(await tokenBy(ecdsa, { kid: undefined }))).toMatchObject(ann);
	});

	it("may contain keys and addresses of keys, which are ignored", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const header = { jku: "https://evil.example/jwks", x5u: "https://evil.example/cert", jwk: theirs.jwk };
		expect(await issuer.verify(await tokenBy(ecdsa, header))).toMatchObject(ann);
		expect(strayFetches).toEqual([]);
	});

	it("must have the same claims as other tokens", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		expect(await issuer.verify(await tokenBy(ecdsa, {}, { sub: "claude" }))).toEqual(unauthorized);
		expect(await issuer.verify(await tokenBy(ecdsa, {}, { exp: now / 1000 - 60 }))).toEqual({ refusal: { code: "token_expired" } });
		const strict = settingsWith({ JWT_JWKS_URL: issuer.url, JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "parley" });
		const right = { iss: "https://issuer.example", aud: "parley" };
		expect(await issuer.verify(await tokenBy(ecdsa, {}, right), strict)).toMatchObject(ann);
		expect(await issuer.verify(await tokenBy(ecdsa, {}, { ...right, iss: "x" }), strict)).toEqual(unauthorized);
		expect(await issuer.verify(await tokenBy(ecdsa, {}, { ...right, aud: "x" }), strict)).toEqual(unauthorized);
	});

	it.each<[string, () => Promise<string>]>([
		["somebody else's key under the same kid", () => tokenBy(theirs)],
		["its key inside the token", () => tokenBy(theirs, { jwk: theirs.jwk })],
		["its key inside the token, without kid", () => tokenBy(theirs, { kid: undefined, jwk: theirs.jwk })],
		["an address of its own for the key", () => tokenBy(theirs, { jku: "https://evil.example/jwks" })],
		["a certificate's address", () => tokenBy(theirs, { x5u: "https://evil.example/cert" })],
		["an unknown kid", () => tokenBy(ecdsa, { kid: "unknown" })],
		["a path for a kid", () => tokenBy(ecdsa, { kid: "../../../dev/null" })],
		["SQL for a kid", () => tokenBy(ecdsa, { kid: "ecdsa' OR '1'='1" })],
		["a kid of another kind", () => tokenBy(ecdsa, { kid: "rsa" })],
		["a number for a kid", () => forge(claimsOfAnn, { alg: "ES256", kid: 7 }, es256)],
		["another hash than its key is for", async () => forge(claimsOfAnn, { alg: "RS512", kid: "rs256 only" }, rs512)],
		["no signature", () => forge(claimsOfAnn, { alg: "none", kid: "ecdsa" }, async () => new Uint8Array())],
		["an empty signature", () => forge(claimsOfAnn, { alg: "ES256", kid: "ecdsa" }, async () => new Uint8Array())],
		["a signature of zeros", () => forge(claimsOfAnn, { alg: "ES256", kid: "ecdsa" }, async () => new Uint8Array(64))],
		["a key that is for encryption", () => tokenBy(ecdsa, { kid: "encryption" })],
		["a shared key out of the public ones", () => forge(claimsOfAnn, { alg: "HS256", kid: "shared" }, hmac(secret))],
		[
			"the public key as a secret: PEM",
			async () => forge(claimsOfAnn, { alg: "HS256", kid: "rsa" }, hmac(await exportSPKI(rsa.publicKey))),
		],
		["the public key as a secret: JWK", () => forge(claimsOfAnn, { alg: "HS256", kid: "rsa" }, hmac(JSON.stringify(rsa.jwk)))],
		["the public key as a secret: modulus", () => forge(claimsOfAnn, { alg: "HS256", kid: "rsa" }, hmac(rsa.jwk.n as string))],
	])("is rejected with %s", async (_what, forged) => {
		const encryption: JWK = { ...ecdsa.jwk, kid: "encryption", use: "enc" };
		const fixed: JWK = { ...rsa.jwk, kid: "rs256 only", alg: "RS256" };
		const shared: JWK = { kty: "oct", kid: "shared", k: base64url.encode(secret) };
		const keys = [rsa.jwk, ecdsa.jwk, eddsa.jwk, encryption, fixed, shared];
		const alone = new Issuer(...keys);
		expect(await alone.verify(await forged())).toEqual(unauthorized);
		const beside = new Issuer(...keys);
		const both = settingsWith({ JWT_JWKS_URL: beside.url, JWT_SECRET: "a secret that the issuer does not know" });
		expect(await beside.verify(await forged(), both)).toEqual(unauthorized);
		expect(strayFetches).toEqual([]);
	});

	it("is accepted without kid if any key fits", async () => {
		const next = await newKey("ES256", "next");
		const broken: JWK = { kty: "EC", crv: "P-256", kid: "broken", x: "AA", y: "AA" };
		const issuer = new Issuer(next.jwk, broken, ecdsa.jwk);
		expect(await issuer.verify(await tokenBy(ecdsa, { kid: undefined }))).toMatchObject(ann);
		expect(await issuer.verify(await tokenBy(theirs, { kid: undefined }))).toEqual(unauthorized);
		expect(await issuer.verify(await tokenBy(ecdsa, { kid: undefined }, { exp: 1 }))).toEqual({ refusal: { code: "token_expired" } });
	});

	it.each([
		["Ed25519", "EdDSA"],
		["EdDSA", "Ed25519"],
	])("is accepted with alg %s if its key says %s", async (alg, keyAlg) => {
		const issuer = new Issuer({ ...eddsa.jwk, alg: keyAlg });
		expect(await issuer.verify(await forge(claimsOfAnn, { alg, kid: "eddsa" }, ed25519))).toMatchObject(ann);
	});

	it("may have a sub that begins like a guest's, but not one that a guest has", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const claims = { sub: "guest-7", parley_guest: "s" };
		expect(await issuer.verify(await tokenBy(ecdsa, {}, claims))).toMatchObject({ identity: { kind: "issued", userId: "guest-7" } });
		const taken = { sub: "guest-AAAAAAAAAAAAAAAAAAAAAA", parley_guest: "s" };
		expect(await issuer.verify(await tokenBy(ecdsa, {}, taken))).toEqual(unauthorized);
	});
});

const es256 = async (bytes: Uint8Array) =>
	new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, ecdsa.privateKey, bytes));
const ed25519 = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.sign("Ed25519", eddsa.privateKey, bytes));
const rs512 = async (bytes: Uint8Array) => {
	const jwk = await exportJWK(rsa.privateKey);
	const key = await crypto.subtle.importKey("jwk", { ...jwk, kty: "RSA" }, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }, false, ["sign"]);
	return new Uint8Array(await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, bytes));
};

describe("a deployment", () => {
	it("with a secret and keys accepts both kinds of token", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const both = settingsWith({ JWT_JWKS_URL: issuer.url, JWT_SECRET: secret });
		expect(await issuer.verify(await forge(claimsOfAnn), both)).toMatchObject(ann);
		expect(issuer.fetches).toBe(0);
		expect(await issuer.verify(await tokenBy(ecdsa), both)).toMatchObject(ann);
		expect(issuer.fetches).toBe(1);
	});

	it("with one of them rejects tokens of the other kind", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		expect(await issuer.verify(await forge(claimsOfAnn))).toEqual(unauthorized);
		expect(await issuer.verify(await tokenBy(ecdsa), settingsWith({ JWT_SECRET: secret }))).toEqual(unauthorized);
		expect(issuer.fetches).toBe(0);
	});
});

describe("the keys", () => {
	it("are fetched once, and again when they are stale", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const token = await tokenBy(ecdsa);
		for (let i = 0; i < 5; i++) expect(await issuer.verify(token)).toMatchObject(ann);
		clock += 599_000;
		expect(await issuer.verify(token)).toMatchObject(ann);
		expect(issuer.fetches).toBe(1);
		clock += 2_000;
		expect(await issuer.verify(token)).toMatchObject(ann);
		expect(issuer.fetches).toBe(2);
	});

	it("are fetched once for all requests that wait for them", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const token = await tokenBy(ecdsa);
		expect(await Promise.all([issuer.verify(token), issuer.verify(token)])).toMatchObject([ann, ann]);
	});

	it("are fetched again when the issuer rotates them", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const next = await newKey("ES256", "next");
		expect(await issuer.verify(await tokenBy(ecdsa))).toMatchObject(ann);
		issuer.serves(next.jwk);
		clock += 29_000;
		expect(await issuer.verify(await tokenBy(next))).toEqual(unauthorized);
		clock += 2_000;
		expect(await issuer.verify(await tokenBy(next))).toMatchObject(ann);
		expect(await issuer.verify(await tokenBy(ecdsa))).toEqual(unauthorized);
		expect(issuer.fetches).toBe(2);
	});

	it.each([true, false])("are not fetched for a flood of unknown kids (the issuer responds: %s)", async (answers) => {
		const issuer = new Issuer(ecdsa.jwk);
		const token = await tokenBy(ecdsa);
		expect(await issuer.verify(token)).toMatchObject(ann);
		if (!answers) issuer.answer = async () => Promise.reject(new TypeError("Network connection lost."));
		const [, payload, signature] = token.split(".");
		const flood = async () => {
			const headers = Array.from({ length: 500 }, (_, i) => base64url.encode(JSON.stringify({ alg: "ES256", kid: `unknown ${i}` })));
			const verified = await Promise.all(headers.map((header) => issuer.verify(`${header}.${payload}.${signature}`)));
			expect(verified.every((one) => "refusal" in one)).toBe(true);
		};
		for (const [later, fetches] of [
			[1_000, 1],
			[31_000, 2],
			[20_000, 2],
			[11_000, 3],
		] as const) {
			clock += later;
			await flood();
			expect(issuer.fetches).toBe(fetches);
			expect(await issuer.verify(token)).toMatchObject(ann);
		}
	});

	it("are not fetched again at once when the issuer is down, and the log says so once", async () => {
		const issuer = new Issuer();
		const token = await tokenBy(ecdsa);
		issuer.answer = async () => Promise.reject(new TypeError("Network connection lost."));
		for (let i = 0; i < 5; i++) expect(await issuer.verify(token)).toEqual(unavailable);
		expect(issuer.fetches).toBe(1);
		expect(logged).toEqual([`The keys at ${issuer.url} (JWT_JWKS_URL) could not be fetched: TypeError: Network connection lost.`]);
		issuer.serves(ecdsa.jwk);
		clock += 6_000;
		expect(await issuer.verify(token)).toMatchObject(ann);
	});

	it("are used for a day while the issuer is down, and a key that may be new is not called wrong", async () => {
		const issuer = new Issuer(ecdsa.jwk);
		const token = await tokenBy(ecdsa, {}, { exp: now / 1000 + 1e6 });
		expect(await issuer.verify(token)).toMatchObject(ann);
		issuer.answer = async () => new Response("down", { status: 503 });
		clock += 601_000;
		expect(await issuer.verify(token)).toMatchObject(ann);
		expect(await issuer.verify(await tokenBy(eddsa))).toEqual(unavailable);
		expect(logged).toHaveLength(1);
		clock += 23 * 3600_000;
		expect(await issuer.verify(token)).toMatchObject(ann);
		clock += 3600_000;
		expect(await issuer.verify(token)).toEqual(unavailable);
		issuer.serves(eddsa.jwk);
		clock += 5_000;
		expect(await issuer.verify(token)).toEqual(unauthorized);
	});

	it.each<[string, () => Response]>([
		["an error with keys", () => Response.json({ keys: [ecdsa.jwk] }, { status: 500 })],
		["an error", () => new Response("down", { status: 500 })],
		["a redirect", () => Response.redirect("https://evil.example/jwks", 302)],
		["a page", () => new Response("<html>")],
		["JSON that is no key set", () => Response.json([])],
		["a key set without keys", () => Response.json({ keys: "none" })],
		["a key set of which no key can be read", () => Response.json({ keys: [null, "x"] })],
		["a key set that is too long", () => Response.json({ keys: [ecdsa.jwk], more: "x".repeat(300_000) })],
	])("are rejected in %s, with one log line that does not contain the token", async (_what, answer) => {
		const issuer = new Issuer();
		const token = await tokenBy(ecdsa);
		issuer.answer = async () => answer();
		expect(await issuer.verify(token)).toEqual(unavailable);
		expect(strayFetches).toEqual([]);
		expect(logged).toHaveLength(1);
		expect(logged[0]).toContain("JWT_JWKS_URL");
		expect(logged[0]).not.toContain(token.split(".")[1]);
	});

	it.each([[null], ["x"], [7], [[]], [{}]])("are used even if %j is beside them in the set", async (entry) => {
		const issuer = new Issuer();
		issuer.answer = async () => Response.json({ keys: [entry, ecdsa.jwk] });
		expect(await issuer.verify(await tokenBy(ecdsa))).toMatchObject(ann);
		expect(logged).toEqual([]);
	});

	it("are used even if other keys of the set are broken", async () => {
		const issuer = new Issuer(ecdsa.jwk, { kty: "EC", crv: "P-256", kid: "broken", x: "AA", y: "AA" });
		expect(await issuer.verify(await tokenBy(ecdsa, { kid: "broken" }))).toEqual(unauthorized);
		clock += 601_000;
		expect(await issuer.verify(await tokenBy(ecdsa))).toMatchObject(ann);
		expect(issuer.fetches).toBe(2);
		expect(logged).toEqual([]);
	});

	it("are not waited for longer than five seconds", async () => {
		const issuer = new Issuer();
		const timeout = AbortSignal.timeout.bind(AbortSignal);
		// The same signal, a hundred times as soon.
		const asked = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms / 100));
		issuer.answer = (init) =>
			new Promise((_resolve, reject) => {
				const signal = init?.signal as AbortSignal;
				signal.addEventListener("abort", () => reject(signal.reason));
			});
		expect(await issuer.verify(await tokenBy(ecdsa))).toEqual(unavailable);
		expect(asked.mock.calls).toEqual([[5_000]]);
		expect(logged).toHaveLength(1);
	});
});
