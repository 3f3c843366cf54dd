// The quota of rows that one person, and the guests of one network together, may make the deployment store in a day. Everything that
// stores many rows at once asks it first: forks and new conversations.

import { siteOf } from "../auth/network.ts";
import { limits } from "../protocol/limits.ts";
import { isGuestId } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { purseName } from "./object.ts";

/** `network`: where a guest comes from, and nobody else. */
type Writer = { userId: string; network?: string | undefined };

const { perPerson, perGuest, networkOfGuests, siteOfGuests } = limits.written;

/**
 * Counts rows that are about to be stored for a person. The person comes first, so that nobody who is refused anyway uses up what
 * their network may still store.
 */
export async function passQuota(
	ledgers: Cloudflare.Env["LEDGER"],
	{ userId, network }: Writer,
	rows: number,
): Promise<Refusal | undefined> {
	const own = isGuestId(userId) ? perGuest : perPerson;
	if (rows > own) return { code: "too_large" };
	const site = network === undefined ? undefined : siteOf(network);
	const counted = [
		[purseName({ userId }), own],
		...(network === undefined ? [] : [[purseName({ network }), perGuest * networkOfGuests] as const]),
		...(site === undefined ? [] : [[purseName({ network: site }), perGuest * siteOfGuests] as const]),
	] as const;
	for (const [name, most] of counted) {
		const full = await ledgers.getByName(name).addWritten(rows, most);
		if (full) return { code: "rate_limited", ...full };
	}
	return undefined;
}
