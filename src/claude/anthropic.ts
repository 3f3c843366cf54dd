// Claude through Anthropic's SDK: makes one request, turns its stream into events and its failures into reasons.
// Must not know a conversation's rules, nor who receives the events.

import Anthropic from "@anthropic-ai/sdk";
import {
	type Asked,
	type ClientTool,
	type FileBytes,
	type Model,
	type ModelEvent,
	ModelFailure,
	type PausedTurn,
} from "../conversation/ports.ts";
import type { Effort, Tools } from "../protocol/claude-settings.ts";
import type { Reason } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { Settings } from "../settings.ts";
import { capacityOf, learnFrom } from "./capacity.ts";
import { contextSizeIn, failureFacts, NoStream, type Progress, reasonOf, retryAfterOf, statusOf } from "./failures.ts";
import { Attachments } from "./files/attachments.ts";
import { deniedIn, isAboutFiles } from "./files/refusal.ts";
import { RefusedTools, ToolsLeftOut } from "./mcp/refused.ts";
import { markGone, withModel } from "./models.ts";
import { type Layout, layOut, type PromptOptions, promptTokensOf } from "./prompt.ts";
import { type Extra, messagesOf, type Request, withExtras } from "./request.ts";
import { clientOf, isDemo, isStream, serverKey } from "./server.ts";
import { readServerSentEvents } from "./sse.ts";
import { readEvents } from "./stream.ts";
import { clientToolsOf, namesOfCalled, type Tool, toolsOf, unsupported } from "./tools.ts";
import { fieldsOf } from "./values.ts";

/** `settings` name the model of this request, and `turn` was paused and goes on. */
type Wish = {
	settings: Settings["claude"];
	signal: AbortSignal;
	effort: Effort | null;
	permitted: Tools | undefined;
	mostUses: { searches: number; pages: number };
	turn: PausedTurn | undefined;
	asked: ((asked: Asked) => void) | undefined;
	clientTools: readonly ClientTool[];
	mayCall: boolean;
	files: Attachments;
};
/** `clientTools`: those that are sent, and `offered` all. */
type Connection = Wish & { tools: Tool[]; offered: readonly ClientTool[]; refusedTools: RefusedTools };

/** Builds a prompt within these limits. */
type LayOut = (limits: Pick<PromptOptions, "maxTokens" | "room" | "readable">, turn?: PausedTurn) => Layout;

/** Why the same reply is worth another request at once. */
type Again = "shorter" | "without the turn" | "without files" | "without tools";

/** The extras that servers and models refused. Known while this isolate lives. */
const refused = new Map<string, ReadonlySet<Extra>>();
/** Servers that answered with an error of their own to a request with thinking, and not to the one without. */
const suspected = new Set<string>();

/**
 * Claude by the settings: Anthropic's API, another server that speaks it, or the demo model if neither is set. `bytes`: those of the files
 * that messages name.
 */
