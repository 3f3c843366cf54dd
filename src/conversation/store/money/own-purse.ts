// The conversation's own purse. Nothing is written for a reservation: the payments say what is reserved, and this object remembers what
// is granted to those who only ask. If it dies, they ask again.

import { Account } from "../../../money/account.ts";
import { dayOf } from "../../../money/periods.ts";
import type { Answer, Limit, Settlement, Wish } from "../../../money/purse-calls.ts";

type Reservation = { id: string; at: number; microUsd: number };

export class OwnPurse extends Account {
	readonly #paid: () => readonly Reservation[];
	/** Granted to asks, by their ids. */
	readonly #granted = new Map<string, Reservation>();

	/** `paid`: the payments that are not settled. */
	constructor(sql: SqlStorage, paid: () => readonly Reservation[]) {
		super(sql);
		this.#paid = paid;
	}

	/** Reserves until the payment is stored, or the ask is over. */
	reserve({ id, ...wish }: Omit<Wish, "label">, limits: readonly Limit[]): Answer {
		this.#granted.delete(id);
		const answer = this.grant(wish, limits);
		if ("granted" in answer) this.#granted.set(id, { id, at: wish.at, microUsd: answer.granted });
		return answer;
	}

	/** Another purse has less, so that less is reserved. */
	narrow(id: string, microUsd: number): void {
		const granted = this.#granted.get(id);
		if (granted) this.#granted.set(id, { ...granted, microUsd: Math.min(granted.microUsd, microUsd) });
	}

	/** The ask is over: its payment is stored, or there is none. */
	drop(id: string): void {
		this.#granted.delete(id);
	}

	/** Charges what has been used. The caller deletes the payment in the same step. */
	settle({ at, label, spent }: Omit<Settlement, "id">): void {
		if (Object.values(spent).some((count) => count > 0)) this.charge(dayOf(at), label, spent);
		// An earlier release kept reservations here.
		this.sql.exec("DELETE FROM reservations");
	}

	protected override reservedSince(day: number): number {
		const paid = this.#paid();
		const asked = [...this.#granted.values()].filter(({ id }) => !paid.some((one) => one.id === id));
		return [...paid, ...asked].filter(({ at }) => dayOf(at) >= day).reduce((sum, { microUsd }) => sum + microUsd, 0);
	}
}
