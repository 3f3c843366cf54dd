// Reads the stream of one reply as the Messages API sends it. Must not know the SDK's types of events: other servers differ from them.

import Anthropic from "@anthropic-ai/sdk";
import type { ModelEvent } from "../conversation/ports.ts";
import type { Reason } from "../protocol/errors.ts";
import { type Fields, fieldsOf, nameOf, noUsage, textOf, usageAfter } from "./values.ts";

/**
 * Translates the data of server-sent events; `undefined` is a sign of life without data. A stop reason is the end, also without
 * `message_stop` after it. Without both there is no `end`. Throws the API's error if the stream contains one.
 */
export async function* readEvents(stream: AsyncIterable<string | undefined>): AsyncGenerator<ModelEvent> {
	let usage = noUsage;
	let stopReason: string | undefined;
	for await (const data of stream) {
		const event = fieldsOf(data === undefined ? undefined : JSON.parse(data));
		switch (typeOf(event)) {
			case "message_start": {
				const message = fieldsOf(event.message);
				usage = usageAfter(usage, message.usage);
				yield { type: "start", model: nameOf(message.model) };
				yield { type: "usage", usage };
				break;
			}
			case "content_block_start":
				yield startOf(fieldsOf(event.content_block));
				break;
			case "content_block_delta":
				yield deltaOf(fieldsOf(event.delta));
				break;
			case "message_delta":
				usage = usageAfter(usage, event.usage);
				stopReason = nameOf(fieldsOf(event.delta).stop_reason) ?? stopReason;
				yield { type: "usage", usage };
				break;
			case "message_stop":
				yield endOf(stopReason);
				return;
			case "error":
				throw new Anthropic.APIError(undefined, event, undefined, undefined);
			default:
				// A ping, the end of a block, or an event type that the API has added since.
				yield { type: "alive" };
		}
	}
	if (stopReason !== undefined) yield endOf(stopReason);
}

/** Servers that are built on other APIs report errors without a type. */
function typeOf({ type, error }: Fields): unknown {
	return type === undefined && error !== undefined ? "error" : type;
}

/** Some servers put the first text into the start of a block. */
function startOf(block: Fields): ModelEvent {
	switch (block.type) {
		case "text":
			return textEvent(textOf(block.text));
		case "thinking":
			// Each thinking block is a paragraph of its own.
			return { type: "thinking", text: `\n\n${textOf(block.thinking)}` };
		default:
			return { type: "alive" };
	}
}

function deltaOf(delta: Fields): ModelEvent {
	switch (delta.type) {
		case "text_delta":
			return textEvent(textOf(delta.text));
		case "thinking_delta":
			return { type: "thinking", text: textOf(delta.thinking) };
		default:
			return { type: "alive" };
	}
}

function textEvent(text: string): ModelEvent {
	return text === "" ? { type: "alive" } : { type: "text", text };
}

/**
 * Maps the API's stop reason. An unknown one, or one that our requests cannot cause, is an end too: the same request would end the
 * same way.
 */
function endOf(stopReason: string | undefined): ModelEvent {
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
