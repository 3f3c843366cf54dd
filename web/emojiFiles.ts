// The emoji as the page needs them: a small file for each language, made of `emojibase-data` when the client is built.

import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { pictured } from "../src/protocol/text.ts";
import { type EmojiFile, type EmojiRow, tinted } from "./src/emoji/emoji.ts";
import { type EmojiLanguage, emojiLanguages } from "./src/emoji/languages.ts";

/** What is read of the package. */
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

/** Of no use by itself: skin, hair. */
const component = "component";

export function emojiFile(language: EmojiLanguage): EmojiFile {
	const sources: Source[] = read(`emojibase-data/${language}/data.json`);
	const { groups, subgroups }: Messages = read(`emojibase-data/${language}/messages.json`);
	// By the names that people know from elsewhere, in every language; the newest have only the other ones.
	const usual: Shortcodes = read("emojibase-data/en/shortcodes/github.json");
	const other: Shortcodes = read("emojibase-data/en/shortcodes/emojibase.json");
	const flags = new Set(subgroups.filter(({ key }) => key.endsWith("-flag")).map(({ order }) => order));
	const rowOf = ({ hexcode, label, tags = [], subgroup, version, skins = [], ...source }: Source): EmojiRow => {
		const emoji = pictured(source.emoji);
		const names = [usual[hexcode] ?? other[hexcode] ?? []].flat();
		const said = `${label} ${names.join(" ")}`.toLowerCase();
		const unsaid = tags.filter((tag) => !said.includes(tag.toLowerCase()));
		const kind = subgroup !== undefined && flags.has(subgroup) ? 3 : tinting(emoji, skins);
		return [emoji, label, names.join(" "), unsaid.join(","), version, kind];
	};
	return groups
		.filter(({ key }) => key !== component)
		.map(({ message, order }) => [begun(message, language), sources.filter(({ group }) => group === order).map(rowOf)]);
}

/** With a capital letter, as a heading. */
function begun(text: string, language: EmojiLanguage): string {
	return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** Where the skin's colour stands in it: nowhere, after the first picture, or after the first and the last. */
function tinting(emoji: string, skins: readonly { emoji: string; tone: number | number[] }[]): 0 | 1 | 2 {
	const found = skins.find(({ tone }) => tone === 1);
	if (!found) return 0;
	const light = pictured(found.emoji);
	for (const tints of [1, 2] as const) if (tinted({ emoji, tints }, "light") === light) return tints;
	throw new Error(`No way is known to give ${emoji} a colour of skin.`);
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
