// What Claude reads for a reply: the messages before it, and the settings that hold for it.

import { limits } from "../../protocol/limits.ts";
import { promptSizeOf, tokensIn } from "../../protocol/prompt-size.ts";
import type { PromptMessage, ReplyOptions } from "../ports.ts";
import type { Store } from "../store/store.ts";

/** The messages that Claude reads for a reply at the place `seq`, oldest first. */
export function messagesFor({ reader }: Store, seq: number): PromptMessage[] {
	return reader.messagesBefore(seq, limits.prompt);
}

/** The settings that hold for it. Instructions that were set after the reply began are for the next one. */
export function settingsFor({ info, instructions }: Store, seq: number): Pick<ReplyOptions, "model" | "effort" | "tools" | "instructions"> {
	const { model, effort, tools } = info;
	return { model, effort, tools, instructions: instructions.versions().filter(({ after }) => after < seq) };
}

/** How many tokens the prompt of a reply has. Estimated. All versions of the instructions are in it. */
export function promptTokensFor(store: Store, seq: number): number {
	const { instructions = [] } = settingsFor(store, seq);
	const read = instructions.reduce((tokens, { text }) => tokens + tokensIn(text), 0);
	const said = messagesFor(store, seq).reduce((tokens, message) => tokens + promptSizeOf(message), 0);
	return Math.min(limits.prompt, said) + read;
}
