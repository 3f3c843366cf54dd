// The public keys of the deployment's issuer, fetched from JWT_JWKS_URL and cached. Must not depend
// on the claims of tokens.

import { createLocalJWKSet, errors, type JWK, type JWTVerifyGetKey } from "jose";
import { bounded } from "../platform/bounded-body.ts";

/** In ms. Keys older than this are fetched again before they are used. */
const freshFor = 600_000;
/**
 * In ms. During an outage of the issuer its known keys are used for so long. Afterwards nobody can
 * tell whether it has withdrawn one.
 */
const trustedFor = 24 * 3600_000;
/**
 * Unknown keys cause at most one fetch in this time, because anybody can make tokens with an
 * unknown key.
 */
const cooldown = 30_000;
/** No fetch in this time after a failed one. */
const pause = 5_000;
const fetchTimeout = 5_000;
/** In bytes. The largest issuers have a few dozen keys. */
const longestSet = 256 * 1024;

/** The keys cannot be fetched, so nobody can tell whether a token is good. */
export class KeysUnavailable extends Error {
	/** In ms. */
	readonly retryAfterMs = pause;
}

const keysByUrl = new Map<string, IssuerKeys>();

/**
 * Finds the key of a token. Throws `KeysUnavailable` if the keys cannot be fetched, and jose's
 * errors if no key or several keys fit. `setting`: what names the address, for the log.
 */
export function issuerKeys(url: URL, setting = "JWT_JWKS_URL"): JWTVerifyGetKey {
	const keys = keysByUrl.get(url.href) ?? new IssuerKeys(url, setting);
	keysByUrl.set(url.href, keys);
	return (header, token) => keys.find(header, token);
}

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/** jose's remote set drops its keys when a fetch fails, and limits no fetch after a failure. */
class IssuerKeys {
	readonly #url: URL;
	readonly #setting: string;
	#known: LocalKeys | undefined;
	#fetchedAt = -Infinity;
	#startedAt = -Infinity;
	#failedAt = -Infinity;
	#isFetching = false;

	constructor(url: URL, setting: string) {
		this.#url = url;
		this.#setting = setting;
	}

	async find(...token: Parameters<LocalKeys>): Promise<CryptoKey> {
		if (Date.now() >= this.#fetchedAt + freshFor && this.#mayFetch()) await this.#fetch();
		try {
			return await this.#trusted()(...token);
		} catch (error) {
			if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
			// The issuer may have a new key.
			const isCoolingDown = Date.now() < this.#startedAt + cooldown;
			if (!isCoolingDown && this.#mayFetch()) await this.#fetch();
			if (this.#isFetching || this.#failedAt > this.#fetchedAt) throw new KeysUnavailable();
			return this.#trusted()(...token);
		}
	}

	#trusted(): LocalKeys {
		if (!this.#known || Date.now() >= this.#fetchedAt + trustedFor) throw new KeysUnavailable();
		return this.#known;
	}

	/**
	 * Without keys, every request fetches for itself: a runtime that cancels one request would
	 * cancel the fetch that others wait for.
	 */
	#mayFetch(): boolean {
		return Date.now() >= this.#failedAt + pause && !(this.#isFetching && this.#known);
	}

	/** Never throws: whatever was known before is still known after a failure. */
	async #fetch(): Promise<void> {
		this.#startedAt = Date.now();
		this.#isFetching = true;
		try {
			this.#known = await fetchKeys(this.#url);
			this.#fetchedAt = Date.now();
		} catch (error) {
			this.#failedAt = Date.now();
			console.error(`The keys at ${this.#url.origin}${this.#url.pathname} (${this.#setting}) could not be fetched: ${error}`);
		} finally {
			this.#isFetching = false;
		}
	}
}

/** Throws if the response is no key set. */
async function fetchKeys(url: URL): Promise<LocalKeys> {
	const headers = { accept: "application/json, application/jwk-set+json" };
	const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(fetchTimeout) });
	if (response.status !== 200) throw new Error(`the response was ${response.status}`);
	const { keys } = (await bounded(response, longestSet).json()) as { keys: unknown[] };
	// Others beside it are still good.
	const readable = keys.filter((key): key is JWK => typeof key === "object" && key !== null && !Array.isArray(key));
	if (readable.length === 0 && keys.length > 0) throw new Error("no key can be read");
	return createLocalJWKSet({ keys: readable.map(withoutEdwardsName) });
}

/** `EdDSA` and `Ed25519` name one algorithm. A token may use the other name than its key. */
function withoutEdwardsName({ alg, ...key }: JWK): JWK {
	return alg === undefined || alg === "EdDSA" || alg === "Ed25519" ? key : { ...key, alg };
}
