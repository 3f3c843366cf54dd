// What the next request of a reply may use of what is left of its reservation: tokens, searches and pages. Pure. Amounts are micro-dollars.

import { costOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import { nothingSpent } from "../../../money/purse-calls.ts";
import type { Tools } from "../../../protocol/claude-settings.ts";
import { tokensIn } from "../../../protocol/prompt-size.ts";
import type { ClientTool, PausedTurn } from "../../ports.ts";
import type { Paid } from "../../store/money/payments.ts";
import { affordable, affordableUses, costOfUses, leastOf, resultTokensOf, type Uses, usesOf, wantedFor, worstCost } from "./amounts.ts";

/** How long the next request may answer, what it may look up, and what it may cost. `mayCall`: a request after its calls is paid for. */
export type Allowance = { maxTokens: number; uses: Uses; mayCall: boolean; isReduced: boolean; isUsedUp: (microUsd: number) => boolean };

/**
 * `text` and `turn`: what the request goes on from. `promptTokens`: how long its prompt is now. More may have been said while purses were
 * asked, or an old message become longer. `maxTokens`: the longest reply.
 */
export type Next = {
	text: string;
	promptTokens?: number | undefined;
	turn?: PausedTurn | undefined;
	maxTokens: number;
	tools: Tools;
	clientTools?: readonly ClientTool[] | undefined;
};

/** `undefined` if too little is left for a request. */
export function allowanceFor(paid: Paid, price: Price, next: Next): Allowance | undefined {
	const { text, turn, maxTokens: longest, tools, clientTools = [] } = next;
	const { microUsd, spent, before = nothingSpent } = paid;
	const promptTokens = Math.max(paid.promptTokens, next.promptTokens ?? 0);
	// What tools found is part of a paused turn, and has been counted by now.
	const read = turn ? spent.input + spent.cacheRead + spent.cacheWrite + resultTokensIn(turn) : 0;
	const sizeWith = (definitions: number) => Math.max(promptTokens + tokensIn(text) + definitions, read);
	const restOf = (size: number) => microUsd - spent.microUsd - leastOf(wantedFor(price, size, longest));
	const needed = usesIn(turn);
	// A call may change something. Claude has to be able to say so.
	const results = Math.max(0, ...clientTools.map(({ name }) => resultTokensOf(name)));
	const whole = sizeWith(tokensIn(JSON.stringify(clientTools)));
	const afterCalls = leastOf(wantedFor(price, whole + results, longest));
	const mayCall = clientTools.length > 0 && restOf(whole) - costOfUses(price, needed) >= afterCalls;
	const size = mayCall || hasCalled(turn) ? whole : sizeWith(0);
	const [wanted, rest] = [wantedFor(price, size, longest), restOf(size)];
	if (rest < costOfUses(price, needed)) return undefined;
	const left = mayCall ? rest - afterCalls : rest;
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
	return { maxTokens, uses: granted, mayCall, isReduced: maxTokens < longest, isUsedUp };
}

/** The results of calls at the end of the turn, which no request has sent yet. */
function resultTokensIn(turn: PausedTurn): number {
	const isResult = (block: object) => (block as { type?: unknown }).type === "tool_result";
	const since = turn.findLastIndex((block) => !isResult(block)) + 1;
	return since < turn.length ? tokensIn(JSON.stringify(turn.slice(since))) : 0;
}

/** The API takes results only with the definitions of tools. */
export function hasCalled(turn: PausedTurn = []): boolean {
	return turn.some((block) => (block as { type?: unknown }).type === "tool_use");
}

/** A paused turn goes on only with the tools that it has used. */
function usesIn(turn: PausedTurn = []): Uses {
	const names = new Set(turn.map((block) => (block as { name?: unknown }).name));
	return { searches: names.has("web_search") ? 1 : 0, pages: names.has("web_fetch") ? 1 : 0 };
}

function atLeast(one: Uses, other: Uses): Uses {
	return { searches: Math.max(one.searches, other.searches), pages: Math.max(one.pages, other.pages) };
}
