// Claude through Anthropic's SDK: makes one request, turns its stream into events and its failures into reasons.
// Must not know a conversation's rules, nor who receives the events.

import Anthropic from "@anthropic-ai/sdk";
import { type Asked, type ClientTool, type Model, type ModelEvent, ModelFailure, type PausedTurn } from "../conversation/ports.ts";
import type { Effort, Tools } from "../protocol/claude-settings.ts";
import type { Reason } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { Settings } from "../settings.ts";
import { capacityOf, learnFrom } from "./capacity.ts";
import { contextSizeIn, failureFacts, NoStream, type Progress, reasonOf, retryAfterOf, statusOf } from "./failures.ts";
import { markGone, withModel } from "./models.ts";
import { continueRequest, layOut, type Prompt, promptTokensOf, type Turn } from "./prompt.ts";
import { clientOf, isDemo, isStream, serverKey } from "./server.ts";
import { readServerSentEvents } from "./sse.ts";
import { readEvents } from "./stream.ts";
import { clientToolsOf, namesOfCalled, type Tool, toolsOf, unsupported } from "./tools.ts";
import { fieldsOf } from "./values.ts";

type Request = Anthropic.MessageCreateParamsStreaming;
/** `settings` name the model of this request, and `turn` was paused and goes on. */
type Wish = {
	client: Anthropic;
	settings: Settings["claude"];
	signal: AbortSignal;
	effort: Effort | null;
	permitted: Tools | undefined;
	mostUses: { searches: number; pages: number };
	turn: PausedTurn | undefined;
	asked: ((asked: Asked) => void) | undefined;
	clientTools: readonly ClientTool[];
	mayCall: boolean;
};
type Connection = Wish & { tools: Tool[] };

/** Builds the prompt of about so many tokens at most. */
type LayOut = (tokens: number, turn?: PausedTurn) => { prompt: Prompt; places: number[] };

/** Why the same reply is worth another request at once. */
type Again = "shorter" | "without the turn" | "without tools";

/** Optional parts of a request: they are left out once the server has refused them. Each effort is one: a model may know only some. */
type Extra = "caching" | "thinking" | "tools" | Effort;

const thinking = { thinking: { type: "adaptive", display: "summarized" } } satisfies Partial<Request>;
const breakpointFor = ({ cachesLong = false }: Settings["claude"]) => ({
	cache_control: { type: "ephemeral" as const, ...(cachesLong && { ttl: "1h" as const }) },
});

/** The extras that servers and models refused. Known while this isolate lives. */
const refused = new Map<string, ReadonlySet<Extra>>();
/** Servers that answered with an error of their own to a request with thinking, and not to the one without. */
const suspected = new Set<string>();

/** Claude by the settings: Anthropic's API, another server that speaks it, or the demo model if neither is set. */
export function anthropicModel(settings: Settings["claude"]): Model {
	const client = clientOf(settings, { isStreaming: true });
	return {
		async *reply(messages, signal, options = {}) {
			const { partialReply, instructions, memberChanges, summary, effort = null, mayCall = true, turn, asked } = options;
			const { clientTools = [] } = isDemo(settings) ? {} : options;
			const mostUses = { searches: options.maxSearches ?? limits.searches, pages: options.maxPages ?? limits.fetches };
			const allowed = { ...settings, maxTokens: Math.min(settings.maxTokens, options.maxTokens ?? settings.maxTokens) };
			const chosen = withModel(allowed, options.model);
			const promptOf: LayOut = (maxTokens, turn) =>
				layOut(messages, {
					partialReply: turn ? "" : partialReply,
					maxTokens,
					instructions,
					memberChanges,
					summary,
					name: settings.assistantName,
				});
			const ask = (settings: Settings["claude"]) =>
				replyBy({ client, settings, signal, effort, permitted: options.tools, mostUses, turn, asked, clientTools, mayCall }, promptOf);
			if (chosen.model === (options.model ?? settings.model)) {
				try {
					return yield* ask(chosen);
				} catch (error) {
					const isGone = error instanceof ModelFailure && error.reason === "bad_model" && chosen.model !== settings.model;
					if (!isGone || signal.aborted) throw error;
					markGone(chosen);
				}
			}
			yield* sayingSo(ask(allowed));
		},
	};
}

