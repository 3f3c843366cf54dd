// Reads the stream of one reply as the Messages API sends it. Must not know the SDK's types of events: other servers differ from them.

import Anthropic from "@anthropic-ai/sdk";
import type { ModelEvent, PausedTurn } from "../conversation/ports.ts";
import type { Reason } from "../protocol/errors.ts";
import { Blocks } from "./blocks.ts";
import { type Fields, fieldsOf, nameOf, noUsage, usageAfter } from "./values.ts";

/**
 * Translates the data of server-sent events; `undefined` is a sign of life without data. A stop reason is the end, also without
 * `message_stop` after it, and whatever becomes of the connection. Without both there is no `end`. Throws the API's
 * error if the stream contains one. `turn`: what the request sent back of a paused turn. `clientTools`: the names of the tools that Parley calls.
 */
export async function* readEvents(
	stream: AsyncIterable<string | undefined>,
	turn: PausedTurn = [],
	clientTools: ReadonlySet<string> = new Set(),
): AsyncGenerator<ModelEvent> {
	const blocks = new Blocks(turn, clientTools);
	let usage = noUsage;
	let stopReason: string | undefined;
	for await (const event of eventsOf(stream, () => stopReason !== undefined)) {
		switch (typeOf(event)) {
			case "message_start": {
				const message = fieldsOf(event.message);
				usage = usageAfter(usage, message.usage);
				yield { type: "start", model: nameOf(message.model) };
				yield { type: "usage", usage };
				break;
			}
			case "content_block_start":
				yield* blocks.start(fieldsOf(event.content_block));
				// The API reports searches only at the end, which a reply that is stopped does not reach.
				if (blocks.searches !== (usage.searches ?? 0)) {
					usage = usageAfter(usage, { server_tool_use: { web_search_requests: blocks.searches } });
					yield { type: "usage", usage };
				}
				break;
			case "content_block_delta":
				yield blocks.add(fieldsOf(event.delta));
				break;
			case "content_block_stop":
				yield* blocks.end();
				// The next block may be one that nobody sees.
				yield { type: "alive", unshown: 0 };
				break;
			case "message_delta":
				yield* blocks.end();
				usage = usageAfter(usage, event.usage);
				stopReason = nameOf(fieldsOf(event.delta).stop_reason) ?? stopReason;
				yield { type: "usage", usage };
				break;
			case "message_stop":
				yield* blocks.end();
				yield endOf(stopReason, blocks);
				return;
			default:
				// A ping, or an event type that the API has added since.
				yield { type: "alive" };
		}
	}
	if (stopReason !== undefined) yield endOf(stopReason, blocks);
}

/** In ms. Only `message_stop` follows a stop reason. */
const endTimeout = 1_000;

/** The events of a stream. Once its end is known, an error or silence loses nothing. */
async function* eventsOf(stream: AsyncIterable<string | undefined>, isEndKnown: () => boolean): AsyncGenerator<Fields> {
	const reading = stream[Symbol.asyncIterator]();
	const late = Promise.withResolvers<{ done: true; value: undefined }>();
	let timer: ReturnType<typeof setTimeout> | undefined;
	try {
		for (;;) {
			if (isEndKnown()) timer ??= setTimeout(() => late.resolve({ done: true, value: undefined }), endTimeout);
			const next = reading.next();
			// Raced only at the end: a promise keeps whatever it has been raced against, which would be all of a long reply.
			const { done, value } = await (timer === undefined ? next : Promise.race([next, late.promise]));
			if (done) return;
			const event = fieldsOf(value === undefined ? undefined : JSON.parse(value));
			if (typeOf(event) === "error") throw new Anthropic.APIError(undefined, event, undefined, undefined);
			yield event;
		}
	} catch (error) {
		if (!isEndKnown()) throw error;
	} finally {
		clearTimeout(timer);
		// Not awaited: a silent stream ends only when its request is aborted.
		reading.return?.().catch(() => {});
	}
}

/** Servers that are built on other APIs report errors without a type. */
function typeOf({ type, error }: Fields): unknown {
	return type === undefined && error !== undefined ? "error" : type;
}

/**
 * Maps the API's stop reason. An unknown one, or one that our requests cannot cause, is an end too: the same request would end the
 * same way.
 */
function endOf(stopReason: string | undefined, { turn, calls }: Blocks): ModelEvent {
	if (stopReason === "pause_turn") return { type: "pause", ...(turn && { turn }) };
	if (stopReason === "tool_use" && calls.length > 0) return { type: "pause", ...(turn && { turn }), calls };
	const reason = reasonOfEnd(stopReason);
	return { type: "end", ...(stopReason !== undefined && { stopReason }), ...(reason && { reason }) };
}

function reasonOfEnd(stopReason: string | undefined): Reason | undefined {
	switch (stopReason) {
		case undefined:
		case "end_turn":
		case "stop_sequence":
			return undefined;
		case "max_tokens":
		case "refusal":
			return stopReason;
		case "model_context_window_exceeded":
			return "context_window";
		default:
			return "unknown_stop";
	}
}
