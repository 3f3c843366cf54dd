// A field grows with its text where the browser does not do it by itself; up to a height that its style sets.

import { type RefObject, useLayoutEffect } from "react";

export function useAutoGrow(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
	// biome-ignore lint/correctness/useExhaustiveDependencies: another text may need another height.
	useLayoutEffect(() => {
		const element = field.current;
		if (!element || CSS.supports("field-sizing", "content")) return;
		element.style.blockSize = "auto";
		element.style.blockSize = `${element.scrollHeight}px`;
	}, [field, text]);
}
