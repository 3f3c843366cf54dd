// Remembers where the conversation's guests come from, so that their network pays with them. Nothing of it is stored here: whoever asked
// before the object died is counted with all others of whom it is not known any more.

import { unknownNetwork } from "../../../money/networks.ts";
import type { Requester } from "../../ports.ts";
import type { Store } from "../../store/store.ts";

/** Guests who are remembered: those who came last. */
const mostKnown = 20_000;

export class GuestNetworks {
	readonly #members: Pick<Store["members"], "isGuest">;
	/** Those who came last are at the end. `undefined`: the deployment does not know where they come from. */
	readonly #known = new Map<string, string | undefined>();

	constructor({ members }: { members: Pick<Store["members"], "isGuest"> }) {
		this.#members = members;
	}

	/** A member has come, or called, by a request of their own. One of which no network is known never replaces a known one. */
	note({ userId, network = this.#known.get(userId) }: Requester): void {
		if (!this.#members.isGuest(userId)) return;
		this.#known.delete(userId);
		this.#known.set(userId, network);
		const [longestAgo] = this.#known.keys();
		if (this.#known.size > mostKnown && longestAgo !== undefined) this.#known.delete(longestAgo);
	}

	/** Adds the network of a guest who is to pay. */
	locate<T extends Requester>(payer: T): T {
		if (payer.network !== undefined || !this.#members.isGuest(payer.userId)) return payer;
		const network = this.#known.has(payer.userId) ? this.#known.get(payer.userId) : unknownNetwork;
		return network === undefined ? payer : { ...payer, network };
	}
}
