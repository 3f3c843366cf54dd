// Reads how the assistant of a deployment is called and marked. Pure.

import { isMark } from "./protocol/text/assistant-name.ts";
import { type Environment, readText } from "./setting-values.ts";

type Answering = { baseUrl?: string | undefined; model: string };

/** `mark`: one emoji or one or two characters in place of Claude's mark; empty if there is none. */
export type AssistantSettings = { assistantName?: string; assistantMark?: string };

/** Adds a sentence to `problems` for a value that it cannot read, and treats the value as not set. */
export function readAssistant(env: Environment, answering: Answering, problems: string[]): AssistantSettings {
	const mark = readMark(env, problems);
	return { assistantName: readName(env, problems) ?? nameOfModel(answering), ...(mark !== undefined && { assistantMark: mark }) };
}

/** It is said in sentences, and written after an `@`. */
function readName(env: Environment, problems: string[]): string | undefined {
	const text = readText(env, "ASSISTANT_NAME");
	const isName = text !== undefined && text.length <= 64 && /[\p{L}\p{N}]/u.test(text) && !/[@<>\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
	if (text === undefined || isName) return text;
	problems.push("ASSISTANT_NAME must be a name of up to 64 characters on one line, without @, < and >.");
	return undefined;
}

function readMark(env: Environment, problems: string[]): string | undefined {
	const text = readText(env, "ASSISTANT_MARK");
	if (text === undefined || isMark(text)) return text;
	problems.push("ASSISTANT_MARK must be one emoji, or one or two letters or signs without a space between them.");
	return undefined;
}

/** Only Claude is called Claude: another server's model has the name that it is known by there. */
function nameOfModel({ baseUrl, model }: Answering): string {
	const isClaude = baseUrl === undefined || URL.parse(baseUrl)?.hostname === "api.anthropic.com" || /^claude\b/i.test(model);
	return isClaude ? "Claude" : model.replace(/^.*\//, "").replace(/:.*$/, "") || "Assistant";
}
