// The public keys of the deployment's issuer, fetched from JWT_JWKS_URL and kept while fresh. Knows nothing of claims.

import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";

/** At most one fetch in this time for tokens whose key is not among fresh ones: anybody can make such tokens. */
const cooldown = 30_000;
/** No further fetch in this time after one that failed. */
const pause = 5_000;

const keysByUrl = new Map<string, JWTVerifyGetKey>();

/** Finds the key of a token; throws one of jose's errors where there is none, or where the keys cannot be had. */
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

	const keys = createRemoteJWKSet(url, {
		timeoutDuration: 5_000,
		cooldownDuration: cooldown,
		// jose's own cooldown begins with a fetch that succeeded: it holds back neither those under way nor those after a failure.
		[customFetch]: async (...request) => {
			const now = Date.now();
			if (now < failedAt + pause || (keys.fresh && now < startedAt + cooldown)) throw new errors.JWKSNoMatchingKey();
			startedAt = now;
			return fetch(...request);
		},
	});

	return async (header, token) => {
		try {
			return await keys(header, token);
		} catch (error) {
			if (!isFaultOfToken(error)) {
				failedAt = Date.now();
				console.error(`The keys at ${url.origin}${url.pathname} (JWT_JWKS_URL) could not be read: ${error}`);
			}
			throw error;
		}
	};
}

function isFaultOfToken(error: unknown): boolean {
	return (
		error instanceof errors.JWKSNoMatchingKey ||
		error instanceof errors.JWKSMultipleMatchingKeys ||
		error instanceof errors.JOSENotSupported
	);
}
