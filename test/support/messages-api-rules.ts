// What the documentation says that the Messages API refuses, so that no test passes with a request that it would not take. Pure.

import { isFileBlock, refusalOfFiles, withoutBytes } from "./messages-api-files.ts";
import { type RequestBody, turnIn, turnStart, withoutResults } from "./messages-api-script.ts";

const thinkingTypes = ["adaptive", "between_tools", "disabled", "enabled"] as const;
type ThinkingType = (typeof thinkingTypes)[number];

/** The `thinking.type` values that models accept, by the beginning of their names. A model that is not listed accepts all. */
const models: Record<string, readonly ThinkingType[]> = {
	"claude-sonnet-5-5": ["adaptive", "between_tools"],
	"claude-opus-5-5": ["adaptive", "between_tools"],
	"claude-fable-5": ["adaptive"],
	"claude-haiku-4-5": ["enabled", "disabled"],
};

const fields = [
	"model",
	"max_tokens",
	"system",
	"messages",
	"stream",
	"thinking",
	"output_config",
	"cache_control",
	"tools",
	"tool_choice",
];

type Block = { type?: unknown; text?: unknown; cache_control?: unknown; [field: string]: unknown };

/** Fields of the server tools in their current form. */
const toolFields = ["type", "name", "max_uses", "allowed_domains", "blocked_domains", "allowed_callers", "cache_control"];
const toolTypes: Record<string, { name: string; fields: string[] }> = {
	web_search_20260318: { name: "web_search", fields: [...toolFields, "response_inclusion", "user_location"] },
	web_fetch_20260318: {
		name: "web_fetch",
		fields: [...toolFields, "response_inclusion", "citations", "max_content_tokens", "url_sources", "use_cache"],
	},
};

function allowedThinking(model: unknown): readonly ThinkingType[] {
	return Object.entries(models).find(([name]) => String(model).startsWith(name))?.[1] ?? thinkingTypes;
}

/** A model as `GET /v1/models/:id` describes it; `undefined` for one that is unknown, as other servers' models are. */
export function describeModel(id: string): object | undefined {
	if (!Object.keys(models).some((name) => id.startsWith(name))) return undefined;
	const allowed = allowedThinking(id);
	const types = Object.fromEntries(thinkingTypes.map((type) => [type, { supported: allowed.includes(type) }]));
	const supported = { supported: true };
	const hasAll = { supported: !isPlain(id) };
	const effort = { ...hasAll, low: supported, medium: supported, high: supported, xhigh: null, max: { supported: false } };
	return {
		id,
		type: "model",
		display_name: id,
		max_input_tokens: 1_000_000,
		capabilities: {
			thinking: { supported: true, types },
			effort,
			server_tools: { ...hasAll, web_search: hasAll },
			pdf_input: supported,
			image_input: supported,
		},
	};
}

/**
 * Returns the message of the refusal, or `undefined` for a request that is accepted. `paused`: the turns that were paused, as JSON; only
 * they may be continued, and only unchanged.
 */
export function refusalOf(body: RequestBody, paused: ReadonlySet<string> = new Set()): string | undefined {
	return (
		refusalOfFields(body) ??
		refusalOfThinking(body) ??
		refusalOfEffort(body) ??
		refusalOfTools(body) ??
		refusalOfMessages(body, paused) ??
		refusalOfFiles(body) ??
		refusalOfLength(body)
	);
}

