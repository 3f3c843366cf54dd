// The purses that the guests of one network share: that of the network, and for IPv6 that of the site around it. Guests' ids cost nothing,
// so that their own purses alone limit nobody. Pure.

import { siteOf } from "../auth/network.ts";

/** A customer may have 65,536 networks in one site, which may spend as much as so many of them. */
const networksOfSite = 5;

/** Replies that run at once. */
const mostOpen = { network: 10, site: 40 };

/** The network of guests of whom it is not known any more, because the object died since they asked. */
export const unknownNetwork = "unknown";

/** The network itself, and its site if it has one. */
export function networksAround(network: string): string[] {
	const site = siteOf(network);
	return site === undefined ? [network] : [network, site];
}

function isSite(network: string): boolean {
	return network.endsWith("/48");
}

/** What the guests of a network or a site may spend, in micro-dollars. `perNetwork`: those of one network. */
export function budgetOfNetwork(network: string, perNetwork: number): number {
	return isSite(network) ? networksOfSite * perNetwork : perNetwork;
}

export function mostOpenOf(network: string): number {
	return isSite(network) ? mostOpen.site : mostOpen.network;
}