export function anthropicModel(settings: Settings["claude"], bytes?: FileBytes): Model {
	return {
		async *reply(messages, signal, options = {}) {
			const { partialReply, instructions, memberChanges, summary, effort = null, mayCall = true, turn, asked } = options;
			const { clientTools = [] } = isDemo(settings) ? {} : options;
			const mostUses = { searches: options.maxSearches ?? limits.searches, pages: options.maxPages ?? limits.fetches };
			const allowed = { ...settings, maxTokens: Math.min(settings.maxTokens, options.maxTokens ?? settings.maxTokens) };
			const chosen = withModel(allowed, options.model);
			const promptOf: LayOut = (limits, turn) =>
				layOut(messages, {
					...limits,
					partialReply: turn ? "" : partialReply,
					instructions,
					memberChanges,
					summary,
					name: settings.assistantName,
				});
			const hasFiles = messages.some(({ files }) => files !== undefined);
			const ask = async function* (settings: Settings["claude"]) {
				const files = new Attachments(settings, bytes, hasFiles ? options.filesBefore?.() : undefined, options.fileTokens);
				if (hasFiles) await files.learnKinds();
				const wish = { settings, signal, effort, permitted: options.tools, mostUses, turn, asked, clientTools, mayCall, files };
				yield* replyBy(wish, promptOf);
			};
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
	const refusedTools = new RefusedTools(serverKey(wish.settings));
	for (let mayShorten = true; ; ) {
		const { permitted, settings, mostUses, clientTools: offered } = wish;
		const clientTools = await refusedTools.without(offered);
		const own = permitted ? toolsOf(permitted, settings.domains, mostUses, turn) : [];
		const tools = [...own, ...clientToolsOf(clientTools, turn)];
		const again = yield* request(
			{ ...wish, clientTools, offered, refusedTools, tools, turn },
			(limits) => promptOf(limits, turn),
			mayShorten,
		);
		if (again === undefined) return;
		if (again === "shorter") mayShorten = false;
		if (again === "without the turn") turn = undefined;
	}
}

/** Makes one request. Returns, without failing, what may help if there was no answer. */
async function* request(connection: Connection, promptOf: LayOut, mayShorten: boolean): AsyncGenerator<ModelEvent, Again | undefined> {
	const { settings, signal, tools, turn, files } = connection;
	const capacity = capacityOf(settings);
	const layout = promptOf({ maxTokens: capacity.prompt, room: capacity.room, readable: files.readable(capacity.files) });
	const { prompt, places } = layout;
	let progress: Progress = "asking";
	let hasBegun = false;
	try {
		const hasFiles = layout.files.read.length > 0;
		if (hasFiles && !(await files.attach(prompt, signal))) return "without files";
		const messages = messagesOf(hasFiles ? files.messages : prompt.messages, turn);
		const plain = { model: settings.model, max_tokens: capacity.reply, stream: true as const, system: prompt.system, messages };
		const { body, without } = await openStream(connection, plain, hasFiles);
		progress = "open";
		const used = without.has("tools") ? [] : tools.map(({ name }) => name);
		const asked = { model: settings.model, maxTokens: capacity.reply, system: prompt.system, places, tools: used };
		connection.asked?.({ ...asked, ...files.askedWith(layout.files) });
		const { clientTools, offered } = connection;
		yield* unsupported(without.has("tools") ? [...tools, ...offered] : offered.filter((tool) => !clientTools.includes(tool)), offered);
		for await (const event of readEvents(readServerSentEvents(body), turn, namesOfCalled(tools))) {
			// Events may have arrived before the reply was stopped.
			if (signal.aborted) return undefined;
			// A server that does not run the tools itself expects its client to do it.
			const isForClient = event.type === "end" && event.stopReason === "tool_use" && !without.has("tools");
			if (isForClient && tools.length > 0 && progress === "open") {
				refused.set(serverKey(settings), new Set([...without, "tools"]));
				yield { type: "again" };
				return undefined;
			}
			hasBegun ||= event.type !== "alive";
			if (event.type === "text" || event.type === "thinking") progress = "answering";
			yield event;
			if (event.type === "end" || event.type === "pause") return undefined;
		}
	} catch (error) {
		if (signal.aborted) return undefined;
		if (error instanceof ToolsLeftOut) return "without tools";
		const [context, promptTokens] = [contextSizeIn(error), promptTokensOf(prompt)];
		// If a short prompt is refused, the configured length of replies is the cause.
		const isShort = promptTokens < (context ?? 0) / 2;
		const reason = reasonOf(error, progress, isShort ? settings.maxTokens : capacity.reply);
		if (reason === undefined) throw error;
		const isTooLong = reason === "prompt_too_long" || (reason === "bad_max_tokens" && context !== undefined);
		const mayLeaveOut = layout.files.read.length > 0 && progress === "asking" && (isTooLong || reason === "bad_request" || isDenied(error));
		if (mayLeaveOut && files.leaveOut((error as Error).message, isTooLong)) {
			if (context !== undefined) learnFrom(settings, promptTokens, context);
			return "without files";
		}
		// The text alone can be continued, too.
		if (reason === "bad_request" && turn && progress === "asking") return "without the turn";
		const failure = await logged(reason, error);
		const isShorter = isTooLong && progress !== "answering" && learnFrom(settings, promptTokens, context);
		if (isShorter && mayShorten) return "shorter";
		throw failure;
	}
	// A stream that was cut looks like a complete one, but for its missing end.
	if (!signal.aborted) throw await logged(hasBegun ? "interrupted" : "unavailable", { name: "EarlyEnd" });
	return undefined;
}

/** The server says that its model reads no such files. Some say so with an error of their own. */
function isDenied(error: unknown): boolean {
	return statusOf(error) !== undefined && deniedIn((error as Error).message).length > 0;
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
	hasFiles: boolean,
): Promise<{ body: ReadableStream<Uint8Array>; without: ReadonlySet<Extra> }> {
	const { settings, signal } = connection;
	const server = serverKey(settings);
	const without = new Set(refused.get(server));
	const client = clientOf(settings, { isStreaming: true, ...(hasFiles && { bodyOf: connection.files.bodyOf }) });
	let refusal: unknown;
	for (;;) {
		try {
			const body = await send(client, signal, withExtras(plain, without, connection));
			if (refusal !== undefined && isCertain(refusal, server)) refused.set(server, without);
			return { body, without };
		} catch (error) {
			const isOfFiles = hasFiles && isAboutFiles((error as Error).message);
			const extra = isOfFiles ? undefined : nextToDrop(error, without, connection);
			const { refusedTools, tools, clientTools } = connection;
			const names = isOfFiles || without.has("tools") ? [] : tools.map(({ name }) => name);
			if (await refusedTools.leaveOut(error, names, clientTools, extra === "tools")) throw new ToolsLeftOut();
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

/** The response is read here and not by the SDK, which hides pings and drops events whose type is in the data alone. */
async function send(client: Anthropic, signal: AbortSignal, request: Request): Promise<ReadableStream<Uint8Array>> {
	const response = await client.messages.create(request, { signal }).asResponse();
	const type = response.headers.get("content-type") ?? "";
	if (response.body && isStream(response)) return response.body;
	const body = type.includes("json") ? await response.json().catch(() => undefined) : await response.body?.cancel();
	if (fieldsOf(body).error !== undefined) throw new Anthropic.APIError(undefined, fieldsOf(body), undefined, response.headers);
	throw new NoStream();
}
