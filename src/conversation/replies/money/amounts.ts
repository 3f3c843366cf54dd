// How much a request can cost at most, and how long a reply an amount pays for. Pure. Amounts are micro-dollars.

import { costOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import type { Spent } from "../../../money/purse-calls.ts";
import type { Tools } from "../../../protocol/claude-settings.ts";
import { limits } from "../../../protocol/limits.ts";
import type { PromptSize } from "../input.ts";

/** A shorter reply is of no use. */
const leastTokens = 500;
/** Our count of a prompt's tokens is an estimate. */
const promptMargin = 1.25;
/** System text and what else is in every prompt. */
const fixedTokens = 2_000;

/** The tokens that the result of a tool adds to the prompt at most. */
const resultTokens: { readonly [tool: string]: number } = { web_search: 10_000, web_fetch: 20_000, search_conversation: 3_000 };
const unknownResult = 20_000;

export function resultTokensOf(tool: string): number {
	return resultTokens[tool] ?? unknownResult;
}

/** The definitions of tools. Those of MCP servers are as they usually are: where they are longer, answers become shorter, or no tool is offered. */
const definitionTokens = { own: 300, mcp: 10_000 };

/**
 * What tools cost besides the request. `calls`: Parley makes some. Their results have no fixed length, and the prompt is sent once more
 * at least, both times with the definitions. `mayRecall`: Claude may search the conversation.
 */
export function costOfTools(price: Price, tools: Tools, promptTokens: number, calls?: { mayRecall: boolean }): number {
	const cost = costOfUses(price, usesOf(tools));
	const { mcp = [] } = tools;
	if (!calls || (mcp.length === 0 && !calls.mayRecall)) return cost;
	const results = mcp.length === 0 ? resultTokensOf("search_conversation") : unknownResult;
	const definitions = promptMargin * (definitionTokens.own + (mcp.length === 0 ? 0 : definitionTokens.mcp));
	const more = Math.ceil(2 * (results + definitions));
	return cost + costOf({ input: 0, output: 0, cacheRead: 0, cacheWrite: mostPromptTokens(promptTokens) + more }, price);
}

/** What a request needs. `promptTokens` are more than were counted: the count is an estimate. */
export type Wanted = { price: Price; promptTokens: number; maxTokens: number };

/** How often a request may search, and how many pages it may read. */
export type Uses = { searches: number; pages: number };

export const noUses: Uses = { searches: 0, pages: 0 };

export function wantedFor(price: Price, promptTokens: number, maxTokens: number): Wanted {
	return { price, promptTokens: mostPromptTokens(promptTokens), maxTokens };
}

/** More than a prompt has that was estimated to have so many tokens. */
export function mostPromptTokens(estimate: number): number {
	return Math.ceil((estimate + fixedTokens) * promptMargin);
}

/** The most that a request uses where these tools are permitted. */
export function usesOf({ webSearch, webFetch }: Tools): Uses {
	return { searches: webSearch ? limits.searches : 0, pages: webFetch ? limits.fetches : 0 };
}

export function costOfUses(price: Price, { searches, pages }: Uses): number {
	const read = searches * resultTokensOf("web_search") + pages * resultTokensOf("web_fetch");
	return costOf({ input: 0, output: 0, cacheRead: 0, cacheWrite: read, searches }, price);
}

/** As many uses as `some` pays for; if that is none, a single one for all of `microUsd`. */
export function affordableUses(price: Price, most: Uses, some: number, microUsd: number): Uses {
	const equal = Array.from({ length: Math.max(most.searches, most.pages) }, (_, less) =>
		atMost(most, Math.max(most.searches, most.pages) - less),
	);
	const one = atMost(most, 1);
	const single = [one, { ...one, pages: 0 }, { ...one, searches: 0 }];
	const isPaid = (amount: number) => (uses: Uses) => costOfUses(price, uses) <= amount;
	return equal.find(isPaid(some)) ?? single.find(isPaid(microUsd)) ?? noUses;
}

export function atMost({ searches, pages }: Uses, count: number): Uses {
	return { searches: Math.min(searches, count), pages: Math.min(pages, count) };
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
	return mostOf(wanted.maxTokens, (output) => worstCost(wanted, output) <= microUsd);
}

/** So many tokens of files leave enough of an amount for the shortest answer. */
export function affordableFiles(price: Price, { text, files }: PromptSize, maxTokens: number, microUsd: number): number {
	return mostOf(files, (some) => leastOf(wantedFor(price, text + some, maxTokens)) <= microUsd);
}

/** The greatest number up to `most` that is affordable: then each smaller one is, too. */
function mostOf(most: number, isAffordable: (count: number) => boolean): number {
	let [low, high] = [0, most];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (isAffordable(middle)) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** What is in `total` and not in `part`. */
export function difference(total: Spent, part: Spent): Spent {
	const entries = Object.entries(total).map(([name, count]) => [name, count - part[name as keyof Spent]]);
	return Object.fromEntries(entries) as Spent;
}
