import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { isPersonal, makePersonalToken, ownerOf, readKnownToken, tokenEpoch } from "../../src/auth/personal-token.ts";
import { now, secret, settingsWith } from "./forge.ts";

describe("a personal token", () => {
	it.each(["ann", "guest-AAAAAAAAAAAAAAAAAAAAAA", "auth0|5f7c8ec7c33c6c004bbafe82", "日本語", "x".repeat(255), "😀".repeat(127)])(
		"of %j contains its owner's id, fits into headers, and is different each time",
		(userId) => {
			const token = makePersonalToken(userId);
			expect([isPersonal(token), ownerOf(token)]).toEqual([true, userId]);
			expect(token).toMatch(/^[\w.-]+$/);
			expect(makePersonalToken(userId)).not.toBe(token);
		},
	);

	const secret = "A".repeat(22);
	const of = (owner: string | Uint8Array, tail = secret) => `parley_${base64url.encode(owner)}.${tail}`;
	it.each([
		["no owner", `parley_.${secret}`],
		["Claude as its owner", of("claude")],
		["an owner with a line break", of("ann\n")],
		["an owner that is too long", of("x".repeat(256))],
		["an owner that is not UTF-8", of(new Uint8Array([0xff, 0xfe]))],
		["a byte order mark before its owner", of("\ufeffann")],
		["padding", `parley_YW4=.${secret}`],
		["stray bits", `parley_YW5.${secret}`],
		["no secret", of("ann", "")],
		["a secret that is too short", of("ann", "A".repeat(21))],
		["a secret that is too long", of("ann", "A".repeat(23))],
		["three parts", `${of("ann")}.x`],
		["white space", ` ${of("ann")}`],
		["a line break after it", `${of("ann")}\n`],
	])("is rejected with %s", (_what, token) => {
		expect(ownerOf(token)).toBeUndefined();
	});
});

describe("a token that its owner's object knows", () => {
	const settings = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" });
	const day = 24 * 3600_000;
	const knownToken = async () => ({
		name: "bot",
		username: "Ann",
		expiresAt: now + 90 * day,
		ownerKind: "guest",
		ownerSeenAt: now,
		epoch: await tokenEpoch(settings),
		scopes: ["read" as const],
		conversations: "all" as const,
	});
	const read = async (change: object, changed = settings) =>
		readKnownToken({ userId: "guest-1", tokenId: "t" }, { ...(await knownToken()), ...change }, changed, now);

	it("makes its bearer a program of its owner's, within its limits", async () => {
		expect(await read({})).toEqual({
			identity: {
				kind: "program",
				userId: "guest-1",
				username: "Ann",
				expiresAt: now + 90 * day,
				grants: [],
				program: { tokenId: "t", name: "bot", scopes: ["read"], epoch: expect.any(String), isGuests: true },
			},
		});
		expect(await read({ conversations: ["c"] })).toMatchObject({ identity: { program: { conversations: ["c"] } } });
	});

	it("is no guest's once its owner signs in with a provider, as long as there is one", async () => {
		const provider = { OIDC_ISSUER: "https://login.example", OIDC_CLIENT_ID: "parley" };
		const withProvider = settingsWith({ JWT_SECRET: secret, ...provider });
		const userId = `guest-${"a".repeat(22)}`;
		const readOf = async (changed: typeof settings) =>
			readKnownToken({ userId, tokenId: "t" }, { ...(await knownToken()), isAccount: true }, changed, now);
		expect(await readOf(withProvider)).toMatchObject({ identity: { program: { until: expect.any(Number) } } });
		expect(await readOf(settings)).toMatchObject({ identity: { program: { isGuests: true } } });
	});

	it.each([
		["guests cannot sign in any more", { JWT_SECRET: secret }],
		["the secret has changed", { JWT_SECRET: `another ${secret}`, GUEST_SIGN_IN: "on" }],
		["the epoch has changed", { JWT_SECRET: secret, GUEST_SIGN_IN: "on", TOKEN_EPOCH: "2" }],
	])("is refused when %s", async (_why, environment) => {
		expect(await read({}, settingsWith(environment))).toEqual({ refusal: { code: "unauthorized" } });
	});

	it("of a guest needs no sign of its owner; that of an issuer's person needs one within 30 days", async () => {
		expect(await read({ ownerSeenAt: now - 60 * day })).toHaveProperty("identity");
		expect(await read({ ownerKind: "issued", ownerSeenAt: now - 29 * day })).toMatchObject({ identity: { program: { until: now + day } } });
		expect(await read({ ownerKind: "issued", ownerSeenAt: now - 30 * day })).toEqual({ refusal: { code: "unauthorized" } });
		expect(await read({ ownerKind: null, ownerSeenAt: null })).toEqual({ refusal: { code: "unauthorized" } });
	});

	it("that has expired is reported as expired", async () => {
		expect(await read({ expiresAt: now })).toEqual({ refusal: { code: "token_expired" } });
	});
});
