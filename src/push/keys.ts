// Makes the keys by which push services recognize a deployment (VAPID).

import { base64url } from "../protocol/random-id.ts";
import type { PushKeys } from "../push-settings.ts";

/** The uncompressed public point and the private number of P-256. */
export async function makePushKeys(): Promise<PushKeys> {
	const pair = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"])) as CryptoKeyPair;
	const point = (await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer;
	const { d = "" } = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
	return { publicKey: base64url(new Uint8Array(point)), privateKey: d };
}
