// The tools of the deployment's MCP servers, as Claude may use them. Lists are kept for minutes; calls are never repeated.

import type { CallResult, ClientTool, Toolbox } from "../../conversation/ports.ts";
import { inTime } from "../../platform/in-time.ts";
import { limits } from "../../protocol/limits.ts";
import { tokensIn } from "../../protocol/prompt-size.ts";
import { sanitizePart } from "../../protocol/text/sanitize.ts";
import { withoutTags } from "../envelope-tags.ts";
import { fieldsOf, textOf } from "../values.ts";
import { McpFailure, McpSession } from "./client.ts";
import { fullNameOf, type McpServer, serverOf } from "./servers.ts";

/** In ms. A list is asked for again after the first, after a failure after the second. */
const [listFor, retryAfter] = [300_000, 60_000];
/** In ms: how long a list, and a call, may take; and how long an answer waits for a list that nobody knows yet, and for a newer one. */
const longestWaits = { list: 10_000, call: 60_000, first: 3_000, newer: 1_000 };
/** Definitions are part of every prompt. `mostTokens`: of all tools in a conversation; beside the longest prompt, they fit into any large model. */
const mostTools = 40;
const mostTokens = 40_000;
const mostPages = 5;
const longest = { description: 2_000, schema: 10_000 };

/** `realName`: as the server has it. */
type Listed = { realName: string; tool: ClientTool };

/** By server. Known while this isolate lives. */
const lists = new Map<string, { tools: readonly Listed[] | undefined; until: number }>();

export function mcpToolbox(servers: readonly McpServer[], timeouts: typeof longestWaits = longestWaits): Toolbox {
	/** Lists that are being read for this object: those of others cannot be awaited. */
	const underWay = new Map<string, Promise<readonly Listed[] | undefined>>();
	const read = async (server: McpServer, key: string): Promise<readonly Listed[] | undefined> => {
		const tools = await readTools(server, timeouts.list).catch((error) => logged(server, error));
		const known = tools ?? lists.get(key)?.tools;
		lists.set(key, { tools: known, until: Date.now() + (tools ? listFor : retryAfter) });
		underWay.delete(key);
		return known;
	};
	const reading = (server: McpServer): Promise<readonly Listed[] | undefined> => {
		const key = JSON.stringify(server);
		const begun = underWay.get(key) ?? read(server, key);
		underWay.set(key, begun);
		return begun;
	};
	const listOf = async (server: McpServer): Promise<readonly Listed[] | undefined> => {
		const known = lists.get(JSON.stringify(server));
		return known && known.until > Date.now() ? known.tools : reading(server);
	};
	/** An answer does not wait for a slow server: it goes on with what is known. The list is read to its end for the next answer. */
	const listInTime = async (server: McpServer): Promise<readonly Listed[] | undefined> => {
		const key = JSON.stringify(server);
		const known = () => lists.get(key)?.tools;
		return inTime(listOf(server), known() ? timeouts.newer : timeouts.first).catch(() => {
			lists.set(key, { tools: known(), until: Date.now() + retryAfter });
			return known();
		});
	};
	return {
		async offered(names) {
			const chosen = servers.filter(({ name }) => names.includes(name));
			const found = await Promise.all(chosen.map(async (server) => ({ server, tools: await listInTime(server) })));
			return {
				tools: bounded(found.flatMap(({ tools = [] }) => tools.map(({ tool }) => tool)).slice(0, 2 * mostTools)),
				missing: found.filter(({ tools }) => tools === undefined).map(({ server }) => server.name),
			};
		},
		rulesOf(name) {
			const server = serverOf(servers, name);
			const isReadOnly = server?.readOnly.some((tool) => fullNameOf(server.name, tool) === name) ?? false;
			return { server: server?.name ?? "", asks: !isReadOnly, owners: server?.asks === "owners" };
		},
		async call(name, input, signal) {
			const server = serverOf(servers, name);
			const list = server && ((await listOf(server)) ?? (await reading(server)));
			const listed = list?.find(({ tool }) => tool.name === name);
			if (!server || !listed) return { text: "There is no such tool now. Nothing was done.", error: "not_found" };
			try {
				return await callTool(server, listed.realName, input, AbortSignal.any([signal, AbortSignal.timeout(timeouts.call)]));
			} catch (error) {
				if (!signal.aborted) logged(server, error);
				return resultOf(error);
			}
		},
	};
}

