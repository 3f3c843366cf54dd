// The public keys of the deployment's issuer, fetched from JWT_JWKS_URL and cached. Must not depend
// on the claims of tokens.

import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";

/**
 * Unknown keys cause at most one fetch in this time, because anybody can make tokens with an
 * unknown key.
 */
const cooldown = 30_000;
/** No fetch in this time after a failed one. */
const pause = 5_000;

const keysByUrl = new Map<string, JWTVerifyGetKey>();

/** Finds the key of a token. Throws if there is none or if the keys cannot be fetched. */
export function issuerKeys(url: URL): JWTVerifyGetKey {
	const known = keysByUrl.get(url.href);
	if (known) return known;
	const keys = fetchedKeys(url);
	keysByUrl.set(url.href, keys);
	return keys;
}

function fetchedKeys(url: URL): JWTVerifyGetKey {
	let startedAt = -Infinity;
	let failedAt = -Infinity;
	// jose's own cooldown starts when a fetch succeeds: it limits neither concurrent fetches nor
	// fetches after a failure.
	const keys = createRemoteJWKSet(url, {
		timeoutDuration: 5_000,
		cooldownDuration: cooldown,
		[customFetch]: async (...request) => {
			const now = Date.now();
			if (now < failedAt + pause || (keys.fresh && now < startedAt + cooldown)) throw new errors.JWKSNoMatchingKey();
			startedAt = now;
			try {
				return await fetchSet(...request);
			} catch (error) {
				failedAt = Date.now();
				console.error(`The keys at ${url.origin}${url.pathname} (JWT_JWKS_URL) could not be fetched: ${error}`);
				throw error;
			}
		},
	});
	return keys;
}

/** Fetches a key set. Throws if the response is none. */
async function fetchSet(...request: Parameters<typeof fetch>): Promise<Response> {
	const response = await fetch(...request);
	if (response.status !== 200) throw new Error(`the response was ${response.status}`);
	const set = await response.json<Parameters<typeof createLocalJWKSet>[0]>();
	createLocalJWKSet(set);
	return Response.json(set);
}
