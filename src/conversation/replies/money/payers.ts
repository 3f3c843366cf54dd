// Finds somebody who can pay for a request among those who asked, and reserves in the purses of other objects.

import type { Answer, Limit, PurseOwner, Wish } from "../../../money/purse-calls.ts";
import type { Purses } from "../../ports.ts";
import type { Ask, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";

/** Who pays, and what their purse answered. `link`: the link whose purse pays with theirs. `isLink`: it is the link's purse that cannot. */
export type Payment = { payer: Payer; answer: Answer | "unreachable"; link?: string; isLink?: boolean };

export class Payers {
	readonly #store: Store;
	readonly #purses: Pick<Purses, "reserve">;
	readonly #limitsOf: (owner: PurseOwner) => Limit[];

	constructor(parts: { store: Store; purses: Pick<Purses, "reserve">; limitsOf: (owner: PurseOwner) => Limit[] }) {
		this.#store = parts.store;
		this.#purses = parts.purses;
		this.#limitsOf = parts.limitsOf;
	}

	/** The first whose purse can pay, or else one who can pay later, or else the last one. The purses of those before hold nothing. */
	async find(ask: Ask, wish: Omit<Wish, "label">): Promise<Payment> {
		let refused: Payment | undefined;
		for (const payer of ask.payers) {
			const payment = await this.#payBy(payer, wish);
			if (!isRefused(payment.answer)) return payment;
			this.#store.payments.links.drop(ask.id);
			if (!(refused && isRefused(refused.answer) && refused.answer.refused === "busy")) refused = payment;
		}
		if (!refused) throw new Error("Nobody is there who could pay.");
		return refused;
	}

	/** Whoever came by a link that limits them pays from its purse, too. */
	async #payBy(payer: Payer, wish: Omit<Wish, "label">): Promise<Payment> {
		const { members, payments, info } = this.#store;
		const { link } = members.standing(payer.userId);
		const ofLink: Answer = link === null ? { granted: wish.most } : payments.links.reserve(link, wish);
		if (!("granted" in ofLink)) return { payer, answer: ofLink, isLink: true };
		const answer = await this.reserveIn(payer, { ...wish, most: ofLink.granted, label: info.id, isGuest: members.isGuest(payer.userId) });
		return { payer, answer, ...(link !== null && { link }) };
	}

	async reserveIn(owner: PurseOwner, wish: Wish): Promise<Answer | "unreachable"> {
		try {
			return await this.#purses.reserve(owner, wish, this.#limitsOf(owner));
		} catch (error) {
			console.error("A purse could not be reached", error);
			return "unreachable";
		}
	}
}

function isRefused(answer: Answer | "unreachable"): answer is Exclude<Answer, { granted: number }> {
	return answer !== "unreachable" && "refused" in answer;
}
