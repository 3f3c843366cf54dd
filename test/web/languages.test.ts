import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { errors, reasons } from "../../src/protocol/errors.ts";
import { limits } from "../../src/protocol/limits.ts";
import { en as adminInEnglish, de as adminInGerman } from "../../web/src/admin/words.ts";
import { en as settingsInEnglish, de as settingsInGerman } from "../../web/src/conversation/dialogs/words.ts";
import { en as forkInEnglish, de as forkInGerman } from "../../web/src/conversation/message/forkWords.ts";
import { en as keepingInEnglish, de as keepingInGerman } from "../../web/src/keeping/words.ts";
import { refusalText } from "../../web/src/languages/catalogue.ts";
import { setStrings } from "../../web/src/languages/currentLanguage.ts";
import { de as firstGerman } from "../../web/src/languages/de.ts";
import { en as firstEnglish } from "../../web/src/languages/en.ts";
import { formatsOf } from "../../web/src/languages/formats.ts";
import { languageFor } from "../../web/src/languages/language.ts";
import { LanguageProvider, useStrings } from "../../web/src/languages/useStrings.ts";
import { en as textsInEnglish, de as textsInGerman } from "../../web/src/markdown/words.ts";
import { en as laterEnglish, de as laterGerman } from "../../web/src/money/words.ts";
import { en as researchInEnglish, de as researchInGerman } from "../../web/src/research/words.ts";
import { en as tokensInEnglish, de as tokensInGerman } from "../../web/src/settings/words.ts";

/** With the texts that are loaded later. */
const en = {
	...firstEnglish,
	money: laterEnglish,
	research: researchInEnglish,
	dialog: settingsInEnglish,
	keeping: keepingInEnglish,
	forks: forkInEnglish,
	texts: textsInEnglish,
	tokens: tokensInEnglish,
	admin: adminInEnglish,
};
const de = {
	...firstGerman,
	money: laterGerman,
	research: researchInGerman,
	dialog: settingsInGerman,
	keeping: keepingInGerman,
	forks: forkInGerman,
	texts: textsInGerman,
	tokens: tokensInGerman,
	admin: adminInGerman,
};

/** Every text of a catalogue by the path of its name; of one that is composed, how that is done. */
function textsOf(catalogue: object, path = ""): [name: string, text: string][] {
	return Object.entries(catalogue).flatMap(([name, value]): [string, string][] => {
		if (typeof value === "string" || typeof value === "function") return [[path + name, String(value)]];
		return textsOf(value as object, `${path}${name}.`);
	});
}

/** Strings that are equal in both languages: names, numbers, and combinations of these. */
const same = new Set([
	...[
		"product",
		"emoji",
		"keys.tab",
		"keys.escape",
		"tokens.tokenSecret",
		"offline",
		"noLink",
		"details",
		"exportAs",
		"themes.system",
		"languageOfDevice",
	],
	...["lastLine", "unreadShort", "count", "duration", "cost", "articleLabel", "reaction", "names", "versionOf", "somebodySaid", "tabTitle"],
	...["formatTime", "formatDay", "formatDayAndTime", "formatWhen"],
	...["keeping.dayAndTime", "keeping.number"],
	...["money.number", "money.usd", "money.percent", "money.seconds", "money.form", "money.date", "money.month", "money.dayAndTime"],
]);

describe("the catalogues", () => {
	it("have the same names, and other languages also the refusals of the server", () => {
		const names = (catalogue: object) => textsOf(catalogue).map(([name]) => name);
		expect(names({ ...de, refusals: {} })).toEqual(names(en));
		expect(Object.keys(de.refusals)).toEqual(Object.keys(errors));
		expect(Object.keys(de.reasons)).toEqual(Object.keys(reasons));
	});

	it("contain no words of another language", () => {
		const inEnglish = new Map(
			textsOf({ ...en, refusals: Object.fromEntries(Object.entries(errors).map(([code, { text }]) => [code, text])) }),
		);
		const untranslated = textsOf(de).filter(([name, text]) => text === inEnglish.get(name) && !same.has(name));
		expect(untranslated).toEqual([]);
		const words = /\b(the|your|you|this|that|with|and|could|again|is|are|not)\b/i;
		expect(textsOf(de).filter(([name, text]) => words.test(text) && !same.has(name))).toEqual([]);
	});

	it("use the plural forms of their language", () => {
		const erased = { conversations: 2, messages: 2, reactions: 1000, deletedConversations: 1, failed: 0, remaining: 2 };
		expect(en.erased(erased)).toBe(
			"You have been erased from 1 conversation: 2 messages and 1,000 reactions are gone. 1 conversation with nobody else in it was deleted. 2 more conversations will follow automatically.",
		);
		expect(de.erased(erased)).toBe(
			"Deine Daten sind aus 1 Gespräch gelöscht: 2 Nachrichten und 1.000 Reaktionen sind weg. 1 Gespräch, in dem sonst niemand war, wurde ganz gelöscht. 2 weitere Gespräche folgen automatisch.",
		);
		expect([en.people(1), en.people(1000), de.people(1), de.people(1000)]).toEqual([
			"one person",
			"1,000 people",
			"eine Person",
			"1.000 Personen",
		]);
		expect(en.names(["Ann", "Bob", "Cem", "Dot"], 2)).toBe("Ann, Bob, and 2 more");
		expect(de.names(["Ann", "Bob", "Cem", "Dot"], 2)).toBe("Ann, Bob und 2 weitere");
	});

	it("take the numbers of limits from the limits", () => {
		expect(de.refusals.too_large).toContain("100.000");
		expect(de.refusals.too_many_conversations).toContain(`bis zu ${limits.conversationsPerSocket} Gespräch`);
		expect([en.unread(limits.unread), de.unread(limits.unread)]).toEqual(["99+ unread", "99+ ungelesen"]);
	});

	it("format times and durations in their language", () => {
		const at = new Date(2026, 2, 7, 8, 5).getTime();
		expect(de.formatDayAndTime(at)).toBe("7. März 2026 um 08:05");
		expect([en.duration(7200), de.duration(7200), de.duration(604_800)]).toEqual(["2 hours", "2 Stunden", "7 Tage"]);
		// Polish has four forms, and Japanese one.
		const forms = { one: "one", few: "few", many: "many", other: "other" };
		expect([1, 2, 5].map((count) => formatsOf("pl").form(count, forms))).toEqual(["one", "few", "many"]);
		expect(formatsOf("ja").form(1, forms)).toBe("other");
	});
});

