// A conversation in a person's list as a row: how a summary becomes one, and what the wire has of it. Pure.

import type { ListEntry, ListSummary } from "../protocol/conversation.ts";
import { nameOfAuthor } from "../protocol/person.ts";

export type Row = {
	id: string;
	title: string;
	assistant: ListEntry["assistant"];
	created_at: string;
	role: ListEntry["role"];
	last_activity_at: number;
	last_message: string | null;
	unread: number;
	mentions: number;
	read_up_to: number;
	revision: number;
	muted: number;
	pinned: number;
	archived: number;
	marks: number;
	addressed: number;
	notifications: NonNullable<ListEntry["notifications"]> | null;
};

/** The columns that a delivery changes, without the time of the last activity: writing that one also writes its indexes. */
export const deliveredColumns = [
	"title",
	"assistant",
	"role",
	"last_message",
	"unread",
	"mentions",
	"addressed",
	"read_up_to",
	"revision",
	"marks",
	"archived",
] as const satisfies (keyof Row)[];

/** If the revisions are equal, the summary that has read less is older: reading only advances, unless `marks` has grown. */
export function isOlder({ revision, marks = 0, readUpTo }: ListSummary, known: Row): boolean {
	if (revision !== known.revision) return revision < known.revision;
	return marks !== known.marks ? marks < known.marks : readUpTo < known.read_up_to;
}

/** A new message unarchives a conversation, unless it is muted. */
function isUnarchived({ lastMessage }: ListSummary, known: Row): boolean {
	const knownSeq = known.last_message === null ? 0 : (JSON.parse(known.last_message) as { seq: number }).seq;
	return known.muted === 0 && (lastMessage?.seq ?? 0) > knownSeq;
}

/** The columns are in the order of the table: two rows are compared as JSON. */
export function toRow(summary: ListSummary, known: Row | undefined): Row {
	return {
		id: summary.id,
		title: summary.title,
		assistant: summary.assistant,
		created_at: summary.createdAt,
		role: summary.role,
		last_activity_at: Date.parse(summary.lastActivityAt),
		last_message: summary.lastMessage ? JSON.stringify(summary.lastMessage) : null,
		unread: summary.unread,
		mentions: summary.mentions,
		read_up_to: summary.readUpTo,
		revision: summary.revision,
		muted: known?.muted ?? 0,
		pinned: known?.pinned ?? 0,
		archived: known && !isUnarchived(summary, known) ? known.archived : 0,
		marks: summary.marks ?? 0,
		addressed: summary.addressed ?? summary.mentions,
		notifications: known?.notifications ?? null,
	};
}

export function toEntry(row: Row): ListEntry {
	return {
		id: row.id,
		title: row.title,
		createdAt: row.created_at,
		assistant: row.assistant,
		role: row.role,
		lastActivityAt: new Date(row.last_activity_at).toISOString(),
		...lastMessageOf(row),
		unread: row.unread,
		mentions: row.mentions,
		addressed: row.addressed,
		readUpTo: row.read_up_to,
		muted: row.muted === 1,
		pinned: row.pinned === 1,
		archived: row.archived === 1,
		...(row.notifications !== null && { notifications: row.notifications }),
	};
}

function lastMessageOf({ last_message }: Row): Pick<ListEntry, "lastMessage"> {
	if (last_message === null) return {};
	const { author, ...rest } = JSON.parse(last_message) as NonNullable<ListEntry["lastMessage"]>;
	return { lastMessage: { ...rest, author: { ...author, username: nameOfAuthor(author) } } };
}
