// Generates the emoji data of the page at build time: a small file per language, from `emojibase-data`.

import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { normalizeEmoji } from "../src/protocol/text/sanitize.ts";
import { type EmojiFile, type EmojiRow, withSkinTone } from "./src/emoji/emoji.ts";
import { type EmojiLanguage, emojiLanguages } from "./src/emoji/languages.ts";

/** The fields that are used from the package. */
type Source = {
	emoji: string;
	hexcode: string;
	label: string;
	tags?: string[];
	group?: number;
	subgroup?: number;
	version: number;
	skins?: { emoji: string; tone: number | number[] }[];
};
type Messages = Record<"groups" | "subgroups", { key: string; message: string; order: number }[]>;
type Shortcodes = Record<string, string | string[] | undefined>;

const read = createRequire(import.meta.url);

/** The group of parts such as skin tones and hair, which are no emoji by themselves. */
const component = "component";

export function emojiFile(language: EmojiLanguage): EmojiFile {
	const sources: Source[] = read(`emojibase-data/${language}/data.json`);
	const { groups, subgroups }: Messages = read(`emojibase-data/${language}/messages.json`);
	// The shortcodes that people know from GitHub, in every language. The newest emoji only have
	// those of emojibase.
	const usual: Shortcodes = read("emojibase-data/en/shortcodes/github.json");
	const other: Shortcodes = read("emojibase-data/en/shortcodes/emojibase.json");
	const flags = new Set(subgroups.filter(({ key }) => key.endsWith("-flag")).map(({ order }) => order));
	const rowOf = ({ hexcode, label, tags = [], subgroup, version, skins = [], ...source }: Source): EmojiRow => {
		const emoji = normalizeEmoji(source.emoji);
		const names = [usual[hexcode] ?? other[hexcode] ?? []].flat();
		const said = `${label} ${names.join(" ")}`.toLowerCase();
		const unsaid = tags.filter((tag) => !said.includes(tag.toLowerCase()));
		const kind = subgroup !== undefined && flags.has(subgroup) ? 3 : tinting(emoji, skins);
		return [emoji, label, names.join(" "), unsaid.join(","), version, kind];
	};
	return groups
		.filter(({ key }) => key !== component)
		.map(({ message, order }) => [capitalized(message, language), sources.filter(({ group }) => group === order).map(rowOf)]);
}

/** Starts a heading with a capital letter. */
function capitalized(text: string, language: EmojiLanguage): string {
	return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** How many skin tones it takes: none, one after the first picture, or a second one at the end. */
function tinting(emoji: string, skins: readonly { emoji: string; tone: number | number[] }[]): 0 | 1 | 2 {
	const found = skins.find(({ tone }) => tone === 1);
	if (!found) return 0;
	const light = normalizeEmoji(found.emoji);
	for (const tints of [1, 2] as const) if (withSkinTone({ emoji, tints }, "light") === light) return tints;
	throw new Error(`It is unknown where ${emoji} takes a skin tone.`);
}

export function emojiFiles(): Plugin {
	return {
		name: "emoji files",
		apply: "build",
		generateBundle() {
			for (const language of emojiLanguages)
				this.emitFile({ type: "asset", fileName: `emoji/${language}.json`, source: JSON.stringify(emojiFile(language)) });
		},
	};
}
