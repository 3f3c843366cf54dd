// The texts of a conversation's dialogs, such as its settings for Claude, in English and German: they are loaded with the dialogs.

import { formatsOf } from "../../languages/formats.ts";
import { laterWords } from "../../languages/laterWords.ts";

export type Words = typeof en;

const english = formatsOf("en");
const german = formatsOf("de");

export const en = {
	nextOwner: "A conversation needs an owner. Who is the next one?",
	nobodyElse: "Nobody else is in this conversation, so you cannot leave it, but you can delete it.",
	readOnly: "Only owners can change these settings.",
	model: "Model",
	defaultModel: (name: string | undefined) => (name === undefined ? "Default" : `Default (${name})`),
	pricedModel: (name: string, input: number, output: number) => `${name} · $${english.number(input)} / $${english.number(output)}`,
	modelGone: (id: string) => `${id} (no longer offered, the default replies)`,
	pricesAre: "Prices are dollars for each million tokens read and written.",
	effort: "Effort",
	efforts: { "": "As the model decides", low: "Low", medium: "Medium", high: "High", xhigh: "Very high", max: "Highest" },
	effortMissing: (effort: string) => `${effort} (not with this model)`,
	noEfforts: (model: string) => `${model} has no levels of effort.`,
	fewEfforts: (model: string) => `${model} has only some levels of effort.`,
	instructions: "Instructions for Claude",
	instructionsAre: "Everyone in the conversation sees them. They apply from Claude's next reply on.",
	instructionsBy: (name: string, at: string) => `Last changed by ${name} on ${english.date(Date.parse(at))}.`,
	formerInstructions: "Former versions",
	noFormerInstructions: "There are none.",
	emptyInstructions: "No instructions.",
	asksLegend: "Who may ask Claude",
	asks: { members: "Everyone who may write here", owners: "Only owners" },
	toolsLegend: "What Claude may use",
	webSearch: "Search the web",
	webFetch: "Read web pages",
	toolMissing: {
		webSearch: (model: string) => `${model} cannot search the web.`,
		webFetch: (model: string) => `${model} cannot read web pages.`,
	},
	retention: "Delete messages after days",
	kept: (days: number | undefined) =>
		days === undefined ? "Without a number, messages are kept." : `Messages are deleted after ${english.duration(days * 24 * 3600)}.`,
	held: "Everything in this conversation is kept for a legal reason. Nothing can be edited or deleted meanwhile.",
	budget: "Budget in dollars",
	period: "Budget for",
	periods: { "": "No limit", day: "Each day", month: "Each month", total: "In total" },
};

export const de: Words = {
	nextOwner: "Ein Gespräch braucht eine Leitung. Wer übernimmt sie?",
	nobodyElse: "Sonst ist niemand in diesem Gespräch. Du kannst es nicht verlassen, aber löschen.",
	readOnly: "Nur die Leitung kann diese Einstellungen ändern.",
	model: "Modell",
	defaultModel: (name) => (name === undefined ? "Standard" : `Standard (${name})`),
	pricedModel: (name, input, output) => `${name} · ${german.number(input)} $ / ${german.number(output)} $`,
	modelGone: (id) => `${id} (nicht mehr angeboten, das Standardmodell antwortet)`,
	pricesAre: "Preise in Dollar je Million gelesener und geschriebener Token.",
	effort: "Aufwand",
	efforts: { "": "Wie das Modell entscheidet", low: "Niedrig", medium: "Mittel", high: "Hoch", xhigh: "Sehr hoch", max: "Am höchsten" },
	effortMissing: (effort) => `${effort} (nicht mit diesem Modell)`,
	noEfforts: (model) => `${model} kennt keine Stufen des Aufwands.`,
	fewEfforts: (model) => `${model} kennt nur einige Stufen des Aufwands.`,
	instructions: "Anweisungen für Claude",
	instructionsAre: "Alle im Gespräch sehen sie. Sie gelten ab Claudes nächster Antwort.",
	instructionsBy: (name, at) => `Zuletzt geändert von ${name} am ${german.date(Date.parse(at))}.`,
	formerInstructions: "Frühere Fassungen",
	noFormerInstructions: "Es gibt keine.",
	emptyInstructions: "Keine Anweisungen.",
	asksLegend: "Wer Claude fragen darf",
	asks: { members: "Alle, die hier schreiben dürfen", owners: "Nur die Leitung" },
	toolsLegend: "Was Claude benutzen darf",
	webSearch: "Im Web suchen",
	webFetch: "Webseiten lesen",
	toolMissing: {
		webSearch: (model) => `${model} kann nicht im Web suchen.`,
		webFetch: (model) => `${model} kann keine Webseiten lesen.`,
	},
	retention: "Nachrichten löschen nach Tagen",
	kept: (days) =>
		days === undefined
			? "Ohne Zahl bleiben Nachrichten erhalten."
			: `Nachrichten werden nach ${german.duration(days * 24 * 3600).replace(/Tage$/, "Tagen")} gelöscht.`,
	held: "Alles in diesem Gespräch wird aus rechtlichen Gründen aufbewahrt. Es lässt sich solange nichts ändern oder löschen.",
	budget: "Budget in Dollar",
	period: "Budget für",
	periods: { "": "Kein Limit", day: "Jeden Tag", month: "Jeden Monat", total: "Insgesamt" },
};

export const { useWords } = laterWords("dialogs", { en, de });
