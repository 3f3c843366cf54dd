// The last message of a conversation as one line. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { nameOfAuthor } from "../../../src/protocol/person.ts";
import { lineOf } from "../files/fileLine.ts";
import type { Catalogue } from "../languages/catalogue.ts";

export function lastLineOf({ lastMessage }: Pick<ListEntry, "lastMessage">, userId: string, strings: Catalogue): string {
	if (!lastMessage) return strings.nothingSaid;
	const { author, deletedAt } = lastMessage;
	const text = deletedAt === undefined ? lineOf(lastMessage, strings) : strings.deletedLine;
	return strings.lastLine(author.userId === userId ? strings.yourself : nameOfAuthor(author), text);
}
