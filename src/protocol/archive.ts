// A conversation as a file: JSON Lines, one record a line, each with a hash over the former line's hash and itself. Whoever changes,
// leaves out, adds or moves a line, or cuts the file short, breaks the chain; who writes a chain anew writes another file, and no
// hash tells that. Shared by the server and the script that reads such a file.

import * as v from "valibot";
import { assistantSchema, type ConversationInfo, type Member, roleSchema } from "./conversation.ts";
import { sha256 } from "./hash.ts";
import { type Message, messageSchema, placeOf, versionSchema } from "./message.ts";
import { idSchema } from "./person.ts";

const textSchema = v.pipe(
	v.string(),
	v.transform((text) => text.toWellFormed()),
);
const timeSchema = v.pipe(v.string(), v.isoTimestamp());
const placeSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const { conversationId: _, revision: __, ...messageEntries } = messageSchema.entries;

/** The records, in this order: one conversation, its members, each message with its former versions after it, and the end. */
export const recordSchema = v.variant("type", [
	v.object({
		type: v.literal("conversation"),
		/** Of this form of file. */
		version: v.literal(1),
		id: idSchema,
		title: textSchema,
		assistant: assistantSchema,
		createdAt: timeSchema,
		exportedAt: timeSchema,
	}),
	v.object({ type: v.literal("member"), userId: idSchema, username: textSchema, role: roleSchema }),
	/** As on the wire, without what belongs to one life of a conversation: its id, and revisions. */
	v.object({ type: v.literal("message"), ...messageEntries, content: textSchema, createdAt: timeSchema, seq: placeSchema }),
	/** `seq` is that of the message which it is a former version of. */
	v.object({ type: v.literal("version"), ...versionSchema.entries, content: textSchema, seq: placeSchema, version: placeSchema }),
	v.object({ type: v.literal("end"), members: countSchema, messages: countSchema, versions: countSchema }),
]);

export type ArchiveRecord = v.InferOutput<typeof recordSchema>;
export type RecordOf<T extends ArchiveRecord["type"]> = Extract<ArchiveRecord, { type: T }>;

/** What comes before the messages. */
export function headOf({ members, ...conversation }: ConversationInfo & { members: Member[] }, exportedAt: string): ArchiveRecord[] {
	const { id, title, assistant, createdAt } = conversation;
	return [
		{ type: "conversation", version: 1, id, title, assistant, createdAt, exportedAt },
		...members.map(({ userId, username, role }) => ({ type: "member" as const, userId, username, role })),
	];
}

export function recordOfMessage({ conversationId: _, revision: __, ...message }: Message): RecordOf<"message"> {
	return { type: "message", ...message };
}

/** What has been written of a file: the hash of its last line, and how many records of each kind. */
export type Chain = { hash: string; members: number; messages: number; versions: number };

export const begun: Chain = { hash: "", members: 0, messages: 0, versions: 0 };

/** The next records as lines, and what has been written then. */
export async function written(records: readonly ArchiveRecord[], chain: Chain): Promise<{ lines: string; chain: Chain }> {
	const next = { ...chain };
	const lines: string[] = [];
	for (const record of records) {
		if (record.type === "member") next.members += 1;
		if (record.type === "message") next.messages += 1;
		if (record.type === "version") next.versions += 1;
		const text = canonical(record);
		next.hash = await sha256(next.hash + text);
		lines.push(`${text.slice(0, -1)},"hash":"${next.hash}"}\n`);
	}
	return { lines: lines.join(""), chain: next };
}

/** The last record of a file. */
export function endOf({ hash: _, ...counts }: Chain): RecordOf<"end"> {
	return { type: "end", ...counts };
}

/** How far a file has been read. */
export type Reading = {
	lines: number;
	/** Of the last line. */
	hash: string;
	members: number;
	messages: number;
	versions: number;
	/** How many versions of the last message are still to come. */
	due: number;
	/** Whether its end has come. */
	isWhole: boolean;
};

export const unread: Reading = { lines: 0, hash: "", members: 0, messages: 0, versions: 0, due: 0, isWhole: false };

/** The record of the next line, and how far one has read with it; `undefined` for a line that cannot stand here. */
export async function read(line: string, reading: Reading): Promise<{ record: ArchiveRecord; reading: Reading } | undefined> {
	const value = readObject(line);
	if (!value) return undefined;
	const { hash, ...fields } = value;
	if (typeof hash !== "string" || hash !== (await sha256(reading.hash + canonical(fields)))) return undefined;
	const parsed = v.safeParse(recordSchema, fields);
	const next = parsed.success && after(reading, parsed.output);
	return next ? { record: parsed.output as ArchiveRecord, reading: { ...next, lines: reading.lines + 1, hash } } : undefined;
}

/** What has been read after a record; `undefined` where it comes out of order. */
function after(reading: Reading, record: ArchiveRecord): Reading | undefined {
	const { lines, members, messages, versions, due, isWhole } = reading;
	if (isWhole || (lines === 0) !== (record.type === "conversation")) return undefined;
	switch (record.type) {
		case "conversation":
			return reading;
		case "member":
			return messages === 0 ? { ...reading, members: members + 1 } : undefined;
		case "message":
			if (due > 0 || record.seq !== messages + 1 || placeOf(record.id) !== record.seq) return undefined;
			if (record.replyTo !== undefined && !((placeOf(record.replyTo) ?? record.seq) < record.seq)) return undefined;
			return { ...reading, messages: record.seq, due: record.versions ?? 0 };
		case "version":
			return due > 0 && record.seq === messages ? { ...reading, versions: versions + 1, due: due - 1 } : undefined;
		case "end":
			if (due > 0 || record.members !== members || record.messages !== messages || record.versions !== versions) return undefined;
			return { ...reading, isWhole: true };
		default:
			return record satisfies never;
	}
}

function readObject(line: string): { [field: string]: unknown } | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { [field: string]: unknown }) : undefined;
	} catch {
		return undefined;
	}
}

/** JSON in the one form of RFC 8785: names in order, no space. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const fields = Object.entries(value).filter(([, field]) => field !== undefined);
	fields.sort(([one], [other]) => (one < other ? -1 : 1));
	return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
