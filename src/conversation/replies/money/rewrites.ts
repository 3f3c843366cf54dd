// Who changes a message that Claude has read lately makes the next prompt dearer: everything after that message is written to Claude's
// cache again. They pay the difference in place of whoever asks next, as far as their purse allows.

import { ratesFor } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import type { Spent } from "../../../money/purse-calls.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Ask, Paid, Payer } from "../../store/money/payments.ts";
import type { Store } from "../../store/store.ts";

/** In tokens. Less is not worth a row, and Claude's API caches no less. */
const leastTokens = 1_024;
/** A token has more characters in most texts, so that nobody pays for more than there is. */
const unitsPerToken = 4;

/** Notes that a message was changed, unless an earlier one was changed since Claude read both. */
export function noteRewrite({ log, payments }: Store, seq: number, payer: Payer, now: number): void {
	const read = log.prompts.latest();
	const known = payments.rewrites.get();
	if (!read || seq < read.from || seq > read.to) return;
	if (!known || known.at < read.at || seq < known.seq) payments.rewrites.put({ seq, at: now, payer });
}

/** Who pays for what the next prompt writes again, and how many tokens that is about. `cacheFor`: how long Claude's cache lasts, in ms. */
export function rewriteFor(store: Store, payers: readonly Payer[], cacheFor: number, now: number): Ask["rewrite"] {
	const { log, reader, members, payments } = store;
	const rewrite = payments.rewrites.get();
	const read = rewrite && log.prompts.latest();
	if (!rewrite || !read || rewrite.at < read.at || now > read.at + cacheFor) return undefined;
	const { payer, seq } = rewrite;
	if (!members.find(payer.userId) || payers.some(({ userId }) => userId === payer.userId)) return undefined;
	const { messages, units } = reader.extent(seq, read.to);
	const tokens = Math.min(limits.prompt, Math.floor(units / unitsPerToken) + messages * limits.envelope);
	return tokens < leastTokens ? undefined : { payer, tokens };
}

/** What it costs to write so many tokens to the cache in place of reading them there. */
export function rewriteCost(price: Price, promptTokens: number, tokens: number): number {
	const { cacheWrite, cacheRead } = ratesFor(promptTokens, price);
	return Math.max(0, Math.floor((tokens * (cacheWrite - cacheRead)) / 1_000_000));
}

/** What the one who changed the message pays of all that was spent: no more than was written to the cache, and than they had. */
export function shareOf({ rewrite, promptTokens }: Paid, price: Price | undefined, spent: Spent): number {
	if (!rewrite || !price) return 0;
	const cost = rewriteCost(price, promptTokens, Math.min(rewrite.tokens, spent.cacheWrite));
	return Math.min(rewrite.microUsd, cost, spent.microUsd);
}
