import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { deriveKey } from "../../src/auth/derive-key.ts";
import { signInGuest } from "../../src/auth/guest.ts";
import { issueImportToken, verifyImportToken } from "../../src/auth/import-token.ts";
import { verifySession } from "../../src/auth/session.ts";
import { issueToken, verifyToken } from "../../src/auth/tokens.ts";
import { secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" });
const now = Date.now();
const minute = 60_000;
const guest = await signInGuest("Ann", settings, now);

const signed = (key: Uint8Array, claims: object = {}) =>
	new SignJWT({
		aud: "parley import of a conversation",
		sub: "c",
		iat: Math.floor(now / 1000),
		exp: Math.floor(now / 1000) + 300,
		...claims,
	})
		.setProtectedHeader({ alg: "HS256" })
		.sign(key);
const ours = await deriveKey(secret, "parley import of a conversation");

describe("an import token", () => {
	it("permits the import of one conversation, for a few minutes", async () => {
		const token = await issueImportToken("c", secret);
		expect(await verifyImportToken(token, "c", settings, now)).toBe(true);
		expect(await verifyImportToken(token, "other", settings, now)).toBe(false);
		expect(await verifyImportToken(token, "c", settings, now + 6 * minute)).toBe(false);
		expect(await verifyImportToken(token, "c", settingsWith({ JWT_SECRET: `another ${secret}` }), now)).toBe(false);
		expect(await verifyImportToken(token, "c", {}, now)).toBe(false);
	});

	it("is not accepted as an access token or a session", async () => {
		const token = await issueImportToken("c", secret);
		expect(await verifyToken(token, settings, now)).toEqual({ refusal: { code: "unauthorized" } });
		expect(await verifySession(token, settings, now)).toBeUndefined();
	});

	it("is accepted when this test signs it correctly", async () => {
		expect(await verifyImportToken(await signed(ours), "c", settings, now)).toBe(true);
	});

	it.each<[string, () => string | Promise<string>]>([
		["a guest's access token", () => guest.token],
		["a guest's session", () => guest.session],
		["an access token", async () => (await issueToken({ userId: "c", username: "C" }, settings, now, "s")).token],
		["signed with the secret itself", () => signed(new TextEncoder().encode(secret))],
		["signed with the key of sessions", async () => signed(await deriveKey(secret, "parley guest session"))],
		["for another audience", () => signed(ours, { aud: "parley" })],
		["for no audience", () => signed(ours, { aud: undefined })],
		["without exp", () => signed(ours, { exp: undefined })],
		["without iat", () => signed(ours, { iat: undefined })],
		["valid for years", () => signed(ours, { iat: Math.floor(now / 1000) - 3_600, exp: Math.floor(now / 1000) + 1e9 })],
		["without a conversation", () => signed(ours, { sub: undefined })],
		["an empty text", () => ""],
		["a text that is no token", () => "x.y.z"],
	])("is rejected if it is %s", async (_what, make) => {
		expect(await verifyImportToken(await make(), "c", settings, now)).toBe(false);
	});
});
