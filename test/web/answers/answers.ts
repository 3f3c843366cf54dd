// 200 answers like those of a model, made from written building blocks by a seeded grammar. The same in every run.

import { randomOf } from "../../soak/random.ts";
import { closings, code, lists, others, references, tables } from "./lists.ts";
import { headings, openings, paragraphs, quotes } from "./prose.ts";

const { below } = randomOf(17);
const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;

/** Takes all of a list before any of it a second time. */
function inTurn<T>(from: readonly T[]): () => T {
	let rest: T[] = [];
	return () => {
		if (rest.length === 0) rest = [...from];
		return rest.splice(below(rest.length), 1)[0] as T;
	};
}

const blocks = {
	paragraph: inTurn(paragraphs),
	list: inTurn(lists),
	table: inTurn(tables),
	code: inTurn(code),
	quote: inTurn(quotes),
	other: inTurn(others),
};

/** What stands between an opening and a closing. */
const shapes: (keyof typeof blocks)[][] = [
	["paragraph"],
	["list"],
	["paragraph", "code"],
	["list", "paragraph"],
	["paragraph", "table"],
	["quote", "paragraph", "list"],
	["code", "paragraph", "other"],
	["list", "list"],
	["list", "code", "quote"],
	["table", "other", "paragraph"],
];

function answer(): string {
	const parts = [pick(openings)];
	for (const kind of pick(shapes)) {
		if (below(3) === 0) parts.push(pick(headings));
		parts.push(blocks[kind]());
	}
	const [referring, definitions] = pick(references);
	const hasReferences = below(8) === 0;
	if (hasReferences) parts.push(referring);
	if (below(2) === 0) parts.push(pick(closings));
	if (hasReferences) parts.push(definitions);
	return parts.join("\n\n");
}

export const answers: readonly string[] = Array.from({ length: 200 }, answer);
