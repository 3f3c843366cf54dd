// The texts about what Claude looks up, in every language: they are loaded with the parts that need them.

import { type Tool, type ToolError, webAddress } from "../../../src/protocol/sources.ts";
import { formatsOf } from "../languages/formats.ts";
import type { Language } from "../languages/language.ts";
import { useStrings } from "../languages/useStrings.ts";

type Status = Tool["status"];
type Words = {
	/** With what is searched for or read after it, and without. */
	verbs: Record<"search" | "fetch" | "other", Record<Status, string>>;
	alone: Record<"search" | "fetch", Record<Status, string>>;
	errors: Record<ToolError, string>;
	lookups(count: number): string;
	failed(count: number): string;
	sources(count: number): string;
	source(number: number, title: string): string;
};

const english = formatsOf("en");
const german = formatsOf("de");

export const en: Words = {
	verbs: {
		search: { running: "Searching the web:", done: "Searched the web:", failed: "Tried to search the web:" },
		fetch: { running: "Reading", done: "Read", failed: "Tried to read" },
		other: { running: "Using", done: "Used", failed: "Tried to use" },
	},
	alone: {
		search: { running: "Searching the web…", done: "Searched the web", failed: "Tried to search the web" },
		fetch: { running: "Reading a page…", done: "Read a page", failed: "Tried to read a page" },
	},
	errors: {
		too_many: "Claude had used up the lookups of one reply.",
		not_allowed: "This page may not be read.",
		not_found: "There is no such page.",
		unreadable: "The page has nothing that Claude can read.",
		busy: "Too many lookups at that moment.",
		unavailable: "It did not work at that moment.",
		bad_input: "The request was malformed.",
		unfinished: "The reply ended first.",
		unsupported: "The model in use cannot do this.",
	},
	lookups: (count) => `${english.number(count)} ${english.form(count, { one: "lookup", other: "lookups" })}`,
	failed: (count) => `${english.number(count)} failed`,
	sources: (count) => `${english.number(count)} ${english.form(count, { one: "source", other: "sources" })}`,
	source: (number, title) => `Source ${english.number(number)}: ${title}`,
};

export const de: Words = {
	verbs: {
		search: { running: "Sucht im Web:", done: "Im Web gesucht:", failed: "Im Web zu suchen versucht:" },
		fetch: { running: "Liest", done: "Gelesen:", failed: "Zu lesen versucht:" },
		other: { running: "Benutzt", done: "Benutzt:", failed: "Zu benutzen versucht:" },
	},
	alone: {
		search: { running: "Sucht im Web …", done: "Im Web gesucht", failed: "Im Web zu suchen versucht" },
		fetch: { running: "Liest eine Seite …", done: "Eine Seite gelesen", failed: "Eine Seite zu lesen versucht" },
	},
	errors: {
		too_many: "Claude hatte alles nachgeschlagen, was für eine Antwort erlaubt ist.",
		not_allowed: "Diese Seite darf nicht gelesen werden.",
		not_found: "Diese Seite gibt es nicht.",
		unreadable: "Auf der Seite steht nichts, was Claude lesen kann.",
		busy: "In diesem Moment wurde zu viel nachgeschlagen.",
		unavailable: "Es ging in diesem Moment nicht.",
		bad_input: "Die Anfrage war fehlerhaft.",
		unfinished: "Die Antwort endete vorher.",
		unsupported: "Das verwendete Modell kann das nicht.",
	},
	lookups: (count) => `${german.number(count)}-mal nachgeschlagen`,
	failed: (count) => `${german.number(count)}-mal ohne Erfolg`,
	sources: (count) => `${german.number(count)} ${german.form(count, { one: "Quelle", other: "Quellen" })}`,
	source: (number, title) => `Quelle ${german.number(number)}: ${title}`,
};

const words: Record<Language, Words> = { en, de };

/** In the language of the page. */
export function currentWords(): Words {
	return words[document.documentElement.lang as Language] ?? en;
}

/** Follows the language of the page. */
export function useWords(): Words {
	useStrings();
	return currentWords();
}

/** What the tool does or did. `subject` is a stranger's text, and may be empty. */
export function phraseOf({ name, input, status }: Tool, { verbs, alone }: Words): { verb: string; subject: string } {
	const kind = name === "web_search" ? "search" : name === "web_fetch" ? "fetch" : "other";
	if (kind === "other") return { verb: verbs.other[status], subject: input === "" ? name : `${name}: ${input}` };
	if (input === "") return { verb: alone[kind][status], subject: "" };
	// A page that was read is named by its whole address once there is room for it.
	return { verb: verbs[kind][status], subject: kind === "fetch" && status === "running" ? hostOf(input) : input };
}

export function failureOf({ error }: Tool, { errors }: Words): string {
	return errors[error as ToolError] ?? errors.unavailable;
}

/** The address itself, if it is no web page's. */
export function hostOf(url: string): string {
	const href = webAddress(url);
	return href === undefined ? url : new URL(href).host;
}