describe("times and dates", () => {
	const [morning, evening] = [new Date(2026, 2, 7, 8, 5).getTime(), new Date(2026, 2, 7, 17, 22).getTime()];
	const next = new Date(2027, 0, 1).getTime();

	// As the device's region writes them, in the language of the page.
	it.each<[language: string, wanted: string[], written: string[]]>([
		["en", ["en-US"], ["8:05 AM", "5:22 PM", "Saturday, March 7", "Mar 7", "March 7, 2026 at 5:22 PM"]],
		["en", ["en-GB"], ["08:05", "17:22", "Saturday 7 March", "7 Mar", "7 March 2026 at 17:22"]],
		["de", ["de"], ["08:05", "17:22", "Samstag, 7. März", "7. März", "7. März 2026 um 17:22"]],
		["de", ["de-AT"], ["08:05", "17:22", "Samstag, 7. März", "7. März", "7. März 2026 um 17:22"]],
		["en", ["de-DE", "en-GB"], ["08:05", "17:22", "Saturday 7 March", "7 Mar", "7 March 2026 at 17:22"]],
		["en", ["en", "de-DE"], ["08:05", "17:22", "Saturday, 7 March", "7 Mar", "7 March 2026 at 17:22"]],
		["en", ["C", "zh-Hant-GB", "en-US@posix"], ["8:05 AM", "5:22 PM", "Saturday, March 7", "Mar 7", "March 7, 2026 at 5:22 PM"]],
		["en", [], ["8:05 AM", "5:22 PM", "Saturday, March 7", "Mar 7", "March 7, 2026 at 5:22 PM"]],
	])("in %s on a device with %j", (language, wanted, written) => {
		const { time, day, date, dayAndTime, when } = formatsOf(language, wanted);
		const texts = [time(morning), time(evening), day(morning, evening), date(morning), dayAndTime(evening)];
		expect(texts.map((text) => text.replace(/\s/g, " "))).toEqual(written);
		expect(day(morning, next)).toContain("2026");
		expect([when(morning, evening), when(morning, next)]).toEqual([time(morning), date(morning)]);
	});
});

describe("the language", () => {
	it.each([
		["system", ["de-AT", "en"], "de"],
		["system", ["fr-CA", "de", "en"], "fr"],
		["system", ["pt-BR", "de", "en"], "de"],
		["system", ["en-GB", "de"], "en"],
		["system", ["pt"], "en"],
		["system", [], "en"],
		["en", ["de"], "en"],
		["de", ["en"], "de"],
	] as const)("chosen as %s on a device with %j is %s", (chosen, wanted, language) => {
		expect(languageFor(chosen, wanted)).toBe(language);
	});

	it("reaches components through the hook", () => {
		const Button = () => useStrings().send;
		const show = () => renderToStaticMarkup(createElement(LanguageProvider, null, createElement(Button)));
		expect(show()).toBe("Send");
		setStrings(de);
		expect(show()).toBe("Senden");
		setStrings(en);
		expect(show()).toBe("Send");
	});

	it("reaches components only through the hook; only these files ask for the current texts", () => {
		const folder = join(import.meta.dirname, "../../web/src");
		const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
		const textOf = (name: string) => readFileSync(join(folder, name), "utf8");
		expect(files.filter((name) => /languages\/currentLanguage\.ts"/.test(textOf(name))).sort()).toEqual([
			"api.ts",
			"conversation/log/Announcer.tsx",
			"notifications/Notifications.tsx",
			"sidebar/saveExport.ts",
		]);
		expect(files.filter((name) => /"[./]*\/(en|de|fr|es|ar)\.ts"/.test(textOf(name))).sort()).toEqual([
			"languages/catalogue.ts",
			"languages/currentLanguage.ts",
			"languages/followLanguage.ts",
			"languages/useStrings.ts",
		]);
		// Nothing is read while a file is loaded: such a line begins a declaration and has no arrow before the word.
		const early = files.flatMap((name) =>
			textOf(name)
				.split("\n")
				.filter(
					(line) => /^(?:export )?(?:const|let) /.test(line) && /\b(?:strings|currentStrings|useStrings)\b/.test(line.split("=>")[0] ?? ""),
				),
		);
		expect(early).toEqual([]);
	});

	it("has its own sentence for each refusal; an unknown one is shown as the server sent it", () => {
		expect(refusalText(de, { code: "forbidden", text: "No." })).toBe("Das darfst du hier nicht.");
		expect(refusalText(de, { code: "new_code", text: "No." })).toBe("No.");
		expect(refusalText(en, { code: "forbidden", text: "Not here." })).toBe("Not here.");
	});
});
