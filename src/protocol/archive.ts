// The export file of a conversation: JSON Lines with one record a line, each with a hash over
// itself and the hash of the line before. Changing, removing, adding or moving a line, or cutting
// the file short, breaks this chain. A chain that was calculated again is not noticed. Shared by
// the server and the import script.

import * as v from "valibot";
import {
	asksSchema,
	budgetSchema,
	effortSchema,
	type InstructionsVersion,
	instructionsVersionSchema,
	modelIdSchema,
	toolsSchema,
} from "./claude-settings.ts";
import { assistantSchema, type ConversationInfo, conversationSchema, type Member, roleSchema } from "./conversation.ts";
import { sha256 } from "./hash.ts";
import { limits } from "./limits.ts";
import { healFacts, type Message, messageSchema, placeOf, versionSchema } from "./message.ts";
import { maySchema } from "./people/link.ts";
import { idSchema } from "./person.ts";
import { sanitize } from "./text/sanitize.ts";

const textSchema = v.pipe(
	v.string(),
	v.transform((text) => text.toWellFormed()),
);
const instructionsTextSchema = v.pipe(v.string(), v.maxLength(limits.instructions), v.transform(sanitize));
const timeSchema = v.pipe(v.string(), v.isoTimestamp());
const placeSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const { conversationId: _, revision: __, ...messageEntries } = messageSchema.entries;

/**
 * The records, in this order: the conversation, its members, each message followed by its former
 * versions, and the end.
 */
export const recordSchema = v.variant("type", [
	v.object({
		type: v.literal("conversation"),
		/** The version of the file format. */
		version: v.literal(1),
		id: idSchema,
		title: textSchema,
		assistant: assistantSchema,
		createdAt: timeSchema,
		forkedFrom: conversationSchema.entries.forkedFrom,
		exportedAt: timeSchema,
		/** The settings for Claude, as far as they are not the defaults; and all versions of the instructions, oldest first. */
		model: v.optional(modelIdSchema),
		effort: v.optional(effortSchema),
		asks: v.optional(asksSchema),
		tools: v.optional(v.omit(toolsSchema, ["mcp"])),
		budget: v.optional(budgetSchema),
		instructions: v.optional(
			v.pipe(
				v.array(v.object({ ...instructionsVersionSchema.entries, text: instructionsTextSchema, username: textSchema, at: timeSchema })),
				v.maxLength(limits.instructionsVersions),
			),
		),
	}),
	/** `may`: what a link still lets them do. Those with the same `link` share it. */
	v.object({
		type: v.literal("member"),
		userId: idSchema,
		username: textSchema,
		role: roleSchema,
		may: v.optional(v.object({ ...maySchema.entries, link: idSchema, until: v.optional(timeSchema), fromSeq: v.optional(placeSchema) })),
	}),
	/**
	 * The message as on the wire, without the conversation's id and the revision: an import gives
	 * new ones.
	 */
	v.object({ type: v.literal("message"), ...messageEntries, content: textSchema, createdAt: timeSchema, seq: placeSchema }),
	/** `seq` is that of the message. */
	v.object({ type: v.literal("version"), ...versionSchema.entries, content: textSchema, seq: placeSchema, version: placeSchema }),
	v.object({ type: v.literal("end"), members: countSchema, messages: countSchema, versions: countSchema }),
]);

export type ArchiveRecord = v.InferOutput<typeof recordSchema>;
export type RecordOf<T extends ArchiveRecord["type"]> = Extract<ArchiveRecord, { type: T }>;

/** A member with the link that limits them, if one does. */
export type LinkedMember = Omit<Member, "may"> & Pick<RecordOf<"member">, "may">;

/** A conversation, and the versions of its instructions. */
export type DescribedConversation = ConversationInfo & { versions: InstructionsVersion[] };

/** The record of the conversation itself. */
export function conversationRecord({ versions, ...conversation }: DescribedConversation, exportedAt: string): RecordOf<"conversation"> {
	const { id, title, assistant, createdAt, forkedFrom } = conversation;
	return {
		type: "conversation",
		version: 1,
		id,
		title,
		assistant,
		createdAt,
		exportedAt,
		...settingsRecord(conversation, versions),
		...(forkedFrom && { forkedFrom }),
	};
}

