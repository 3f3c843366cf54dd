// Enters requests to Claude in the conversation's journal. Must not depend on purses.

import { nothingSpent, type Spent } from "../../../money/purse-calls.ts";
import type { Paid, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";
import { difference } from "./amounts.ts";

/** Enters each request by itself. `total`: what all requests of the payment have used so far. */
export function enterRequest(store: Store, paid: Paid, total: Spent, outcome: string, now: number): void {
	store.payments.enter(paid, kindOf(store, paid.payer), difference(total, paid.spent), outcome, now);
}

/** Enters what somebody pays in place of the payer, in micro-dollars. The payer's row comes last: they go on paying for the reply. */
export function enterShare(store: Store, paid: Paid, share: number, now: number): void {
	const by = paid.rewrite?.payer ?? paid.payer;
	const { payments } = store;
	payments.enter({ ...paid, payer: by }, kindOf(store, by), { ...nothingSpent, microUsd: share }, "rewritten", now);
	payments.enter(paid, kindOf(store, paid.payer), { ...nothingSpent, microUsd: -share }, "rewritten", now);
}

function kindOf({ members }: Store, { isProgram, userId }: Payer): string {
	return isProgram ? "program" : members.isGuest(userId) ? "guest" : "person";
}
