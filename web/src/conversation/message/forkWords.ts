// The texts about forks, in English and German: they are loaded with the parts that need them.

import { laterWords } from "../../languages/laterWords.ts";

export type Words = typeof en;

export const en = {
	title: "Fork this conversation",
	text: "You get a conversation of your own with everything up to this message. Nobody else is in it.",
	sameTitle: "As it is called here",
	now: "Fork",
	/** The title follows. */
	from: "Fork of",
	fromAnother: "Fork of another conversation",
};

export const de: Words = {
	title: "Dieses Gespräch abzweigen",
	text: "Du bekommst ein eigenes Gespräch mit allem bis zu dieser Nachricht. Sonst ist niemand darin.",
	sameTitle: "Wie es hier heißt",
	now: "Abzweigen",
	from: "Abzweigung von",
	fromAnother: "Abzweigung eines anderen Gesprächs",
};

export const { useWords } = laterWords("forks", { en, de });
