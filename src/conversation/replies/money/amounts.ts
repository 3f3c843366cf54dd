// How much a request can cost at most, and how long a reply an amount pays for. Pure. Amounts are micro-dollars.

import { costOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import type { Spent } from "../../../money/purse-calls.ts";
import type { Tools } from "../../../protocol/claude-settings.ts";
import { limits } from "../../../protocol/limits.ts";

/** A shorter reply is of no use. */
const leastTokens = 500;
/** Our count of a prompt's tokens is an estimate. */
const promptMargin = 1.25;
/** System text and what else is in every prompt. */
const fixedTokens = 2_000;

/** The tokens that the result of a tool adds to the prompt at most. */
const resultTokens: { readonly [tool: string]: number } = { web_search: 10_000, web_fetch: 20_000 };
const unknownResult = 20_000;

export function resultTokensOf(tool: string): number {
	return resultTokens[tool] ?? unknownResult;
}

/** What a request needs. `promptTokens` are more than were counted: the count is an estimate. `tools`: what looking things up costs at most. */
export type Wanted = { price: Price; promptTokens: number; maxTokens: number; tools: number };

export function wantedFor(price: Price, promptTokens: number, maxTokens: number, permitted?: Tools): Wanted {
	const tools = permitted ? costOfTools(price, permitted) : 0;
	return { price, promptTokens: mostPromptTokens(promptTokens), maxTokens, tools };
}

/** More than a prompt has that was estimated to have so many tokens. */
export function mostPromptTokens(estimate: number): number {
	return Math.ceil((estimate + fixedTokens) * promptMargin);
}

/** In every round a search may be made at least, and so many pages read. */
function costOfTools(price: Price, { webSearch, webFetch }: Tools): number {
	const searches = webSearch ? limits.searches + limits.rounds : 0;
	const pages = webFetch ? limits.fetches * (limits.rounds + 1) : 0;
	const read = searches * resultTokensOf("web_search") + pages * resultTokensOf("web_fetch");
	return costOf({ input: 0, output: 0, cacheRead: 0, cacheWrite: read, searches }, price);
}

export function leastOf(wanted: Wanted): number {
	return worstCost(wanted, Math.min(leastTokens, wanted.maxTokens));
}

/** The cost if the whole prompt is written to the cache, or not read from it. */
export function worstCost({ price, promptTokens }: Wanted, output: number): number {
	const written = costOf({ input: 0, output, cacheRead: 0, cacheWrite: promptTokens }, price);
	return Math.max(written, costOf({ input: promptTokens, output, cacheRead: 0, cacheWrite: 0 }, price));
}

/** The longest reply for this amount, in tokens. */
export function affordable(wanted: Wanted, microUsd: number): number {
	let [low, high] = [0, wanted.maxTokens];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (worstCost(wanted, middle) <= microUsd) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** What is in `total` and not in `part`. */
export function difference(total: Spent, part: Spent): Spent {
	const entries = Object.entries(total).map(([name, count]) => [name, count - part[name as keyof Spent]]);
	return Object.fromEntries(entries) as Spent;
}
