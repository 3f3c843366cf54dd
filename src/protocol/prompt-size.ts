// The size of a message in Claude's prompt, in UTF-16 units: its text and the envelope that says
// whose it is. Pure.

import { limits } from "./limits.ts";
import type { Message } from "./message.ts";

export type SizedMessage = Pick<Message, "content" | "author" | "quoted">;

/** Never 0: a log of empty messages must not be read without end. */
export function promptSizeOf({ content, author, quoted }: SizedMessage): number {
	const texts = [content, author.username, author.userId, quoted?.content ?? "", quoted?.author.username ?? ""];
	return limits.envelope + texts.join("").length;
}