function refusalOfTools({ model, tools = [] }: RequestBody): string | undefined {
	if (!Array.isArray(tools)) return "tools: Input should be a valid list";
	const names = new Set<unknown>();
	if (isPlain(model) && (tools as Block[]).some(({ type }) => type !== undefined))
		return "tools: This model does not support server tools.";
	for (const [index, tool] of (tools as Block[]).entries()) {
		if (tool.type === undefined) {
			const { name, input_schema } = tool as { name?: string; input_schema?: Record<string, unknown> };
			const schema = `tools.${index}.custom.input_schema`;
			if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name ?? ""))
				return `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`;
			if (input_schema?.type !== "object") return `${schema}.type: Field required`;
			if (input_schema.oneOf || input_schema.allOf || input_schema.anyOf)
				return `${schema}: input_schema does not support oneOf, allOf, or anyOf at the top level`;
			if (Object.keys(input_schema.properties ?? {}).some((key) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(key)))
				return `${schema}.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'`;
			if (names.has(name)) return "tools: Tool names must be unique.";
			names.add(name);
			continue;
		}
		const known = toolTypes[String(tool.type)];
		if (!known || tool.name !== known.name)
			return `tools.0: Input tag '${tool.type}' found using 'type' does not match any of the expected tags`;
		if (names.has(tool.name)) return "tools: Tool names must be unique.";
		names.add(tool.name);
		const unknown = Object.keys(tool).find((field) => !known.fields.includes(field));
		if (unknown !== undefined) return `tools.0.${known.name}.${unknown}: Extra inputs are not permitted`;
		if (tool.max_uses !== undefined && !(Number(tool.max_uses) > 0)) return "tools.0.max_uses: Input should be greater than 0";
		if (tool.allowed_domains !== undefined && tool.blocked_domains !== undefined)
			return "tools.0: Only one of allowed_domains or blocked_domains can be specified";
		for (const domain of [tool.allowed_domains ?? [], tool.blocked_domains ?? []].flat())
			if (!/^[a-z\d.-]+(\/\S*)?$/i.test(String(domain))) return `tools.0: '${domain}' is not a valid domain`;
	}
	return undefined;
}

function refusalOfFields(body: RequestBody): string | undefined {
	const unknown = Object.keys(body).find((name) => !fields.includes(name));
	if (unknown !== undefined) return `${unknown}: Extra inputs are not permitted`;
	if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) return "max_tokens: Input should be greater than or equal to 1";
	return undefined;
}

function refusalOfThinking({ model, thinking, max_tokens }: RequestBody): string | undefined {
	if (thinking === undefined) return undefined;
	const { type, budget_tokens: budget = 0 } = thinking as { type?: ThinkingType; budget_tokens?: number };
	if (!type || !allowedThinking(model).includes(type)) return `thinking.type: '${type}' is not supported by this model`;
	if (type !== "enabled") return undefined;
	if (budget < 1024) return "thinking.budget_tokens: Input should be greater than or equal to 1024";
	return budget >= Number(max_tokens) ? "`max_tokens` must be greater than `thinking.budget_tokens`" : undefined;
}

/** A model whose name ends in `-plain` knows no effort and has no tools of its server. */
function isPlain(model: unknown): boolean {
	return String(model).endsWith("-plain");
}

function refusalOfEffort({ model, output_config }: RequestBody): string | undefined {
	const { effort } = (output_config ?? {}) as { effort?: unknown };
	if (effort === undefined || effort === null) return undefined;
	if (!["low", "medium", "high", "xhigh", "max"].includes(String(effort)))
		return "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'";
	return isPlain(model) ? "This model does not support the effort parameter." : undefined;
}

/** The blocks of tools belong to a turn that was paused. Nobody else can have them: parts of them are encrypted. */
function refusalOfTurn(body: RequestBody, paused: ReadonlySet<string>): string | undefined {
	const { messages, tools = [] } = body;
	const last = messages.at(-1);
	const whole = (turnIn(body) as Block[]).map(({ cache_control: _, ...block }) => block);
	if (whole.some(({ type }) => type === "tool_use")) return refusalOfCalls(body, whole, paused);
	const uses = whole.filter(({ type }) => type === "server_tool_use");
	if (uses.length === 0) return last?.role === "assistant" ? "This model does not support assistant message prefill." : undefined;
	const written = withoutResults(whole) as Block[];
	if (!paused.has(JSON.stringify(written)))
		return "messages: Invalid `encrypted_content` or `signature` in a block of the assistant's turn";
	// Only the end of a turn may wait for a result.
	const isOpen = uses.some(({ id }) => !whole.some(({ tool_use_id }) => tool_use_id === id));
	if (isOpen && written.length < whole.length) return "messages: `server_tool_use` ids were found without a result block.";
	const used = uses.map(({ name }) => name);
	const missing = used.find((name) => !(tools as Block[]).some((tool) => tool.name === name));
	return missing === undefined ? undefined : `messages: \`server_tool_use\` names the tool '${missing}', which is not in \`tools\``;
}

