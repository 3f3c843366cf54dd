// The archive of a conversation with its files: the export in JSON Lines, in parts, and behind each part the files that its messages name. The
// last entry, `files.jsonl`, lists the files with their hashes, and its lines continue the chain of the export. Shared by the server and the
// import script.

import * as v from "valibot";
import { readLine, writeLine } from "../archive.ts";
import { idSchema } from "../person.ts";
import { fileSchema, type MessageFile } from "./file.ts";

const { size } = fileSchema.entries;
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** A line of the list. `missing`: the bytes were not there any more when the archive was written. */
const listedSchema = v.variant("type", [
	v.object({ type: v.literal("file"), id: idSchema, size, sha256 }),
	v.object({ type: v.literal("thumbnail"), id: idSchema, size, sha256 }),
	v.object({ type: v.literal("missing"), id: idSchema }),
	v.object({ type: v.literal("end"), entries: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
]);

export type ListedFile = Exclude<v.InferOutput<typeof listedSchema>, { type: "end" }>;

export const listPath = "files.jsonl";

/** The parts together, in their order, are the export in JSON Lines. */
export const partPath = (n: number) => `conversation-${String(n).padStart(6, "0")}.jsonl`;
export const thumbnailPath = (id: string) => `thumbnails/${id}`;
export const filePath = ({ id, name }: Pick<MessageFile, "id" | "name">) => `files/${id}/${shortened(name)}`;

/** What an entry of an archive is, by its path. */
export function entryAt(path: string): { type: "part" | "list" } | { type: "file" | "thumbnail"; id: string } | undefined {
	if (path === listPath) return { type: "list" };
	if (/^conversation-\d+\.jsonl$/.test(path)) return { type: "part" };
	const [, folder, id] = /^(files|thumbnails)\/([\w-]{1,64})(?:\/[^/]*)?$/.exec(path) ?? [];
	return id === undefined ? undefined : { type: folder === "files" ? "file" : "thumbnail", id };
}

/** In bytes: file systems take no longer names, and end in the part that says what it is. */
const longestName = 200;

function shortened(name: string): string {
	const lengthOf = (text: string) => new TextEncoder().encode(text).length;
	if (lengthOf(name) <= longestName) return name;
	const ending = /\.\w{1,10}$/.exec(name)?.[0] ?? "";
	const letters = [...name.slice(0, name.length - ending.length)];
	while (lengthOf(letters.join("")) + ending.length > longestName) letters.pop();
	return letters.join("") + ending;
}

/** Collects what goes into the list. `hash`: that of the last line of the export. */
export async function writeList(listed: readonly ListedFile[], hash: string): Promise<string> {
	const lines: string[] = [];
	let last = hash;
	for (const record of [...listed, { type: "end" as const, entries: listed.length }]) {
		const written = await writeLine(record, last);
		lines.push(written.line);
		last = written.hash;
	}
	return lines.join("");
}

/** `undefined` if the list does not continue this chain, or is not whole. */
export async function readList(text: string, hash: string): Promise<ListedFile[] | undefined> {
	const listed: ListedFile[] = [];
	let last = hash;
	const lines = text.split("\n");
	if (lines.pop() !== "") return undefined;
	for (const [at, line] of lines.entries()) {
		const chained = await readLine(line, last);
		const parsed = v.safeParse(listedSchema, chained?.fields);
		if (!chained || !parsed.success) return undefined;
		const record = parsed.output;
		if (record.type === "end") return at === lines.length - 1 && record.entries === at ? listed : undefined;
		listed.push(record);
		last = chained.hash;
	}
	return undefined;
}
