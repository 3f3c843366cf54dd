// What the next request of a reply may use of what is left of its reservation: tokens, searches and pages. Pure. Amounts are micro-dollars.

import { costOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import { nothingSpent } from "../../../money/purse-calls.ts";
import type { Tools } from "../../../protocol/claude-settings.ts";
import { tokensIn } from "../../../protocol/prompt-size.ts";
import type { PausedTurn } from "../../ports.ts";
import type { Paid } from "../../store/money/payments.ts";
import { affordable, affordableUses, costOfUses, leastOf, type Uses, usesOf, wantedFor, worstCost } from "./amounts.ts";

/** How long the next request may answer, what it may look up, and what it may cost. */
export type Allowance = { maxTokens: number; uses: Uses; isReduced: boolean; isUsedUp: (microUsd: number) => boolean };

/** `text` and `turn`: what the request goes on from. `maxTokens`: the longest reply. */
type Next = { text: string; turn?: PausedTurn | undefined; maxTokens: number; tools: Tools };

/** `undefined` if too little is left for a request. */
export function allowanceFor(paid: Paid, price: Price, { text, turn, maxTokens: longest, tools }: Next): Allowance | undefined {
	const { microUsd, promptTokens, spent, before = nothingSpent } = paid;
	// What tools found is part of a paused turn, and has been counted by now.
	const read = turn ? spent.input + spent.cacheRead + spent.cacheWrite : 0;
	const wanted = wantedFor(price, Math.max(promptTokens + tokensIn(text), read), longest);
	const left = microUsd - spent.microUsd - leastOf(wanted);
	const needed = usesIn(turn);
	if (left < costOfUses(price, needed)) return undefined;
	// The answer keeps half, or as much as the longest one takes.
	const some = Math.max(left / 2, left - (worstCost(wanted, longest) - leastOf(wanted)));
	const uses = atLeast(needed, affordableUses(price, usesOf(tools), some, left));
	const granted = costOfUses(price, uses) > left ? needed : uses;
	const maxTokens = affordable(wanted, left + leastOf(wanted) - costOfUses(price, granted));
	const outputCost = costOf({ ...nothingSpent, output: maxTokens }, price);
	let most: number | undefined;
	const isUsedUp = (total: number) => {
		const cost = total - before.microUsd;
		// The first report says how long the prompt is. If it leaves room for `maxTokens`, Claude's own limit holds, which counts better than we do.
		most ??= cost + outputCost > microUsd ? microUsd : 2 * microUsd;
		return cost >= most;
	};
	return { maxTokens, uses: granted, isReduced: maxTokens < longest, isUsedUp };
}

/** A paused turn goes on only with the tools that it has used. */
function usesIn(turn: PausedTurn = []): Uses {
	const names = new Set(turn.map((block) => (block as { name?: unknown }).name));
	return { searches: names.has("web_search") ? 1 : 0, pages: names.has("web_fetch") ? 1 : 0 };
}

function atLeast(one: Uses, other: Uses): Uses {
	return { searches: Math.max(one.searches, other.searches), pages: Math.max(one.pages, other.pages) };
}
