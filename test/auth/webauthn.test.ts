// Signatures of passkeys in every form that authenticators give them, and what the checks refuse.

import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { newChallenge, readChallenge } from "../../src/auth/passkey/challenge.ts";
import { makeRecoveryCode, readRecoveryCode } from "../../src/auth/passkey/recovery-code.ts";
import { relyingPartyOf } from "../../src/auth/passkey/relying-party.ts";
import { type Algorithm, readRegistration, verifyAssertion } from "../../src/auth/passkey/webauthn.ts";
import { Authenticator, derOf } from "../support/authenticator.ts";

const party = { origin: "https://parley.example", id: "parley.example" };
const creation = {
	challenge: "AAAA",
	rp: { id: party.id },
	user: { id: "QQ" },
	excludeCredentials: [],
	pubKeyCredParams: [{ alg: -7 }, { alg: -257 }],
};
const request = { challenge: "AAAA", rpId: party.id };

async function registered(algorithm: Algorithm = -7) {
	const authenticator = new Authenticator();
	authenticator.algorithm = algorithm;
	return { authenticator, credential: await readRegistration(await authenticator.create(creation, party.origin), party) };
}

const codeOf = async (promise: Promise<unknown>) =>
	promise.then(
		() => "accepted",
		({ code }: { code: string }) => code,
	);

describe("a passkey's signature", () => {
	it.each([-7, -257] as const)("with the algorithm %i is accepted", async (algorithm) => {
		const { authenticator, credential } = await registered(algorithm);
		expect(await verifyAssertion(await authenticator.get(request, party.origin), credential, party)).toBe(1);
	});

	it("is accepted also where one of its numbers is short", async () => {
		const { authenticator, credential } = await registered();
		let shortest = 72;
		// Two numbers without a sign byte make 70 bytes. One of about 500 signatures is shorter.
		for (let n = 1; shortest > 69; n++) {
			const assertion = await authenticator.get(request, party.origin);
			shortest = Math.min(shortest, base64url.decode(assertion.response.signature).length);
			expect(await verifyAssertion(assertion, credential, party)).toBe(n);
		}
	});

	it("is refused if a bit of it, of the data or of the client data is another", async () => {
		const { authenticator, credential } = await registered();
		for (const field of ["signature", "authenticatorData", "clientDataJSON"] as const) {
			const assertion = await authenticator.get(request, party.origin);
			const bytes = base64url.decode(assertion.response[field]);
			const at = field === "clientDataJSON" ? bytes.indexOf("A".charCodeAt(0)) : bytes.length - 1;
			bytes[at] = (bytes[at] as number) ^ 1;
			assertion.response[field] = base64url.encode(bytes);
			expect(await codeOf(verifyAssertion(assertion, credential, party)), field).toBe("passkey_refused");
		}
	});

	it.each([
		["of no numbers", [0x30, 0]],
		["that ends early", [0x30, 6, 2, 1, 1, 2, 9, 1]],
		["with a number that is too long", [0x30, 38, 2, 33, ...Array(33).fill(1), 2, 1, 1]],
		["with more after it", [...derOf(new Uint8Array(64).fill(1)), 0]],
	])("%s is refused", async (_what, bytes) => {
		const { authenticator, credential } = await registered();
		const assertion = await authenticator.get(request, party.origin);
		assertion.response.signature = base64url.encode(Uint8Array.from(bytes));
		expect(await codeOf(verifyAssertion(assertion, credential, party))).toBe("passkey_refused");
	});
});

