// The MCP servers of the deployment, with their tools.

import { Hono } from "hono";
import { mcpToolbox } from "../../claude/mcp/toolbox.ts";
import { mcpServersSchema } from "../../protocol/claude/choices.ts";
import { partsOfToolName } from "../../protocol/text/tool-name.ts";
import type { App } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";

export const mcpServers = new Hono<App>();

describe("GET /mcp-servers", {
	tag: "Conversations",
	summary: "List MCP servers with their tools",
	description:
		"Lists the MCP servers whose tools owners can turn on for Claude, and the tools of each. The servers are asked for their tools at most every few minutes. The tools of a server that cannot be reached are left out.",
	access: "token",
	programs: "read",
	answers: { 200: { schema: mcpServersSchema, example: { servers: [examples.mcpServer] } } },
});
mcpServers.get("/mcp-servers", async (c) => {
	const { mcp } = c.get("settings");
	const toolbox = mcpToolbox(mcp);
	const servers = mcp.map(async ({ name, asks }) => {
		const { tools, missing } = await toolbox.offered([name]);
		const listed = tools.map(({ name, description }) => {
			return { name: partsOfToolName(name).tool, description, readOnly: !toolbox.rulesOf(name).asks };
		});
		return { name, asks, ...(missing.length === 0 && { tools: listed }) };
	});
	return c.json({ servers: await Promise.all(servers) });
});
