// What the documentation says that the Messages API refuses, so that no test passes with a request that it would not take. Pure.

import type { RequestBody } from "./messages-api-script.ts";

const thinkingTypes = ["adaptive", "between_tools", "disabled", "enabled"] as const;
type ThinkingType = (typeof thinkingTypes)[number];

/** The `thinking.type` values that models accept, by the beginning of their names. A model that is not listed accepts all. */
const models: Record<string, readonly ThinkingType[]> = {
	"claude-sonnet-5-5": ["adaptive", "between_tools"],
	"claude-opus-5-5": ["adaptive", "between_tools"],
	"claude-fable-5": ["adaptive"],
	"claude-haiku-4-5": ["enabled", "disabled"],
};

const fields = ["model", "max_tokens", "system", "messages", "stream", "thinking", "output_config", "cache_control"];

type Block = { type?: unknown; text?: unknown; cache_control?: unknown };

function allowedThinking(model: unknown): readonly ThinkingType[] {
	return Object.entries(models).find(([name]) => String(model).startsWith(name))?.[1] ?? thinkingTypes;
}

/** A model as `GET /v1/models/:id` describes it; `undefined` for one that is unknown, as other servers' models are. */
export function describeModel(id: string): object | undefined {
	if (!Object.keys(models).some((name) => id.startsWith(name))) return undefined;
	const allowed = allowedThinking(id);
	const types = Object.fromEntries(thinkingTypes.map((type) => [type, { supported: allowed.includes(type) }]));
	return { id, type: "model", display_name: id, capabilities: { thinking: { supported: true, types } } };
}

/** Returns the message of the refusal, or `undefined` for a request that is accepted. */
export function refusalOf(body: RequestBody): string | undefined {
	return refusalOfFields(body) ?? refusalOfThinking(body) ?? refusalOfMessages(body) ?? refusalOfLength(body);
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

function refusalOfMessages({ messages, system, cache_control }: RequestBody): string | undefined {
	if (messages.length === 0) return "messages: at least one message is required";
	if (messages.at(-1)?.role === "assistant") return "This model does not support assistant message prefill.";
	const blocks = messages.flatMap(({ content }): Block[] => (typeof content === "string" ? [{ type: "text", text: content }] : content));
	if (messages.some(({ content }) => content.length === 0)) return "messages: all messages must have non-empty content";
	if (blocks.some(({ text }) => typeof text !== "string" || text.trim() === ""))
		return "text content blocks must contain non-whitespace text";
	const all = [...blocks, ...(Array.isArray(system) ? (system as Block[]) : [])];
	const breakpoints = all.filter((block) => block.cache_control !== undefined).length + (cache_control === undefined ? 0 : 1);
	return breakpoints > 4 ? `A maximum of 4 blocks with cache_control may be provided. Found ${breakpoints}.` : undefined;
}

/** A model whose name ends in `-window-N` has a context of N tokens, of four characters each. */
function refusalOfLength({ model, max_tokens, ...body }: RequestBody): string | undefined {
	const size = Number(/-window-(\d+)$/.exec(String(model))?.[1] ?? Number.POSITIVE_INFINITY);
	const tokens = Math.ceil(JSON.stringify([body.system, body.messages]).length / 4);
	if (tokens > size) return `prompt is too long: ${tokens} tokens > ${size} maximum`;
	return tokens + Number(max_tokens) > size
		? `input length and \`max_tokens\` exceed context limit: ${tokens} + ${max_tokens} > ${size}, decrease input length or \`max_tokens\` and try again`
		: undefined;
}
