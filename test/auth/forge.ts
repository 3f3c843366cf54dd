// Forges tokens with any header, payload and signature, as an attacker or another issuer could.

import { base64url } from "jose";
import type { Environment } from "../../src/setting-values.ts";
import { readSettings, type Settings } from "../../src/settings.ts";

export const secret = "one secret of more than 32 bytes, shared";
/** The time of verification, in ms. */
export const now = Date.UTC(2026, 10, 2, 12);
/** The same time in seconds, the unit of claims. */
export const seconds = now / 1000;

export type Claims = Record<string, unknown>;

/** The claims of a token of Ann's that is valid at `now`. */
export const claimsOfAnn: Claims = { sub: "ann", name: "Ann", exp: seconds + 600 };

export function settingsWith(fields: Environment): Settings {
	const read = readSettings(fields);
	if ("problem" in read) throw new Error(read.problem);
	return read.settings;
}

export const hmac =
	(key: string | Uint8Array, hash = "SHA-256") =>
	async (bytes: Uint8Array) => {
		const raw = typeof key === "string" ? encode(key) : key;
		const imported = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash }, false, ["sign"]);
		return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes));
	};

/** Makes a compact JWT. `header` and `payload` may also be text or bytes, so that they can be invalid JSON. */
export async function forge(
	payload: Claims | unknown[] | string | Uint8Array,
	header: Claims | string = { alg: "HS256" },
	sign: (bytes: Uint8Array) => Promise<Uint8Array> = hmac(secret),
): Promise<string> {
	const input = `${base64url.encode(textOf(header))}.${base64url.encode(textOf(payload))}`;
	return `${input}.${base64url.encode(await sign(encode(input)))}`;
}

function textOf(value: object | string | Uint8Array): string | Uint8Array {
	return typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value);
}

function encode(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}
