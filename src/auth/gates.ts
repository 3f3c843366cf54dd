// Gates: the coarse limits of wrangler.toml, by which requests are counted before any work is done for them. Must not know
// which request passes which gate.

import type { Refusal } from "../protocol/refusal.ts";
import { networkOf, siteOf } from "./network.ts";

/** The periods of the gates in wrangler.toml, in ms. */
const periods = {
	NETWORKS: 10_000,
	PEOPLE: 10_000,
	GUESTS: 60_000,
	INVITES: 60_000,
	LINKS: 60_000,
	TOKENS: 60_000,
	LOOKUPS: 60_000,
	SEARCHES: 60_000,
	CREATIONS: 60_000,
	NETWORK_CREATIONS: 60_000,
	HANDSHAKES: 60_000,
} as const;

export type Gate = keyof typeof periods;
export type Gates = Pick<Cloudflare.Env, Gate>;

/** Counts a request, or refuses it. Without a key, which the platform always gives, nothing is counted. */
export async function passGate<G extends Gate>(
	gates: Pick<Gates, G>,
	gate: G,
	key: string | undefined,
): Promise<(Refusal & { code: "rate_limited" }) | undefined> {
	if (key === undefined) return undefined;
	const { success } = await gates[gate].limit({ key });
	return success ? undefined : { code: "rate_limited", retryAfterMs: periods[gate] };
}

/** A site may do as much as so many networks. A gate has one limit, so that the site has as many keys. */
export const networksOfSite = 8;

/** Counts a request by its network, and by the network's site: a customer may have 65,536 networks. `of`: what is counted apart. */
export async function passNetworkGate<G extends Gate>(gates: Pick<Gates, G>, gate: G, network: string | undefined, of = "") {
	if (network === undefined) return undefined;
	const refused = await passGate(gates, gate, of + network);
	const site = siteOf(network);
	if (refused || site === undefined) return refused;
	return passGate(gates, gate, `${of}${site} ${Math.floor(Math.random() * networksOfSite)}`);
}

/** The network that a request comes from. The platform sets the header, and no client can. */
export function networkOfRequest({ headers }: Request): string | undefined {
	const address = headers.get("cf-connecting-ip");
	return address ? networkOf(address) : undefined;
}
