// Reads from a form what of the settings for Claude has changed. Pure.

import type { Budget, ClaudeChange, ClaudeSettings, Effort, Tools } from "../../../../src/protocol/claude-settings.ts";

/** The names of the form's fields. */
export const names = {
	model: "model",
	effort: "effort",
	instructions: "instructions",
	asks: "asks",
	webSearch: "webSearch",
	webFetch: "webFetch",
	/** One of each MCP server, with the server as its value. */
	mcp: "mcp",
	/** Present once the servers are. */
	mcpKnown: "mcpKnown",
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
	const tools = toolsIn(form, before.tools);
	const budget = budgetIn(textOf(names.usd), textOf(names.period));
	return {
		...(model !== before.model && { model }),
		...(effort !== before.effort && { effort }),
		...(instructions !== before.instructions && { instructions }),
		...(asks !== before.asks && { asks }),
		...(Object.keys(tools).length > 0 && { tools }),
		...(JSON.stringify(budget) !== JSON.stringify(before.budget) && { budget }),
	};
}

/** Servers that the form does not show stay as they are. */
function toolsIn(form: FormData, before: Tools): NonNullable<ClaudeChange["tools"]> {
	const webSearch = form.has(names.webSearch);
	const webFetch = form.has(names.webFetch);
	const mcp = form.has(names.mcpKnown) ? form.getAll(names.mcp).map(String) : undefined;
	const isSame = mcp?.toSorted().join() === before.mcp?.toSorted().join();
	return {
		...(webSearch !== before.webSearch && { webSearch }),
		...(webFetch !== before.webFetch && { webFetch }),
		...(mcp && !isSame && (mcp.length > 0 || before.mcp) && { mcp }),
	};
}

/** Without a period there is no limit. */
function budgetIn(usd: string, period: string): Budget | null {
	return period === "" ? null : { usd: Number(usd), period: period as Budget["period"] };
}
