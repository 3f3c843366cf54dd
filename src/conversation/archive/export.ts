// A conversation for a file, piece by piece: whole messages, each with its former versions, as lines or as a page to read. The pieces are
// made here, in the object: however many there are, each of them is little work. Knows nothing of where they go.

import { type ArchiveRecord, type Chain, endOf, headOf, recordOfMessage, written } from "../../protocol/archive.ts";
import type { ConversationInfo, Member } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message, Version } from "../../protocol/message.ts";
import { article, beginning, ending } from "./html.ts";

export type ExportFormat = "jsonl" | "html";

/** After which message a piece begins, what was written before it, and when the export began. */
export type ExportPlace = { after: number; chain: Chain; exportedAt: string };

/** `next` is where to go on, if there is more. */
export type ExportPiece = { text: string; next?: ExportPlace };

/** What an export reads. */
export interface Source {
	describe(): ConversationInfo & { members: Member[] };
	/** Messages after a place, and whether there are others after them. */
	messages(after: number): { messages: Message[]; hasNewer: boolean };
	versionsOf(seq: number): Version[];
}

export async function exportPiece(source: Source, format: ExportFormat, place: ExportPlace): Promise<ExportPiece> {
	const { after, chain, exportedAt } = place;
	const described = after === 0 ? source.describe() : undefined;
	const { records, last, isEnd } = read(source, after);
	if (format === "html") {
		const articles = records.map((record) => (record.type === "message" ? article(record) : ""));
		const head = described ? await beginning(described, exportedAt) : "";
		return { text: head + articles.join("") + (isEnd ? ending(last) : ""), ...(!isEnd && { next: { ...place, after: last } }) };
	}
	const piece = await written([...(described ? headOf(described, exportedAt) : []), ...records], chain);
	if (!isEnd) return { text: piece.lines, next: { after: last, chain: piece.chain, exportedAt } };
	return { text: piece.lines + (await written([endOf(piece.chain)], piece.chain)).lines };
}

/** As many messages as make a piece, and the place of the last one. */
function read(source: Source, after: number): { records: ArchiveRecord[]; last: number; isEnd: boolean } {
	const { messages, hasNewer } = source.messages(after);
	const records: ArchiveRecord[] = [];
	let length = 0;
	let last = after;
	for (const message of messages) {
		const versions = message.versions ? source.versionsOf(message.seq) : [];
		length += [message, ...versions].reduce((sum, { content, thinking = "" }) => sum + content.length + thinking.length, 0);
		if (length > limits.exportPiece.length && last > after) return { records, last, isEnd: false };
		records.push(recordOfMessage(message), ...versions.map((version) => ({ type: "version" as const, seq: message.seq, ...version })));
		last = message.seq;
	}
	return { records, last, isEnd: !hasNewer };
}
