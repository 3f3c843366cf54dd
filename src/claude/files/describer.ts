// Asks Claude for the description of a picture.

import { type Describer, type FileBytes, ModelFailure } from "../../conversation/ports.ts";
import type { Settings } from "../../settings.ts";
import { failureFacts, reasonOf } from "../failures.ts";
import { knownCapabilities, withModel } from "../models.ts";
import { askPlainly } from "../plain.ts";
import { clientOf, isDemo } from "../server.ts";
import { attach } from "./attach.ts";
import { streamed } from "./body.ts";
import { descriptionPrompt, readDescription } from "./description.ts";

/** In some scripts each character is a token. */
const answerTokens = 400;

/** Descriptions by the server that replies. The demo model makes none. */
export function anthropicDescriber(settings: Settings["claude"], bytes: FileBytes): Describer | undefined {
	if (isDemo(settings)) return undefined;
	return {
		seesPictures: async (model) => (await knownCapabilities(withModel(settings, model)))?.images ?? true,
		describe: async (picture, language, signal, model) => {
			const chosen = withModel(settings, model);
			const { system, messages } = descriptionPrompt(picture, language);
			try {
				const attached = await attach({ system, messages }, bytes, false);
				// Nothing is asked about a picture that was deleted meanwhile.
				if ("gone" in attached) throw new ModelFailure("bad_request");
				const client = clientOf(chosen, { bodyOf: (json) => streamed(json, attached.upload) });
				const { text, stopReason, usage } = await askPlainly(client, chosen, { system, messages: attached.messages }, answerTokens, signal);
				return { text: stopReason === "refusal" ? undefined : readDescription(text), usage };
			} catch (error) {
				// No error: the person writes the description.
				console.info("Claude described no picture:", await failureFacts(error));
				const reason = reasonOf(error, "asking");
				throw reason === undefined ? error : new ModelFailure(reason);
			}
		},
	};
}
