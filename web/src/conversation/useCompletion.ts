// The list that is offered while something is written, and what the keys do in it.

import { useEffect, useState } from "react";
import type { Person } from "../../../src/protocol/person.ts";
import { type Completion, complete, completeShortcode, completionAt, type Option } from "../completions.ts";
import { shortcodeAt, wholeShortcodeAt } from "../emoji/shortcodes.ts";
import { useEmoji } from "../emoji/useEmoji.ts";

type Written = { text: string; caret: number };

export type Offer = {
	completion: Completion;
	selected: number;
	choose(option: Option | undefined): void;
	/** What each key does that means something here. */
	keys: Record<string, () => void>;
};

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
	const emoji = useEmoji(ended !== undefined || shortcodeAt(text, caret) !== undefined);
	useEffect(() => {
		if (!emoji || ended === undefined) return;
		setEnded(undefined);
		const completed = completeShortcode(text, ended, emoji);
		// One may have written on meanwhile.
		if (completed) put({ text: completed.text, caret: caret < ended ? caret : caret + completed.caret - ended });
	}, [emoji, ended, text, caret, put]);

	const found = completionAt(text, caret, people, emoji);
	const completion = found && found.start !== dismissed ? found : undefined;
	const choose = (option: Option | undefined) => {
		if (!completion || !option) return;
		put(complete(text, caret, completion, option));
		if (option.type === "person") onName(option.person);
	};
	/** To be called with what has just been typed: what it becomes. */
	const typed = (written: Written): Written => {
		setIndex(0);
		if (!/[@:]/.test(written.text)) setDismissed(undefined);
		const isOneMore = written.text.length === text.length + 1;
		if (!isOneMore || !wholeShortcodeAt(written.text, written.caret)) return written;
		if (!emoji) setEnded(written.caret);
		return (emoji && completeShortcode(written.text, written.caret, emoji)) ?? written;
	};
	return { offer: completion && offerOf(completion, index, setIndex, choose, () => setDismissed(completion.start)), typed };
}

function offerOf(
	completion: Completion,
	index: number,
	setIndex: (index: number) => void,
	choose: Offer["choose"],
	dismiss: () => void,
): Offer {
	const { options } = completion;
	const selected = Math.min(index, options.length - 1);
	const keys = {
		ArrowDown: () => setIndex((selected + 1) % options.length),
		ArrowUp: () => setIndex((selected - 1 + options.length) % options.length),
		Enter: () => choose(options[selected]),
		Tab: () => choose(options[selected]),
		Escape: dismiss,
	};
	return { completion, selected, choose, keys };
}
