// The code for completions, in one chunk that is loaded on first use.

import { emojiNamed, findEmoji, withSkinTone } from "../../emoji/emoji.ts";
import type { EmojiLanguage } from "../../emoji/languages.ts";
import { loadEmoji } from "../../emoji/loading.ts";
import type { SkinTone } from "../../emoji/skinTone.ts";
import type { EmojiSource } from "../../writing/completions.ts";

export { shortcodeAt, wholeShortcodeAt } from "../../emoji/shortcodes.ts";
export { complete, completeShortcode, completionAt } from "../../writing/completions.ts";
export { writtenNameAt } from "../../writing/mentionQuery.ts";
export { CompletionList } from "./CompletionList.tsx";

export async function emojiIn(language: EmojiLanguage): Promise<{ coloured(tone: SkinTone): EmojiSource }> {
	const list = await loadEmoji(language);
	return {
		coloured: (tone) => ({
			find: (written, most) =>
				findEmoji(list, written, most).map((one) => ({ emoji: withSkinTone(one, tone), name: one.names[0] ?? one.label })),
			named: (name) => {
				const found = emojiNamed(list, name);
				return found && withSkinTone(found, tone);
			},
		}),
	};
}
