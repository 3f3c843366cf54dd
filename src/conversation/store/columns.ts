// The columns of a message: how a row holds it, how the wire has it, and what a deletion leaves of it. A new column is added here
// and in a migration. Pure: the statements are in the other files of this folder.

import type { Reason } from "../../protocol/errors.ts";
import { briefOf } from "../../protocol/files/brief.ts";
import type { FileBrief, MessageFile } from "../../protocol/files/file.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import {
	healFacts,
	type Mention,
	type Message,
	type MessageStatus,
	placeOf,
	type Reaction,
	replyFacts,
	type Version,
} from "../../protocol/message.ts";
import { type Author, nameOfAuthor, type Person } from "../../protocol/person.ts";

/** Facts about a reply that are stored besides its text. */
export type ReplyFacts = Pick<Message, (typeof replyFacts)[number]>;

/**
 * When a running reply was last stored, in ms, and how many tokens a second Claude may have written then. `charge`: what it is charged so
 * far, where its cost is unknown.
 */
export type Written = { at: number; perSecond: number; charge?: Message["cost"] };
/** Only the rows of running replies say when they were written. */
export type StoredFacts = ReplyFacts & { written?: Written };

/** Why Claude has to be waited for with a reply, since when, and when it is asked again; times in ms. */
export type Busy = { reason: Reason; since: number; retryAt?: number };

export type MessageRow = {
	seq: number;
	id: string;
	role: Message["role"];
	author_id: string;
	author_name: string;
	/** The name of the program that wrote it. */
	program: string | null;
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
	files: string | null;
	edited_at: number | null;
	deleted_at: number | null;
	versions: number;
	asked_by: string | null;
	busy: string | null;
	/** When Claude declined to answer, in ms. A deletion keeps it: the question must stay out of later prompts. */
	declined_at: number | null;
	pinned_by: string | null;
	pinned_at: number | null;
	/** 1: an answer that somebody shared. It answers no question of the conversation, so that it is none of its replies. */
	is_shared: number;
};

/** The columns of a former version of a reply, beside its place and number. */
export const versionColumns = ["content", "status", "reason", "reply"] as const;
export type VersionRow = Pick<MessageRow, (typeof versionColumns)[number]> & { version: number };

/** Columns that a deletion leaves as they are, or sets itself. */
type KeptColumn =
	| "seq"
	| "id"
	| "role"
	| "author_id"
	| "author_name"
	| "program"
	| "client_id"
	| "born"
	| "revision"
	| "created_at"
	| "deleted_at"
	| "declined_at"
	| "is_shared";

/** The values of the other columns after a deletion: nothing of the message is left in them. */
export const deletedColumns: Omit<MessageRow, KeptColumn> = {
	content: "",
	status: "complete",
	reason: null,
	asks: 0,
	reply: null,
	reply_to: null,
	mentions: null,
	reactions: null,
	files: null,
	edited_at: null,
	versions: 0,
	asked_by: null,
	busy: null,
	pinned_by: null,
	pinned_at: null,
};

/** The row of a message that is new to the log: its revision is the one it was added at. */
export function rowOf(message: Message): MessageRow {
	return {
		seq: message.seq,
		id: message.id,
		role: message.role,
		author_id: message.author.userId,
		author_name: message.author.username,
		program: message.author.program?.name ?? null,
		content: message.content,
		status: message.status,
		reason: message.reason ?? null,
		client_id: message.clientId ?? null,
		asks: message.asksClaude ? 1 : 0,
		born: message.revision,
		revision: message.revision,
		created_at: Date.parse(message.createdAt),
		reply: factsColumn(message),
		reply_to: (message.replyTo !== undefined && placeOf(message.replyTo)) || null,
		mentions: listColumn(message.mentions),
		reactions: listColumn(message.reactions),
		files: listColumn(message.files),
		edited_at: timeColumn(message.editedAt),
		deleted_at: timeColumn(message.deletedAt),
		versions: message.versions ?? 0,
		asked_by: listColumn(message.askedBy),
		busy: null,
		declined_at: null,
		is_shared: message.sharedBy ? 1 : 0,
		...pinColumns(message.pinned),
	};
}

/** The message of a row, without what it quotes: that is in the row of the quoted message. */
export function messageOf(row: MessageRow, conversationId: string): Message {
	return {
		id: row.id,
		conversationId,
		role: row.role,
		content: row.content,
		createdAt: isoTime(row.created_at),
		author: authorOf(row),
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
		...(row.files !== null && { files: JSON.parse(row.files) as MessageFile[] }),
		...(row.pinned_at !== null && { pinned: { userId: row.pinned_by ?? "", at: isoTime(row.pinned_at) } }),
		...(row.edited_at !== null && { editedAt: isoTime(row.edited_at) }),
		...(row.deleted_at !== null && { deletedAt: isoTime(row.deleted_at) }),
	};
}

type AuthorColumns = Pick<MessageRow, "author_id" | "author_name"> & Partial<Pick<MessageRow, "program">>;

/** Claude has the name of the deployment, whatever it was called when the row was written. */
export function authorOf({ author_id: userId, author_name, program = null }: AuthorColumns): Author {
	const username = nameOfAuthor({ userId, username: author_name });
	return { userId, username, ...(program !== null && { program: { name: program } }) };
}

/** What lists and quotes say about the files of a message. */
export function briefsOf({ files }: Pick<MessageRow, "files">): { files?: FileBrief[] } {
	return files === null ? {} : { files: (JSON.parse(files) as MessageFile[]).map(briefOf) };
}

export function versionRowOf(version: Version): VersionRow {
	const { content, status, reason = null } = version;
	return { version: version.version, content, status, reason, reply: factsColumn(version) };
}

export function versionOf(row: VersionRow): Version {
	const { version, content, status, reason } = row;
	return { version, content, status, ...(reason !== null && { reason }), ...factsOf(row) };
}

export function factsOf({ reply }: Pick<MessageRow, "reply">): ReplyFacts {
	if (reply === null) return {};
	const { written: _, ...facts } = JSON.parse(reply) as StoredFacts;
	return healFacts(facts);
}

export function factsColumn({ written, ...facts }: StoredFacts): string | null {
	const text = JSON.stringify({ ...Object.fromEntries(replyFacts.map((field) => [field, facts[field]])), written });
	return text === "{}" ? null : text;
}

export function writtenOf({ reply }: Pick<MessageRow, "reply">): Written | undefined {
	return reply === null ? undefined : (JSON.parse(reply) as StoredFacts).written;
}

export function busyColumn(busy: Busy | undefined): string | null {
	return busy ? JSON.stringify(busy) : null;
}

export function busyOf({ busy }: Pick<MessageRow, "busy">): Busy | undefined {
	return busy === null ? undefined : JSON.parse(busy);
}

export function listColumn(list: readonly (Mention | Reaction | Person | MessageFile)[] = []): string | null {
	return list.length > 0 ? JSON.stringify(list) : null;
}

export function pinColumns(pin: Message["pinned"]): Pick<MessageRow, "pinned_by" | "pinned_at"> {
	return { pinned_by: pin?.userId ?? null, pinned_at: timeColumn(pin?.at) };
}

function timeColumn(time: string | undefined): number | null {
	return time === undefined ? null : Date.parse(time);
}
