// The emoji of a language: read from the file that the build generates, searched by name, and given
// a skin tone. Pure.

import { fold } from "../../../src/protocol/text/fold.ts";
import { type SkinTone, skinTones } from "./skinTone.ts";

/**
 * Names are separated by spaces, tags by commas. `kind`: how many skin tones it takes, or 3 for the
 * flag of a country.
 */
export type EmojiRow = [emoji: string, label: string, names: string, tags: string, version: number, kind: 0 | 1 | 2 | 3];

/** One entry per group. */
export type EmojiFile = [label: string, rows: EmojiRow[]][];

export type Emoji = {
	emoji: string;
	label: string;
	/** Its shortcodes, the best known first. */
	names: readonly string[];
	tags: readonly string[];
	/** An index into `groups`. */
	group: number;
	version: number;
	isFlag: boolean;
	/** How many skin tones it takes. */
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

/** With this skin tone, if it takes one. */
export function withSkinTone({ emoji, tints }: Pick<Emoji, "emoji" | "tints">, tone: SkinTone): string {
	if (tints === 0 || tone === "none") return emoji;
	const modifier = String.fromCodePoint(0x1f3fa + skinTones.indexOf(tone));
	const [first = "", ...rest] = emoji;
	const after = rest[0] === "\ufe0f" ? rest.slice(1) : rest;
	return `${first}${modifier}${after.join("")}${tints === 2 ? modifier : ""}`;
}

/**
 * Emoji with a name, a word of it, or a tag that begins like this: the closest first, at most
 * `most`.
 */
export function findEmoji({ all }: EmojiList, written: string, most: number): Emoji[] {
	const wanted = fold(written);
	const found = all.map((one) => ({ one, distance: distanceOf(one, wanted) })).filter(({ distance }) => distance < far);
	return found
		.sort((one, other) => one.distance - other.distance)
		.slice(0, most)
		.map(({ one }) => one);
}

/** The emoji with exactly this shortcode. */
export function emojiNamed({ all }: EmojiList, name: string): Emoji | undefined {
	return all.find(({ names }) => names.includes(name.toLowerCase()));
}

const far = Number.POSITIVE_INFINITY;

function distanceOf({ names, label, tags }: Emoji, wanted: string): number {
	if (names.includes(wanted)) return 0;
	const begun = names.filter((name) => name.startsWith(wanted)).map(({ length }) => length);
	// The fewer characters are missing, the closer. No name is longer than 99.
	if (begun.length > 0) return Math.min(...begun) / 100;
	const words = (text: string) => fold(text).split(/[\s_-]+/);
	const hasWord = (text: string) => words(text).some((word) => word.startsWith(wanted));
	if (words(label).includes(wanted)) return 1;
	if (names.some(hasWord)) return 2;
	if (hasWord(label)) return 3;
	return tags.some(hasWord) ? 4 : far;
}
