// Says when a guest can never come back, because their last session has ended. Must not know what follows from that.

import { limits } from "../protocol/limits.ts";
import { isGuestId } from "../protocol/person.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";

/** In ms. The Worker dates a cookie a little later than the person's object dates its renewal. */
const margin = 3600_000;

/** In ms. `undefined` for anybody who is no guest, has signed out, or of whom nothing is stored. */
export function endOfGuest(
	userId: string,
	store: Pick<Store, "isSignedOut" | "knownSince">,
	sessions: Pick<Sessions, "endsAt">,
): number | undefined {
	if (!isGuestId(userId)) return undefined;
	const { knownSince } = store;
	if (knownSince === undefined || store.isSignedOut) return undefined;
	return (sessions.endsAt ?? knownSince + limits.sessionSeconds * 1000) + margin;
}
