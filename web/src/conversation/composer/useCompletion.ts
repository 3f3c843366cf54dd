// The list that is offered while something is written, and what the keys do in it. What finds and shows it is fetched when it is first wanted.

import { useEffect, useMemo, useState } from "react";
import type { Person } from "../../../../src/protocol/person.ts";
import { usePreferences } from "../../account/currentPreferences.ts";
import { useLazy } from "../../controls/useLazy.ts";
import { emojiLanguage } from "../../emoji/languages.ts";
import type { Completion, Option } from "../../writing/completions.ts";

type Written = { text: string; caret: number };

export type Offer = {
	List: typeof import("./CompletionList.tsx").CompletionList;
	completion: Completion;
	selected: number;
	choose(option: Option | undefined): void;
	/** What each key does that means something here. */
	keys: Record<string, () => void>;
};

const load = () => import("./completing.ts");
const loadEmoji = { en: async () => (await load()).emojiIn("en"), de: async () => (await load()).emojiIn("de") };

/** As far before the caret as what is completed may begin. */
const reach = 80;

/** `put`: the text becomes this one, and the caret stands there. */
export function useCompletion(
	{ text, caret }: Written,
	people: readonly Person[],
	put: (written: Written) => void,
	onName: (person: Person) => void,
) {
	const [index, setIndex] = useState(0);
	/** Where a list begins that was sent away. */
	const [dismissed, setDismissed] = useState<number>();
	/** Where a name was ended before the emoji were here. */
	const [ended, setEnded] = useState<number>();
	const { skinTone = "none" } = usePreferences();
	const code = useLazy(load, /[@:]/.test(text.slice(Math.max(0, caret - reach), caret)));
	const isEnded = ended !== undefined && code?.wholeShortcodeAt(text, ended) !== undefined;
	const source = useLazy(loadEmoji[emojiLanguage()], isEnded || code?.shortcodeAt(text, caret) !== undefined);
	const emoji = useMemo(() => source?.coloured(skinTone), [source, skinTone]);
	useEffect(() => {
		if (!code || ended === undefined || (isEnded && !emoji)) return;
		setEnded(undefined);
		const completed = emoji && code.completeShortcode(text, ended, emoji);
		// One may have written on meanwhile.
		if (completed) put({ text: completed.text, caret: caret < ended ? caret : caret + completed.caret - ended });
	}, [code, emoji, ended, isEnded, text, caret, put]);

	/** To be called with what has just been typed: what it becomes. */
	const typed = (written: Written): Written => {
		setIndex(0);
		if (!/[@:]/.test(written.text)) setDismissed(undefined);
		const isColon = written.text.length === text.length + 1 && written.text[written.caret - 1] === ":";
		if (!isColon) return written;
		if (!emoji) setEnded(written.caret);
		return (emoji && code?.completeShortcode(written.text, written.caret, emoji)) ?? written;
	};

	const completion = code?.completionAt(text, caret, people, emoji);
	if (!code || !completion || completion.start === dismissed) return { offer: undefined, typed };
	const { options } = completion;
	const selected = Math.min(index, options.length - 1);
	const choose = (option: Option | undefined) => {
		if (!option) return;
		put(code.complete(text, caret, completion, option));
		if (option.type === "person") onName(option.person);
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
