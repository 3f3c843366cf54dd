// Describes the fields of the tools that Claude used, and of decisions about calls.

import { limits } from "../../protocol/limits.ts";
import { toolErrors } from "../../protocol/sources.ts";
import { numberText } from "../../protocol/text/number-text.ts";

/** Fields of a tool. */
export const toolFields = {
	name: "The tool: `web_search`, `web_fetch`, `search_conversation` (in this conversation), or one of an MCP server as `server__tool`.",
	input: "What it looks for, the address of the page it reads, or the arguments of a call as JSON. Empty until Claude has written it.",
	id: "Names a call that Parley makes for Claude, such as in `chat:approve`.",
	asks: "True while the call waits for a member to allow or decline it.",
	decidedBy: "Who allowed or declined the call.",
	result: `What a tool of an MCP server answered: its first ${numberText(limits.shownResult)} characters.`,
	status: "`running`, `done` or `failed`.",
	error: `Why it failed: ${toolErrors.map((error) => `\`${error}\``).join(", ")}.`,
};

/** What MCP servers offer. */
export const serverFields = {
	"servers.name": "The server's name, for the `mcp` of a conversation's `tools`.",
	"servers.asks": "Who may allow calls of its tools: all `members` who may ask Claude, or only `owners`.",
	"servers.tools": "Its tools. Left out if the server cannot be reached.",
	"McpTool.name": "The tool's name.",
	"McpTool.description": "What the tool does, in the server's words.",
	"McpTool.readOnly": "Whether Claude may call it without asking. All other calls wait until somebody allows them.",
};

export const approvalFields = {
	toolId: "The `id` of the tool that waits.",
	allow: "Whether the call may be made.",
};
