// Fetches the emoji of a language once, and leaves out those that this device cannot draw. Never from another origin.

import { type Emoji, type EmojiFile, type EmojiList, readEmoji } from "./emoji.ts";

const lists = new Map<string, Promise<EmojiList>>();

/** Fails where it cannot be had now; another time may do better. */
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

/** Of each version one emoji is tried: devices learn them together. Where none can be drawn, the device cannot be asked so. */
function drawable(all: readonly Emoji[]): readonly Emoji[] {
	const isDrawn = drawer();
	const samples = new Map(all.filter(({ isFlag }) => !isFlag).map(({ version, emoji }) => [version, emoji]));
	const versions = [...samples.keys()].sort((one, other) => other - one);
	const newest = versions.find((version) => isDrawn(samples.get(version) ?? ""));
	if (newest === undefined) return all;
	// Some devices have all but the flags, and show letters instead.
	const hasFlags = isDrawn("🇪🇺");
	return all.filter(({ version, isFlag }) => version <= newest && (hasFlags || !isFlag));
}

/** An emoji is drawn in colours of its own, whichever one is asked for; and one that is not known as one falls into several. */
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
