// The deployment's budgets for Claude, from its settings. Pure. Amounts are whole micro-dollars a day.

export type Scope = "conversation" | "person" | "deployment";

/** Without one, nothing is limited there. */
export type Budgets = { readonly [N in Scope | "guest" | "network"]?: number };

/** The settings, and what holds with a key for Claude's API if one is not set, in dollars. */
const settings = {
	BUDGET_USD_PER_DAY: { budget: "deployment", usd: 10 },
	BUDGET_USD_PER_PERSON_PER_DAY: { budget: "person", usd: 2 },
	BUDGET_USD_PER_GUEST_PER_DAY: { budget: "guest", usd: 0.2 },
	BUDGET_USD_PER_GUEST_NETWORK_PER_DAY: { budget: "network", usd: 1 },
	BUDGET_USD_PER_CONVERSATION_PER_DAY: { budget: "conversation", usd: 5 },
} as const satisfies Record<string, { budget: keyof Budgets; usd: number }>;

export type BudgetSetting = keyof typeof settings;
export const budgetSettings = Object.keys(settings) as BudgetSetting[];

const of = (name: BudgetSetting) => `$${settings[name].usd.toFixed(2)}`;

/** For whoever adds a key. */
export const budgetsSentence = `Claude now costs money. At most a day: ${of("BUDGET_USD_PER_DAY")} in all, ${of("BUDGET_USD_PER_PERSON_PER_DAY")} for a person, ${of("BUDGET_USD_PER_GUEST_PER_DAY")} for a guest, ${of("BUDGET_USD_PER_GUEST_NETWORK_PER_DAY")} for all guests of one network and ${of("BUDGET_USD_PER_CONVERSATION_PER_DAY")} in a conversation, unless you set ${budgetSettings.join(", ")}. See "Costs" in README.md.`;

/** More than anybody spends in a day, and small enough that sums stay exact. */
const mostUsd = 1_000_000;

/** `textOf` a setting: trimmed, `undefined` if it is not set. Adds a sentence to `problems` for a value that is no budget, and then keeps the default. */
export function readBudgets(textOf: (name: BudgetSetting) => string | undefined, hasKey: boolean, problems: string[]): Budgets {
	const budgets: { -readonly [N in keyof Budgets]: Budgets[N] } = {};
	for (const name of budgetSettings) {
		const { budget, usd } = settings[name];
		const text = textOf(name);
		if (text !== undefined && /^off$/i.test(text)) continue;
		const value = text === undefined ? usd : Number(text);
		const isBudget = value >= 0 && value <= mostUsd;
		if (!isBudget) problems.push(`${name} must be dollars a day, such as ${usd}, or off.`);
		if (text === undefined && budget === "network") Object.assign(budgets, shareOfNetwork(budgets));
		else if (hasKey || text !== undefined) budgets[budget] = microUsdOf(isBudget ? value : usd);
	}
	return budgets;
}

/** A tenth of the deployment's day, or what one guest may spend if that is more. */
function shareOfNetwork({ deployment, guest = 0 }: Budgets): Pick<Budgets, "network"> {
	return deployment === undefined ? {} : { network: Math.max(Math.round(deployment / 10), guest) };
}

/** Rounded, because 0.07 dollars times a million is a little more than 70,000. */
export function microUsdOf(usd: number): number {
	return Math.round(usd * 1_000_000);
}
