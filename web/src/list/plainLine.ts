// Turns a Markdown text into one plain line, for quotes and lists. Pure.

import { withoutMarks } from "../../../src/protocol/text/plain-text.ts";

export function plainLine(text: string): string {
	return withoutMarks(text).replace(/\s+/g, " ").trim();
}
