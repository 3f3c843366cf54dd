// Closing what a text that is still being written has open. The code for it is needed only then, and is fetched when the page has time.

import type { Heal } from "./lexer.ts";

let close: Heal | undefined;

/** The text with its open ends closed, as soon as there is what closes them. */
export const heal: Heal = (text) => close?.(text) ?? text;

export async function loadHealing(): Promise<void> {
	const { default: remend } = await import("remend");
	close = (text) => remend(withCodeClosed(text), { linkMode: "text-only", htmlTags: false, katex: false, setextHeadings: false });
}

/** Before what is around it, which would be closed within it. */
function withCodeClosed(text: string): string {
	const marks = text.slice(text.lastIndexOf("\n\n") + 1).match(/`+/g) ?? [];
	return marks.length % 2 === 1 && marks.every((mark) => mark === "`") ? `${text}\`` : text;
}