/** Each call has its result in the next message, and each result its call; what Claude wrote is unchanged. */
function refusalOfCalls(body: RequestBody, whole: Block[], paused: ReadonlySet<string>): string | undefined {
	const idsOf = (message: RequestBody["messages"][number] | undefined, type: string, name: string) =>
		((message?.content ?? []) as unknown as Block[]).filter((block) => block.type === type).map((block) => block[name]);
	for (const [index, message] of body.messages.entries()) {
		const uses = message.role === "assistant" ? idsOf(message, "tool_use", "id") : [];
		const missing = uses.filter((id) => !idsOf(body.messages[index + 1], "tool_result", "tool_use_id").includes(id));
		if (missing.length > 0)
			return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}.`;
		const results = message.role === "user" ? idsOf(message, "tool_result", "tool_use_id") : [];
		const stray = results.find((id) => !idsOf(body.messages[index - 1], "tool_use", "id").includes(id));
		if (stray !== undefined) return `messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}.`;
	}
	if (!Array.isArray(body.tools) || body.tools.length === 0)
		return "Requests which include `tool_use` or `tool_result` blocks in the messages must define `tools`.";
	if (!paused.has(JSON.stringify(withoutResults(whole)))) return "messages: Invalid `signature` in a block of the assistant's turn";
	return undefined;
}

function refusalOfMessages(body: RequestBody, paused: ReadonlySet<string>): string | undefined {
	const { system, cache_control } = body;
	if (body.messages.length === 0) return "messages: at least one message is required";
	const turnRefusal = refusalOfTurn(body, paused);
	if (turnRefusal !== undefined) return turnRefusal;
	const messages = body.messages.slice(0, turnStart(body.messages));
	const blocks = messages.flatMap(({ content }): Block[] => (typeof content === "string" ? [{ type: "text", text: content }] : content));
	if (messages.some(({ content }) => content.length === 0)) return "messages: all messages must have non-empty content";
	if (blocks.some((block) => !isFileBlock(block) && (typeof block.text !== "string" || block.text.trim() === "")))
		return "text content blocks must contain non-whitespace text";
	const all = [...blocks, ...(Array.isArray(system) ? (system as Block[]) : [])];
	const breakpoints = all.filter((block) => block.cache_control !== undefined).length + (cache_control === undefined ? 0 : 1);
	return breakpoints > 4 ? `A maximum of 4 blocks with cache_control may be provided. Found ${breakpoints}.` : undefined;
}

/** A model whose name ends in `-window-N` has a context of N tokens, of four characters each. */
function refusalOfLength({ model, max_tokens, ...body }: RequestBody): string | undefined {
	const size = Number(/-window-(\d+)$/.exec(String(model))?.[1] ?? Number.POSITIVE_INFINITY);
	if (size === Number.POSITIVE_INFINITY) return undefined;
	const tokens = Math.ceil(JSON.stringify(withoutBytes([body.system, body.messages])).length / 4);
	if (tokens > size) return `prompt is too long: ${tokens} tokens > ${size} maximum`;
	return tokens + Number(max_tokens) > size
		? `input length and \`max_tokens\` exceed context limit: ${tokens} + ${max_tokens} > ${size}, decrease input length or \`max_tokens\` and try again`
		: undefined;
}
