// What is charged for the requests of one payment. Pure. Amounts are micro-dollars.

import { type Billed, costOf, microUsdOf } from "../../../money/cost.ts";
import type { Price } from "../../../money/prices.ts";
import { type Charge, nothingSpent, type PurseOwner, type Spent } from "../../../money/purse-calls.ts";
import type { Message } from "../../../protocol/message.ts";
import { ownersOf, type Paid, type Payer } from "../../store/money/payments.ts";
import type { Allowance } from "./allowance.ts";
import { atMost, difference, noUses } from "./amounts.ts";
import { fastest } from "./pace.ts";
import type { LostRequest } from "./spending.ts";

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

/** What the other purses are told once a payment is settled. `share`: what the one pays who has changed what Claude has read. */
export function chargesFor({ id, at, payer, model, rewrite }: Paid, conversationId: string, spent: Spent, share: number): Charge[] {
	const chargeOf = ({ userId }: Payer, charged: Spent): Charge => {
		return { owner: { userId }, settlement: { id, at, label: conversationId, spent: charged } };
	};
	const [, ...networks] = ownersOf(payer);
	return [
		{ owner: "deployment", settlement: { id, at, label: model, spent } },
		chargeOf(payer, { ...spent, microUsd: spent.microUsd - share }),
		// In whole: nobody who changes messages for them leaves more for their network.
		...networks.map((owner) => ({ owner, settlement: { id, at, label: "", spent } })),
		...(rewrite ? [chargeOf(rewrite.payer, { ...nothingSpent, microUsd: share })] : []),
	];
}

/** Nothing was asked: what purses grant, or have granted, is released. */
export function releasesFor({ id, at }: Pick<Paid, "id" | "at">, owners: readonly PurseOwner[]): Charge[] {
	return owners.map((owner) => ({ owner, settlement: { id, at, label: "", spent: nothingSpent } }));
}

/** In ms. Nothing is looked up in less: Claude writes what it looks for, a server fetches it, and Claude reads it. */
const shortestUse = 2_000;

/** The request that was lost with its object: how long it may have gone on after what is stored, how fast, and what it was permitted. */
export function lostOf(
	{ spent, before = nothingSpent }: Paid,
	price: Price | undefined,
	message: Message,
	unseen: { ms: number; perSecond: number | undefined; allowance: Pick<Allowance, "maxTokens" | "uses"> | undefined },
): LostRequest {
	const { input, cacheRead, cacheWrite } = difference(difference(totalOf(price, message), before), spent);
	const { ms, perSecond = fastest, allowance = { maxTokens: 0, uses: noUses } } = unseen;
	const { maxTokens, uses } = allowance;
	const unseenUses = hasBegunToWrite(message) ? noUses : atMost(uses, Math.max(1, Math.ceil(ms / shortestUse)));
	return { isReported: input + cacheRead + cacheWrite > 0, maxTokens, unseenMs: ms, perSecond, unseenUses };
}

/** The words of its latest request have begun: what Claude looks up usually comes before them, and is stored as it begins. */
function hasBegunToWrite(message: Message): boolean {
	return message.content.length > startOf(message);
}

/** The place in the text at which its latest request begins. */
export function startOf({ attempts = [] }: Message): number {
	return attempts.at(-1)?.offset ?? 0;
}
