// Loads the emoji of a language once, without those that this device cannot draw.

import { type Emoji, type EmojiFile, type EmojiList, readEmoji } from "./emoji.ts";

const lists = new Map<string, Promise<EmojiList>>();

/** Rejects if it cannot be loaded; a later call tries again. */
export function loadEmoji(language: string): Promise<EmojiList> {
	const known = lists.get(language);
	if (known) return known;
	const list = fetchEmoji(language);
	lists.set(language, list);
	list.catch(() => lists.delete(language));
	return list;
}

async function fetchEmoji(language: string): Promise<EmojiList> {
	const response = await fetch(`/emoji/${language}.json`);
	const list = readEmoji((await response.json()) as EmojiFile);
	return { ...list, all: drawable(list.all) };
}

/**
 * Tries one emoji of each Unicode version, because devices support whole versions. If none is
 * drawn, the test does not work here.
 */
function drawable(all: readonly Emoji[]): readonly Emoji[] {
	const isDrawn = drawer();
	const samples = new Map(all.filter(({ isFlag }) => !isFlag).map(({ version, emoji }) => [version, emoji]));
	const versions = [...samples.keys()].sort((one, other) => other - one);
	const newest = versions.find((version) => isDrawn(samples.get(version) ?? ""));
	if (newest === undefined) return all;
	// Some devices show letters instead of flags.
	const hasFlags = isDrawn("🇪🇺");
	return all.filter(({ version, isFlag }) => version <= newest && (hasFlags || !isFlag));
}

/**
 * A supported emoji ignores the fill colour, and is one glyph wide. An unsupported one is drawn as
 * several glyphs or in that colour.
 */
function drawer(): (emoji: string) => boolean {
	const size = 4;
	const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
	const context = canvas.getContext("2d", { willReadFrequently: true });
	if (!context) return () => false;
	context.font = `${size}px "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", "Twemoji Mozilla", sans-serif`;
	context.textBaseline = "middle";
	const drawn = (emoji: string, colour: string) => {
		context.clearRect(0, 0, size, size);
		context.fillStyle = colour;
		context.fillText(emoji, 0, size / 2);
		return context.getImageData(0, 0, size, size).data.join();
	};
	return (emoji) => context.measureText(emoji).width < size * 2 && drawn(emoji, "#f00") === drawn(emoji, "#00f");
}
