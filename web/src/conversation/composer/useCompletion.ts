// The list of completions offered while somebody writes, and its keys. The code that finds and shows them is loaded on first use.

import { useCallback, useEffectEvent, useLayoutEffect, useMemo, useState } from "react";
import type { Person } from "../../../../src/protocol/person.ts";
import { usePreferences } from "../../account/currentPreferences.ts";
import { useLazy } from "../../controls/useLazy.ts";
import { emojiLanguage } from "../../emoji/languages.ts";
import type { Completion, Option } from "../../writing/completions.ts";
import type { Mentionable } from "../../writing/mentionQuery.ts";
import type { TextAndCaret } from "./useCaret.ts";
import { useFoundPeople } from "./useFoundPeople.ts";

export type Offer = {
	List: typeof import("./CompletionList.tsx").CompletionList;
	completion: Completion;
	selected: number;
	choose(option: Option | undefined): void;
	/** By `event.key`. */
	keys: Record<string, () => void>;
};

const loadCode = () => import("./completionCode.ts");
/** In characters: a completion begins at most this far before the caret. */
const maxLength = 80;

export function useCompletion(
	{ text, caret }: TextAndCaret,
	people: Mentionable,
	setText: (next: TextAndCaret) => void,
	onMention: (person: Person) => void,
) {
	const [index, setIndex] = useState(0);
	/** The start of a completion whose list was closed with Escape. */
	const [dismissed, setDismissed] = useState<number>();
	/** The carets after shortcodes that were finished, in order. The emoji may still have to be loaded. */
	const [finished, setFinished] = useState<readonly number[]>([]);
	const { skinTone = "none" } = usePreferences();
	const code = useLazy(loadCode, /[@:]/.test(text.slice(Math.max(0, caret - maxLength), caret)));
	const everybody = useFoundPeople(people, people.find && code?.writtenNameAt(text, caret));
	const isFinished = finished.some((end) => code?.wholeShortcodeAt(text, end) !== undefined);
	const language = emojiLanguage();
	const loadEmoji = useCallback(async () => (await loadCode()).emojiIn(language), [language]);
	const source = useLazy(loadEmoji, isFinished || code?.shortcodeAt(text, caret) !== undefined);
	const emoji = useMemo(() => source?.coloured(skinTone), [source, skinTone]);
	// An event, because the text may have changed between the drawing and the effect.
	const replaceFinished = useEffectEvent(() => {
		setFinished([]);
		let next = { text, caret };
		// From the last one, so that the carets before it stay right.
		for (const end of finished.toReversed()) {
			const completed = emoji && code?.completeShortcode(next.text, end, emoji);
			// The person may have typed on meanwhile.
			if (completed) next = { text: completed.text, caret: next.caret < end ? next.caret : next.caret + completed.caret - end };
		}
		if (next.text !== text) setText(next);
	});
	const canReplace = code !== undefined && finished.length > 0 && (!isFinished || emoji !== undefined);
	useLayoutEffect(() => {
		if (!canReplace) return;
		// When the browser is done with the key: a change while it is not could not be undone.
		const timer = setTimeout(replaceFinished);
		return () => clearTimeout(timer);
	}, [canReplace]);

	/** To be called with each change by the person. A shortcode that it finishes is replaced by its emoji. */
	const typed = (next: TextAndCaret) => {
		setIndex(0);
		if (!/[@:]/.test(next.text)) setDismissed(undefined);
		const isColon = next.text.length === text.length + 1 && next.text[next.caret - 1] === ":";
		if (isColon) setFinished([...finished, next.caret]);
	};

	const completion = code?.completionAt(text, caret, everybody, emoji);
	if (!code || !completion || completion.start === dismissed) return { offer: undefined, typed };
	const { options } = completion;
	const selected = Math.min(index, options.length - 1);
	const choose = (option: Option | undefined) => {
		if (!option) return;
		setText(code.complete(text, caret, completion, option));
		if (option.type === "person") onMention(option.person);
	};
	const keys = {
		ArrowDown: () => setIndex((selected + 1) % options.length),
		ArrowUp: () => setIndex((selected - 1 + options.length) % options.length),
		Enter: () => choose(options[selected]),
		Tab: () => choose(options[selected]),
		Escape: () => setDismissed(completion.start),
	};
	const offer: Offer = { List: code.CompletionList, completion, selected, choose, keys };
	return { offer, typed };
}
