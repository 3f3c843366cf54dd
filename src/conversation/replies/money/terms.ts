// The terms on which Claude is asked, and the limits of each purse. Pure. Amounts are micro-dollars.

import type { Budgets } from "../../../money/budgets.ts";
import { microUsdOf } from "../../../money/cost.ts";
import { budgetOfNetwork } from "../../../money/networks.ts";
import type { Price } from "../../../money/prices.ts";
import type { Limit, PurseOwner } from "../../../money/purse-calls.ts";
import type { ConversationInfo } from "../../../protocol/conversation.ts";

/** What the deployment's settings say about money. */
export type Terms = {
	budgets: () => Budgets;
	/** Claude is paid for, whether or not there are budgets. */
	isPaid: boolean;
	/** The model that is asked, and the longest reply in tokens. */
	model: () => string;
	maxTokens: number;
	/** In ms: how long Claude's cache keeps a prompt. */
	cacheFor: number;
	priceOf: (model: string, at: number) => Price | undefined;
};

/** `own`: the budget of the conversation itself, which owners set. */
export function limitsOf(
	owner: PurseOwner | "conversation",
	budgets: Budgets,
	own: ConversationInfo["budget"],
	isGuest: (userId: string) => boolean,
): Limit[] {
	const microUsd = budgetOf(owner, budgets, isGuest);
	const limits: Limit[] = microUsd === undefined ? [] : [{ microUsd, period: "day" }];
	return own && owner === "conversation" ? [...limits, { microUsd: microUsdOf(own.usd), period: own.period }] : limits;
}

function budgetOf(owner: PurseOwner | "conversation", budgets: Budgets, isGuest: (userId: string) => boolean): number | undefined {
	if (typeof owner === "string") return budgets[owner];
	if ("userId" in owner) return budgets[isGuest(owner.userId) ? "guest" : "person"];
	return budgets.network === undefined ? undefined : budgetOfNetwork(owner.network, budgets.network);
}
