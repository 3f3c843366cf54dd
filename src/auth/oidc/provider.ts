// A provider's own description of itself, fetched and cached. Must not depend on who signs in.

import { type AuthorizationServer, allowInsecureRequests, customFetch } from "oauth4webapi";
import { bounded } from "../../platform/bounded-body.ts";
import { isLocalhost } from "../../settings.ts";
import { BoundedMap } from "../bounded-map.ts";
import { SignInRefused } from "./refusal.ts";

/** In ms. A description that is older is fetched again before it is used. */
const freshFor = 3600_000;
/** In ms. While the provider cannot be reached, what is known is used for so long. */
const trustedFor = 24 * 3600_000;
/** No fetch in this time after a failed one, in ms. */
export const pause = 5_000;
const fetchTimeout = 8_000;
/** In bytes. */
const longestAnswer = 256 * 1024;

type Known = { server?: AuthorizationServer; fetchedAt: number; failedAt: number };

const known = new BoundedMap<string, Known>(16);

/** A request to the provider. Throws `SignInRefused` if it is down. */
export async function reach(url: string | URL, init: RequestInit = {}): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(String(url), { ...init, redirect: "manual", signal: AbortSignal.timeout(fetchTimeout) });
	} catch (error) {
		throw unavailable(`${new URL(url).origin} cannot be reached: ${error}`);
	}
	if (response.status >= 500 || response.status === 429) throw unavailable(`${new URL(url).origin} responded ${response.status}`);
	return bounded(response, longestAnswer);
}

export function unavailable(detail: string): SignInRefused {
	return new SignInRefused("unavailable", detail, pause);
}

/** The options of oauth4webapi's requests. */
export function requestsTo(server: AuthorizationServer) {
	return {
		[customFetch]: (url: string, init: RequestInit) => reach(url, init),
		[allowInsecureRequests]: isLocalhost(new URL(server.issuer)),
	};
}

/** Throws `SignInRefused` if the description cannot be fetched, or is another's. */
export async function providerOf(issuer: string): Promise<AuthorizationServer> {
	const now = Date.now();
	const entry = known.get(issuer) ?? { fetchedAt: Number.NEGATIVE_INFINITY, failedAt: Number.NEGATIVE_INFINITY };
	if (entry.server && now < entry.fetchedAt + freshFor) return entry.server;
	try {
		if (now < entry.failedAt + pause) throw unavailable("the provider's description could not be fetched a moment ago");
		const server = await discover(issuer);
		known.set(issuer, { server, fetchedAt: Date.now(), failedAt: Number.NEGATIVE_INFINITY });
		return server;
	} catch (error) {
		if (now >= entry.failedAt + pause) known.set(issuer, { ...entry, failedAt: now });
		if (entry.server && now < entry.fetchedAt + trustedFor) return entry.server;
		throw error;
	}
}

async function discover(issuer: string): Promise<AuthorizationServer> {
	const response = await reach(`${withoutSlash(issuer)}/.well-known/openid-configuration`, { headers: { accept: "application/json" } });
	if (response.status !== 200)
		throw new SignInRefused("not_accepted", `there is no provider at OIDC_ISSUER: its description was answered ${response.status}`);
	const server = (await response.json().catch(() => undefined)) as AuthorizationServer | undefined;
	const isWhole = [server?.issuer, server?.authorization_endpoint, server?.token_endpoint, server?.jwks_uri].every(isAddress);
	if (!server || !isWhole)
		throw new SignInRefused("not_accepted", "the provider's description is not whole, or has addresses without https");
	// Another's description would send people, codes and the secret there.
	if (withoutSlash(server.issuer) !== withoutSlash(issuer))
		throw new SignInRefused("not_accepted", "the provider calls itself by another address than OIDC_ISSUER");
	return server;
}

function isAddress(text: unknown): boolean {
	const url = typeof text === "string" ? URL.parse(text) : null;
	return url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isLocalhost(url)));
}

function withoutSlash(address: string): string {
	return address.replace(/\/$/, "");
}
