// Turns a Markdown text into one plain line, for quotes and lists. Pure.

import { withoutMarks } from "../../../src/protocol/text/plain-text.ts";

/** A text of marks alone stays as it is. */
export function plainLine(text: string): string {
	return oneLine(withoutMarks(text)) || oneLine(text);
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}
