// The languages that are one file, with the texts of all parts.

import { describe, expect, it } from "vitest";
import { errors, reasons } from "../../src/protocol/errors.ts";
import { ar as adminInArabic, en as adminInEnglish, fr as adminInFrench, es as adminInSpanish } from "../../web/src/admin/words.ts";
import { ar } from "../../web/src/languages/ar.ts";
import { extension, nouns } from "../../web/src/languages/arForms.ts";
import { en as first } from "../../web/src/languages/en.ts";
import { es } from "../../web/src/languages/es.ts";
import { formatsOf } from "../../web/src/languages/formats.ts";
import { fr } from "../../web/src/languages/fr.ts";
import { laterInEnglish as later } from "./later-in-english.ts";

const refusals = Object.fromEntries(Object.entries(errors).map(([code, { text }]) => [code, text]));
const en = { ...first, refusals, later, admin: adminInEnglish };
const translations = { fr: { ...fr, admin: adminInFrench }, ar: { ...ar, admin: adminInArabic }, es: { ...es, admin: adminInSpanish } };
const each = Object.entries(translations) as [keyof typeof translations, (typeof translations)["fr"]][];

type Text = string | ((...args: unknown[]) => unknown);

/** Every text of a catalogue by the path of its name. */
function textsOf(catalogue: object, path = ""): [name: string, text: Text][] {
	return Object.entries(catalogue).flatMap(([name, value]): [string, Text][] => {
		if (typeof value === "string" || typeof value === "function") return [[path + name, value as Text]];
		return textsOf(value as object, `${path}${name}.`);
	});
}

/** Marks that show in a composed text which of the arguments it has. Each is at hand as a text, a number and a list. */
const marks = [
	["Xa", 37, ["Xl"]],
	["Xb", 41, ["Xm"]],
	["Xc", 43, ["Xn"]],
	["Xd", 47, ["Xo"]],
] as const;

/** What a composed text says for arguments of all kinds, by the kinds. The wrong ones throw, or say what is not compared. */
function said(text: (...args: unknown[]) => unknown, arity: number): string[] {
	const count = Math.min(arity, marks.length);
	const kinds = marks.slice(0, count).reduce<number[][]>((all) => all.flatMap((one) => [0, 1, 2].map((kind) => [...one, kind])), [[]]);
	return kinds.map((chosen) => {
		try {
			return String(text(...chosen.map((kind, n) => marks[n]?.[kind])));
		} catch {
			return "";
		}
	});
}

/** Of which language a text is, is not seen by these: names, formats and words that several languages share. */
const shared: Record<keyof typeof translations, RegExp> = {
	ar: /^(product|keys\.\w+|later\.(files\.kinds\.pdf|keeping\.codesFile))$/,
	es: /^(product|emoji|keys\.(ctrl|enter|tab|escape)|later\.(files\.kinds\.(pdf|audio|video)|settings\.tokenSecret))$/,
	fr: /^(product|emoji|message|code|conversations?|participants|notifications(Here)?|exportAs|keys\.(ctrl|tab)|later\.(dialogs\.effort|files\.(kinds\.(pdf|audio)|position|toMessage)|memory\.messages|webhooks\.kinds\.messages|push\.timeZone)|admin\.(title|parts\.conversations))$/,
};

describe.each(each)("the catalogue %s", (language, catalogue) => {
	const english = new Map(textsOf(en));
	const texts = textsOf(catalogue);

	it("has every name of English, and the sentences of the server", () => {
		expect(texts.map(([name]) => name).sort()).toEqual([...english.keys()].sort());
		expect(Object.keys(catalogue.refusals)).toEqual(Object.keys(errors));
		expect(Object.keys(catalogue.reasons)).toEqual(Object.keys(reasons));
	});

	it("has no English left over", () => {
		const left = texts.filter(([name, text]) => typeof text === "string" && text === english.get(name) && !shared[language].test(name));
		expect(left).toEqual([]);
		const words = /\b(the|your|you|this|that|with|and|could|again|is|are|not)\b/i;
		expect(texts.filter(([, text]) => words.test(String(text)))).toEqual([]);
	});

	it("uses what is put into a text wherever English does", () => {
		const missing = texts.flatMap(([name, text]) => {
			const original = english.get(name);
			if (typeof text !== "function" || typeof original !== "function") return [];
			const [ours, theirs] = [said(text, original.length), said(original, original.length)];
			return marks.flatMap((kinds) =>
				kinds
					.map(String)
					.flatMap((mark) => (theirs.some((one, n) => one.includes(mark) && !ours[n]?.includes(mark)) ? [`${name}: ${mark}`] : [])),
			);
		});
		expect(missing).toEqual([]);
	});
});

