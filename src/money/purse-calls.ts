// What purses are asked, and what they answer. Amounts are whole micro-dollars; times in ms.

import type { Period } from "./periods.ts";

/** At most so much may be spent in a period. */
export type Limit = { microUsd: number; period: Period };

/** What is to be reserved: `most`, or what is left if that is at least `least`. */
export type Wish = { id: string; label: string; at: number; least: number; most: number };

/** `spent`: too little is left until `resetsAt`. `busy`: too many reservations are open, or hold what is left. `settled`: this one is over already. */
export type Answer =
	| { granted: number }
	| { refused: "spent"; left: number; resetsAt: number | undefined }
	| { refused: "busy" }
	| { refused: "settled" };

/** What was used in the end. */
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

/** Sums over a period. */
export type Sums = Spent & { reserved: number };

/** What is known about a period: its sums, and the most of its labels and days. */
export type Report = { sums: Sums; labels: (Spent & { label: string })[]; days: (Spent & { day: number })[] };

export const nothingSpent: Spent = { microUsd: 0, replies: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0, searches: 0 };

/** A limit, and what may still be reserved under it; less than nothing if it was lowered meanwhile. */
export type Balance = { limit: Limit; left: number };
