// Reads a conversation up to a place for a fork: in the lines of an export, piece by piece, each with the people whose ids are in it. Knows nothing of
// where the pieces go.

import { type ArchiveRecord, conversationRecord, emptyChain } from "../../protocol/archive.ts";
import type { ConversationInfo } from "../../protocol/conversation.ts";
import type { MessageFile } from "../../protocol/files/file.ts";
import type { Message } from "../../protocol/message.ts";
import { claude, isAlias, type Person } from "../../protocol/person.ts";
import { type ExportPiece, type ExportPlace, filesIn, readRecords, type Source, writePiece } from "./export.ts";

/** The title that a fork begins with: given by a person (`by`: their id, if it is known), or made from the message at the place `from`. */
export type ForkTitle = { title: string; by?: string; from?: number };

/** What a fork knows beside its messages. `owner` is the only member. */
export type Fork = { owner: Person; title: ForkTitle; forkedFrom: NonNullable<ConversationInfo["forkedFrom"]> };

/** `people`: the ids in the piece, of whoever may be erased later. `files`: those of its messages. */
export type ForkPiece = ExportPiece & { people: string[]; files: MessageFile[] };

/** The first line of a fork, without members, and with the instructions that held up to a place. */
export async function forkHead(source: Source, upTo: number, exportedAt: string): Promise<ForkPiece> {
	const described = source.describe();
	const versions = described.versions.filter(({ after }) => after <= upTo);
	const records = [conversationRecord({ ...described, versions }, exportedAt)];
	return { ...(await writePiece(records, emptyChain, { after: 0, exportedAt })), people: peopleIn(records), files: [] };
}

/** The next messages of a fork, up to a place. */
export async function forkPiece(source: Source, upTo: number, { after, chain, exportedAt }: ExportPlace): Promise<ForkPiece> {
	const { records, last, isEnd } = readRecords(source, after);
	const copied = records.filter((record) => !("seq" in record) || record.seq <= upTo);
	const isLast = isEnd || last >= upTo;
	return {
		...(await writePiece(copied, chain, !isLast && { after: last, exportedAt })),
		people: peopleIn(copied),
		files: copied.flatMap(filesIn),
	};
}

function peopleIn(records: readonly ArchiveRecord[]): string[] {
	return [...new Set(records.flatMap(idsIn))].filter((id) => id !== undefined && id !== claude.userId && !isAlias(id)) as string[];
}

function idsIn(record: ArchiveRecord): (string | undefined)[] {
	if (record.type === "conversation") return record.instructions?.map(({ userId }) => userId) ?? [];
	if (record.type === "version") return [record.stoppedBy?.userId, ...decidersIn(record)];
	if (record.type !== "message") return [];
	const { author, mentions = [], reactions = [], askedBy = [], stoppedBy, sharedBy, pinned } = record;
	const named = [...[author, ...mentions, ...askedBy].map(({ userId }) => userId), ...decidersIn(record)];
	return [...named, ...reactions.flatMap(({ userIds }) => userIds), stoppedBy?.userId, sharedBy?.userId, pinned?.userId];
}

/** Those who allowed or declined calls of tools. */
function decidersIn({ tools = [] }: Pick<Message, "tools">): (string | undefined)[] {
	return tools.map(({ decidedBy }) => decidedBy?.userId);
}
