// The texts about money, in English and German: they are loaded with the parts that need them, and not with the first view.

import { moneyFormats } from "../languages/laterFormats.ts";
import { laterWords } from "../languages/laterWords.ts";

export type Words = typeof en;

const english = moneyFormats("en");
const german = moneyFormats("de");

export const en = {
	...english,
	model: "Model",
	time: "Time",
	promptNew: "Prompt, new",
	promptCached: "Prompt, from the cache",
	promptWritten: "Prompt, newly cached",
	answer: "Answer",
	tokens: (count: number) => `${english.number(count)} ${english.form(count, { one: "token", other: "tokens" })}`,
	atLeast: (tokens: string) => `at least ${tokens}`,
	cost: "Cost",
	unknown: "unknown",
	unknownWhy: "No price is known for this model.",
	about: (usd: string) => `about ${usd}`,
	aboutWhy: "Partly estimated: the reply ended before Claude reported its tokens.",
	searches: "Web searches",
	requests: "Requests",
	allCosts: "Spending in this conversation…",

	// A budget that is used up
	usedUp: {
		conversation: "This conversation's budget for Claude is used up, so Claude does not answer this.",
		person: "Your budget for Claude is used up, so Claude does not answer this.",
		guest: "You, or all guests of your network together, have used up what guests may spend on Claude, so Claude does not answer this.",
		deployment: "The budget of this service for Claude is used up, so Claude does not answer anyone here.",
	},
	askAgain: (at: string) => `Ask again from ${at}.`,
	setByAdministrator: "An administrator has set this limit.",
	askOwner: "An owner can raise it in the conversation's settings.",

	// Spending
	period: "Period",
	periods: { day: "Today", month: "This month", total: "All time" },
	within: { day: "today", month: "this month", total: "in all" },
	replies: (count: number) => `${english.number(count)} ${english.form(count, { one: "reply", other: "replies" })}`,
	cacheHit: (share: string) => `${share} of what was read came from the cache`,
	left: (left: string, of: string, within: string) => `${left} of ${of} left ${within}.`,
	resets: (at: string) => `It is filled again on ${at}.`,
	reserved: (usd: string) => `${usd} is reserved for replies in progress.`,
	noLimit: "This conversation has no budget of its own.",
	noOwnLimit: "You have no limit.",
	byPerson: "By person",
	byDay: "By day",
	atMost: (usd: string) => `up to ${usd}`,
	inAndOut: (read: string, written: string) => `${read} tokens read, ${written} written`,
};

export const de: Words = {
	...german,
	model: "Modell",
	time: "Dauer",
	promptNew: "Gelesen, neu",
	promptCached: "Gelesen, aus dem Cache",
	promptWritten: "Gelesen, neu im Cache",
	answer: "Geschrieben",
	tokens: (count) => `${german.number(count)} ${german.form(count, { one: "Token", other: "Tokens" })}`,
	atLeast: (tokens) => `mindestens ${tokens}`,
	cost: "Kosten",
	unknown: "unbekannt",
	unknownWhy: "Für dieses Modell ist kein Preis bekannt.",
	about: (usd) => `etwa ${usd}`,
	aboutWhy: "Zum Teil geschätzt: Die Antwort endete, bevor Claude die Tokens gemeldet hat.",
	searches: "Suchen im Web",
	requests: "Anfragen",
	allCosts: "Ausgaben in diesem Gespräch …",

	// A budget that is used up
	usedUp: {
		conversation: "Das Budget dieses Gesprächs für Claude ist aufgebraucht. Claude antwortet darauf nicht.",
		person: "Dein Budget für Claude ist aufgebraucht. Claude antwortet darauf nicht.",
		guest:
			"Du oder alle Gäste deines Netzes zusammen haben aufgebraucht, was Gäste für Claude ausgeben dürfen. Claude antwortet darauf nicht.",
		deployment: "Das Budget dieses Dienstes für Claude ist aufgebraucht. Claude antwortet hier gerade niemandem.",
	},
	askAgain: (at) => `Frag wieder ab ${at}.`,
	setByAdministrator: "Diese Grenze hat die Verwaltung gesetzt.",
	askOwner: "Wer das Gespräch besitzt, kann es in den Einstellungen erhöhen.",

	// Spending
	period: "Zeitraum",
	periods: { day: "Heute", month: "Dieser Monat", total: "Gesamt" },
	within: { day: "heute", month: "diesen Monat", total: "insgesamt" },
	replies: (count) => `${german.number(count)} ${german.form(count, { one: "Antwort", other: "Antworten" })}`,
	cacheHit: (share) => `${share} des Gelesenen aus dem Cache`,
	left: (left, of, within) => `Noch ${left} von ${of} ${within}.`,
	resets: (at) => `Aufgefüllt wird am ${at}.`,
	reserved: (usd) => `${usd} sind für laufende Antworten zurückgelegt.`,
	noLimit: "Dieses Gespräch hat kein eigenes Budget.",
	noOwnLimit: "Du hast kein Limit.",
	byPerson: "Nach Personen",
	byDay: "Nach Tagen",
	atMost: (usd) => `bis ${usd}`,
	inAndOut: (read, written) => `${read} Tokens gelesen, ${written} geschrieben`,
};

export const { currentWords, useWords } = laterWords("money", { en, de });
