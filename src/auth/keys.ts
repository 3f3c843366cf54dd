// The public keys of the deployment's issuer, fetched from JWT_JWKS_URL and kept while fresh. Knows nothing of tokens' claims.

import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";

/** At most one fetch in this time for tokens whose key is not among fresh ones: anybody can make such tokens. */
const cooldown = 30_000;
/** No further fetch in this time after one that failed. */
const pause = 5_000;

const keysByUrl = new Map<string, JWTVerifyGetKey>();

/** Finds the key of a token; throws where there is none, or where the keys cannot be had. */
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
	// jose's own cooldown begins with a fetch that succeeded: it holds back neither beside one under way nor after a failure.
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
				console.error(`The keys at ${url.origin}${url.pathname} (JWT_JWKS_URL) could not be had: ${error}`);
				throw error;
			}
		},
	});
	return keys;
}

/** Fetches what is a key set, or throws. */
async function fetchSet(...request: Parameters<typeof fetch>): Promise<Response> {
	const response = await fetch(...request);
	if (response.status !== 200) throw new Error(`the answer was ${response.status}`);
	const set = await response.json<Parameters<typeof createLocalJWKSet>[0]>();
	createLocalJWKSet(set);
	return Response.json(set);
}
