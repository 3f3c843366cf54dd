// Highlights code, and loads grammars one language at a time when they are needed. Must not depend on colours or React.

import type { Highlighter, Piece } from "./highlighter.ts";

/** In characters: longer code stays plain, as highlighting it would block the page. */
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

/** Other names that people and models write at a fence. */
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

/** The language for the name at a fence; `undefined` if the code stays plain. */
export function languageOf(name: string, code: string): Language | undefined {
	return code.length > longest ? undefined : languages.get(name.toLowerCase());
}

let highlighter: Highlighter | undefined;

/** `null` until the grammar is loaded. */
export function highlight(language: Language, code: string): readonly Piece[] | null {
	return highlighter?.knows(language) ? highlighter.highlight(language, code) : null;
}

/** Rejects if the grammar cannot be loaded now. */
export async function loadLanguage(language: Language): Promise<void> {
	const [{ createHighlighter }, { default: grammar }] = await Promise.all([import("./highlighter.ts"), grammars[language]()]);
	highlighter ??= createHighlighter();
	highlighter.learn(language, grammar);
}
