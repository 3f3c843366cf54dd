// What the browser tests of languages know of each: its words are those of the catalogue.

import type { Page } from "playwright-core";
import { ar } from "../../web/src/languages/ar.ts";
import { en } from "../../web/src/languages/en.ts";
import { es } from "../../web/src/languages/es.ts";
import { fr } from "../../web/src/languages/fr.ts";
import type { Complete } from "../../web/src/languages/later.ts";
import { laterInEnglish } from "../web/later-in-english.ts";

export type Spoken = { language: "fr" | "ar" | "es"; device: string; ownName: string; direction: "ltr" | "rtl"; words: Complete };

export const spoken: Spoken[] = [
	{ language: "fr", device: "fr-FR", ownName: "Français", direction: "ltr", words: fr },
	{ language: "ar", device: "ar-EG", ownName: "العربية", direction: "rtl", words: ar },
	{ language: "es", device: "es-MX", ownName: "Español", direction: "ltr", words: es },
];

const english = new Set(textsOf({ en, laterInEnglish }));

function textsOf(catalogue: object): string[] {
	return Object.values(catalogue).flatMap((value): string[] => {
		if (typeof value === "string") return [value];
		return typeof value === "object" && value !== null ? textsOf(value) : [];
	});
}

/**
 * The English texts that the page shows or names to screen readers: those of the catalogue that are not the same in the page's language, and
 * other ones with a common English word. What people and Claude wrote does not count, nor do the names of languages.
 */
export async function englishOn(page: Page, words: Complete): Promise<string[]> {
	const shown = await page.evaluate(() => {
		const isOurs = (element: Element) => element.closest("bdi, [lang]:not(html), [dir]:not(html), textarea") === null;
		const named = [...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")].filter(isOurs);
		const names = named.flatMap((element) => ["aria-label", "title", "placeholder", "alt"].map((name) => element.getAttribute(name) ?? ""));
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const texts: string[] = [];
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			const element = node.parentElement;
			if (element && isOurs(element) && element.checkVisibility()) texts.push(node.textContent ?? "");
		}
		return [...names, ...texts].map((text) => text.trim()).filter((text) => text !== "");
	});
	const own = new Set(textsOf(words));
	const isEnglish = (text: string) =>
		(english.has(text) && !own.has(text)) || /\b(the|your|you|this|that|with|and|could|again|is|are|not|of|to|from)\b/i.test(text);
	return [...new Set(shown.filter(isEnglish))];
}
