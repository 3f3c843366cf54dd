// The tools that Claude's server runs, as a request names them. Pure.

import type Anthropic from "@anthropic-ai/sdk";
import type { ClientTool, PausedTurn, ToolEvent } from "../conversation/ports.ts";
import type { Tools } from "../protocol/claude-settings.ts";
import type { Settings } from "../settings.ts";

export type Tool = Anthropic.WebSearchTool20260318 | Anthropic.WebFetchTool20260318 | Anthropic.Tool;

/** Tokens of one page. A longer one is cut by Claude's server. */
const pageTokens = 20_000;

const all = { type: "all" } as const;
const none = { type: "none" } as const;

/**
 * Plain search, and pages that a person named or a search found: a page that Claude has read must not lead it to addresses of its own,
 * which could carry away what people said. `most`: how often each may still be used for the reply.
 */
export function toolsOf(
	{ webSearch, webFetch }: Tools,
	domains: Settings["claude"]["domains"],
	{ searches, pages }: { searches: number; pages: number },
	turn: PausedTurn = [],
): Tool[] {
	// A paused turn can go on only with the tools that it has used.
	const used = new Set(turn.map((block) => (block as { name?: unknown }).name));
	const search: Anthropic.WebSearchTool20260318 = {
		type: "web_search_20260318",
		name: "web_search",
		max_uses: Math.max(1, searches),
		allowed_callers: ["direct"],
		...domains,
	};
	const hasSearch = used.has("web_search") || (webSearch && searches > 0);
	const found: Anthropic.WebFetchURLSources["server_tool_results"] = hasSearch
		? { type: "only", tools: [{ type: "tool_reference", name: "web_search" }] }
		: none;
	const fetch: Anthropic.WebFetchTool20260318 = {
		type: "web_fetch_20260318",
		name: "web_fetch",
		max_uses: Math.max(1, pages),
		max_content_tokens: pageTokens,
		allowed_callers: ["direct"],
		citations: { enabled: true },
		url_sources: { user_input: all, server_tool_results: found, client_tool_results: none },
		...domains,
	};
	return [...(hasSearch ? [search] : []), ...(webFetch || used.has("web_fetch") ? [fetch] : [])];
}

/** The tools that Parley calls. Those that the turn has used stay, even if their server is gone: the API refuses results of others. */
export function clientToolsOf(offered: readonly ClientTool[], turn: PausedTurn = []): Anthropic.Tool[] {
	const uses = turn.filter((block): block is Anthropic.ToolUseBlock => (block as { type?: unknown }).type === "tool_use");
	const gone = new Set(uses.map(({ name }) => name).filter((name) => !offered.some((tool) => tool.name === name)));
	return [
		...offered.map(({ name, description, inputSchema }) => ({
			name,
			description,
			input_schema: inputSchema as Anthropic.Tool.InputSchema,
		})),
		...[...gone].map((name) => ({ name, description: "Not available now.", input_schema: { type: "object" as const } })),
	];
}

/** The names of the tools that Parley calls. */
export function namesOfCalled(tools: readonly Tool[]): ReadonlySet<string> {
	return new Set(tools.filter((tool) => "input_schema" in tool).map(({ name }) => name));
}

/** The events that tell people which permitted tools the server has refused. `clientTools`: all tools that were offered. */
export function unsupported(tools: readonly { name: string }[], clientTools: readonly ClientTool[]): ToolEvent[] {
	const missed = tools.filter(({ name }) => !clientTools.some((tool) => tool.name === name && tool.isQuiet));
	// One entry for all tools of an MCP server.
	const names = new Set(missed.map(({ name }) => name.replace(/__.*$/s, "")));
	return [...names].map((name) => ({ type: "tool", id: `unsupported ${name}`, name, status: "failed", error: "unsupported" }));
}