describe("a passkey's response", () => {
	it.each([
		["from another page", { origin: "https://evil.example" }, "origin_not_allowed"],
		["from a frame in another page", { crossOrigin: true }, "origin_not_allowed"],
		["for another host name", { rpId: "evil.example" }, "passkey_refused"],
		["of a device that verified nobody", { flags: 1 | 64 }, "passkey_refused"],
		["for another purpose", { type: "payment.get" }, "passkey_refused"],
	])("%s is refused", async (_what, changes, code) => {
		const { authenticator, credential } = await registered();
		expect(await codeOf(verifyAssertion(await authenticator.get(request, party.origin, changes), credential, party))).toBe(code);
		expect(await codeOf(readRegistration(await authenticator.create(creation, party.origin, changes), party))).toBe(code);
	});

	it("that names another credential than it contains is refused", async () => {
		const response = await new Authenticator().create(creation, party.origin);
		expect(await codeOf(readRegistration({ ...response, id: "AAAA" }, party))).toBe("passkey_refused");
		const { authenticator, credential } = await registered();
		const assertion = await authenticator.get(request, party.origin);
		expect(await codeOf(verifyAssertion({ ...assertion, id: "AAAA" }, credential, party))).toBe("passkey_refused");
	});

	it("with a key that is none is refused", async () => {
		const response = await new Authenticator().create(creation, party.origin);
		response.response.publicKey = "AAAA";
		expect(await codeOf(readRegistration(response, party))).toBe("passkey_refused");
	});
});

describe("a challenge", () => {
	const secret = "a secret for tests, at least 32 bytes long";
	const now = Date.parse("2026-11-24T12:00:00Z");

	it("serves one purpose, for five minutes", async () => {
		const challenge = await newChallenge("register s ann", secret, now);
		expect((await readChallenge(challenge, "register s ann", secret, now + 299_999)).until).toBe(now + 300_000);
		expect(await codeOf(readChallenge(challenge, "register s ann", secret, now + 300_000))).toBe("passkey_expired");
		expect(await codeOf(readChallenge(challenge, "register s bob", secret, now))).toBe("passkey_refused");
		expect(await codeOf(readChallenge(challenge, "register s ann", `${secret}!`, now))).toBe("passkey_refused");
	});

	it.each(["", "AAAA", "no base64url!", "A".repeat(100)])("that is none is refused: %j", async (text) => {
		expect(await codeOf(readChallenge(text, "sign-in", secret, now))).toBe("passkey_refused");
	});
});

describe("the page of a passkey", () => {
	const partyAt = (url: string, origin?: string) => relyingPartyOf(new Request(url, origin === undefined ? {} : { headers: { origin } }));

	it("is the one that asks, or the deployment's own", () => {
		expect(partyAt("https://parley.example/api/x")).toEqual({ origin: "https://parley.example", id: "parley.example" });
		expect(partyAt("https://api.example/api/x", "https://pages.example")).toEqual({ origin: "https://pages.example", id: "pages.example" });
		expect(partyAt("http://localhost:8787/api/x")).toEqual({ origin: "http://localhost:8787", id: "localhost" });
	});

	it.each([
		["http://127.0.0.1:8787/api/x", undefined, "Passkeys do not work at the address 127.0.0.1. Open http://localhost:8787 instead."],
		["https://[2001:db8::1]/api/x", undefined, "Passkeys do not work at the address [2001:db8::1]. Open this service by its host name."],
		["http://parley.example/api/x", undefined, "Passkeys work only on pages that are loaded by https."],
		["https://parley.example/api/x", "null", "Passkeys work only on web pages."],
	])("%s of %s has none, and says why", (url, origin, sentence) => {
		expect(() => partyAt(url, origin)).toThrow(expect.objectContaining({ code: "bad_request", sentence }));
	});
});

describe("a recovery code", () => {
	const userId = "guest-T0bWc5nRz7LpAYx3kQ0v8g";

	it("leads to its guest, however it is typed", async () => {
		const { code, hash } = await makeRecoveryCode(userId);
		expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{6}-){6}[0-9A-HJKMNP-TV-Z]{6}$/);
		const typed = [code, code.toLowerCase(), code.replaceAll("-", " "), ` ${code.replaceAll("0", "o").replaceAll("1", "l")}\n`];
		expect(await Promise.all(typed.map(readRecoveryCode))).toEqual(typed.map(() => ({ userId, hash })));
	});

	it.each(["", "AAAAAA", "guest", "U".repeat(42), "0".repeat(41), "0".repeat(43), "é".repeat(42)])(
		"that is none is read as none: %j",
		async (text) => {
			expect(await readRecoveryCode(text)).toBeUndefined();
		},
	);
});
