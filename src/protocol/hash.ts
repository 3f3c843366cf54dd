// Hashes a text's UTF-8 with SHA-256, in hex.

export async function sha256(text: string): Promise<string> {
	return hexOf(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

export const hexOf = (bytes: ArrayBuffer): string =>
	Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
