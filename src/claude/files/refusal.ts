// Finds the files because of which a request was refused, so that a conversation is not stuck with a file that Claude's server cannot read.
// Pure.

import type { AskedFiles } from "../../protocol/files/reading.ts";
import type { Seen } from "./sight.ts";

type ServerUnread = AskedFiles["unread"][string];

/** `idAt`: the files of a request by their places. `known`: those that were read before. */
type Sent = { idAt: ReadonlyMap<string, string>; known: readonly string[] };

/**
 * Returns the files to leave out, and why; none if the refusal has another cause. A refusal that names none is about those that were not
 * read before, or else about all. `known`: those that were. `isTooLong`: the whole prompt is. `suspects`: whatever the refusal says, it
 * may be because of these.
 */
export function refusedFiles(
	message: string,
	{ idAt, known, isTooLong, suspects }: Sent & { isTooLong: boolean; suspects: ReadonlySet<string> },
): ReadonlyMap<string, ServerUnread> {
	const isAbout = isTooLong || isAboutFiles(message);
	if (idAt.size === 0 || !(isAbout || suspects.size > 0)) return new Map();
	const reason: ServerUnread = isTooLong ? "too_large" : "refused";
	const places = [...message.matchAll(/messages\.(\d+)\.content\.(\d+)/g)].map(([, turn, block]) => `${turn} ${block}`);
	const named = places.flatMap((place) => idAt.get(place) ?? []);
	const all = [...idAt.values()].filter((id) => isAbout || suspects.has(id));
	const others = named.length > 0 ? named : all.filter((id) => !known.includes(id));
	return new Map((others.length > 0 ? others : all).map((id) => [id, reason]));
}

/** In the words of the API, and of servers whose model sees no pictures. */
export function isAboutFiles(message: string): boolean {
	return /\b(images?|pdfs?|documents?|vision|multi-?modal|media[_ ]type)\b/i.test(message);
}

const words = { picture: "images?|pictures?|vision", pdf: "pdfs?|documents?", both: "multi-?modal" };

/** The kinds of files that the model reads none of, as its server says. A word about the form of one file is none about the model. */
export function deniedIn(message: string): Seen[] {
	const denies = (subject: string) =>
		[
			// "This model does not support image input", "image input is not supported", "No endpoints found that support image input".
			`(?:\\bnot|n't|no endpoints found that) support (?:any )?(?:${subject})\\b(?! (?:formats?|types?|sizes?|urls?|sources?))`,
			`\\b(?:${subject}) (?:inputs?|contents?|blocks?) (?:is|are) not (?:supported|enabled)`,
			`\\b(?:${subject})(?<=s|vision|modal) (?:is|are) not (?:supported|enabled)`,
			// "is not a multimodal model", "was not compiled for multimodal", "At most 0 image(s) may be provided".
			`\\bnot (?:a|compiled for) (?:${subject})\\b`,
			`at most 0 (?:${subject})`,
			`missing data required for (?:${subject}) input`,
		].some((expression) => new RegExp(expression, "i").test(message));
	const kinds: readonly Seen[] = ["picture", "pdf"];
	return denies(words.both) ? [...kinds] : kinds.filter((kind) => denies(words[kind]));
}
