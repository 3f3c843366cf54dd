// The columns of a conversation's settings for Claude, and how they read on the wire. Pure.

import {
	type Budget,
	type ClaudeChange,
	type ClaudeSettings,
	defaultClaudeSettings,
	type Effort,
	type Tools,
} from "../../../protocol/claude-settings.ts";

/** The instructions have a table of their own. */
export type SettingColumns = Omit<ClaudeSettings, "instructions" | "instructionsBy">;

/** NULL is the default. `tools` and `budget` are JSON. */
export type SettingsRow = {
	model: string | null;
	effort: string | null;
	asks: string | null;
	tools: string | null;
	budget: string | null;
};

export const settingColumns = ["model", "effort", "asks", "tools", "budget"] as const satisfies (keyof SettingsRow)[];

export function settingsOf({ model, effort, asks, tools, budget }: SettingsRow): SettingColumns {
	return {
		model,
		effort: effort as Effort | null,
		asks: (asks as ClaudeSettings["asks"] | null) ?? defaultClaudeSettings.asks,
		tools: { ...defaultClaudeSettings.tools, ...(tools !== null && (JSON.parse(tools) as Tools)) },
		budget: budget === null ? null : (JSON.parse(budget) as Budget),
	};
}

export function settingsRowOf({ model, effort, asks, tools, budget }: SettingColumns): SettingsRow {
	return { model, effort, asks, tools: JSON.stringify(tools), budget: budget && JSON.stringify(budget) };
}

/** The settings after a change, and the names of those that it changes. */
export function changed(
	before: SettingColumns,
	change: Omit<ClaudeChange, "instructions">,
): { after: SettingColumns; names: (keyof SettingColumns)[] } {
	const { model = before.model, effort = before.effort, asks = before.asks, budget = before.budget } = change;
	const after = { model, effort, asks, tools: toolsAfter(before.tools, change.tools), budget };
	return { after, names: settingColumns.filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name])) };
}

/** Without servers the field is left out, as it was before there were any. */
function toolsAfter(before: Tools, change: ClaudeChange["tools"] = {}): Tools {
	const { mcp = [], ...tools } = { ...before, ...withoutUndefined(change) };
	return { ...tools, ...(mcp.length > 0 && { mcp: [...new Set(mcp)] }) };
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as {
		[K in keyof T]?: Exclude<T[K], undefined>;
	};
}
