// What is charged for the requests of one payment. Pure. Amounts are micro-dollars.

import { type Billed, costOf, microUsdOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import { nothingSpent, type Spent } from "../../../money/purse-calls.ts";
import type { Message } from "../../../protocol/message.ts";
import type { Paid } from "../../store/money/payments.ts";
import { difference } from "./amounts.ts";

/** What requests have used, and what that costs if it is known. */
export type Used = Pick<Message, "usage" | "cost">;

/** What Claude's server reported is charged in any case. An estimate never charges more than was reserved. */
export function spentOf({ microUsd, spent, before = nothingSpent }: Paid, price: Price | undefined, used: Used): Spent {
	const total = difference(totalOf(price, used), before);
	const reported = difference(totalOf(price, { usage: used.usage }), before);
	const most = used.cost?.about ? Math.max(microUsd, spent.microUsd, reported.microUsd) : Number.POSITIVE_INFINITY;
	return { ...total, microUsd: Math.min(total.microUsd, most) };
}

/** `price`: that of the model that was asked. The server may name a model without a price. */
export function totalOf(price: Price | undefined, { usage, cost }: Used): Spent {
	const { input, output, cacheRead, cacheWrite, searches = 0 }: Billed = usage ?? nothingSpent;
	const tokens = { input, output, cacheRead, cacheWrite, searches };
	const asked = price && usage ? costOf(tokens, price) : 0;
	return { microUsd: cost ? microUsdOf(cost.usd) : asked, replies: 0, ...tokens };
}
