// Asks Claude for summaries of parts of a conversation.

import { ModelFailure, type Summarizer } from "../../conversation/ports.ts";
import { claude } from "../../protocol/person.ts";
import type { Settings } from "../../settings.ts";
import { capacityOf } from "../capacity.ts";
import { failureFacts, reasonOf, retryAfterOf } from "../failures.ts";
import { withModel } from "../models.ts";
import { askPlainly, thinkingTokens } from "../plain.ts";
import { clientOf, isDemo } from "../server.ts";
import { readSummary, summaryPrompt } from "./summary.ts";

/** The share of what a model can read that a prompt may take before its older part is summed up. */
const promptShare = 0.6;
/** The longest summary in tokens, and the share of a prompt that it may take. */
const mostTokens = 2_000;
const answerShare = 1 / 8;

/** Summaries by the server that replies. The demo model makes none. */
export function anthropicSummarizer(settings: Settings["claude"]): Summarizer | undefined {
	if (isDemo(settings)) return undefined;
	const client = clientOf(settings);
	const { summaryAfter, assistantName: name = claude.username } = settings;
	return {
		sizesFor: (model) => {
			const { prompt, answer } = sizesOf(withModel(settings, model));
			const after = summaryAfter === undefined ? undefined : Math.min(summaryAfter, Math.floor(prompt * promptShare));
			return { after, prompt, answer: answer + thinkingTokens };
		},
		summarize: async (request, signal, model) => {
			const chosen = withModel(settings, model);
			const { prompt: promptTokens, answer: answerTokens } = sizesOf(chosen);
			const prompt = summaryPrompt(request, { name, promptTokens, answerTokens });
			try {
				const { text, stopReason, ...rest } = await askPlainly(client, chosen, prompt, answerTokens, signal);
				return { text: stopReason === "refusal" ? undefined : readSummary(text), model: rest.model ?? chosen.model, usage: rest.usage };
			} catch (error) {
				// No error: replies go on without it.
				console.info("Claude made no summary:", await failureFacts(error));
				const reason = reasonOf(error, "asking");
				throw reason === undefined ? error : new ModelFailure(reason, retryAfterOf(error, Date.now()));
			}
		},
	};
}

function sizesOf(settings: Settings["claude"]): { prompt: number; answer: number } {
	const { prompt } = capacityOf(settings);
	return { prompt, answer: Math.min(mostTokens, Math.floor(prompt * answerShare)) };
}
