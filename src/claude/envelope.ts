// The envelope in which Claude reads a person's message: it says who wrote it, and nobody can end or imitate it. Pure.

import type { Message } from "../protocol/message.ts";
import { withoutTags } from "./envelope-tags.ts";

/** A person's message in its envelope. */
export function envelope({ author, content, quoted, editedAt, deletedAt }: Message): string {
	const attributes: Record<string, string | undefined> = {
		from: author.username,
		id: author.userId,
		answers: quoted?.author.username,
		quote: quoted?.content || undefined,
		edited: editedAt && "yes",
		deleted: deletedAt && "yes",
	};
	const attributeTexts = Object.entries(attributes).map(([name, value]) => (value === undefined ? "" : ` ${name}="${attribute(value)}"`));
	return `<message${attributeTexts.join("")}>\n${withoutTags(content)}\n</message>`;
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const unescapes = new Map(Object.entries(escapes).map(([character, escaped]) => [escaped, character]));

/** A text within the quotes of an attribute. */
export function attribute(value: string): string {
	const line = value.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").replace(/[&<>"']/g, (character) => escapes[character] as string);
	return withoutTags(line);
}

/** The inverse of `envelope`: who wrote a block of the prompt, and its text. */
export function readEnvelope(block: string): { from: string; text: string } | undefined {
	const [, from, text] = /^<message from="([^"]*)" id="[^"]*"(?: [a-z]+="[^"]*")*>\n(.*)\n<\/message>$/s.exec(block) ?? [];
	if (from === undefined || text === undefined) return undefined;
	return { from: from.replace(/&[^;]+;/g, (escaped) => unescapes.get(escaped) ?? escaped), text };
}
