// Estimates how many tokens a message takes in Claude's prompt: its text and the envelope that says
// whose it is. Pure.

import { fileNotes } from "./files/notes.ts";
import { limits } from "./limits.ts";
import type { Message } from "./message.ts";

export type SizedMessage = Pick<Message, "content" | "author" | "quoted"> & Partial<Pick<Message, "files">>;

/** Never 0: a log of empty messages must not be read without end. */
export function promptSizeOf({ content, author, quoted, files }: SizedMessage): number {
	const texts = [content, fileNotes(files), author.username, author.userId, quoted?.content ?? "", quoted?.author.username ?? ""];
	return limits.envelope + tokensIn(texts.join(""));
}

/**
 * Counts high rather than low, because a prompt that is too long is refused. Latin letters share a
 * token; in other scripts nearly every character is one.
 */
export function tokensIn(text: string): number {
	let latin = 0;
	for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) < firstOfOtherScripts) latin++;
	return Math.ceil(latin / lettersPerToken) + text.length - latin;
}

/** After Latin with its accents come phonetic signs, Greek, Cyrillic and all other scripts. */
const firstOfOtherScripts = 0x250;
const lettersPerToken = 3;
