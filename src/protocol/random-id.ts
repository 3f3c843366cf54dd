// Random ids and secrets, and the base64url they are written in.

/** 128 random bits, written as 22 characters. */
export function randomId(): string {
	return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

/** 256 random bits, written as 43 characters. */
export function randomSecret(): string {
	return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

export function base64url(bytes: Uint8Array): string {
	return btoa(String.fromCharCode(...bytes))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}
