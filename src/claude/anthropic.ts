// Claude through Anthropic's SDK: makes one request, turns its stream into events and its failures into reasons.
// Must not know a conversation's rules, nor who receives the events.

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

/** Servers and models that refused caching or thinking, and that refused to turn thinking off. Known while this isolate lives. */
const refusesExtras = new Set<string>();
const refusesDisabledThinking = new Set<string>();

/** A title is a few words. */
const titleMaxTokens = 100;

/** Claude by the settings: Anthropic's API, another server that speaks it, or the demo model if neither is set. */
export function anthropicModel(settings: Settings["claude"]): Model {
	const client = clientOf(settings);
	return { reply: (messages, signal, partialReply) => reply(client, settings, buildPrompt(messages, partialReply), signal) };
}

/** Titles by the same server. The demo model proposes none. */
export function anthropicTitler(settings: Settings["claude"]): Titler | undefined {
	if (isDemo(settings)) return undefined;
	const client = clientOf(settings);
	return { title: (question, answer, signal) => title(client, settings, titlePrompt(question, answer), signal) };
}

/** Makes one request and never repeats it. A server that refuses `thinking` gets the next one without. */
async function title(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): Promise<ProposedTitle> {
	const server = serverKey(settings);
	const isPlain = refusesExtras.has(server) || refusesDisabledThinking.has(server);
	// Some models think by default, and would spend all of these few tokens on it.
	const withoutThinking = isPlain ? {} : { thinking: { type: "disabled" } as const };
	try {
		const { content, model, usage } = await client.messages.create(
			{ model: settings.model, max_tokens: titleMaxTokens, ...prompt, ...withoutThinking },
			{ signal },
		);
		return {
			title: readTitle(content.map((block) => (block.type === "text" ? block.text : "")).join("")),
			model: modelIdOf(model),
			usage: usageAfter(noUsage, usage),
		};
	} catch (error) {
		if (reasonOf(error, "asking") === "bad_request") refusesDisabledThinking.add(server);
		throw error;
	}
}

function serverKey({ baseUrl, model }: Settings["claude"]): string {
	return `${baseUrl} ${model}`;
}

function isDemo({ apiKey, baseUrl }: Settings["claude"]): boolean {
	return apiKey === undefined && baseUrl === undefined;
}

function clientOf(settings: Settings["claude"]): Anthropic {
	const { apiKey, baseUrl } = settings;
	const send = isDemo(settings) ? demoFetch : fetch;
	return new Anthropic({
		// Local servers demand a key and do not check it.
		apiKey: apiKey ?? "none",
		baseURL: baseUrl ?? anthropicUrl,
		// Following a redirect would send the conversation to an unknown host, and cost another round trip per request.
		fetch: (input, init) => send(input, { ...init, redirect: "manual" }),
		// Replies decide about retries, because people see that a reply waits.
		maxRetries: 0,
		// The SDK's log would contain what people wrote.
		logLevel: "off",
	});
}

async function* reply(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): AsyncGenerator<ModelEvent> {
	let progress: Progress = "asking";
	let hasBegun = false;
	try {
		const events = await openStream(client, settings, prompt, signal);
		progress = "answering";
		for await (const event of readEvents(events)) {
			// Events may have arrived before the reply was stopped.
			if (signal.aborted) return;
			hasBegun = true;
			yield event;
			if (event.type === "end") return;
		}
	} catch (error) {
		if (signal.aborted || error instanceof ModelFailure) throw error;
		const reason = reasonOf(error, progress);
		if (reason === undefined) throw error;
		throw failure(reason, error);
	}
	// To the SDK a stream that was cut looks like a complete one, and a response that is no stream like an empty one.
	if (!signal.aborted) throw failure(hasBegun ? "interrupted" : "unavailable", { name: "EarlyEnd" });
}

/**
 * Opens the stream. A model or server that refuses caching or thinking is asked once more without, and without from then on.
 * Anthropic's own API always accepts caching.
 */
async function openStream(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): Promise<Events> {
	const plain: Request = { model: settings.model, max_tokens: settings.maxTokens, stream: true, ...prompt };
	const accepted: Request = settings.baseUrl === undefined ? { ...plain, ...caching } : plain;
	const server = serverKey(settings);
	if (refusesExtras.has(server)) return client.messages.create(accepted, { signal });
	try {
		return await client.messages.create({ ...plain, ...caching, ...thinking }, { signal });
	} catch (error) {
		if (signal.aborted || reasonOf(error, "asking") !== "bad_request") throw error;
		const events = await client.messages.create(accepted, { signal });
		refusesExtras.add(server);
		return events;
	}
}

/** Translates the API's events. Without a `message_stop` there is no `end`. */
async function* readEvents(events: Events): AsyncGenerator<ModelEvent> {
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
				yield deltaEvent(event.delta);
				break;
			case "content_block_start":
				// Each thinking block is a paragraph of its own.
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
				yield { type: "end", ...endOf(stopReason) };
				return;
			default:
				// The end of a block, or an event type that the API has added since.
				yield { type: "alive" };
		}
	}
}

function deltaEvent(delta: Anthropic.RawContentBlockDelta): ModelEvent {
	switch (delta.type) {
		case "text_delta":
			return { type: "text", text: delta.text };
		case "thinking_delta":
			return { type: "thinking", text: delta.thinking };
		default:
			return { type: "alive" };
	}
}

/** Maps the API's stop reason. An unknown one, or one that our requests cannot cause, counts as an interruption. */
function endOf(stopReason: string | null): { stopReason: string; reason?: Reason } {
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
			console.error("Claude ended a reply with an unknown stop reason:", stopReason);
			throw new ModelFailure("interrupted");
	}
}

/** Logs the failure for whoever runs the deployment. Error messages are left out: they may quote what people wrote. */
function failure(reason: Reason, error: unknown): ModelFailure {
	const { name, status, type, errorCode, requestID } = error as Partial<InstanceType<typeof Anthropic.APIError>>;
	console.error("Claude failed:", reason, { name, status, type, errorCode, requestID });
	return new ModelFailure(reason, retryAfterOf(error, Date.now()));
}
