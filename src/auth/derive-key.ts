// Derives one key for each purpose from the deployment's secret. What one key signs, no other accepts.

export async function deriveKey(jwtSecret: string, purpose: string): Promise<Uint8Array> {
	const encoder = new TextEncoder();
	const secret = await crypto.subtle.importKey("raw", encoder.encode(jwtSecret), "HKDF", false, ["deriveBits"]);
	const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(purpose) };
	return new Uint8Array(await crypto.subtle.deriveBits(derivation, secret, 256));
}
