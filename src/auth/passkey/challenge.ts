// The challenges that passkeys sign. Each is signed by us, for one purpose and five minutes, so that asking for one stores nothing.
// The person's object stores which of them were used.

import { base64url } from "jose";
import { accountLimits } from "../../protocol/account/limits.ts";
import { deriveKey } from "../derive-key.ts";
import { PasskeyRefused } from "./refusal.ts";

/** `until`: when it ends, in ms. */
export type Challenge = { id: string; until: number };

export const signInPurpose = "sign-in";
/** One session of one person adds a passkey by it. */
export const registrationPurpose = (userId: string, session: string) => `register ${session} ${userId}`;

/** Random bytes, then the time as a float. The signature follows them. */
const idBytes = 16;
const headBytes = idBytes + 8;

/** `now` in ms. */
export async function newChallenge(purpose: string, jwtSecret: string, now: number): Promise<string> {
	const head = new Uint8Array(headBytes);
	crypto.getRandomValues(head.subarray(0, idBytes));
	new DataView(head.buffer).setFloat64(idBytes, now + accountLimits.passkeyChallenge);
	const signature = await crypto.subtle.sign("HMAC", await keyOf(jwtSecret), signedPart(head, purpose));
	return base64url.encode(new Uint8Array([...head, ...new Uint8Array(signature)]));
}

/** Reads a challenge that was signed. Throws `PasskeyRefused` if it is not ours, has another purpose or has ended. `now` in ms. */
export async function readChallenge(text: string, purpose: string, jwtSecret: string, now: number): Promise<Challenge> {
	const bytes = decode(text);
	const head = bytes.slice(0, headBytes);
	if (!(await crypto.subtle.verify("HMAC", await keyOf(jwtSecret), bytes.slice(headBytes), signedPart(head, purpose))))
		throw new PasskeyRefused("passkey_refused", "its challenge is not ours, or is another person's");
	const until = new DataView(head.buffer).getFloat64(idBytes);
	if (until <= now) throw new PasskeyRefused("passkey_expired", "its challenge has ended");
	return { id: base64url.encode(head.slice(0, idBytes)), until };
}

function decode(text: string): Uint8Array<ArrayBuffer> {
	try {
		const bytes = base64url.decode(text);
		if (bytes.length > headBytes) return new Uint8Array(bytes);
	} catch {}
	throw new PasskeyRefused("passkey_refused", "its challenge has not the form of ours");
}

function signedPart(head: Uint8Array, purpose: string): Uint8Array<ArrayBuffer> {
	return new Uint8Array([...head, ...new TextEncoder().encode(purpose)]);
}

async function keyOf(jwtSecret: string): Promise<CryptoKey> {
	const raw = await deriveKey(jwtSecret, "parley passkey challenge");
	return crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}
