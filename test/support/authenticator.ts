// An authenticator and the browser around it, for tests inside the runtime. It refuses what browsers refuse: a relying party that is
// not the page's host or above it, an address by number, a credential that exists, and an unknown one.

import { base64url } from "jose";

type Credential = { id: string; keys: CryptoKeyPair; rpId: string; userHandle: string; counter: number; algorithm: -7 | -257 };
type CreationOptions = {
	challenge: string;
	rp: { id: string };
	user: { id: string };
	excludeCredentials: { id: string }[];
	pubKeyCredParams: { alg: number }[];
};
type RequestOptions = { challenge: string; rpId: string };
/** What is changed in a response before it is signed. */
type Changes = { origin?: string; rpId?: string; type?: string; challenge?: string; flags?: number; crossOrigin?: boolean };

const userPresent = 1;
const userVerified = 4;
const hasCredential = 64;

export class Authenticator {
	readonly credentials: Credential[] = [];
	/** 0 for authenticators that do not count. */
	step = 1;
	algorithm: -7 | -257 = -7;

	async create(options: CreationOptions, origin: string, changes: Changes = {}) {
		checkParty(options.rp.id, origin);
		if (this.credentials.some(({ id }) => options.excludeCredentials.some((excluded) => excluded.id === id)))
			throw new Error("InvalidStateError");
		if (!options.pubKeyCredParams.some(({ alg }) => alg === this.algorithm)) throw new Error("NotSupportedError");
		const id = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
		const keys = await newKeys(this.algorithm);
		this.credentials.push({ id, keys, rpId: options.rp.id, userHandle: options.user.id, counter: 0, algorithm: this.algorithm });
		const rawId = base64url.decode(id);
		const data = await authenticatorData(changes.rpId ?? options.rp.id, changes.flags ?? userPresent | userVerified | hasCredential, 0);
		const attested = [...data, ...new Uint8Array(16), 0, rawId.length, ...rawId, 0xa0];
		const publicKey = (await crypto.subtle.exportKey("spki", keys.publicKey)) as ArrayBuffer;
		return {
			id,
			rawId: id,
			type: "public-key",
			response: {
				clientDataJSON: clientData("webauthn.create", options.challenge, origin, changes),
				authenticatorData: base64url.encode(Uint8Array.from(attested)),
				publicKey: base64url.encode(new Uint8Array(publicKey)),
				publicKeyAlgorithm: this.algorithm,
				transports: ["internal"],
			},
		};
	}

	async get(options: RequestOptions, origin: string, changes: Changes = {}) {
		checkParty(options.rpId, origin);
		const credential = this.credentials.find(({ rpId }) => rpId === options.rpId);
		if (!credential) throw new Error("NotAllowedError");
		credential.counter += this.step;
		const data = await authenticatorData(changes.rpId ?? options.rpId, changes.flags ?? userPresent | userVerified, credential.counter);
		const clientDataJSON = clientData("webauthn.get", options.challenge, origin, changes);
		const hash = await crypto.subtle.digest("SHA-256", base64url.decode(clientDataJSON) as Uint8Array<ArrayBuffer>);
		const signature = await sign(credential, new Uint8Array([...data, ...new Uint8Array(hash)]));
		return {
			id: credential.id,
			rawId: credential.id,
			type: "public-key",
			response: {
				clientDataJSON,
				authenticatorData: base64url.encode(data),
				signature: base64url.encode(signature),
				userHandle: credential.userHandle,
			},
		};
	}
}

function checkParty(rpId: string, origin: string): void {
	const { hostname } = new URL(origin);
	if (/^[\d.]+$/.test(hostname) || (hostname !== rpId && !hostname.endsWith(`.${rpId}`))) throw new Error("SecurityError");
}

function clientData(type: string, challenge: string, origin: string, changes: Changes): string {
	return base64url.encode(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...changes }));
}

async function authenticatorData(rpId: string, flags: number, counter: number): Promise<Uint8Array> {
	const data = new Uint8Array(37);
	data.set(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(rpId))));
	data[32] = flags;
	new DataView(data.buffer).setUint32(33, counter);
	return data;
}

async function newKeys(algorithm: -7 | -257): Promise<CryptoKeyPair> {
	const kind =
		algorithm === -7
			? { name: "ECDSA", namedCurve: "P-256" }
			: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
	return (await crypto.subtle.generateKey(kind, true, ["sign", "verify"])) as CryptoKeyPair;
}

async function sign({ keys, algorithm }: Credential, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
	const kind = algorithm === -7 ? { name: "ECDSA", hash: "SHA-256" } : "RSASSA-PKCS1-v1_5";
	const signature = new Uint8Array(await crypto.subtle.sign(kind, keys.privateKey, data));
	return algorithm === -7 ? derOf(signature) : signature;
}

/** As authenticators encode the two numbers of an ECDSA signature: without leading zeros, and never negative. */
export function derOf(raw: Uint8Array): Uint8Array {
	const numbers = [raw.slice(0, 32), raw.slice(32)].flatMap((bytes) => {
		const first = bytes.findIndex((byte) => byte !== 0);
		const digits = [...bytes.slice(first === -1 ? 31 : first)];
		const number = (digits[0] as number) >= 0x80 ? [0, ...digits] : digits;
		return [2, number.length, ...number];
	});
	return Uint8Array.from([0x30, numbers.length, ...numbers]);
}
