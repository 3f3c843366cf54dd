// The caret of a controlled text field. Code that changes the text has to move the caret itself.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

export type TextAndCaret = { text: string; caret: number };

export function useCaret(field: RefObject<HTMLTextAreaElement | null>, text: string, onText: (text: string) => void) {
	const [caret, setCaret] = useState(text.length);
	const moveTo = useRef<number>(undefined);
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
	/** Replaces the text and moves the caret, once the field shows the text. */
	const setText = (next: TextAndCaret) => {
		moveTo.current = next.caret;
		setCaret(next.caret);
		onText(next.text);
	};
	return { caret, setCaret, setText };
}
