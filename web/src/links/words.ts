// The texts about what links allow, in English and German.

import type { Allows, May } from "../../../src/protocol/people/link.ts";
import { formatsOf } from "../languages/formats.ts";
import { laterWords } from "../languages/laterWords.ts";

export type Words = typeof en;
type Role = "owner" | "member" | "reader";

const english = formatsOf("en");
const german = formatsOf("de");
const when = (formats: typeof english, time: string) => formats.dayAndTime(Date.parse(time));
/** Without what is not there. */
const said = (parts: (string | false | undefined)[]) => parts.filter((part) => typeof part === "string");

export const en = {
	what: "What they may do",
	presets: { ask: "Can speak and ask Claude", speak: "Can speak", read: "Can read" },
	limits: "Limits",
	questions: "Questions to Claude, all together",
	usd: "Dollars for the answers, all together",
	noLimit: "No limit",
	until: "Members until",
	hidesPast: "Hide what was said before they join",
	/** What a link allows, in parts. */
	allows: (role: Role, { questions, usd, until, history }: Allows): string[] =>
		said([
			role === "reader" ? "Can read" : questions === 0 ? "Can speak" : "Can speak and ask Claude",
			questions !== undefined && questions > 0 && (questions === 1 ? "one question" : `${english.number(questions)} questions`),
			usd !== undefined && `up to ${english.usd(usd)}`,
			until !== undefined && `until ${when(english, until)}`,
			history === "new" && "only what is said from now on",
		]),
	used: (people: number, questions: number, usd: number) =>
		said([
			people === 1 ? "one person" : `${english.number(people)} people`,
			questions > 0 && (questions === 1 ? "one question" : `${english.number(questions)} questions`),
			usd > 0 && `${english.usd(usd)}`,
		]).join(", "),
	endedLinks: "Ended links whose people are here",
	here: (usage: string) => `Used by ${usage}`,
	removePeople: "Remove its people",
	removePeopleOf: (what: string) => `Remove its people: ${what}`,
	lift: "Lift limits",
	liftOf: (name: string) => `Lift limits: ${name}`,
	/** What is left to a member, in parts. */
	left: ({ questionsLeft, usdLeft, until, fromSeq }: May): string[] =>
		said([
			questionsLeft !== undefined &&
				(questionsLeft === 0
					? "no questions left"
					: questionsLeft === 1
						? "one question left"
						: `${english.number(questionsLeft)} questions left`),
			usdLeft !== undefined && `${english.usd(usdLeft)} left`,
			until !== undefined && `until ${when(english, until)}`,
			fromSeq !== undefined && "sees only what came later",
		]),
	/** Above the composer of a member. */
	yours: ({ questionsLeft, usdLeft, until }: May): string[] =>
		said([
			questionsLeft === 0
				? "You can write here, but ask Claude nothing more."
				: questionsLeft !== undefined &&
					(questionsLeft === 1 ? "One question to Claude left." : `${english.number(questionsLeft)} questions to Claude left.`),
			questionsLeft !== 0 && usdLeft !== undefined && `${english.usd(usdLeft)} for its answers left.`,
			until !== undefined && `You are a member until ${when(english, until)}.`,
		]),
	invitesYou: (name: string, title: string) =>
		title === "" ? `${name} invites you to a conversation.` : `${name} invites you to “${title}”.`,
	youMay: "With this link you:",
	youCan: (role: Role, { questions, usd, until, history }: Allows): string[] =>
		said([
			role === "reader" ? "can read, but not write" : questions === 0 ? "can write, but not ask Claude" : "can write and ask Claude",
			questions !== undefined &&
				questions > 0 &&
				(questions === 1
					? "share one question to Claude with others who use it"
					: `share ${english.number(questions)} questions to Claude with others who use it`),
			usd !== undefined && `share ${english.usd(usd)} for Claude's answers`,
			until !== undefined && `are a member until ${when(english, until)}`,
			history === "new" && "see only what is said after you have joined",
		]),
	join: "Join",
};