export function memberRecord({ userId, username, role, may }: LinkedMember): RecordOf<"member"> {
	return { type: "member", userId, username, role, ...(may && { may }) };
}

/** What nobody changed is left out. */
function settingsRecord({ model, effort, asks, tools, budget }: ConversationInfo, instructions: InstructionsVersion[]) {
	return {
		...(model !== null && { model }),
		...(effort !== null && { effort }),
		...(asks !== "members" && { asks }),
		...((tools.webSearch || tools.webFetch) && { tools: { webSearch: tools.webSearch, webFetch: tools.webFetch } }),
		...(budget !== null && { budget }),
		...(instructions.length > 0 && { instructions }),
	};
}

export function messageRecord({ conversationId: _, revision: __, ...message }: Message): RecordOf<"message"> {
	return { type: "message", ...message };
}

/** The state of writing a file: the hash of its last line, and the number of records of each kind. */
export type Chain = { hash: string; members: number; messages: number; versions: number };

export const emptyChain: Chain = { hash: "", members: 0, messages: 0, versions: 0 };

/** The next records as lines, and the chain after them. */
export async function writeRecords(records: readonly ArchiveRecord[], chain: Chain): Promise<{ lines: string; chain: Chain }> {
	const next = { ...chain };
	const lines: string[] = [];
	for (const record of records) {
		if (record.type === "member") next.members += 1;
		if (record.type === "message") next.messages += 1;
		if (record.type === "version") next.versions += 1;
		const written = await writeLine(record, next.hash);
		next.hash = written.hash;
		lines.push(written.line);
	}
	return { lines: lines.join(""), chain: next };
}

/** A line, and its hash, which covers it and the line before. */
export async function writeLine(record: object, before: string): Promise<{ line: string; hash: string }> {
	const text = canonical(record);
	const hash = await sha256(before + text);
	return { line: `${text.slice(0, -1)},"hash":"${hash}"}\n`, hash };
}

/** The fields of a line that follows the line with the hash `before`; otherwise `undefined`. */
export async function readLine(line: string, before: string): Promise<{ fields: { [field: string]: unknown }; hash: string } | undefined> {
	const value = readObject(line);
	if (!value) return undefined;
	const { hash, ...fields } = value;
	return typeof hash === "string" && hash === (await sha256(before + canonical(fields))) ? { fields, hash } : undefined;
}

/** The last record of a file. */
export function endRecord({ hash: _, ...counts }: Chain): RecordOf<"end"> {
	return { type: "end", ...counts };
}

/** The state of reading a file. An import stores it as JSON. */
export type Reading = {
	lines: number;
	/** The hash of the last line. */
	hash: string;
	members: number;
	messages: number;
	versions: number;
	/** The number of versions of the last message that must still follow. */
	due: number;
	/** The end record was read. */
	isWhole: boolean;
};

export const emptyReading: Reading = { lines: 0, hash: "", members: 0, messages: 0, versions: 0, due: 0, isWhole: false };

/** The record of the next line, and the reading after it; `undefined` if the line is not valid here. */
export async function readRecord(line: string, reading: Reading): Promise<{ record: ArchiveRecord; reading: Reading } | undefined> {
	const chained = await readLine(line, reading.hash);
	if (!chained) return undefined;
	const { fields, hash } = chained;
	// The hash is that of the file as it is. Earlier versions exported facts that do not have the form of the wire.
	const hasFacts = fields.type === "message" || fields.type === "version";
	const parsed = v.safeParse(recordSchema, hasFacts ? healFacts(fields) : fields);
	const next = parsed.success && advance(reading, parsed.output);
	return next ? { record: parsed.output as ArchiveRecord, reading: { ...next, lines: reading.lines + 1, hash } } : undefined;
}

/** The reading after a record, without its line; `undefined` if the record is out of order. */
function advance(reading: Reading, record: ArchiveRecord): Reading | undefined {
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

/** JSON in the canonical form of RFC 8785: names sorted, no white space. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const fields = Object.entries(value).filter(([, field]) => field !== undefined);
	fields.sort(([one], [other]) => (one < other ? -1 : 1));
	return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
