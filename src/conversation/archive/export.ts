// Exports a conversation piece by piece, as JSON Lines or for an HTML page. A piece holds whole messages with their former versions and is
// little work for the object, however long the conversation is. Knows nothing of where the pieces go.

import {
	type ArchiveRecord,
	type Chain,
	conversationRecord,
	type DescribedConversation,
	endRecord,
	type LinkedMember,
	memberRecord,
	messageRecord,
	writeRecords,
} from "../../protocol/archive.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import { limits } from "../../protocol/limits.ts";
import { lengthOf, type Message, type Version } from "../../protocol/message.ts";

/**
 * The place after which a piece begins, the chain of what was written before it, and the time at which the export began.
 * `membersAfter`: it begins with the members after this one.
 */
export type ExportPlace = { after: number; chain: Chain; exportedAt: string; membersAfter?: string };

/** `next` is where the next piece begins, if there is one. `files`: those of its messages. */
export type ExportPiece = { text: string; next?: ExportPlace; files?: MessageFile[] };

type MessageRecord = Extract<ArchiveRecord, { type: "message" }>;

/**
 * A piece of the page that people read. Whoever asks for it draws it: reading Markdown is much work, and the object has others to serve.
 * `last`: the place of its last message. `fileNames`: by id, of the files that Claude has not read.
 */
export type PagePiece = Pick<ExportPlace, "exportedAt"> & {
	/** `names`: those of the members, if they are few. */
	described: (DescribedConversation & { memberCount: number; names: string[] }) | undefined;
	messages: MessageRecord[];
	fileNames: ReadonlyMap<string, string>;
	last: number;
	next?: ExportPlace;
};

/** The conversation, as far as an export reads it. */
export interface Source {
	describe(): DescribedConversation;
	readonly memberCount: number;
	/** Some members after one, in the order of their ids. */
	members(after: string, limit: number): LinkedMember[];
	/** Some messages after a place, and whether there are more after them. */
	messages(after: number): { messages: Message[]; hasNewer: boolean };
	versionsOf(seq: number): Version[];
	/** The name of a file, if a message here has it. Only pages need it. */
	fileName?(id: string): string | undefined;
}

export async function exportPiece(source: Source, { after, chain, exportedAt, membersAfter }: ExportPlace): Promise<ExportPiece> {
	const described = after === 0 && membersAfter === undefined ? source.describe() : undefined;
	const members = after === 0 ? source.members(membersAfter ?? "", mostMembers) : [];
	const head = [...(described ? [conversationRecord(described, exportedAt)] : []), ...members.map(memberRecord)];
	const lastMember = members.length === mostMembers ? members.at(-1) : undefined;
	if (lastMember) return { ...(await writePiece(head, chain, { after: 0, exportedAt, membersAfter: lastMember.userId })), files: [] };
	const { records, last, isEnd } = readRecords(source, after);
	return { ...(await writePiece([...head, ...records], chain, !isEnd && { after: last, exportedAt })), files: records.flatMap(filesIn) };
}

/** Members of one piece. */
const mostMembers = limits.exportPiece.messages;

export function pagePiece(source: Source, place: ExportPlace): PagePiece {
	const described = place.after === 0 ? { ...source.describe(), ...namedIn(source) } : undefined;
	const { records, last, isEnd } = readRecords(source, place.after);
	const messages = records.filter((record): record is MessageRecord => record.type === "message");
	const unread = messages.flatMap(({ unreadFiles = [] }) => unreadFiles.map(({ fileId }) => fileId));
	const named = unread.map((id) => [id, source.fileName?.(id)] as const);
	const fileNames = new Map(named.filter((entry): entry is [string, string] => entry[1] !== undefined));
	return { described, messages, fileNames, last, exportedAt: place.exportedAt, ...(!isEnd && { next: { ...place, after: last } }) };
}

/** A page names everybody where they are few. */
function namedIn({ memberCount, members }: Source): { memberCount: number; names: string[] } {
	const named = memberCount > limits.namedMembers ? [] : members("", limits.namedMembers);
	return { memberCount, names: named.map(({ username }) => username) };
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
