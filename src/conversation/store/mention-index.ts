// The index of the messages that name each person, by which mentions are counted.

import type { Message } from "../../protocol/message.ts";
import { claude } from "../../protocol/person.ts";

/** Brings the index up to date after a message was added or changed. */
export function indexMentions(sql: SqlStorage, before: Message | undefined, after: Message): void {
	const former = before ? namedBy(before) : new Set<string>();
	const named = namedBy(after);
	for (const userId of former) if (!named.has(userId)) sql.exec("DELETE FROM mentions WHERE user_id = ? AND seq = ?", userId, after.seq);
	for (const userId of named) if (!former.has(userId)) sql.exec("INSERT INTO mentions (user_id, seq) VALUES (?, ?)", userId, after.seq);
}

/** The people whom a message mentions or quotes, without its author. A program may mention its owner. */
function namedBy({ author, mentions = [], quoted }: Message): Set<string> {
	const named = new Set(mentions.map(({ userId }) => userId));
	if (quoted && quoted.author.userId !== claude.userId) named.add(quoted.author.userId);
	if (!author.program) named.delete(author.userId);
	return named;
}
