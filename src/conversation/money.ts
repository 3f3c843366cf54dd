// Connects a conversation to the purses that pay for its replies.

import { isDemo } from "../claude/server.ts";
import { purseName } from "../money/object.ts";
import type { Period } from "../money/periods.ts";
import { dearestPrice, priceOf } from "../money/prices.ts";
import type { PurseOwner } from "../money/purse-calls.ts";
import { usageOf } from "../money/report.ts";
import type { Alarm } from "../platform/alarm.ts";
import type { UsageReport } from "../protocol/money/usage.ts";
import type { Settings } from "../settings.ts";
import { type RemotePurse, RemotePurses } from "./purses.ts";
import { Funding } from "./replies/money/funding.ts";
import type { GuestNetworks } from "./replies/money/guest-networks.ts";
import type { PriceOf } from "./replies/money/spending.ts";
import type { Terms } from "./replies/money/terms.ts";
import type { Store } from "./store/store.ts";

type Base = { sql: SqlStorage; store: Store; alarm: Alarm; networks: GuestNetworks; now: () => number };

/** The conversation's part of what Claude costs. */
export function moneyOf(env: Env, parts: Base, settings: Settings) {
	// The platform's types of a stub know no closed unions.
	const purseOf = (owner: PurseOwner) => env.LEDGER.getByName(purseName(owner)) as unknown as RemotePurse;
	const purses = new RemotePurses({ ...parts, payments: parts.store.payments, purseOf });
	const price: PriceOf = (model = parts.store.info.model ?? settings.claude.model, at) =>
		isDemo(settings.claude) ? undefined : priceOf(model, at, settings);
	return { purses, priceOf: price, funding: new Funding({ ...parts, purses, terms: termsOf(settings, parts.store) }) };
}

/** What Claude may cost here. A key, a budget and prices of the deployment's own each say that replies are paid for. */
function termsOf(settings: Settings, store: Store): Terms {
	const { claude, prices, budgets } = settings;
	const isPriced = (at: number) => priceOf(claude.model, at, settings) !== undefined;
	return {
		budgets: () => budgets,
		isPaid: claude.apiKey !== undefined || prices.size > 0,
		model: () => store.info.model ?? claude.model,
		maxTokens: claude.maxTokens,
		cacheFor: claude.cachesLong ? 3600_000 : 300_000,
		priceOf: (model, at) => {
			if (isDemo(claude)) return undefined;
			// Whoever chooses another model than one with a price must not escape the budgets by it.
			return priceOf(model, at, settings) ?? (isPriced(at) ? dearestPrice(at, settings) : undefined);
		},
	};
}

/** What Claude has cost in a conversation, with the names of those who asked. */
export function usageIn({ store, funding }: { store: Store; funding: Pick<Funding, "report"> }, period: Period): UsageReport {
	const { report, balances, at } = funding.report(period);
	const nameOf = (userId: string) => store.members.find(userId)?.username ?? store.payments.nameOf(userId) ?? userId;
	return usageOf(report, balances, at, nameOf);
}
