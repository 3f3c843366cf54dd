// The MCP servers that the deployment configures, and the names of their tools. Pure.

import * as v from "valibot";
import { asksSchema, serverNameSchema } from "../../protocol/claude-settings.ts";
import { limits } from "../../protocol/limits.ts";

const toolNames = v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(limits.modelName)));

const serverSchema = v.strictObject({
	name: serverNameSchema,
	url: v.string(),
	/** Sent as a bearer token: itself, or the name of a variable that holds it. */
	token: v.optional(v.pipe(v.string(), v.minLength(1))),
	/** The tools that Claude may use; without them, all. */
	tools: v.optional(toolNames),
	/** The tools that are called without asking anybody. */
	readOnly: v.optional(toolNames, []),
	/** Who may allow the other calls. */
	asks: v.optional(asksSchema, "members"),
});

export type McpServer = v.InferOutput<typeof serverSchema>;

const problem = `MCP_SERVERS must be a JSON list such as [{"name": "docs", "url": "https://mcp.example.com/", "token": "DOCS_TOKEN", "readOnly": ["search"]}], with up to ${limits.mcpServers} servers of different names, in small letters, digits and hyphens, and https addresses (http only on localhost).`;

/** `variable`: the value of a variable of the deployment. Adds a sentence to `problems` for a list that cannot be read. */
export function readMcpServers(text: string | undefined, variable: (name: string) => string | undefined, problems: string[]): McpServer[] {
	const read = v.safeParse(v.pipe(v.array(serverSchema), v.maxLength(limits.mcpServers)), jsonOf(text ?? "[]"));
	const servers = read.success ? read.output : [];
	const isSound = new Set(servers.map(({ name }) => name)).size === servers.length && servers.every(({ url }) => isSafe(url));
	if (!read.success || !isSound) {
		problems.push(problem);
		return [];
	}
	return servers.map(({ token, ...server }) => {
		const isVariable = token !== undefined && /^[A-Z][A-Z\d_]*$/.test(token);
		const secret = isVariable ? variable(token) : token;
		if (isVariable && secret === undefined) problems.push("A `token` in MCP_SERVERS names a variable that is not set.");
		return { ...server, ...(secret !== undefined && { token: secret }) };
	});
}

function isSafe(text: string): boolean {
	const url = URL.parse(text);
	if (url?.username !== "" || url.password !== "") return false;
	return url.protocol === "https:" || (url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname));
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A tool's name as Claude has it: the API accepts 64 letters, digits, hyphens and underscores. */
export function fullNameOf(server: string, tool: string): string {
	return `${server}__${tool.replace(/[^a-zA-Z\d_-]/g, "_")}`.slice(0, 64);
}

export function serverOf(servers: readonly McpServer[], fullName: string): McpServer | undefined {
	return servers.find(({ name }) => fullName.startsWith(`${name}__`));
}
