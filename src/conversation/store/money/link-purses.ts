// The purses of links: what the people who came by one may spend together. Like the conversation's own purse, nothing is written for a
// reservation.

import type { Answer, Wish } from "../../../money/purse-calls.ts";
import type { Invites } from "../invites.ts";

export type LinkReservation = { id: string; link?: string | undefined; microUsd: number };

/** The id under which a link pays for somebody who has changed what Claude has read. */
export function rewriteId(id: string): string {
	return `${id} rewrite`;
}

export class LinkPurses {
	readonly #invites: Pick<Invites, "find" | "charge">;
	readonly #paid: () => readonly LinkReservation[];
	/** Granted to asks, by their ids. */
	readonly #granted = new Map<string, LinkReservation>();

	/** `paid`: the payments that are not settled. */
	constructor(invites: Pick<Invites, "find" | "charge">, paid: () => readonly LinkReservation[]) {
		this.#invites = invites;
		this.#paid = paid;
	}

	/** Reserves until the payment is stored, or the ask is over. */
	reserve(link: string, { id, least, enough = least, most }: Pick<Wish, "id" | "least" | "enough" | "most">): Answer {
		this.#granted.delete(id);
		const invite = this.#invites.find(link);
		if (!invite || invite.mostMicroUsd === null) return this.#grant({ id, link, microUsd: most });
		const unspent = invite.mostMicroUsd - invite.microUsd;
		if (unspent < least) return { refused: "spent", left: unspent, resetsAt: undefined };
		const left = unspent - this.reserved(link);
		return left < (unspent < enough ? least : enough) ? { refused: "busy" } : this.#grant({ id, link, microUsd: Math.min(most, left) });
	}

	#grant(reservation: LinkReservation): Answer {
		this.#granted.set(reservation.id, reservation);
		return { granted: reservation.microUsd };
	}

	/** Another purse has less, so that less is reserved. */
	narrow(id: string, microUsd: number): void {
		const granted = this.#granted.get(id);
		if (granted) this.#granted.set(id, { ...granted, microUsd: Math.min(granted.microUsd, microUsd) });
	}

	/** Another one pays. */
	giveBack(id: string): void {
		this.#granted.delete(id);
	}

	/** The ask is over: its payment is stored, or there is none. */
	drop(id: string): void {
		this.giveBack(id);
		this.giveBack(rewriteId(id));
	}

	/** Charges what has been used. The caller deletes the payment in the same step. */
	settle({ link }: Pick<LinkReservation, "link">, microUsd: number): void {
		if (link !== undefined) this.#invites.charge(link, microUsd);
	}

	/** What is reserved for requests of its people. */
	reserved(link: string): number {
		const paid = this.#paid();
		const asked = [...this.#granted.values()].filter(({ id }) => !paid.some((one) => one.id === id));
		return [...paid, ...asked].filter((one) => one.link === link).reduce((sum, { microUsd }) => sum + microUsd, 0);
	}
}
