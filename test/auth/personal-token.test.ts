import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { isPersonal, makePersonalToken, ownerOf } from "../../src/auth/personal-token.ts";

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
