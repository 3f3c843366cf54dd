// Asks Claude for a title, with as little thinking as the model allows.

import type Anthropic from "@anthropic-ai/sdk";
import type { ProposedTitle, Titler } from "../conversation/ports.ts";
import type { Settings } from "../settings.ts";
import { failureFacts, reasonOf, statusOf } from "./failures.ts";
import { withModel } from "./models.ts";
import type { Prompt } from "./prompt.ts";
import { clientOf, isDemo, serverKey } from "./server.ts";
import { readTitle, titlePrompt } from "./title.ts";
import { fieldsOf, nameOf, noUsage, textOf, usageAfter } from "./values.ts";

type Way = Pick<Anthropic.MessageCreateParamsNonStreaming, "max_tokens" | "thinking" | "output_config">;

/** A title is a few words. A model that thinks before them needs more tokens, or it would spend all of them on thinking. */
const titleTokens = 100;
const thinkingTokens = 2_000;

const briefWay: Way = { max_tokens: titleTokens, thinking: { type: "between_tools" } };
/** For servers that do not say what their model allows, and refuse the usual way. */
const plainWay: Way = { max_tokens: thinkingTokens };

/** How servers and models are asked for titles. Known while this isolate lives. */
const ways = new Map<string, Way>();

/** Titles by the server that replies. The demo model proposes none. */
export function anthropicTitler(settings: Settings["claude"]): Titler | undefined {
	if (isDemo(settings)) return undefined;
	const client = clientOf(settings);
	return {
		title: async (question, answer, signal, model) => {
			try {
				return await title(client, withModel(settings, model), titlePrompt(question, answer), signal);
			} catch (error) {
				// No error: the conversation keeps its first words as its title.
				console.info("Claude proposed no title:", await failureFacts(error));
				throw error;
			}
		},
	};
}

async function title(client: Anthropic, settings: Settings["claude"], prompt: Prompt, signal: AbortSignal): Promise<ProposedTitle> {
	const server = serverKey(settings);
	const way = ways.get(server) ?? (await wayOf(client, settings.model, signal));
	const ask = (way: Way) => client.messages.create({ model: settings.model, ...way, ...prompt }, { signal });
	const answer = await ask(way).catch((error: unknown) => {
		const isRefused = reasonOf(error, "asking") === "bad_request" || statusOf(error) === 500;
		if (!isRefused || way === plainWay) throw error;
		const other = way !== briefWay && /between_tools/.test((error as Error).message) ? briefWay : plainWay;
		ways.set(server, other);
		return ask(other);
	});
	if (!ways.has(server)) ways.set(server, way);
	const { content, model, usage } = fieldsOf(answer);
	return { title: readTitle(textIn(content)), model: nameOf(model), usage: usageAfter(noUsage, usage) };
}

/** Asks the server what thinking the model allows. Other servers than Anthropic's seldom know; most of them accept `disabled`. */
async function wayOf(client: Anthropic, model: string, signal: AbortSignal): Promise<Way> {
	const found: unknown = await client.models.retrieve(model, {}, { signal }).catch(() => undefined);
	const { types } = fieldsOf(fieldsOf(fieldsOf(found).capabilities).thinking);
	const allows = (type: string) => fieldsOf(fieldsOf(types)[type]).supported === true;
	if (allows("between_tools")) return briefWay;
	if (!allows("disabled") && allows("adaptive"))
		return { max_tokens: thinkingTokens, thinking: { type: "adaptive" }, output_config: { effort: "low" } };
	return { max_tokens: titleTokens, thinking: { type: "disabled" } };
}

function textIn(content: unknown): string {
	const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
	return blocks.map(({ type, text }) => (type === "text" ? textOf(text) : "")).join("");
}