const counts = [0, 1, 2, 3, 11, 100];

describe("the plural forms", () => {
	it("of French: nothing is singular", () => {
		expect(counts.map((count) => fr.files(count).replace(/\s/g, " "))).toEqual([
			"0 fichier",
			"1 fichier",
			"2 fichiers",
			"3 fichiers",
			"11 fichiers",
			"100 fichiers",
		]);
		expect(counts.map((count) => fr.unread(count))).toEqual([
			"0 non lu",
			"1 non lu",
			"2 non lus",
			"3 non lus",
			"11 non lus",
			"99+ non lus",
		]);
	});
});

describe("the plural forms of Spanish", () => {
	it("are singular for one only", () => {
		const texts = ["0 archivos", "1 archivo", "2 archivos", "3 archivos", "11 archivos", "100 archivos"];
		expect(counts.map((count) => es.files(count))).toEqual(texts);
	});
});

describe("Spanish", () => {
	it("opens every question and every exclamation", () => {
		const wrong = textsOf(translations.es).filter(([, text]) => {
			const said = String(text);
			return (
				typeof text === "string" && (said.split("?").length !== said.split("¿").length || said.split("!").length !== said.split("¡").length)
			);
		});
		expect(wrong).toEqual([]);
	});
});

describe("the plural forms of Arabic", () => {
	it("are six: one and two are said without the number", () => {
		expect(counts.map((count) => ar.files(count))).toEqual(["0 ملف", "ملف واحد", "ملفان", "3 ملفات", "11 ملفًا", "100 ملف"]);
		expect(counts.map((count) => ar.later.links.used(count, 0, 0))).toEqual([
			"0 شخص",
			"شخص واحد",
			"شخصان",
			"3 أشخاص",
			"11 شخصًا",
			"100 شخص",
		]);
		expect(
			new Set(
				textsOf(nouns)
					.map(([, text]) => text)
					.filter((text) => /\d/.test(String(text))),
			).size,
		).toBe(0);
	});
});

describe("Arabic", () => {
	it("keeps names and @claude apart, so that the punctuation beside them stays in place", () => {
		expect([ar.lastLine("Ann", "مرحبًا"), ar.lastLine("Ann", "Hello")].map((line) => line[0])).toEqual(["\u200f", "\u200e"]);
		expect(ar.removeTitle("Ann!")).toBe("إزالة \u2068Ann!\u2069؟");
		const mentions = textsOf(translations.ar).filter(([, text]) => typeof text === "string" && /(?<!\u2068)@claude/.test(text));
		expect(mentions).toEqual([]);
	});

	it("has European digits and the Gregorian calendar in every region", () => {
		const { day, number } = formatsOf("ar", ["ar-SA"], extension);
		expect([day(Date.UTC(2026, 2, 7, 12), 0), number(1234)]).toEqual([expect.stringMatching(/7.*2026/), "1,234"]);
	});

	it("has its own comma, semicolon and question mark", () => {
		expect(textsOf(translations.ar).filter(([, text]) => /\p{Script=Arabic}\s*[,;?]/u.test(String(text)))).toEqual([]);
	});
});

describe("the punctuation", () => {
	it("of French has narrow spaces that do not break", () => {
		const wrong = textsOf(translations.fr).filter(
			([, text]) => typeof text === "string" && /[^\u202f\p{L}\d][;:!?»]|[\p{L}\d][;!?»]|«[^\u202f]/u.test(text),
		);
		expect(wrong.map(([name]) => name)).toEqual([]);
	});
});
