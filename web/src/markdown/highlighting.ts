// The colours of code: code -> pieces, each of a kind or of none. Grammars are fetched one language at a time, when there is code in it.
// Knows no colour and nothing of React.

import type { Highlighter, Piece } from "./highlighter.ts";

/** In characters: longer code stays plain, as it would keep the page waiting. */
const longest = 20_000;

const grammars = {
	bash: () => import("highlight.js/lib/languages/bash"),
	cpp: () => import("highlight.js/lib/languages/cpp"),
	css: () => import("highlight.js/lib/languages/css"),
	diff: () => import("highlight.js/lib/languages/diff"),
	go: () => import("highlight.js/lib/languages/go"),
	java: () => import("highlight.js/lib/languages/java"),
	javascript: () => import("highlight.js/lib/languages/javascript"),
	json: () => import("highlight.js/lib/languages/json"),
	python: () => import("highlight.js/lib/languages/python"),
	rust: () => import("highlight.js/lib/languages/rust"),
	sql: () => import("highlight.js/lib/languages/sql"),
	typescript: () => import("highlight.js/lib/languages/typescript"),
	xml: () => import("highlight.js/lib/languages/xml"),
	yaml: () => import("highlight.js/lib/languages/yaml"),
} as const;

export type Language = keyof typeof grammars;

/** What people and models write at a fence for it, besides its name. */
const otherNames: Partial<Record<Language, string>> = {
	bash: "sh shell zsh console",
	cpp: "c c++ cc h hpp",
	css: "scss",
	diff: "patch",
	go: "golang",
	javascript: "js jsx mjs cjs",
	json: "jsonc json5",
	python: "py",
	rust: "rs",
	sql: "sqlite postgresql mysql",
	typescript: "ts tsx mts cts",
	xml: "html svg xhtml vue",
	yaml: "yml",
};

const languages = new Map(
	(Object.keys(grammars) as Language[]).flatMap((language) =>
		[language, ...(otherNames[language]?.split(" ") ?? [])].map((name) => [name, language] as const),
	),
);

/** The language of code by the name at its fence, if the code is to have colours. */
export function languageOf(name: string, code: string): Language | undefined {
	return code.length > longest ? undefined : languages.get(name.toLowerCase());
}

let highlighter: Highlighter | undefined;

/** `null` as long as its language is not here. */
export function highlight(language: Language, code: string): readonly Piece[] | null {
	return highlighter?.knows(language) ? highlighter.highlight(language, code) : null;
}

/** Fails where it cannot be had now. */
export async function loadLanguage(language: Language): Promise<void> {
	const [{ createHighlighter }, { default: grammar }] = await Promise.all([import("./highlighter.ts"), grammars[language]()]);
	highlighter ??= createHighlighter();
	highlighter.learn(language, grammar);
}
