// Puts what was spent into the form of responses. Pure.

import { isoTime } from "../protocol/iso-time.ts";
import type { UsageReport } from "../protocol/money/usage.ts";
import { usdOf } from "./cost.ts";
import { dateOf, endOf } from "./periods.ts";
import { type Balance, nothingSpent, type Report } from "./purse-calls.ts";

/** `report` is missing where nothing was ever spent. `at`: a time in the period, in ms. */
export function usageOf(
	report: Report | undefined,
	balances: readonly Balance[],
	at: number,
	nameOf: (userId: string) => string,
): UsageReport {
	const { microUsd, reserved, replies, searches, ...tokens } = report?.sums ?? { ...nothingSpent, reserved: 0 };
	const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite;
	const [tightest] = balances.toSorted((one, other) => one.left - other.left);
	return {
		usd: usdOf(microUsd),
		reservedUsd: usdOf(reserved),
		replies,
		tokens: { input: tokens.input, output: tokens.output, cacheRead: tokens.cacheRead, cacheWrite: tokens.cacheWrite },
		searches,
		cacheHit: prompt === 0 ? 0 : tokens.cacheRead / prompt,
		budget: tightest ? budgetOf(tightest, at) : null,
		people: (report?.labels ?? []).map(({ label, microUsd, replies }) => ({
			userId: label,
			username: nameOf(label),
			usd: usdOf(microUsd),
			replies,
		})),
		days: (report?.days ?? []).map(({ day, microUsd, replies }) => ({ date: dateOf(day), usd: usdOf(microUsd), replies })),
	};
}

function budgetOf({ limit: { microUsd, period, isAdministered }, left }: Balance, at: number): NonNullable<UsageReport["budget"]> {
	const end = endOf(period, at);
	return {
		usd: usdOf(microUsd),
		period,
		leftUsd: usdOf(Math.max(0, left)),
		...(end !== undefined && { resetsAt: isoTime(end) }),
		...(isAdministered && { setBy: "administrator" as const }),
	};
}