export const de: Words = {
	what: "Was sie dürfen",
	presets: { ask: "Schreiben und Claude fragen", speak: "Schreiben", read: "Lesen" },
	limits: "Grenzen",
	questions: "Fragen an Claude, alle zusammen",
	usd: "Dollar für die Antworten, alle zusammen",
	noLimit: "Keine Grenze",
	until: "Mitglied bis",
	hidesPast: "Verbergen, was vor ihrem Beitritt gesagt wurde",
	allows: (role, { questions, usd, until, history }) =>
		said([
			role === "reader" ? "Lesen" : questions === 0 ? "Schreiben" : "Schreiben und Claude fragen",
			questions !== undefined && questions > 0 && (questions === 1 ? "eine Frage" : `${german.number(questions)} Fragen`),
			usd !== undefined && `bis ${german.usd(usd)}`,
			until !== undefined && `bis ${when(german, until)}`,
			history === "new" && "nur, was ab jetzt gesagt wird",
		]),
	used: (people, questions, usd) =>
		said([
			people === 1 ? "eine Person" : `${german.number(people)} Personen`,
			questions > 0 && (questions === 1 ? "eine Frage" : `${german.number(questions)} Fragen`),
			usd > 0 && `${german.usd(usd)}`,
		]).join(", "),
	endedLinks: "Beendete Links, deren Leute hier sind",
	here: (usage) => `Benutzt von ${usage}`,
	removePeople: "Ihre Leute entfernen",
	removePeopleOf: (what) => `Ihre Leute entfernen: ${what}`,
	lift: "Grenzen aufheben",
	liftOf: (name) => `Grenzen aufheben: ${name}`,
	left: ({ questionsLeft, usdLeft, until, fromSeq }) =>
		said([
			questionsLeft !== undefined &&
				(questionsLeft === 0
					? "keine Frage mehr"
					: questionsLeft === 1
						? "noch eine Frage"
						: `noch ${german.number(questionsLeft)} Fragen`),
			usdLeft !== undefined && `noch ${german.usd(usdLeft)}`,
			until !== undefined && `bis ${when(german, until)}`,
			fromSeq !== undefined && "sieht nur, was danach kam",
		]),
	yours: ({ questionsLeft, usdLeft, until }) =>
		said([
			questionsLeft === 0
				? "Du kannst hier schreiben, aber Claude nichts mehr fragen."
				: questionsLeft !== undefined &&
					(questionsLeft === 1 ? "Noch eine Frage an Claude." : `Noch ${german.number(questionsLeft)} Fragen an Claude.`),
			questionsLeft !== 0 && usdLeft !== undefined && `Noch ${german.usd(usdLeft)} für die Antworten.`,
			until !== undefined && `Du bist Mitglied bis ${when(german, until)}.`,
		]),
	invitesYou: (name, title) => (title === "" ? `${name} lädt dich in ein Gespräch ein.` : `${name} lädt dich ein: „${title}“.`),
	youMay: "Mit diesem Link:",
	youCan: (role, { questions, usd, until, history }) =>
		said([
			role === "reader"
				? "kannst du lesen, aber nicht schreiben"
				: questions === 0
					? "kannst du schreiben, aber Claude nicht fragen"
					: "kannst du schreiben und Claude fragen",
			questions !== undefined &&
				questions > 0 &&
				(questions === 1
					? "teilst du eine Frage an Claude mit anderen, die ihn benutzen"
					: `teilst du ${german.number(questions)} Fragen an Claude mit anderen, die ihn benutzen`),
			usd !== undefined && `teilst du ${german.usd(usd)} für Claudes Antworten`,
			until !== undefined && `bist du Mitglied bis ${when(german, until)}`,
			history === "new" && "siehst du nur, was nach deinem Beitritt gesagt wird",
		]),
	join: "Beitreten",
};

export const { useWords } = laterWords("links", { en, de });
