// Splits code into pieces, with highlight.js and lowlight. A chunk of its own, loaded with the first grammar.

import type { LanguageFn } from "highlight.js";
import { createLowlight } from "lowlight";

export type Kind = "keyword" | "string" | "number" | "comment" | "name" | "type" | "attribute" | "tag" | "added" | "removed";
export type Piece = { text: string; kind: Kind | null };

export type Highlighter = {
	knows(language: string): boolean;
	learn(language: string, grammar: LanguageFn): void;
	highlight(language: string, code: string): readonly Piece[];
};

/** The library's token names for each kind of piece. Other tokens look like the token around them. */
const names: Record<Kind | "plain", string> = {
	keyword: "keyword meta-keyword selector-tag operator",
	string: "string regexp char symbol link",
	number: "number literal bullet",
	comment: "comment quote meta",
	name: "title section selector-class selector-id",
	type: "type built_in class",
	attribute: "attr attribute property variable template-variable selector-attr selector-pseudo",
	tag: "name tag",
	added: "addition",
	removed: "deletion",
	plain: "subst params punctuation",
};

const kinds = new Map(
	Object.entries(names).flatMap(([kind, names]) =>
		names.split(" ").map((name) => [name, kind === "plain" ? null : (kind as Kind)] as const),
	),
);

type Tree = { type: string; value?: string; properties?: { className?: unknown }; children?: readonly Tree[] };

export function createHighlighter(): Highlighter {
	const lowlight = createLowlight();
	return {
		knows: (language) => lowlight.registered(language),
		learn: (language, grammar) => lowlight.register(language, grammar),
		highlight: (language, code) => piecesOf(lowlight.highlight(language, code, { prefix: "" }) as Tree, null),
	};
}

function piecesOf({ value, properties, children }: Tree, around: Kind | null): Piece[] {
	if (value !== undefined) return [{ text: value, kind: around }];
	const [name] = Array.isArray(properties?.className) ? properties.className : [];
	const kind = kinds.get(name);
	return (children ?? []).flatMap((child) => piecesOf(child, kind === undefined ? around : kind));
}
