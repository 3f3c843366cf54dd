import { describe, expect, it } from "vitest";
import {
	type ArchiveRecord,
	emptyChain,
	emptyReading,
	endRecord,
	type RecordOf,
	readRecord,
	writeRecords,
} from "../../src/protocol/archive.ts";
import { fileLimits } from "../../src/protocol/files/limits.ts";
import { sha256 } from "../../src/protocol/hash.ts";
import { limits } from "../../src/protocol/limits.ts";

const at = "2026-11-24T12:00:00.000Z";
const message = (seq: number, fields: Partial<RecordOf<"message">> = {}): RecordOf<"message"> => ({
	type: "message",
	id: `m${seq}-0000000${seq}`,
	role: "user",
	content: `Message ${seq} \u2028 \u0001 漢 🎉`,
	createdAt: at,
	author: { userId: "ann", username: "Ann" },
	status: "complete",
	seq,
	...fields,
});
const version = (seq: number, number: number): RecordOf<"version"> => ({
	type: "version",
	seq,
	version: number,
	content: "before",
	status: "complete",
});
const records: ArchiveRecord[] = [
	{ type: "conversation", version: 1, id: "c", title: "T", assistant: "auto", createdAt: at, exportedAt: at },
	{ type: "member", userId: "ann", username: "Ann", role: "owner" },
	{ type: "member", userId: "bob", username: "Bob", role: "member" },
	message(1, { reactions: [{ emoji: "👍", userIds: ["bob"] }] }),
	message(2, { role: "assistant", versions: 2, replyTo: "m1-00000001", usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 } }),
	version(2, 1),
	version(2, 2),
	message(3),
];

/** A file as an export writes it: in two pieces and the end. */
async function fileOf(all: ArchiveRecord[]): Promise<string[]> {
	const head = await writeRecords(all.slice(0, 2), emptyChain);
	const rest = await writeRecords(all.slice(2), head.chain);
	const text = head.lines + rest.lines + (await writeRecords([endRecord(rest.chain)], rest.chain)).lines;
	expect(text.endsWith("\n")).toBe(true);
	return text.slice(0, -1).split("\n");
}

/** The records that can be read from the beginning, and whether the file is complete. */
async function readAll(lines: string[]) {
	let reading = emptyReading;
	const found: ArchiveRecord[] = [];
	for (const line of lines) {
		const next = await readRecord(line, reading);
		if (!next) break;
		reading = next.reading;
		found.push(next.record);
	}
	return { found, isWhole: reading.isWhole && found.length === lines.length };
}

describe("an export file", () => {
	it("contains its records, and their counts at the end", async () => {
		const lines = await fileOf(records);
		expect(await readAll(lines)).toEqual({
			found: [...records, { type: "end", members: 2, messages: 3, versions: 2 }],
			isWhole: true,
		});
	});

	it("has hashes that other programs can compute", async () => {
		const lines = await fileOf(records);
		let former = "";
		for (const line of lines) {
			const { hash } = JSON.parse(line);
			// A line is canonical JSON except for its hash, which comes last.
			former = await sha256(former + line.replace(`,"hash":"${hash}"`, ""));
			expect(hash).toBe(former);
		}
	});

	it("is valid in other spellings of JSON", async () => {
		const lines = (await fileOf(records)).map((line) =>
			JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).reverse()), null, 1).replace(/\n/g, " "),
		);
		expect((await readAll(lines)).isWhole).toBe(true);
	});

	const changes: [what: string, change: (lines: string[]) => string[]][] = [
		["a changed word", (lines) => lines.map((line) => line.replace("Message 2", "Message 9"))],
		["an added field", (lines) => lines.map((line, n) => (n === 4 ? line.replace("{", '{"editedAt":"x",') : line))],
		["a changed name", (lines) => lines.map((line) => line.replace('"username":"Bob"', '"username":"Rob"'))],
		["a missing line", (lines) => lines.filter((_, n) => n !== 3)],
		["its last message missing", (lines) => lines.filter((_, n) => n !== 7)],
		["its end cut off", (lines) => lines.slice(0, -1)],
		["half a line", (lines) => [...lines.slice(0, -1), (lines.at(-1) as string).slice(0, 20)]],
		["two lines in another order", (lines) => [...lines.slice(0, 5), lines[6] as string, lines[5] as string, ...lines.slice(7)]],
		["a line twice", (lines) => [...lines.slice(0, 4), ...lines.slice(3)]],
		["a line after its end", (lines) => [...lines, lines[3] as string]],
		["its first line missing", (lines) => lines.slice(1)],
		["a line that is no record", (lines) => [...lines.slice(0, 3), "[]", ...lines.slice(3)]],
		["no lines", () => []],
	];
	it.each(changes)("is invalid with %s", async (_what, change) => {
		expect((await readAll(change(await fileOf(records)))).isWhole).toBe(false);
	});

	const orders: [what: string, records: ArchiveRecord[]][] = [
		["a missing place", [...records, message(5)]],
		["a place twice", [...records, message(3)]],
		["an id of another place", [...records, message(4, { id: "m9-00000000" })]],
		["a quote of a later message", [...records, message(4, { replyTo: "m4-00000004" })]],
		["a quote of no message", [...records, message(4, { replyTo: "x" })]],
		["a member among the messages", [...records, records[1] as ArchiveRecord]],
		["a version of another message", [...records, version(2, 3)]],
		["a version that its message does not count", [...records, version(3, 1)]],
		["a version missing", records.filter((_, n) => n !== 6)],
		["two first records", [records[0] as ArchiveRecord, ...records]],
		["no first record", records.slice(1)],
		["an invalid time", [...records, message(4, { createdAt: "yesterday" })]],
		["an invalid role", [...records, message(4, { role: "system" as "user" })]],
	];
	it.each(orders)("is invalid with correct hashes and %s", async (_what, all) => {
		expect((await readAll(await fileOf(all))).isWhole).toBe(false);
	});
});

