// Keys of our own, one for each purpose, derived from the deployment's secret: what one of them signs, none of the others accepts.

export async function derivedKey(jwtSecret: string, purpose: string): Promise<Uint8Array> {
	const encoder = new TextEncoder();
	const secret = await crypto.subtle.importKey("raw", encoder.encode(jwtSecret), "HKDF", false, ["deriveBits"]);
	const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(purpose) };
	return new Uint8Array(await crypto.subtle.deriveBits(derivation, secret, 256));
}
