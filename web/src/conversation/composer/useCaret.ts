// The caret of a controlled text field. Code that changes the text has to move the caret itself.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { typeInto } from "../../browser.ts";

export type TextAndCaret = { text: string; caret: number };

export function useCaret(field: RefObject<HTMLTextAreaElement | null>, text: string, onText: (text: string) => void) {
	const [caret, setCaret] = useState(text.length);
	const moveTo = useRef<number>(undefined);
	const isTyping = useRef(false);
	useLayoutEffect(() => {
		if (moveTo.current !== undefined) field.current?.setSelectionRange(moveTo.current, moveTo.current);
		moveTo.current = undefined;
	});
	useEffect(() => {
		const follow = () => {
			if (field.current && field.current === document.activeElement) setCaret(field.current.selectionEnd);
		};
		document.addEventListener("selectionchange", follow);
		return () => document.removeEventListener("selectionchange", follow);
	}, [field]);
	/** Replaces the text, so that the person can undo that, and moves the caret, once the field shows the text. */
	const setText = (next: TextAndCaret) => {
		moveTo.current = next.caret;
		isTyping.current = true;
		// The field tells of it like of a key. What it could not do is shown without a way back.
		const isTyped = field.current !== null && typeInto(field.current, next.text);
		isTyping.current = false;
		setCaret(next.caret);
		if (!isTyped || field.current?.value !== next.text) onText(next.text);
		else field.current.setSelectionRange(next.caret, next.caret);
	};
	/** A change of the field comes from `setText`. */
	const isOwn = () => isTyping.current;
	return { caret, setCaret, setText, isOwn };
}