describe("what Claude looked up", () => {
	const source = { url: "https://one.example/", title: "One" };
	const citation = { start: 0, end: 3, source: 0 };
	const tool = { name: "web_search", input: "x", status: "done" } as const;
	const readReply = async (fields: object) => {
		const { lines } = await writeRecords(
			[records[0] as ArchiveRecord, message(1, { role: "assistant", content: "So it is.", ...fields })],
			emptyChain,
		);
		const [first = "", second = ""] = lines.split("\n");
		const head = await readRecord(first, emptyReading);
		const reply = (await readRecord(second, head?.reading ?? emptyReading))?.record as RecordOf<"message">;
		return { tools: reply.tools, sources: reply.sources, citations: reply.citations, unreadFiles: reply.unreadFiles };
	};

	it("is read as it was written", async () => {
		const research = { tools: [tool], sources: [source], citations: [citation] };
		expect(await readReply(research)).toEqual(research);
	});

	it("has the files that Claude could not read, if their reasons are known and they are few", async () => {
		const unread = { fileId: "f1", reason: "type" };
		expect(await readReply({ unreadFiles: [unread] })).toEqual({ unreadFiles: [unread] });
		expect(await readReply({ unreadFiles: [{ ...unread, reason: "x".repeat(1_000) }] })).toEqual({});
		expect(await readReply({ unreadFiles: Array.from({ length: fileLimits.unread + 1 }, () => unread) })).toEqual({});
	});

	it.each([
		["an address that is no web page's", { sources: [{ ...source, url: "javascript:alert(1)" }], citations: [citation] }],
		["an address with a password", { sources: [{ ...source, url: "https://a:b@one.example/" }], citations: [citation] }],
		["a title that is too long", { sources: [{ ...source, title: "x".repeat(limits.sourceTitle + 1) }], citations: [citation] }],
		["too many sources", { sources: Array.from({ length: limits.sources + 1 }, () => source), citations: [citation] }],
		["a tool of an unknown state", { tools: [{ ...tool, status: "odd" }] }],
		["a citation without its source", { citations: [citation] }],
	])("is left out if it has %s", async (_what, research) => {
		expect(await readReply(research)).toEqual({ tools: undefined, sources: undefined, citations: undefined });
	});

	it.each([
		["ends after the text", { ...citation, end: 10 }],
		["ends before its start", { ...citation, start: 3 }],
		["names a source that is not there", { ...citation, source: 1 }],
		["has no whole numbers", { ...citation, start: 0.5 }],
	])("keeps its sources if a citation %s", async (_what, odd) => {
		expect(await readReply({ sources: [source], citations: [odd] })).toMatchObject({ sources: [source], citations: undefined });
	});
});