/** The events of a reply by the default model in place of the one that the conversation has chosen. */
async function* sayingSo(events: AsyncIterable<ModelEvent>): AsyncGenerator<ModelEvent> {
	for await (const event of events) yield event.type === "end" ? { reason: "other_model", ...event } : event;
}

/** Asks again at once, at most once for each reason. */
async function* replyBy(wish: Wish, promptOf: LayOut): AsyncGenerator<ModelEvent> {
	let { turn } = wish;
	for (let mayShorten = true; ; ) {
		const { permitted, settings, mostUses, clientTools } = wish;
		const own = permitted ? toolsOf(permitted, settings.domains, mostUses, turn) : [];
		const tools = [...own, ...clientToolsOf(clientTools, turn)];
		const again = yield* request({ ...wish, tools, turn }, (tokens) => promptOf(tokens, turn), mayShorten);
		if (again === undefined) return;
		if (again === "shorter") mayShorten = false;
		if (again === "without the turn") turn = undefined;
	}
}

/** Makes one request. Returns, without failing, what may help if there was no answer. */
async function* request(connection: Connection, promptOf: LayOut, mayShorten: boolean): AsyncGenerator<ModelEvent, Again | undefined> {
	const { settings, signal, tools, turn } = connection;
	const capacity = capacityOf(settings);
	const { prompt, places } = promptOf(capacity.prompt);
	let progress: Progress = "asking";
	let hasBegun = false;
	try {
		const plain = { model: settings.model, max_tokens: capacity.reply, stream: true as const, ...prompt };
		const { body, without } = await openStream(connection, { ...plain, messages: messagesOf(prompt, turn) });
		progress = "open";
		const used = without.has("tools") ? [] : tools.map(({ name }) => name);
		connection.asked?.({ model: settings.model, maxTokens: capacity.reply, system: prompt.system, places, tools: used });
		if (without.has("tools")) yield* unsupported(tools, connection.clientTools);
		for await (const event of readEvents(readServerSentEvents(body), turn, namesOfCalled(tools))) {
			// Events may have arrived before the reply was stopped.
			if (signal.aborted) return undefined;
			// A server that does not run the tools itself expects its client to do it.
			const isForClient = event.type === "end" && event.stopReason === "tool_use" && !without.has("tools");
			if (isForClient && tools.length > 0 && progress === "open") {
				refused.set(serverKey(settings), new Set([...without, "tools"]));
				return "without tools";
			}
			hasBegun ||= event.type !== "alive";
			if (event.type === "text" || event.type === "thinking") progress = "answering";
			yield event;
			if (event.type === "end" || event.type === "pause") return undefined;
		}
	} catch (error) {
		if (signal.aborted) return undefined;
		const [context, promptTokens] = [contextSizeIn(error), promptTokensOf(prompt)];
		// If a short prompt is refused, the configured length of replies is the cause.
		const isShort = promptTokens < (context ?? 0) / 2;
		const reason = reasonOf(error, progress, isShort ? settings.maxTokens : capacity.reply);
		if (reason === undefined) throw error;
		// The text alone can be continued, too.
		if (reason === "bad_request" && turn && progress === "asking") return "without the turn";
		const failure = await logged(reason, error);
		const isTooLong = reason === "prompt_too_long" || (reason === "bad_max_tokens" && context !== undefined);
		const isShorter = isTooLong && progress !== "answering" && learnFrom(settings, promptTokens, context);
		if (isShorter && mayShorten) return "shorter";
		throw failure;
	}
	// A stream that was cut looks like a complete one, but for its missing end.
	if (!signal.aborted) throw await logged(hasBegun ? "interrupted" : "unavailable", { name: "EarlyEnd" });
	return undefined;
}

