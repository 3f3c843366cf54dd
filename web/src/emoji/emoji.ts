// The emoji of a language: read from the file that the build makes, found by what they are called, in a colour of skin. Pure.

import { foldCase } from "../writing/foldCase.ts";
import { type SkinTone, skinTones } from "./skinTone.ts";

/** Its names are separated by spaces, its tags by commas. The last: where a colour of skin stands in it, or that it is a land's flag. */
export type EmojiRow = [emoji: string, label: string, names: string, tags: string, version: number, kind: 0 | 1 | 2 | 3];

/** By groups. */
export type EmojiFile = [label: string, rows: EmojiRow[]][];

export type Emoji = {
	emoji: string;
	label: string;
	/** What is written between colons for it, the best known first. */
	names: readonly string[];
	tags: readonly string[];
	/** By its place in `groups`. */
	group: number;
	version: number;
	isFlag: boolean;
	/** As often as the colour of skin stands in it. */
	tints: 0 | 1 | 2;
};

export type EmojiList = { all: readonly Emoji[]; groups: readonly string[] };

export function readEmoji(file: EmojiFile): EmojiList {
	const all = file.flatMap(([, rows], group) =>
		rows.map(([emoji, label, names, tags, version, kind]): Emoji => {
			const isFlag = kind === 3;
			const tagged = tags === "" ? [] : tags.split(",");
			return { emoji, label, names: names.split(" "), tags: tagged, group, version, isFlag, tints: isFlag ? 0 : kind };
		}),
	);
	return { all, groups: file.map(([label]) => label) };
}

/** In this colour of skin, if it has any. */
export function tinted({ emoji, tints }: Pick<Emoji, "emoji" | "tints">, tone: SkinTone): string {
	if (tints === 0 || tone === "none") return emoji;
	const colour = String.fromCodePoint(0x1f3fa + skinTones.indexOf(tone));
	const [first = "", ...rest] = emoji;
	const after = rest[0] === "\ufe0f" ? rest.slice(1) : rest;
	return `${first}${colour}${after.join("")}${tints === 2 ? colour : ""}`;
}

/** Those whose name, or a word of it, begins so, or that have to do with it: the closest first, no more than `most`. */
export function findEmoji({ all }: EmojiList, written: string, most: number): Emoji[] {
	const wanted = foldCase(written);
	const found = all.map((one) => ({ one, distance: distanceOf(one, wanted) })).filter(({ distance }) => distance < far);
	return found
		.sort((one, other) => one.distance - other.distance)
		.slice(0, most)
		.map(({ one }) => one);
}

/** The one of exactly this name. */
export function emojiNamed({ all }: EmojiList, name: string): Emoji | undefined {
	return all.find(({ names }) => names.includes(name.toLowerCase()));
}

const far = Number.POSITIVE_INFINITY;

function distanceOf({ names, label, tags }: Emoji, wanted: string): number {
	if (names.includes(wanted)) return 0;
	const begun = names.filter((name) => name.startsWith(wanted)).map(({ length }) => length);
	// The less is left to write, the closer: no name is longer than 99.
	if (begun.length > 0) return Math.min(...begun) / 100;
	const words = (text: string) => foldCase(text).split(/[\s_-]+/);
	const hasWord = (text: string) => words(text).some((word) => word.startsWith(wanted));
	if (words(label).includes(wanted)) return 1;
	if (names.some(hasWord)) return 2;
	if (hasWord(label)) return 3;
	return tags.some(hasWord) ? 4 : far;
}
