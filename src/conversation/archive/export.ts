// Exports a conversation piece by piece, as JSON Lines or for an HTML page. A piece holds whole messages with their former versions and is
// little work for the object, however long the conversation is. Knows nothing of where the pieces go.

import {
	type ArchiveRecord,
	type Chain,
	type DescribedConversation,
	endRecord,
	headRecords,
	messageRecord,
	writeRecords,
} from "../../protocol/archive.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import { limits } from "../../protocol/limits.ts";
import { lengthOf, type Message, type Version } from "../../protocol/message.ts";

/** The place after which a piece begins, the chain of what was written before it, and the time at which the export began. */
export type ExportPlace = { after: number; chain: Chain; exportedAt: string };

/** `next` is where the next piece begins, if there is one. `files`: those of its messages. */
export type ExportPiece = { text: string; next?: ExportPlace; files?: MessageFile[] };

type MessageRecord = Extract<ArchiveRecord, { type: "message" }>;

/**
 * A piece of the page that people read. Whoever asks for it draws it: reading Markdown is much work, and the object has others to serve.
 * `last`: the place of its last message. `fileNames`: by id, of the files that Claude has not read.
 */
export type PagePiece = Pick<ExportPlace, "exportedAt"> & {
	described: DescribedConversation | undefined;
	messages: MessageRecord[];
	fileNames: { [id: string]: string };
	last: number;
	next?: ExportPlace;
};

/** The conversation, as far as an export reads it. */
export interface Source {
	describe(): DescribedConversation;
	/** Some messages after a place, and whether there are more after them. */
	messages(after: number): { messages: Message[]; hasNewer: boolean };
	versionsOf(seq: number): Version[];
	/** The name of a file, if a message here has it. Only pages need it. */
	fileName?(id: string): string | undefined;
}

export async function exportPiece(source: Source, { after, chain, exportedAt }: ExportPlace): Promise<ExportPiece> {
	const described = after === 0 ? source.describe() : undefined;
	const { records, last, isEnd } = readRecords(source, after);
	const all = [...(described ? headRecords(described, exportedAt) : []), ...records];
	return { ...(await writePiece(all, chain, !isEnd && { after: last, exportedAt })), files: records.flatMap(filesIn) };
}

export function pagePiece(source: Source, place: ExportPlace): PagePiece {
	const described = place.after === 0 ? source.describe() : undefined;
	const { records, last, isEnd } = readRecords(source, place.after);
	const messages = records.filter((record): record is MessageRecord => record.type === "message");
	const unread = messages.flatMap(({ unreadFiles = [] }) => unreadFiles.map(({ fileId }) => fileId));
	const named = unread.map((id) => [id, source.fileName?.(id)] as const);
	const fileNames = Object.fromEntries(named.filter((entry): entry is [string, string] => entry[1] !== undefined));
	return { described, messages, fileNames, last, exportedAt: place.exportedAt, ...(!isEnd && { next: { ...place, after: last } }) };
}

export const filesIn = (record: ArchiveRecord): MessageFile[] => (record.type === "message" ? (record.files ?? []) : []);

/** Records as lines. `next`: where the next piece begins; without it, the end follows. */
export async function writePiece(
	records: readonly ArchiveRecord[],
	chain: Chain,
	next: Omit<ExportPlace, "chain"> | false,
): Promise<ExportPiece> {
	const piece = await writeRecords(records, chain);
	if (next) return { text: piece.lines, next: { ...next, chain: piece.chain } };
	return { text: piece.lines + (await writeRecords([endRecord(piece.chain)], piece.chain)).lines };
}

/** The messages of a piece, and the place of the last one. */
export function readRecords(source: Source, after: number): { records: ArchiveRecord[]; last: number; isEnd: boolean } {
	const { messages, hasNewer } = source.messages(after);
	const records: ArchiveRecord[] = [];
	let length = 0;
	let last = after;
	for (const message of messages) {
		const versions = message.versions ? source.versionsOf(message.seq) : [];
		length += [message, ...versions].reduce((sum, one) => sum + lengthOf(one), 0);
		if (length > limits.exportPiece.length && last > after) return { records, last, isEnd: false };
		records.push(messageRecord(message), ...versions.map((version) => ({ type: "version" as const, seq: message.seq, ...version })));
		last = message.seq;
	}
	return { records, last, isEnd: !hasNewer };
}
