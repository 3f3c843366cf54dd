// The context size and reply length of a model: set by the deployment, or learned from refused requests. What was learned is forgotten
// when this isolate ends. Pure but for that.

import { fileLimits } from "../protocol/files/limits.ts";
import { limits } from "../protocol/limits.ts";
import type { Settings } from "../settings.ts";
import { serverKey } from "./server.ts";

/**
 * In tokens: `prompt` is the text that may be sent, `files` what may be sent of files, `room` both together, and `reply` what may be
 * answered.
 */
export type Capacity = { prompt: number; files: number; room: number; reply: number };

/** A model that reads less than this is of no use, however small it says it is. */
const least = 500;

const learned = new Map<string, { context?: number | undefined; prompt?: number }>();

export function capacityOf(settings: Settings["claude"]): Capacity {
	const { context = settings.contextTokens, prompt = limits.prompt } = learned.get(serverKey(settings)) ?? {};
	const most = fileLimits.forClaude.tokens;
	if (context === undefined)
		return prompt < limits.prompt
			? { prompt, files: Math.min(most, Math.floor(prompt / 2)), room: prompt, reply: settings.maxTokens }
			: { prompt, files: most, room: prompt + most, reply: settings.maxTokens };
	// A reply may use half of the context at most, so that there is something to answer.
	const reply = Math.min(settings.maxTokens, Math.floor(context / 2));
	const room = Math.max(least, Math.min(prompt + most, context - reply));
	return { prompt: Math.min(prompt, room), files: Math.min(most, Math.floor(room / 2)), room, reply };
}

/**
 * The model refused a prompt of so many tokens as too long. `context` is its size if the refusal names one. Returns false if there is
 * nothing to gain from asking once more.
 */
export function learnFrom(settings: Settings["claude"], promptTokens: number, context: number | undefined): boolean {
	const before = capacityOf(settings);
	const known = learned.get(serverKey(settings));
	if (context !== undefined && context > 0 && context < (known?.context ?? settings.contextTokens ?? Number.POSITIVE_INFINITY))
		learned.set(serverKey(settings), { ...known, context });
	// One message may be longer than the whole capacity, and a short prompt was refused for another reason. Neither says anything about
	// the model, which all conversations share.
	else if (promptTokens > before.prompt || promptTokens < 2 * least) return false;
	// Our count of tokens is an estimate: a size that is known already did not help.
	else learned.set(serverKey(settings), { ...known, prompt: Math.floor(promptTokens / 2) });
	const after = capacityOf(settings);
	return after.reply < before.reply || (after.prompt < before.prompt && after.prompt < promptTokens);
}