/** Keeps the first tools, up to the limit on tokens. */
function bounded(tools: readonly ClientTool[]): ClientTool[] {
	let tokens = 0;
	const end = tools.findIndex((tool) => {
		tokens += tokensIn(JSON.stringify(tool));
		return tokens > mostTokens;
	});
	return tools.slice(0, end === -1 ? tools.length : end);
}

/** Logs for whoever runs the deployment. The server's own words may contain anything. */
function logged({ name }: McpServer, error: unknown): undefined {
	console.error("An MCP server failed:", name, error instanceof McpFailure ? error.kind : (error as Error).name);
}

async function readTools(server: McpServer, timeout: number): Promise<Listed[]> {
	return McpSession.with(server, AbortSignal.timeout(timeout), async (session) => {
		const found: Listed[] = [];
		let cursor: string | undefined;
		for (let page = 0; page < mostPages && found.length < mostTools; page++) {
			const { tools, nextCursor } = await session.request("tools/list", cursor === undefined ? {} : { cursor });
			if (!Array.isArray(tools)) throw new McpFailure("unreadable", false);
			for (const one of tools.slice(0, 1_000)) found.push(...listedOf(server, one));
			cursor = textOf(nextCursor) || undefined;
			if (cursor === undefined) break;
		}
		// Two names that become one could pass one tool off as the other.
		const isAlone = ({ tool }: Listed) => found.filter((other) => other.tool.name === tool.name).length === 1;
		return found.filter(isAlone).slice(0, mostTools);
	});
}

/** None for a tool that the deployment does not name, or that Claude's API would refuse. */
function listedOf(server: McpServer, one: unknown): Listed[] {
	const { name, description, inputSchema } = fieldsOf(one);
	const realName = textOf(name);
	const isNamed = server.tools === undefined || server.tools.includes(realName);
	const schema = fieldsOf(inputSchema);
	const fullName = fullNameOf(server.name, realName);
	// Its name must not become that of another tool, which is called without asking.
	const isDisguised = server.readOnly.some((other) => other !== realName && fullNameOf(server.name, other) === fullName);
	const isSound = realName !== "" && realName.length <= limits.modelName && schema.type === "object";
	if (!isNamed || !isSound || isDisguised || JSON.stringify(schema).length > longest.schema) return [];
	const text = withoutTags(sanitizePart(textOf(description).slice(0, longest.description)).toWellFormed());
	return [{ realName, tool: { name: fullName, description: text, inputSchema: schema } }];
}

async function callTool(server: McpServer, name: string, input: string, signal: AbortSignal): Promise<CallResult> {
	return McpSession.with(server, signal, async (session) => {
		const { content, structuredContent, isError } = await session.request("tools/call", { name, arguments: JSON.parse(input) }, true);
		const parts = Array.isArray(content) ? content.slice(0, 200).map(partOf) : [];
		if (parts.length === 0 && structuredContent !== undefined) parts.push(JSON.stringify(structuredContent));
		// It may have been written by anybody, and must not look like an envelope.
		const text = withoutTags(sanitizePart(parts.join("\n").slice(0, limits.toolResult + 1)).toWellFormed());
		const isCut = text.length > limits.toolResult;
		const shown = isCut ? `${text.slice(0, limits.toolResult)}\n[The rest was cut off.]` : text;
		return {
			text: shown.trim() === "" ? "[The tool answered without text.]" : shown,
			...(isError === true && { error: "bad_input" as const }),
		};
	});
}

/** Text as it is; anything else is named. */
function partOf(part: unknown): string {
	const { type, text, resource, uri } = fieldsOf(part);
	if (type === "text") return textOf(text);
	const inner = fieldsOf(resource);
	if (type === "resource" && typeof inner.text === "string") return inner.text;
	const kind = ["image", "audio", "resource", "resource_link"].includes(textOf(type)) ? textOf(type) : "part";
	const address = textOf(uri) || textOf(inner.uri);
	return `[${kind.replace("_", " ")}${address === "" ? "" : `: ${address.slice(0, 500)}`}]`;
}

/** In words of ours: the server's could be anything. */
function resultOf(error: unknown): CallResult {
	if (!(error instanceof McpFailure) || error.hasArrived)
		return { text: "The tool's server did not answer. It is unknown whether the call was carried out.", error: "unknown" };
	if (error.kind === "refused") return { text: "The tool's server refused the call. Nothing was done.", error: "bad_input" };
	if (error.kind === "unauthorized") return { text: "The tool's server does not permit the call. Nothing was done.", error: "not_allowed" };
	return { text: "The tool's server could not be reached. Nothing was done.", error: "unavailable" };
}
