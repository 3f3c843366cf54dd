// The emoji in the form that the picker library takes. The library ranks matches by counting them
// and never reorders groups, but it reads both again for each search. `putFirst` therefore mutates
// them to put the closest matches first.

import type { EmojiData } from "frimousse";
import { type Emoji, type EmojiList, findEmoji, withSkinTone } from "./emoji.ts";

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

/** Before all groups, and found by no search: each is in its own group, too. */
export function putRecent(data: EmojiData, list: EmojiList, recent: readonly string[], label: string): void {
	const byPlain = new Map(list.all.map((one, index) => [plainEmoji(one.emoji), data.emojis[index]]));
	const known = recent.flatMap((emoji) => byPlain.get(emoji) ?? []);
	data.emojis.splice(list.all.length, data.emojis.length, ...known.map((one) => ({ ...one, category: recentGroup, tags: [] })));
	data.categories = data.categories.filter(({ index }) => index !== recentGroup);
	if (known.length > 0) data.categories.unshift({ index: recentGroup, label });
}

const recentGroup = -1;

/** Without its skin tone. */
export function plainEmoji(emoji: string): string {
	return emoji.replace(/[\u{1f3fb}-\u{1f3ff}\ufe0f]/gu, "");
}

/** The page has its own names for skin tones. */
export const noNames: EmojiData["skinTones"] = { light: "", "medium-light": "", medium: "", "medium-dark": "", dark: "" };

/** More than fit on the screen. */
const most = 24;

/**
 * `step`: one more than the library counts for a match in the label, so that it cannot change our
 * order. `ahead`: more than it counts for any other emoji.
 */
const [step, ahead] = [11, 40];

/**
 * Puts the closest matches of the next search first, in their groups, and those groups first. An
 * empty search restores the order.
 */
export function putFirst(data: EmojiData, list: EmojiList, search: string): void {
	const wanted = search.trim();
	const closest = wanted === "" ? [] : findEmoji(list, wanted, most);
	const places = new Map(closest.map((one, place) => [one, place]));
	for (const [index, one] of list.all.entries()) {
		const place = places.get(one);
		const entry = data.emojis[index];
		if (entry) entry.tags = place === undefined ? tagsOf(one) : Array<string>(ahead + step * (most - place)).fill(wanted);
	}
	for (const recent of data.emojis.slice(list.all.length)) {
		const { label = "" } = data.emojis.find(({ emoji }) => emoji === recent.emoji) ?? {};
		recent.label = wanted === "" ? label : "";
	}
	const order = [recentGroup, ...new Set([...closest.map(({ group }) => group), ...list.groups.keys()])];
	data.categories.sort((one, other) => order.indexOf(one.index) - order.indexOf(other.index));
}

/** Shortcodes can be searched like tags. */
function tagsOf({ names, tags }: Emoji): string[] {
	return [...names, ...tags];
}

function skinsOf(one: Emoji): NonNullable<EmojiData["emojis"][number]["skins"]> {
	return {
		light: withSkinTone(one, "light"),
		"medium-light": withSkinTone(one, "medium-light"),
		medium: withSkinTone(one, "medium"),
		"medium-dark": withSkinTone(one, "medium-dark"),
		dark: withSkinTone(one, "dark"),
	};
}
