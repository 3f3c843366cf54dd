// The last message of a conversation as one line. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { nameOfAuthor } from "../../../src/protocol/person.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import { plainLine } from "../list/plainLine.ts";

export function lastLineOf({ lastMessage }: Pick<ListEntry, "lastMessage">, userId: string, strings: Catalogue): string {
	if (!lastMessage) return strings.nothingSaid;
	const { author, content, deletedAt } = lastMessage;
	const text = deletedAt === undefined ? plainLine(content) : strings.deletedLine;
	return strings.lastLine(author.userId === userId ? strings.yourself : nameOfAuthor(author), text);
}
