// Finds somebody who can pay for a request among those who asked, and reserves in the purses of other objects.

import { type Answer, isSamePurse, type Limit, type PurseOwner, type Wish } from "../../../money/purse-calls.ts";
import type { Purses } from "../../ports.ts";
import { type Ask, ownersOf, type Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";

/**
 * `payer`: the person who pays. `answer`: what their purse said. If another purse that pays with it refused, it is that one's answer: the
 * purse of the `link` that they came by (`isLink`), or of the guests of their network (`isNetwork`). `held`: all purses that were asked and
 * hold something now.
 */
export type Payment = {
	payer: Payer;
	answer: Answer | "unreachable";
	held: readonly PurseOwner[];
	link?: string;
	isLink?: boolean;
	isNetwork?: boolean;
};

export class Payers {
	readonly #store: Store;
	readonly #purses: Pick<Purses, "reserve">;
	readonly #limitsOf: (owner: PurseOwner) => Limit[];

	constructor(parts: { store: Store; purses: Pick<Purses, "reserve">; limitsOf: (owner: PurseOwner) => Limit[] }) {
		this.#store = parts.store;
		this.#purses = parts.purses;
		this.#limitsOf = parts.limitsOf;
	}

	/** The first whose purse can pay, or else one who can pay later, or else the last one. */
	async find(ask: Ask, wish: Omit<Wish, "label">): Promise<Payment> {
		let refused: Payment | undefined;
		const held: PurseOwner[] = [];
		for (const payer of ask.payers) {
			const payment = await this.#payBy(payer, wish);
			held.push(...payment.held.filter((owner) => !held.some((one) => isSamePurse(one, owner))));
			if (!isRefused(payment.answer)) return { ...payment, held };
			this.#store.payments.links.giveBack(ask.id);
			if (!(refused && isRefused(refused.answer) && refused.answer.refused === "busy")) refused = payment;
		}
		if (!refused) throw new Error("Nobody is there who could pay.");
		return { ...refused, held };
	}

	/** Whoever came by a link that limits them pays from its purse, too, and a guest from that of their network. */
	async #payBy(payer: Payer, wish: Omit<Wish, "label">): Promise<Payment> {
		const { members, payments, info } = this.#store;
		const { link } = members.standing(payer.userId);
		const ofLink: Answer = link === null ? { granted: wish.most } : payments.links.reserve(link, wish);
		if (!("granted" in ofLink)) return { payer, answer: ofLink, held: [], isLink: true };
		const owners = ownersOf(payer);
		const own = { ...wish, most: ofLink.granted, label: info.id, isGuest: members.isGuest(payer.userId) };
		// A network holds no more for a guest than the guest may spend: others need the rest.
		const most = Math.min(own.most, ...this.#limitsOf(payer).map(({ microUsd }) => microUsd));
		const ofNetwork = { ...wish, most: Math.max(wish.least, most), label: "" };
		const answers = await Promise.all(
			owners.map((owner) => this.reserveIn(owner, owner !== "deployment" && "userId" in owner ? own : ofNetwork)),
		);
		const held = owners.filter((_, n) => isHeld(answers[n] as Answer));
		const refusedBy = answers.findIndex(isRefused);
		const answer = answers[refusedBy] ?? leastOf(answers);
		return { payer, answer, held, ...(link !== null && { link }), ...(refusedBy > 0 && { isNetwork: true }) };
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

/** A purse that did not answer may hold something. */
export function isHeld(answer: Answer | "unreachable"): boolean {
	return answer === "unreachable" || "granted" in answer;
}

/** None has refused. */
function leastOf(answers: readonly (Answer | "unreachable")[]): Answer | "unreachable" {
	if (answers.includes("unreachable")) return "unreachable";
	return { granted: Math.min(...answers.flatMap((answer) => (answer !== "unreachable" && "granted" in answer ? answer.granted : []))) };
}

function isRefused(answer: Answer | "unreachable"): answer is Exclude<Answer, { granted: number }> {
	return answer !== "unreachable" && "refused" in answer;
}
