// The purse of a person or of the deployment: an account that holds reservations for requests that run elsewhere. Calls may come twice,
// late and in any order. All of them are synchronous. Amounts are whole micro-dollars; times in ms.

import { Account, idPrefix } from "./account.ts";
import { dayOf } from "./periods.ts";
import { type Answer, type Limit, nothingSpent, type Settlement, type Spent, type Wish } from "./purse-calls.ts";

/**
 * For the migrations of its object. It is released: never edit it. Every row written is paid for, so the reservations that are open stand
 * in the row that they will be charged to: JSON with the amount and the time of each id. NULL if there are none.
 */
export const openColumn = `
	ALTER TABLE spending ADD COLUMN open TEXT;
`;

/** In ms. Longer than anybody tries to settle. */
const keptFor = 7 * 24 * 3600_000;
/** In ms. A reservation that is open for so long does not belong to a running request. */
const runsAtMost = 3600_000;
/** So many settled ids are remembered, for calls that come late. */
const mostSettled = 1_000;

type Reservation = { id: string; day: number; label: string; microUsd: number; at: number };
type Open = { [id: string]: [microUsd: number, at: number] };

export class Purse extends Account {
	/** The most reservations that may be open at once. */
	readonly #mostOpen: number;
	readonly #settled = new Set<string>();
	/** What is open of this day and later ones, while one call looks at it several times. */
	#looked: { from: number; open: readonly Reservation[] } | undefined;

	constructor(sql: SqlStorage, mostOpen: number = Number.POSITIVE_INFINITY) {
		super(sql);
		this.#mostOpen = mostOpen;
	}

	/** Reserves for a request. Repeated with the same id, it answers as before. */
	reserve({ id, label, ...wish }: Wish, limits: readonly Limit[]): Answer {
		const { at } = wish;
		return this.#lookingOnce(dayOf(at - runsAtMost), () => {
			const known = this.#find(id, at);
			if (known) return { granted: known.microUsd };
			if (this.#isSettled(id)) return { refused: "settled" };
			if (this.#countOpen(at) >= this.#mostOpen) return { refused: "busy" };
			const answer = this.grant(wish, limits);
			if ("granted" in answer) this.#put(dayOf(at), label, { ...this.#openOf(dayOf(at), label), [id]: [answer.granted, at] });
			return answer;
		});
	}

	/** Reads what is open once for all that `call` asks about this day and later ones. It may write only after it has asked all. */
	#lookingOnce(from: number, call: () => Answer): Answer {
		this.#looked = { from, open: this.#openSince(from) };
		try {
			return call();
		} finally {
			this.#looked = undefined;
		}
	}

	/**
	 * Charges what a request has cost, and releases its reservation. Returns false if it has none: then it was settled before, since
	 * nothing is asked without one.
	 */
	settle({ id, at, spent }: Settlement, now: number): boolean {
		const held = this.#find(id, at);
		if (!held) {
			if (!hasSpent(spent)) this.#refuseLater(id, at, now);
			return false;
		}
		const { [id]: released, ...open } = this.#openOf(held.day, held.label);
		if (released) this.#put(held.day, held.label, open, spent);
		else {
			this.sql.exec("UPDATE reservations SET settled_at = ?, micro_usd = ? WHERE id = ?", now, spent.microUsd, id);
			if (hasSpent(spent)) this.charge(held.day, held.label, spent);
		}
		this.#remember(id);
		return true;
	}

	/** The reservation is open. */
	holds({ id, at }: Pick<Settlement, "id" | "at">): boolean {
		return this.#find(id, at) !== undefined;
	}

	/** A reservation was given back that has not come yet, or is gone: if it comes, it reserves nothing. */
	#refuseLater(id: string, at: number, now: number): void {
		if (this.#isSettled(id)) return;
		const query = "INSERT INTO reservations (id, day, at, label, micro_usd, settled_at) VALUES (?, ?, ?, '', 0, ?)";
		this.sql.exec(query, id, dayOf(at), at, now);
		this.sql.exec("DELETE FROM reservations WHERE id < ? AND settled_at IS NOT NULL", idPrefix(now - keptFor));
	}

	#isSettled(id: string): boolean {
		if (this.#settled.has(id)) return true;
		return this.sql.exec("SELECT 1 FROM reservations WHERE id = ? AND settled_at IS NOT NULL", id).toArray().length > 0;
	}

	#remember(id: string): void {
		this.#settled.add(id);
		const [oldest] = this.#settled;
		if (this.#settled.size > mostSettled && oldest !== undefined) this.#settled.delete(oldest);
	}

	/** Writes the open reservations of a row, and adds to what was spent. */
	#put(day: number, label: string, open: Open, spent: Spent = nothingSpent): void {
		this.chargeAndHold(day, label, spent, Object.keys(open).length > 0 ? JSON.stringify(open) : null);
	}

	#openOf(day: number, label: string): Open {
		const [row] = this.sql.exec<{ open: string | null }>("SELECT open FROM spending WHERE day = ? AND label = ?", day, label).toArray();
		return row?.open ? (JSON.parse(row.open) as Open) : {};
	}

	/** All reservations that are open, of this day and later ones. */
	#openSince(day: number): readonly Reservation[] {
		if (this.#looked && day >= this.#looked.from) return this.#looked.open.filter((one) => one.day >= day);
		// Reservations of an earlier release.
		const query = "SELECT id, day, label, micro_usd AS microUsd, at FROM reservations WHERE settled_at IS NULL AND day >= ?";
		return [...this.#heldSince(day), ...this.sql.exec<Reservation>(query, day).toArray()];
	}

	#heldSince(from: number): Reservation[] {
		const query = "SELECT day, label, open FROM spending WHERE day >= ? AND open IS NOT NULL";
		const rows = this.sql.exec<{ day: number; label: string; open: string }>(query, from).toArray();
		return rows.flatMap(({ day, label, open }) => {
			const held = Object.entries(JSON.parse(open) as Open);
			return held.map(([id, [microUsd, at]]) => ({ id, day, label, microUsd, at }));
		});
	}

	#find(id: string, at: number): Reservation | undefined {
		return this.#openSince(dayOf(at)).find((one) => one.id === id);
	}

	protected override reservedSince(day: number): number {
		return this.#openSince(day).reduce((sum, { microUsd }) => sum + microUsd, 0);
	}

	/** Reservations of requests that run. One that nobody has settled for long is not counted, but stays reserved. */
	#countOpen(at: number): number {
		return this.#openSince(dayOf(at - runsAtMost)).filter((one) => one.at > at - runsAtMost).length;
	}

	override relabel(label: string, alias: string): void {
		const moved = this.#heldSince(0).filter((one) => one.label === label);
		super.relabel(label, alias);
		for (const { id, day, microUsd, at } of moved) this.#put(day, alias, { ...this.#openOf(day, alias), [id]: [microUsd, at] });
	}
}

export function hasSpent(spent: Spent): boolean {
	return Object.values(spent).some((count) => count > 0);
}
