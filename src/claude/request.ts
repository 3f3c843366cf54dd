// Builds the body of a request to the Messages API: its turns, and the optional parts that servers may refuse. Pure.

import type Anthropic from "@anthropic-ai/sdk";
import type { PausedTurn } from "../conversation/ports.ts";
import type { Effort } from "../protocol/claude-settings.ts";
import type { Settings } from "../settings.ts";
import { continueRequest, type Turn } from "./prompt.ts";
import { namesOfCalled, type Tool } from "./tools.ts";

export type Request = Anthropic.MessageCreateParamsStreaming;

/** Optional parts of a request: they are left out once the server has refused them. Each effort is one: a model may know only some. */
export type Extra = "caching" | "thinking" | "tools" | Effort;

/** `mayCall`: Claude may call more of the tools that Parley calls. */
type Wanted = { settings: Settings["claude"]; tools: readonly Tool[]; effort: Effort | null; mayCall: boolean };

const thinking = { thinking: { type: "adaptive", display: "summarized" } } satisfies Partial<Request>;
const breakpointFor = ({ cachesLong = false }: Settings["claude"]) => ({
	cache_control: { type: "ephemeral" as const, ...(cachesLong && { ttl: "1h" as const }) },
});

/**
 * The API goes on with a turn that was paused if it is the last one, unchanged. Results of calls, and the request to go on after a
 * break, are turns of the other side.
 */
export function messagesOf(messages: readonly Anthropic.MessageParam[], turn: PausedTurn = []): Anthropic.MessageParam[] {
	const all: Anthropic.MessageParam[] = [...messages];
	for (const [index, part] of turn.entries()) {
		const { type } = part as { type?: unknown };
		const role = type === "tool_result" || type === "continue" ? "user" : "assistant";
		const block = (type === "continue" ? { type: "text", text: continueRequest } : part) as Anthropic.ContentBlockParam;
		const last = all.at(-1);
		const isSame = index > 0 && last?.role === role;
		if (isSame) (last.content as object[]).push(block);
		else all.push({ role, content: [block] });
	}
	return all;
}

export function withExtras(plain: Request, without: ReadonlySet<Extra>, { settings, tools, effort, mayCall }: Wanted): Request {
	const hasEffort = effort !== null && !without.has(effort);
	return {
		...(without.has("caching") ? plain : cached(plain, breakpointFor(settings))),
		...(without.has("thinking") ? {} : thinking),
		...(tools.length > 0 &&
			!without.has("tools") && { tools: [...tools], ...(!mayCall && namesOfCalled(tools).size > 0 && { tool_choice: { type: "none" } }) }),
		...(hasEffort && { output_config: { effort } }),
	};
}

/**
 * Marks where the prompt cache is written and looked up: at the end, and where the request before this one ended. That is the end of
 * the turn before Claude's last one. The cache looks back over 20 blocks only, and people may have said more since.
 */
function cached(plain: Request, breakpoint: ReturnType<typeof breakpointFor>): Request {
	const messages = plain.messages as Turn[];
	// The request before that of a paused turn ended right before the turn.
	const end = messages.length - (messages.at(-1)?.role === "assistant" ? 2 : 3);
	const marked = messages.map((turn, index) => {
		if (index !== end) return turn;
		return { ...turn, content: turn.content.with(-1, { ...(turn.content.at(-1) as Turn["content"][number]), ...breakpoint }) };
	});
	return { ...plain, ...breakpoint, messages: marked };
}
