// A message as its row holds it, and as the wire has it; and what a member has read, by theirs. Pure; knows no statement.

import type { Mention, Message, MessageStatus, Reaction, Version } from "../../protocol/message.ts";
import type { Person } from "../../protocol/person.ts";

/** What is kept of a reply beside its text. */
export type ReplyFacts = Pick<Message, "thinking" | "stoppedBy" | "model" | "stopReason" | "usage" | "attempts" | "elapsedMs">;

export type MessageRow = {
	seq: number;
	id: string;
	role: Message["role"];
	author_id: string;
	author_name: string;
	content: string;
	status: MessageStatus;
	reason: string | null;
	client_id: string | null;
	asks: number;
	born: number;
	revision: number;
	created_at: number;
	reply: string | null;
	reply_to: number | null;
	mentions: string | null;
	reactions: string | null;
	edited_at: number | null;
	deleted_at: number | null;
	versions: number;
	asked_by: string | null;
};

export type VersionRow = Pick<MessageRow, "content" | "status" | "reason" | "reply"> & { version: number };

/** SQL, of a row of `members`: up to which place its member has read, as they want it to count for themselves. */
export const readUpTo = "coalesce(unread_from - 1, read_up_to)";

export function toMessage(row: MessageRow, conversationId: string): Message {
	return {
		id: row.id,
		conversationId,
		role: row.role,
		content: row.content,
		createdAt: isoTime(row.created_at),
		author: { userId: row.author_id, username: row.author_name },
		status: row.status,
		...(row.reason === null ? {} : { reason: row.reason }),
		seq: row.seq,
		revision: row.revision,
		...(row.client_id === null ? {} : { clientId: row.client_id }),
		...(row.asks === 1 && { asksClaude: true }),
		...(row.asked_by !== null && { askedBy: JSON.parse(row.asked_by) as Person[] }),
		...factsOf(row),
		...(row.versions > 0 && { versions: row.versions }),
		...(row.mentions !== null && { mentions: JSON.parse(row.mentions) as Mention[] }),
		...(row.reactions !== null && { reactions: JSON.parse(row.reactions) as Reaction[] }),
		...(row.edited_at !== null && { editedAt: isoTime(row.edited_at) }),
		...(row.deleted_at !== null && { deletedAt: isoTime(row.deleted_at) }),
	};
}

export function toVersion(row: VersionRow): Version {
	const { version, content, status, reason } = row;
	return { version, content, status, ...(reason !== null && { reason }), ...factsOf(row) };
}

function factsOf({ reply }: Pick<MessageRow, "reply">): ReplyFacts {
	return reply === null ? {} : (JSON.parse(reply) as ReplyFacts);
}

/** A list as its column holds it: as JSON, or not at all. */
export function listColumn(list: readonly (Mention | Reaction | Person)[]): string | null {
	return list.length > 0 ? JSON.stringify(list) : null;
}

export function isoTime(ms: number): string {
	return new Date(ms).toISOString();
}
