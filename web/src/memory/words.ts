// The texts about what Claude saw, in every language: they are loaded with the dialog.

import { formatsOf } from "../languages/formats.ts";
import type { Language } from "../languages/language.ts";
import { useStrings } from "../languages/useStrings.ts";

function wordsIn(locale: Language) {
	const { number, form } = formatsOf(locale);
	return { number, form };
}

const english = wordsIn("en");
const german = wordsIn("de");

const en = {
	unknown: "It is not known what Claude saw for this reply.",
	model: "Model",
	longest: "Longest answer",
	tokens: (count: number) => `${english.number(count)} ${english.form(count, { one: "token", other: "tokens" })}`,
	tools: "Tools",
	none: "none",
	messages: "Messages",
	count: (count: number) => `${english.number(count)} ${english.form(count, { one: "message", other: "messages" })}`,
	first: "From the first message",
	last: "To the last message",
	changed: "Changed since, so that Claude read other words",
	omitted: "Left out",
	edited: "edited",
	deleted: "deleted",
	reasons: {
		deleted: "deleted before",
		empty: "without text",
		declined: "Claude declined to answer, so this is left out of later prompts",
		too_long: "too far back",
	},
	place: (seq: number) => `Message ${english.number(seq)}`,
	places: (from: number, to: number) => `Messages ${english.number(from)} to ${english.number(to)}`,
	instructions: "Instructions of the owners",
	instructionsGone: "Claude read instructions that are gone now.",
	system: "Text before the conversation",
};

export type Words = typeof en;

const de: Words = {
	unknown: "Was Claude für diese Antwort gesehen hat, ist nicht bekannt.",
	model: "Modell",
	longest: "Längste Antwort",
	tokens: (count) => `${german.number(count)} ${german.form(count, { one: "Token", other: "Tokens" })}`,
	tools: "Werkzeuge",
	none: "keine",
	messages: "Nachrichten",
	count: (count) => `${german.number(count)} ${german.form(count, { one: "Nachricht", other: "Nachrichten" })}`,
	first: "Von der ersten Nachricht",
	last: "Bis zur letzten Nachricht",
	changed: "Seither geändert: Claude hat andere Worte gelesen",
	omitted: "Weggelassen",
	edited: "bearbeitet",
	deleted: "gelöscht",
	reasons: {
		deleted: "vorher gelöscht",
		empty: "ohne Text",
		declined: "Claude hat die Antwort abgelehnt, deshalb fehlt das in späteren Prompts",
		too_long: "zu weit zurück",
	},
	place: (seq) => `Nachricht ${german.number(seq)}`,
	places: (from, to) => `Nachrichten ${german.number(from)} bis ${german.number(to)}`,
	instructions: "Anweisungen der Besitzer",
	instructionsGone: "Claude hat Anweisungen gelesen, die es nicht mehr gibt.",
	system: "Text vor dem Gespräch",
};

const words: Record<Language, Words> = { en, de };

/** Follows the language of the page. */
export function useWords(): Words {
	useStrings();
	return words[document.documentElement.lang as Language] ?? en;
}
