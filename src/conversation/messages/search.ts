// Searches the messages of a conversation. A result is a message with a snippet around the first match, and what to highlight in it.
// Knows nothing of how the index is stored.

import { searchTextOf } from "../../protocol/files/file.ts";
import { limits } from "../../protocol/limits.ts";
import type { SearchResult } from "../../protocol/search-result.ts";
import type { Filter, LogReader } from "../store/log-reader.ts";
import { matchesIn, parseQuery, type Query } from "../store/words.ts";

/** Start and end, in UTF-16 units. */
type Range = [start: number, end: number];

export type Snippet = Pick<SearchResult, "snippet" | "highlights">;

/** `partial`: there may be more results, which were not looked for. */
export type SearchPage = { results: SearchResult[]; hasMore: boolean; partial: boolean };

/** The messages before a place that match a query, newest first. */
export function search(reader: Pick<LogReader, "search">, text: string, before: number, limit: number, filter: Filter = {}): SearchPage {
	const query = parseQuery(text);
	if (query.length === 0) return { results: [], hasMore: false, partial: false };
	const { messages, ...found } = reader.search(query, before, limit, filter);
	return { results: messages.map((message) => ({ message, ...snippetOf(searchTextOf(message), query) })), ...found };
}

/** The length of a snippet before its first match, and how much it may lose to begin and end with a whole word. */
const lead = 60;
const slack = 20;

export function snippetOf(text: string, query: Query): Snippet {
	const characters = graphemes.segment(text);
	let piece: Range | undefined;
	const ranges: Range[] = [];
	for (const [start, end] of matchesIn(text, query)) {
		piece ??= pieceAround(text, characters, start, end);
		const [from, to] = piece;
		if (start >= to) break;
		join(ranges, [Math.max(from, characterAt(text, characters, start)[0]), Math.min(to, characterAt(text, characters, end - 1)[1])]);
	}
	const [from, to] = piece ?? pieceAround(text, characters, 0, 0);
	const before = from > 0 ? "…" : "";
	const snippet = `${before}${text.slice(from, to).replace(/\s/g, " ")}${to < text.length ? "…" : ""}`;
	const shift = before.length - from;
	return { snippet, highlights: ranges.map(([start, end]) => [start + shift, end + shift]) };
}

/** Adds a range that ends at or after the end of all others. Ranges that touch become one. */
function join(ranges: Range[], [start, end]: Range): void {
	let first = start;
	for (let last = ranges.at(-1); last && last[1] >= first; last = ranges.at(-1)) {
		first = Math.min(first, last[0]);
		ranges.pop();
	}
	ranges.push([first, end]);
}

/** The range of a snippet around a match. Two units are left for the ellipses. */
function pieceAround(text: string, characters: Intl.Segments, start: number, end: number): Range {
	const length = limits.excerpt - 2;
	const from = Math.max(0, Math.min(start - lead, text.length - length));
	const to = Math.min(text.length, from + length);
	const space = text.slice(from, Math.min(start, from + slack)).search(/\s\S/);
	const lastSpace = text.slice(Math.max(end, to - slack), to).search(/\s\S*$/);
	return [
		from === 0 || space < 0 ? characterAt(text, characters, from)[0] : from + space + 1,
		to === text.length || lastSpace < 0 ? characterAt(text, characters, to)[0] : Math.max(end, to - slack) + lastSpace,
	];
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** The grapheme at a position; the code point, if the grapheme is very long. */
function characterAt(text: string, characters: Intl.Segments, at: number): Range {
	const { index, segment } = characters.containing(at) ?? { index: at, segment: "" };
	if (segment.length <= limits.emoji) return [index, index + segment.length];
	const start = /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at;
	return [start, start + String.fromCodePoint(text.codePointAt(start) as number).length];
}
