// Closes open markup in a streaming text. Its code is loaded when the page is idle, as only streaming needs it.

import type { Heal } from "./lexer.ts";

let close: Heal | undefined;

/** Returns the text unchanged until the code is loaded. */
export const heal: Heal = (text) => close?.(text) ?? text;

export async function loadHealing(): Promise<void> {
	const { default: remend } = await import("remend");
	close = (text) => remend(withCodeClosed(text), { linkMode: "text-only", htmlTags: false, katex: false, setextHeadings: false });
}

/** Closes code before the markup around it, which would otherwise be closed within the code. */
function withCodeClosed(text: string): string {
	const marks = text.slice(text.lastIndexOf("\n\n") + 1).match(/`+/g) ?? [];
	return marks.length % 2 === 1 && marks.every((mark) => mark === "`") ? `${text}\`` : text;
}
