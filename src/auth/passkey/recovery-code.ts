// Recovery codes, by which a guest comes back without a passkey. A code contains the guest's id, so that their object can be asked;
// that object knows the codes by their hashes. Must not depend on requests or storage.

import { base64url } from "jose";
import { sha256 } from "../../protocol/hash.ts";
import { guestPrefix, isGuestId } from "../../protocol/person.ts";

/** Without letters that people take for a digit. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const idBytes = 16;
const secretBytes = 10;
/** Characters of one group. */
const group = 6;

export type RecoveryCode = { code: string; hash: string };

/** `userId` is a guest's. */
export async function makeRecoveryCode(userId: string): Promise<RecoveryCode> {
	const secret = crypto.getRandomValues(new Uint8Array(secretBytes));
	const text = encode(new Uint8Array([...base64url.decode(userId.slice(guestPrefix.length)), ...secret]));
	return { code: text.match(new RegExp(`.{1,${group}}`, "g"))?.join("-") ?? text, hash: await sha256(text) };
}

/** Reads a code as people type or paste it, in any case, with any spaces or dashes. `undefined` if it does not have the form of a code. */
export async function readRecoveryCode(typed: string): Promise<{ userId: string; hash: string } | undefined> {
	const text = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
	const bytes = decode(text);
	if (bytes?.length !== idBytes + secretBytes) return undefined;
	const userId = guestPrefix + base64url.encode(bytes.slice(0, idBytes));
	return isGuestId(userId) ? { userId, hash: await sha256(text) } : undefined;
}

/** Five bits a character, and zeros to fill the last. */
function encode(bytes: Uint8Array): string {
	let bits = "";
	for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
	return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

function decode(text: string): Uint8Array | undefined {
	const values = [...text].map((character) => alphabet.indexOf(character));
	if (values.includes(-1)) return undefined;
	const bits = values.map((value) => value.toString(2).padStart(5, "0")).join("");
	const bytes = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
	return encode(bytes) === text ? bytes : undefined;
}
