// The emoji of the page's language for a component: there once somebody wanted them, and not before.

import { useEffect, useMemo, useState } from "react";
import type { EmojiSource } from "../completions.ts";
import { usePreferences } from "../currentPreferences.ts";
import type { EmojiList } from "./emoji.ts";

type Loaded = { language: string; list: EmojiList; code: typeof import("./emoji.ts") };

/** Of the languages that the build makes a file for. */
export function emojiLanguage(): "en" | "de" {
	return document.documentElement.lang.startsWith("de") ? "de" : "en";
}

export function useEmoji(isWanted: boolean): EmojiSource | undefined {
	const { skinTone = "none" } = usePreferences();
	const [loaded, setLoaded] = useState<Loaded>();
	const language = emojiLanguage();
	const isHere = loaded?.language === language;
	useEffect(() => {
		if (!isWanted || isHere) return;
		let isCurrent = true;
		// Where they cannot be had, names stay as they are written.
		load(language).then((loaded) => isCurrent && setLoaded(loaded), ignore);
		return () => {
			isCurrent = false;
		};
	}, [isWanted, isHere, language]);
	return useMemo(() => {
		if (!isHere) return undefined;
		const { list, code } = loaded;
		return {
			find: (written, most) =>
				code.findEmoji(list, written, most).map((one) => ({ emoji: code.tinted(one, skinTone), name: one.names[0] ?? one.label })),
			named: (name) => {
				const found = code.emojiNamed(list, name);
				return found && code.tinted(found, skinTone);
			},
		};
	}, [isHere, loaded, skinTone]);
}

async function load(language: string): Promise<Loaded> {
	const [{ loadEmoji }, code] = await Promise.all([import("./loading.ts"), import("./emoji.ts")]);
	return { language, list: await loadEmoji(language), code };
}

const ignore = () => {};
