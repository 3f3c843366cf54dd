// Reads from a form what of the settings for Claude has changed. Pure.

import type { Budget, ClaudeChange, ClaudeSettings, Effort } from "../../../../src/protocol/claude-settings.ts";

/** The names of the form's fields. */
export const names = {
	model: "model",
	effort: "effort",
	instructions: "instructions",
	asks: "asks",
	webSearch: "webSearch",
	webFetch: "webFetch",
	usd: "usd",
	period: "period",
} as const;

/** Only what differs: another owner may have changed the rest meanwhile. */
export function claudeChangeIn(form: FormData, before: ClaudeSettings): ClaudeChange {
	const textOf = (name: string) => String(form.get(name) ?? "");
	const model = textOf(names.model) || null;
	const effort = (textOf(names.effort) || null) as Effort | null;
	// Forms send line breaks as two characters.
	const instructions = textOf(names.instructions).replaceAll("\r\n", "\n").trim();
	const asks = textOf(names.asks) as ClaudeSettings["asks"];
	const tools = { webSearch: form.has(names.webSearch), webFetch: form.has(names.webFetch) };
	const budget = budgetIn(textOf(names.usd), textOf(names.period));
	return {
		...(model !== before.model && { model }),
		...(effort !== before.effort && { effort }),
		...(instructions !== before.instructions && { instructions }),
		...(asks !== before.asks && { asks }),
		...((tools.webSearch !== before.tools.webSearch || tools.webFetch !== before.tools.webFetch) && { tools }),
		...(JSON.stringify(budget) !== JSON.stringify(before.budget) && { budget }),
	};
}

/** Without a period there is no limit. */
function budgetIn(usd: string, period: string): Budget | null {
	return period === "" ? null : { usd: Number(usd), period: period as Budget["period"] };
}
