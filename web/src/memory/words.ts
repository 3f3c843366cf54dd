// The texts about what Claude saw, in English and German: they are loaded with the dialog.

import { formatsOf } from "../languages/formats.ts";
import { laterWords } from "../languages/laterWords.ts";

function wordsIn(locale: string) {
	const { number, form, usd } = formatsOf(locale);
	return { number, form, usd };
}

const english = wordsIn("en");
const german = wordsIn("de");

export const en = {
	unknown: "It is not known what Claude saw for this reply.",
	model: "Model",
	longest: "Longest answer",
	tokens: (count: number) => `${english.number(count)} ${english.form(count, { one: "token", other: "tokens" })}`,
	tools: "Tools",
	none: "none",
	files: "Files",
	unread: {
		type: "only its name: Claude reads pictures, PDFs and text files",
		too_large: "only its name: it is too large for Claude",
		too_many: "only its name: newer files took its place",
		model: "only its name: this model does not read such files",
		refused: "only its name: Claude could not open it",
		gone: "only its name: the file was not there",
		too_costly: "only its name: the budget did not pay for it",
	},
	read: "read",
	recording: "only its length and what is said in it, as far as that is known",
	messages: "Messages",
	count: (count: number) => `${english.number(count)} ${english.form(count, { one: "message", other: "messages" })}`,
	first: "From the first message",
	last: "To the last message",
	changed: "Changed since, so that Claude read other words",
	omitted: "Left out",
	membership: "Changes among the members",
	after: "after",
	change: {
		joined: (name: string) => `${name} joined`,
		left: (name: string) => `${name} left`,
		removed: (name: string) => `${name} was removed`,
		renamed: (name: string, former: string) => `${former} is called ${name} now`,
	},
	edited: "edited",
	deleted: "deleted",
	reasons: {
		deleted: "deleted before",
		empty: "without text",
		declined: "Claude declined to answer, so this is left out of later prompts",
		too_long: "too far back",
		summarized: "in the summary",
	},
	place: (seq: number) => `Message ${english.number(seq)}`,
	places: (from: number, to: number) => `Messages ${english.number(from)} to ${english.number(to)}`,
	instructions: "Instructions of the owners",
	instructionsGone: "Claude read instructions that are gone now.",
	system: "Text before the conversation",
	summary: "Summary of earlier messages",
	summaryIntro: "In later replies, Claude reads this in place of the messages that it sums up.",
	summaryGone: "There is no summary any more: a message that it rested on has changed.",
	catchUp: "What you have missed",
	summing: "Claude is summing up…",
	by: (model: string, time: string) => `By ${model}, ${time}`,
	cost: (usd: number) => english.usd(usd),
};

export type Words = typeof en;

const de: Words = {
	unknown: "Was Claude für diese Antwort gesehen hat, ist nicht bekannt.",
	model: "Modell",
	longest: "Längste Antwort",
	tokens: (count) => `${german.number(count)} ${german.form(count, { one: "Token", other: "Tokens" })}`,
	tools: "Werkzeuge",
	none: "keine",
	files: "Dateien",
	unread: {
		type: "nur der Name: Claude liest Bilder, PDFs und Textdateien",
		too_large: "nur der Name: zu groß für Claude",
		too_many: "nur der Name: neuere Dateien haben ihren Platz eingenommen",
		model: "nur der Name: dieses Modell liest solche Dateien nicht",
		refused: "nur der Name: Claude konnte sie nicht öffnen",
		gone: "nur der Name: die Datei war nicht da",
		too_costly: "nur der Name: das Budget reichte nicht",
	},
	read: "gelesen",
	recording: "nur die Länge und was gesagt wird, soweit es bekannt ist",
	messages: "Nachrichten",
	count: (count) => `${german.number(count)} ${german.form(count, { one: "Nachricht", other: "Nachrichten" })}`,
	first: "Von der ersten Nachricht",
	last: "Bis zur letzten Nachricht",
	changed: "Seither geändert: Claude hat andere Worte gelesen",
	omitted: "Weggelassen",
	membership: "Änderungen bei den Mitgliedern",
	after: "nach",
	change: {
		joined: (name) => `${name} ist beigetreten`,
		left: (name) => `${name} hat das Gespräch verlassen`,
		removed: (name) => `${name} wurde entfernt`,
		renamed: (name, former) => `${former} heißt jetzt ${name}`,
	},
	edited: "bearbeitet",
	deleted: "gelöscht",
	reasons: {
		deleted: "vorher gelöscht",
		empty: "ohne Text",
		declined: "Claude hat die Antwort abgelehnt, deshalb fehlt das in späteren Prompts",
		too_long: "zu weit zurück",
		summarized: "in der Zusammenfassung",
	},
	place: (seq) => `Nachricht ${german.number(seq)}`,
	places: (from, to) => `Nachrichten ${german.number(from)} bis ${german.number(to)}`,
	instructions: "Anweisungen der Leitung",
	instructionsGone: "Claude hat Anweisungen gelesen, die es nicht mehr gibt.",
	system: "Text vor dem Gespräch",
	summary: "Zusammenfassung früherer Nachrichten",
	summaryIntro: "In späteren Antworten liest Claude dies anstelle der Nachrichten, die es zusammenfasst.",
	summaryGone: "Es gibt keine Zusammenfassung mehr: Eine Nachricht, auf der sie beruhte, hat sich geändert.",
	catchUp: "Was du verpasst hast",
	summing: "Claude fasst zusammen …",
	by: (model, time) => `Von ${model}, ${time}`,
	cost: (usd) => german.usd(usd),
};

export const { useWords } = laterWords("memory", { en, de });
