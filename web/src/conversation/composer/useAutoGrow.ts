// Makes a field grow with its text in browsers without `field-sizing`, up to the height that its style sets.

import { type RefObject, useLayoutEffect } from "react";

export function useAutoGrow(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new text may need another height.
	useLayoutEffect(() => {
		const element = field.current;
		if (!element || CSS.supports("field-sizing", "content")) return;
		element.style.blockSize = "auto";
		element.style.blockSize = `${element.scrollHeight}px`;
	}, [field, text]);
}
