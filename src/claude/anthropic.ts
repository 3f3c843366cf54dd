// Claude through the Messages API's own client: one request, its stream as events, its failures as reasons.
// Knows no conversation's rules: what is read is what it is given, and who listens is not its business.

import Anthropic from "@anthropic-ai/sdk";
import { type Model, type ModelEvent, ModelFailure, type ProposedTitle, type Titler } from "../conversation/ports.ts";
import type { Reason } from "../protocol/errors.ts";
import type { Settings } from "../settings.ts";
import { demoFetch } from "./demo.ts";
import { type Progress, reasonOf, retryAfterOf } from "./failures.ts";
import { buildPrompt, type Prompt } from "./prompt.ts";
import { readTitle, titlePrompt } from "./title.ts";
import { modelIdOf, noUsage, usageAfter } from "./usage.ts";

type Request = Anthropic.MessageCreateParamsStreaming;
type Events = AsyncIterable<Anthropic.RawMessageStreamEvent>;

const anthropicUrl = "https://api.anthropic.com";

const caching = { cache_control: { type: "ephemeral" } } satisfies Partial<Request>;
const thinking = { thinking: { type: "adaptive", display: "summarized" } } satisfies Partial<Request>;

/** Which base URL and model refused caching or thinking, for as long as this isolate lives; and which refused to be told not to think. */
const refusers = new Set<string>();
const refusersOfSilence = new Set<string>();

/** Of a title: it is a few words. */
const titleTokens = 100;

/** Claude as the settings say: Anthropic's API, another server that speaks it, or without either the stand-in in its place. */
export function anthropicModel(settings: Settings["claude"]): Model {
	const client = clientOf(settings);
	return { reply: (messages, signal, soFar) => reply(client, settings, buildPrompt(messages, soFar), signal) };
}

/** Titles by the same; the stand-in has none. */
export function anthropicTitler(settings: Settings["claude"]): Titler | undefined {
	if (isStandIn(settings)) return undefined;
	const client = clientOf(settings);
	return { title: (question, answer, signal) => title(client, settings, titlePrompt(question, answer), signal) };
}

/** One request, whatever becomes of it: a server that refuses what it does not know gets no second one, but none like it again. */
async function title(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): Promise<ProposedTitle> {
	const refuser = refuserOf(settings);
	const isPlain = refusers.has(refuser) || refusersOfSilence.has(refuser);
	// A model that thinks unasked would have thought all its tokens away.
	const silently = isPlain ? {} : { thinking: { type: "disabled" } as const };
	try {
		const { content, model, usage } = await client.messages.create(
			{ model: settings.model, max_tokens: titleTokens, ...prompt, ...silently },
			{ signal },
		);
		return {
			title: readTitle(content.map((block) => (block.type === "text" ? block.text : "")).join("")),
			model: modelIdOf(model),
			usage: usageAfter(noUsage, usage),
		};
	} catch (error) {
		if (reasonOf(error, "asking") === "bad_request") refusersOfSilence.add(refuser);
		throw error;
	}
}

function refuserOf({ baseUrl, model }: Settings["claude"]): string {
	return `${baseUrl} ${model}`;
}

function isStandIn({ apiKey, baseUrl }: Settings["claude"]): boolean {
	return apiKey === undefined && baseUrl === undefined;
}

function clientOf(settings: Settings["claude"]): Anthropic {
	const { apiKey, baseUrl } = settings;
	const send = isStandIn(settings) ? demoFetch : fetch;
	return new Anthropic({
		// Servers on one's own machine want a key to be there and do not look at it.
		apiKey: apiKey ?? "none",
		baseURL: baseUrl ?? anthropicUrl,
		// A redirect would carry what people wrote to who knows where, and be paid for again at every turn.
		fetch: (input, init) => send(input, { ...init, redirect: "manual" }),
		// Who waits for an answer is to hear of it: what is tried again, and how often, is the reply's to decide.
		maxRetries: 0,
		// Its log would hold what people wrote.
		logLevel: "off",
	});
}

