// Asks Claude for a title.

import type { Titler } from "../conversation/ports.ts";
import type { Settings } from "../settings.ts";
import { failureFacts } from "./failures.ts";
import { withModel } from "./models.ts";
import { askPlainly } from "./plain.ts";
import { clientOf, isDemo } from "./server.ts";
import { readTitle, titlePrompt } from "./title.ts";

/** A title is a few words. */
const titleTokens = 100;

/** Titles by the server that replies. The demo model proposes none. */
export function anthropicTitler(settings: Settings["claude"]): Titler | undefined {
	if (isDemo(settings)) return undefined;
	const client = clientOf(settings);
	return {
		title: async (question, answer, signal, model) => {
			try {
				const { text, ...rest } = await askPlainly(client, withModel(settings, model), titlePrompt(question, answer), titleTokens, signal);
				return { title: readTitle(text), model: rest.model, usage: rest.usage };
			} catch (error) {
				// No error: the conversation keeps its first words as its title.
				console.info("Claude proposed no title:", await failureFacts(error));
				throw error;
			}
		},
	};
}
