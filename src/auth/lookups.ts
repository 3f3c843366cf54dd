// Counts look-ups of personal tokens. A personal token names the person whose object knows it, so that a
// forged one wakes an object. Must not know where a token was presented.

import { BoundedMap } from "./bounded-map.ts";
import { type Gates, passNetworkGate } from "./gates.ts";

/** Hashes of personal tokens that were accepted here. */
const accepted = new BoundedMap<string, true>(10_000);

/** Counts a look-up by network, unless the token was accepted here before. */
export async function passLookup(gates: Pick<Gates, "LOOKUPS">, tokenId: string, network: string | undefined) {
	return accepted.get(tokenId) ? undefined : passNetworkGate(gates, "LOOKUPS", network);
}

export function rememberAccepted(tokenId: string): void {
	accepted.set(tokenId, true);
}
