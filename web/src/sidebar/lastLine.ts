// The last message of a conversation as one line, or its draft. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { claude, nameOfAuthor } from "../../../src/protocol/person.ts";
import { lineOf } from "../files/fileLine.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import { plainLine } from "../list/plainLine.ts";
import type { Draft } from "../writing/drafts.ts";

/** A draft that only quotes has no text yet. */
export function draftLineOf({ text, answered }: Draft, strings: Catalogue): string {
	return plainLine(text.slice(0, limits.excerpt)) || (answered ? strings.replyingTo(answered.username || strings.somebody) : "");
}

export function lastLineOf({ lastMessage }: Pick<ListEntry, "lastMessage">, userId: string, strings: Catalogue): string {
	if (!lastMessage) return strings.nothingSaid;
	const { author, deletedAt } = lastMessage;
	const said = lineOf(lastMessage, strings) || (author.userId === claude.userId ? strings.noReply : "");
	const text = deletedAt === undefined ? said : strings.deletedLine;
	return strings.lastLine(author.userId === userId ? strings.yourself : nameOfAuthor(author), text);
}
