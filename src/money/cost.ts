// Usage -> money, in whole micro-dollars. Pure. Rounds up, once, at the end of a request's sum.

import type { Usage } from "../protocol/message.ts";
import type { Price, Rates } from "./prices.ts";

/**
 * Usage of one request. `cacheWriteLong` is the part of `cacheWrite` that was written for an hour. Usages of several requests must
 * not be added before they are priced: the price depends on the length of each prompt.
 */
export type Billed = Usage & { cacheWriteLong?: number; searches?: number };

/** The cost of one request in micro-dollars. */
export function costOf({ input, output, cacheRead, cacheWrite, cacheWriteLong = 0, searches = 0 }: Billed, price: Price): number {
	const rates = ratesFor(input + cacheRead + cacheWrite, price);
	const long = Math.min(cacheWriteLong, cacheWrite);
	return sum(
		[input, rates.input],
		[output, rates.output],
		[cacheRead, rates.cacheRead],
		[cacheWrite - long, rates.cacheWrite],
		[long, rates.cacheWriteLong],
		[searches, rates.search],
	);
}

/** The rates of a request whose prompt has so many tokens, all kinds of input together. */
export function ratesFor(promptTokens: number, { above, ...rates }: Price): Rates {
	return above && promptTokens > above.tokens ? above.price : rates;
}

/** Counts times rates per million. Another server may report counts so large that only whole numbers of any size stay exact. */
function sum(...items: [count: number, rate: number][]): number {
	const total = items.reduce((before, [count, rate]) => before + BigInt(count) * BigInt(rate), 0n);
	const microUsd = (total + 999_999n) / 1_000_000n;
	return Math.min(Number(microUsd), Number.MAX_SAFE_INTEGER);
}

/** At least how many tokens a text of so many bytes has: for output that was not reported. */
export function outputTokensIn(bytes: number): number {
	return Math.ceil(bytes / 3);
}

/** The wire has dollars. */
export function usdOf(microUsd: number): number {
	return microUsd / 1_000_000;
}

export function microUsdOf(usd: number): number {
	return Math.round(usd * 1_000_000);
}
