// The emoji as the picker takes them. It finds them by itself, by how often it meets what is looked for, and leaves the groups in
// their order; it reads both anew for each search, so that what is closest can be put first. Pure but for that.

import type { EmojiData } from "frimousse";
import { type Emoji, type EmojiList, findEmoji, tinted } from "./emoji.ts";

const made = new WeakMap<EmojiList, EmojiData>();

export function pickerData(list: EmojiList, locale: string): EmojiData {
	const known = made.get(list);
	if (known) return known;
	const emojis = list.all.map((one) => ({
		emoji: one.emoji,
		category: one.group,
		version: one.version,
		label: one.label,
		tags: tagsOf(one),
		...(one.tints > 0 && { skins: skinsOf(one) }),
	}));
	const data = { locale, categories: list.groups.map((label, index) => ({ index, label })), skinTones: noNames, emojis };
	made.set(list, data);
	return data;
}

/** The colours are named by ourselves. */
export const noNames: EmojiData["skinTones"] = { light: "", "medium-light": "", medium: "", "medium-dark": "", dark: "" };

/** More than are seen at once. */
const most = 24;

/** What the picker counts for a word in the label, and one more, so that it changes no places; and more than it counts of any other. */
const [step, ahead] = [11, 40];

/** Puts first, for the next search, the group of what is closest to it, and in each group what is; all as it was for none. */
export function putFirst(data: EmojiData, list: EmojiList, search: string): void {
	const wanted = search.trim();
	const closest = wanted === "" ? [] : findEmoji(list, wanted, most);
	const places = new Map(closest.map((one, place) => [one, place]));
	for (const [index, one] of list.all.entries()) {
		const place = places.get(one);
		const entry = data.emojis[index];
		if (entry) entry.tags = place === undefined ? tagsOf(one) : Array<string>(ahead + step * (most - place)).fill(wanted);
	}
	const order = [...new Set([...closest.map(({ group }) => group), ...list.groups.keys()])];
	data.categories.sort((one, other) => order.indexOf(one.index) - order.indexOf(other.index));
}

/** Names between colons are searched as well. */
function tagsOf({ names, tags }: Emoji): string[] {
	return [...names, ...tags];
}

function skinsOf(one: Emoji): NonNullable<EmojiData["emojis"][number]["skins"]> {
	return {
		light: tinted(one, "light"),
		"medium-light": tinted(one, "medium-light"),
		medium: tinted(one, "medium"),
		"medium-dark": tinted(one, "medium-dark"),
		dark: tinted(one, "dark"),
	};
}
