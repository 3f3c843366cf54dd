// The questions to purses, and their answers. Amounts are whole micro-dollars; times in ms.

import type { Period } from "./periods.ts";

/** At most so much may be spent in a period. `isAdministered`: an administrator has set it, and not a setting or an owner. */
export type Limit = { microUsd: number; period: Period; isAdministered?: true };

/**
 * A wish to reserve `most`, or what is left if that is at least `least`. `enough`: less than this is taken only if no more will be left once
 * open reservations end. `isGuest`: what is known of the person who pays.
 */
export type Wish = { id: string; label: string; at: number; least: number; enough?: number; most: number; isGuest?: boolean };

/** `spent`: too little is left until `resetsAt`. `busy`: too many reservations are open, or hold what is left. `settled`: this one is over already. */
export type Answer =
	| { granted: number }
	| { refused: "spent"; left: number; resetsAt: number | undefined }
	| { refused: "busy" }
	| { refused: "settled" };

/** The tokens and dollars that were used in the end. */
export type Spent = {
	microUsd: number;
	replies: number;
	input: number;
	output: number;
	cacheRead: number;
	cacheWrite: number;
	searches: number;
};

/** `at`: when it was reserved. It counts on that day, whose limit it was granted under. */
export type Settlement = { id: string; label: string; at: number; spent: Spent };

/** Whose purse it is, besides the conversation's own. `network`: of the guests who come from there, together. */
export type PurseOwner = "deployment" | { readonly userId: string } | { readonly network: string };

export function isSamePurse(one: PurseOwner, other: PurseOwner): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

/** A settlement, and the purse that is to be told of it. */
export type Charge = { owner: PurseOwner; settlement: Settlement };

/** Sums over a period. */
export type Sums = Spent & { reserved: number };

/** A report on a period: its sums, and the most of its labels and days. */
export type Report = { sums: Sums; labels: (Spent & { label: string })[]; days: (Spent & { day: number })[] };

export const nothingSpent: Spent = { microUsd: 0, replies: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0, searches: 0 };

/** A limit, and what may still be reserved under it; less than nothing if it was lowered meanwhile. */
export type Balance = { limit: Limit; left: number };
