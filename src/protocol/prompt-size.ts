// How much a message takes up of what Claude reads, in UTF-16 units: its text, and what says whose it is. Pure.

import { limits } from "./limits.ts";
import type { Message } from "./message.ts";

export type Weighed = Pick<Message, "content" | "author" | "quoted">;

/** Never nothing, so that not even a log of empty messages is read without end. */
export function weightOf({ content, author, quoted }: Weighed): number {
	const texts = [content, author.username, author.userId, quoted?.content ?? "", quoted?.author.username ?? ""];
	return limits.envelope + texts.join("").length;
}