/**
 * The API goes on with a turn that was paused if it is the last one, unchanged. Results of calls, and the request to go on after a
 * break, are turns of the other side.
 */
function messagesOf({ messages }: Prompt, turn: PausedTurn = []): Anthropic.MessageParam[] {
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

/** Logs the failure for whoever runs the deployment. */
async function logged(reason: Reason, error: unknown): Promise<ModelFailure> {
	console.error("Claude failed:", reason, await failureFacts(error));
	return new ModelFailure(reason, retryAfterOf(error, Date.now()));
}

/**
 * Opens the stream. A model or server that refuses thinking is asked once more without it, and then without caching too, and is never
 * asked for them again. Anthropic's own API always accepts caching.
 */
async function openStream(
	connection: Connection,
	plain: Request,
): Promise<{ body: ReadableStream<Uint8Array>; without: ReadonlySet<Extra> }> {
	const { settings, signal } = connection;
	const server = serverKey(settings);
	const without = new Set(refused.get(server));
	let refusal: unknown;
	for (;;) {
		try {
			const body = await send(connection, withExtras(plain, without, connection));
			if (refusal !== undefined && isCertain(refusal, server)) refused.set(server, without);
			return { body, without };
		} catch (error) {
			const extra = nextToDrop(error, without, connection);
			if (signal.aborted || extra === undefined) throw error;
			without.add(extra);
			refusal = error;
		}
	}
}

/** Returns what the next request is to leave out, or `undefined` if the refusal must have another cause. */
function nextToDrop(error: unknown, without: ReadonlySet<Extra>, { settings, tools, turn, effort }: Connection): Extra | undefined {
	const isAnthropic = settings.baseUrl === undefined;
	const isServerError = !isAnthropic && statusOf(error) === 500;
	const hasTools = tools.length > 0 && !without.has("tools");
	// A paused turn cannot go on in another way.
	if (turn) return undefined;
	if (hasTools && isAboutTools(error)) return "tools";
	if (reasonOf(error, "asking") !== "bad_request" && !isServerError) return undefined;
	const hasEffort = effort !== null && !without.has(effort);
	if (hasEffort && /effort|output_config/.test((error as Error).message)) return effort;
	if (!without.has("thinking")) return "thinking";
	if (hasEffort) return effort;
	if (hasTools) return "tools";
	return without.has("caching") || isAnthropic || isServerError ? undefined : "caching";
}

/** A server error may have had another cause, so it takes two of them. */
function isCertain(refusal: unknown, server: string): boolean {
	if (statusOf(refusal) !== 500 || suspected.has(server)) return true;
	suspected.add(server);
	return false;
}

/** The model has no tools, or the organization does not permit them. */
function isAboutTools(error: unknown): boolean {
	const isRefusal = [400, 403, 422].includes(statusOf(error) ?? 0);
	return isRefusal && /\btools?\b|web[ _](search|fetch)/i.test((error as Error).message);
}

function withExtras(plain: Request, without: ReadonlySet<Extra>, { settings, tools, effort, mayCall }: Connection): Request {
	const hasEffort = effort !== null && !without.has(effort);
	return {
		...(without.has("caching") ? plain : cached(plain, breakpointFor(settings))),
		...(without.has("thinking") ? {} : thinking),
		...(tools.length > 0 &&
			!without.has("tools") && { tools, ...(!mayCall && namesOfCalled(tools).size > 0 && { tool_choice: { type: "none" } }) }),
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

/** The response is read here and not by the SDK, which hides pings and drops events whose type is in the data alone. */
async function send({ client, signal }: Connection, request: Request): Promise<ReadableStream<Uint8Array>> {
	const response = await client.messages.create(request, { signal }).asResponse();
	const type = response.headers.get("content-type") ?? "";
	if (response.body && isStream(response)) return response.body;
	const body = type.includes("json") ? await response.json().catch(() => undefined) : await response.body?.cancel();
	if (fieldsOf(body).error !== undefined) throw new Anthropic.APIError(undefined, fieldsOf(body), undefined, response.headers);
	throw new NoStream();
}