async function* reply(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): AsyncGenerator<ModelEvent> {
	let progress: Progress = "asking";
	let isAnswered = false;
	try {
		const events = await ask(client, settings, prompt, signal);
		progress = "answering";
		for await (const event of read(events)) {
			// What had already arrived when the reply was stopped is not wanted any more.
			if (signal.aborted) return;
			isAnswered = true;
			yield event;
			if (event.type === "end") return;
		}
	} catch (error) {
		if (signal.aborted || error instanceof ModelFailure) throw error;
		const reason = reasonOf(error, progress);
		if (reason === undefined) throw error;
		throw failure(reason, error);
	}
	// A stream that is cut cleanly looks to the SDK like one that is whole; and what is no stream at all, like an empty one.
	if (!signal.aborted) throw failure(isAnswered ? "interrupted" : "unavailable", { name: "EarlyEnd" });
}

/**
 * Opens the stream. Models and servers may refuse to cache, or to think in this way: then once more without, and without from then on.
 * Anthropic's own API always caches.
 */
async function ask(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): Promise<Events> {
	const plain: Request = { model: settings.model, max_tokens: settings.maxTokens, stream: true, ...prompt };
	const accepted: Request = settings.baseUrl === undefined ? { ...plain, ...caching } : plain;
	const refuser = refuserOf(settings);
	if (refusers.has(refuser)) return client.messages.create(accepted, { signal });
	try {
		return await client.messages.create({ ...plain, ...caching, ...thinking }, { signal });
	} catch (error) {
		if (signal.aborted || reasonOf(error, "asking") !== "bad_request") throw error;
		const events = await client.messages.create(accepted, { signal });
		refusers.add(refuser);
		return events;
	}
}

/** The API's events as ours. Ends with `end`, or without it where the stream ends before its `message_stop`. */
async function* read(events: Events): AsyncGenerator<ModelEvent> {
	let usage = noUsage;
	let stopReason: string | null = null;
	for await (const event of events) {
		switch (event.type) {
			case "message_start":
				usage = usageAfter(usage, event.message?.usage);
				yield { type: "start", model: modelIdOf(event.message?.model) };
				yield { type: "usage", usage };
				break;
			case "content_block_delta":
				yield ofDelta(event.delta);
				break;
			case "content_block_start":
				// Each thought is a paragraph.
				yield event.content_block.type === "thinking"
					? { type: "thinking", text: `\n\n${event.content_block.thinking}` }
					: { type: "alive" };
				break;
			case "message_delta":
				usage = usageAfter(usage, event.usage);
				stopReason = event.delta?.stop_reason ?? stopReason;
				yield { type: "usage", usage };
				break;
			case "message_stop":
				yield { type: "end", ...endingOf(stopReason) };
				return;
			default:
				// The end of a block, and events that are newer than this.
				yield { type: "alive" };
		}
	}
}

function ofDelta(delta: Anthropic.RawContentBlockDelta): ModelEvent {
	switch (delta.type) {
		case "text_delta":
			return { type: "text", text: delta.text };
		case "thinking_delta":
			return { type: "thinking", text: delta.thinking };
		default:
			return { type: "alive" };
	}
}

/** What a stop reason says of the text. One that cannot come of what is asked here, or is not known, counts as a cut. */
function endingOf(stopReason: string | null): { stopReason: string; reason?: Reason } {
	switch (stopReason) {
		case "end_turn":
		case "stop_sequence":
			return { stopReason };
		case "max_tokens":
		case "refusal":
			return { stopReason, reason: stopReason };
		case "model_context_window_exceeded":
			return { stopReason, reason: "context_window" };
		default:
			console.error("Claude ended an answer in a way that is not known here:", stopReason);
			throw new ModelFailure("interrupted");
	}
}

/** Logs it for whoever runs the deployment. Messages of errors stay out: they may quote what people wrote. */
function failure(reason: Reason, error: unknown): ModelFailure {
	const { name, status, type, errorCode, requestID } = error as Partial<InstanceType<typeof Anthropic.APIError>>;
	console.error("Claude failed:", reason, { name, status, type, errorCode, requestID });
	return new ModelFailure(reason, retryAfterOf(error, Date.now()));
}
