// The messages of browsers about passkeys, as Web Authentication defines them: the schemas, and the checks of a relying party that asks for
// no attestation. Must not know people or requests.

import { base64url } from "jose";
import * as v from "valibot";
import { limits } from "../../protocol/limits.ts";
import { usernameSchema } from "../../protocol/person.ts";
import { PasskeyRefused } from "./refusal.ts";
import type { RelyingParty } from "./relying-party.ts";

const encoded = (bytes: number) => v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(Math.ceil((bytes * 4) / 3)));
/** The standard permits ids of 1,023 bytes. */
export const credentialIdSchema = encoded(1_023);

/** ES256 and RS256, which all authenticators between them support. */
export const algorithms = [-7, -257] as const;
export type Algorithm = (typeof algorithms)[number];

export const registrationSchema = v.object({
	id: credentialIdSchema,
	response: v.object({
		clientDataJSON: encoded(4_096),
		authenticatorData: encoded(4_096),
		publicKey: encoded(1_024),
		publicKeyAlgorithm: v.picklist(algorithms),
	}),
	name: v.optional(usernameSchema),
});
export const assertionSchema = v.object({
	id: credentialIdSchema,
	response: v.object({
		clientDataJSON: encoded(4_096),
		authenticatorData: encoded(4_096),
		signature: encoded(1_024),
		userHandle: encoded(limits.id),
	}),
});
export type Registration = v.InferOutput<typeof registrationSchema>;
export type Assertion = v.InferOutput<typeof assertionSchema>;

/** `publicKey`: SPKI in base64url. `counter`: how often the authenticator has signed; 0 where it does not count. */
export type Credential = { id: string; publicKey: string; algorithm: Algorithm; counter: number };

const clientDataSchema = v.object({
	type: v.string(),
	challenge: v.string(),
	origin: v.string(),
	crossOrigin: v.optional(v.boolean(), false),
});

const flagBits = { userPresent: 1, userVerified: 4, hasCredential: 64 } as const;

/** The challenge that a browser says was signed. It counts once the rest is verified. */
export function challengeIn({ response }: Registration | Assertion): string {
	return clientDataIn(response.clientDataJSON).challenge;
}

/** The person whom the passkey names. */
export function userIdIn({ response }: Assertion): string {
	return new TextDecoder().decode(bytesOf(response.userHandle));
}

/** The new credential. Its public key is the browser's word, which is all that is asked for without attestation. */
export async function readRegistration({ id, response }: Registration, party: RelyingParty): Promise<Credential> {
	checkClientData(response.clientDataJSON, "webauthn.create", party);
	const data = bytesOf(response.authenticatorData);
	const { flags, counter } = await readAuthenticatorData(data, party);
	if (!(flags & flagBits.hasCredential)) throw refused("it has no credential");
	// After the flags, the counter and the model of the authenticator.
	const length = data.length < 55 ? 0 : new DataView(data.buffer).getUint16(53);
	if (base64url.encode(data.slice(55, 55 + length)) !== id) throw refused("its id is not that of the credential");
	const { publicKey, publicKeyAlgorithm: algorithm } = response;
	await importKey(publicKey, algorithm);
	return { id, publicKey, algorithm, counter };
}

/** Returns the authenticator's counter. Throws `PasskeyRefused` unless this credential signed this, for this page. */
export async function verifyAssertion({ id, response }: Assertion, credential: Credential, party: RelyingParty): Promise<number> {
	if (id !== credential.id) throw refused("it is another credential");
	checkClientData(response.clientDataJSON, "webauthn.get", party);
	const data = bytesOf(response.authenticatorData);
	const { counter } = await readAuthenticatorData(data, party);
	const clientHash = await crypto.subtle.digest("SHA-256", bytesOf(response.clientDataJSON));
	const signed = new Uint8Array([...data, ...new Uint8Array(clientHash)]);
	const key = await importKey(credential.publicKey, credential.algorithm);
	const signature = bytesOf(response.signature);
	const isES256 = credential.algorithm === -7;
	const raw = isES256 ? rawSignature(signature) : signature;
	const algorithm = isES256 ? { name: "ECDSA", hash: "SHA-256" } : "RSASSA-PKCS1-v1_5";
	if (!raw || !(await crypto.subtle.verify(algorithm, key, raw, signed))) throw refused("its signature does not fit");
	return counter;
}

function checkClientData(encodedData: string, type: string, { origin }: RelyingParty): void {
	const data = clientDataIn(encodedData);
	if (data.type !== type) throw refused("it was made for another purpose");
	if (data.origin !== origin || data.crossOrigin) throw new PasskeyRefused("origin_not_allowed", "it was made on another page");
}

async function readAuthenticatorData(data: Uint8Array<ArrayBuffer>, { id }: RelyingParty): Promise<{ flags: number; counter: number }> {
	if (data.length < 37) throw refused("its authenticator data are too short");
	const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id)));
	if (base64url.encode(data.slice(0, 32)) !== base64url.encode(hash)) throw refused("it belongs to another host name");
	const flags = data[32] as number;
	if (!(flags & flagBits.userPresent) || !(flags & flagBits.userVerified)) throw refused("the device did not verify who used it");
	return { flags, counter: new DataView(data.buffer).getUint32(33) };
}

async function importKey(publicKey: string, algorithm: Algorithm): Promise<CryptoKey> {
	const kind = algorithm === -7 ? { name: "ECDSA", namedCurve: "P-256" } : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
	try {
		return await crypto.subtle.importKey("spki", bytesOf(publicKey), kind, false, ["verify"]);
	} catch {
		throw refused("its public key cannot be used");
	}
}

/**
 * The two numbers of an ECDSA signature, each in 32 bytes: authenticators send them in DER, which leaves out leading zeros and adds
 * one where a number would look negative. `undefined` if they have not that form.
 */
function rawSignature(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
	const raw = new Uint8Array(64);
	let at = 2;
	for (const end of [32, 64]) {
		const length = der[at + 1] ?? 0;
		const number = der.slice(at + 2, at + 2 + length);
		const digits = number[0] === 0 ? number.slice(1) : number;
		if (der[at] !== 2 || number.length !== length || digits.length > 32) return undefined;
		raw.set(digits, end - digits.length);
		at += 2 + length;
	}
	return der[0] === 0x30 && at === der.length ? raw : undefined;
}

function clientDataIn(encodedData: string): v.InferOutput<typeof clientDataSchema> {
	try {
		return v.parse(clientDataSchema, JSON.parse(new TextDecoder().decode(bytesOf(encodedData))));
	} catch {
		throw refused("its client data cannot be read");
	}
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
	try {
		return new Uint8Array(base64url.decode(text));
	} catch {
		throw refused("it is not encoded as base64url");
	}
}

const refused = (detail: string) => new PasskeyRefused("passkey_refused", detail);
