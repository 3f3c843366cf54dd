// One request without a stream, with as little thinking as the model allows: for titles, summaries and descriptions of pictures.

import type Anthropic from "@anthropic-ai/sdk";
import type { Usage } from "../protocol/message.ts";
import type { Settings } from "../settings.ts";
import { reasonOf, statusOf } from "./failures.ts";
import { serverKey } from "./server.ts";
import { fieldsOf, nameOf, noUsage, textOf, usageAfter } from "./values.ts";

/** `thinks`: the model may think before it answers, and needs more tokens, or it would spend all of them on that. */
type Way = { thinks: boolean; fields: Pick<Anthropic.MessageCreateParamsNonStreaming, "thinking" | "output_config"> };

/** In tokens. */
export const thinkingTokens = 1_900;

const briefWay: Way = { thinks: false, fields: { thinking: { type: "between_tools" } } };
/** For servers that do not say what their model allows, and refuse the usual way. */
const plainWay: Way = { thinks: true, fields: {} };

/** How servers and models are asked. Known while this isolate lives. */
const ways = new Map<string, Way>();

/** `model` is `undefined` if the server does not name it. */
export type PlainAnswer = { text: string; stopReason: string | undefined; model: string | undefined; usage: Usage };

/** `answerTokens`: the longest answer, without thinking. */
export async function askPlainly(
	client: Anthropic,
	settings: Settings["claude"],
	prompt: Pick<Anthropic.MessageCreateParamsNonStreaming, "system" | "messages">,
	answerTokens: number,
	signal: AbortSignal,
): Promise<PlainAnswer> {
	const server = serverKey(settings);
	const way = ways.get(server) ?? (await wayOf(client, settings.model, signal));
	const ask = ({ thinks, fields }: Way) => {
		const max_tokens = thinks ? answerTokens + thinkingTokens : answerTokens;
		return client.messages.create({ model: settings.model, max_tokens, ...fields, ...prompt }, { signal });
	};
	const answer = await ask(way).catch((error: unknown) => {
		const isRefused = reasonOf(error, "asking") === "bad_request" || statusOf(error) === 500;
		if (!isRefused || way === plainWay) throw error;
		const other = way !== briefWay && /between_tools/.test((error as Error).message) ? briefWay : plainWay;
		ways.set(server, other);
		return ask(other);
	});
	if (!ways.has(server)) ways.set(server, way);
	const { content, model, usage, stop_reason } = fieldsOf(answer);
	return { text: textIn(content), stopReason: nameOf(stop_reason), model: nameOf(model), usage: usageAfter(noUsage, usage) };
}

/** Asks the server what thinking the model allows. Other servers than Anthropic's seldom know; most of them accept `disabled`. */
async function wayOf(client: Anthropic, model: string, signal: AbortSignal): Promise<Way> {
	const found: unknown = await client.models.retrieve(model, {}, { signal }).catch(() => undefined);
	const { types } = fieldsOf(fieldsOf(fieldsOf(found).capabilities).thinking);
	const allows = (type: string) => fieldsOf(fieldsOf(types)[type]).supported === true;
	if (allows("between_tools")) return briefWay;
	if (!allows("disabled") && allows("adaptive"))
		return { thinks: true, fields: { thinking: { type: "adaptive" }, output_config: { effort: "low" } } };
	return { thinks: false, fields: { thinking: { type: "disabled" } } };
}

function textIn(content: unknown): string {
	const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
	return blocks.map(({ type, text }) => (type === "text" ? textOf(text) : "")).join("");
}
