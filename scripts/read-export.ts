// Reads an export for the import script: JSON Lines, or a tar archive of them with files. Checks everything in it before anything is sent.

import { createHash } from "node:crypto";
import { createReadStream, openSync, readSync, statSync } from "node:fs";
import { type ArchiveRecord, emptyReading, type Reading, type RecordOf, readRecord } from "../src/protocol/archive.ts";
import { entryAt, type ListedFile, readList } from "../src/protocol/files/archive.ts";
import type { MessageFile } from "../src/protocol/files/file.ts";
import { readTar, type TarEntry } from "../src/protocol/files/tar.ts";

/** A part of the export, by its place in it. */
type Range = { start: number; size: number };

export type StoredFile = Range & { id: string; isThumbnail: boolean };

/** What is to be sent. `missing`: how many files were not there any more when the archive was written. */
export type Export = { first: RecordOf<"conversation">; messages: number; lines: Range[]; files: StoredFile[]; missing: number };

/** The bytes of a list of 10,000 files and their thumbnails are fewer. */
const longestList = 8 * 1024 * 1024;

/** Only line feeds end a line: texts may contain other line separators. */
export async function* linesOf(file: string, ranges: readonly Range[]): AsyncGenerator<string> {
	for (const { start, size } of ranges) {
		if (size === 0) continue;
		yield* split(createReadStream(file, { start, end: start + size - 1 }));
	}
}

async function* split(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	let rest = "";
	for await (const chunk of content) {
		const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
		rest = lines.pop() as string;
		yield* lines;
	}
	if (rest !== "") yield rest;
}

/** Throws if anything is missing or was changed. */
export async function readExport(file: string): Promise<Export> {
	const check = new Check();
	if (isJsonLines(file)) {
		const all = { start: 0, size: statSync(file).size };
		for await (const line of linesOf(file, [all])) await check.addLine(line);
		return { ...check.end(), lines: [all], files: [], missing: 0 };
	}
	for await (const entry of readTar(createReadStream(file))) await check.addEntry(entry);
	return check.endArchive();
}

function isJsonLines(file: string): boolean {
	const first = Buffer.alloc(1);
	return readSync(openSync(file, "r"), first) === 0 || first.toString() === "{";
}

class Check {
	#reading: Reading = emptyReading;
	#first: ArchiveRecord | undefined;
	/** What messages name. */
	readonly #named = new Map<string, MessageFile>();
	readonly #lines: Range[] = [];
	readonly #files: (StoredFile & { sha256: string })[] = [];
	#listed: ListedFile[] | undefined;

	async addLine(line: string): Promise<void> {
		const next = await readRecord(line, this.#reading);
		if (!next) throw new Error(`Line ${this.#reading.lines + 1} was changed, or does not follow the line before it.`);
		this.#reading = next.reading;
		this.#first ??= next.record;
		if (next.record.type !== "message") return;
		for (const file of next.record.files ?? []) this.#named.set(file.id, file);
	}

	end(): Pick<Export, "first" | "messages"> {
		if (!this.#reading.isWhole || this.#first?.type !== "conversation")
			throw new Error("The file is cut short: its last record is missing.");
		return { first: this.#first, messages: this.#reading.messages };
	}

	async addEntry({ path, size, offset: start, content }: TarEntry): Promise<void> {
		const kind = entryAt(path);
		switch (kind?.type) {
			case "part":
				this.#lines.push({ start, size });
				for await (const line of split(content())) await this.addLine(line);
				return;
			case "file":
			case "thumbnail": {
				const sha256 = await sha256Of(content());
				const isThumbnail = kind.type === "thumbnail";
				const named = this.#named.get(kind.id);
				if (!named || (!isThumbnail && (named.sha256 !== sha256 || named.size !== size)))
					throw new Error(`${path} was changed: no message before it names a file with these bytes.`);
				this.#files.push({ id: kind.id, isThumbnail, start, size, sha256 });
				return;
			}
			case "list":
				if (size > longestList) throw new Error(`${path} is too long.`);
				this.#listed = await readList(await textOf(content()), this.#reading.hash);
				if (!this.#listed) throw new Error(`${path} was changed, or belongs to another archive.`);
				return;
			case undefined:
				throw new Error(`${path} does not belong into an archive of a conversation.`);
			default:
				kind satisfies never;
		}
	}

	endArchive(): Export {
		const ended = this.end();
		const listed = this.#listed;
		if (!listed) throw new Error("The archive is cut short: the list of its files is missing.");
		const missing = listed.filter(({ type }) => type === "missing").length;
		const found = this.#files.map(({ id, isThumbnail, size, sha256 }) => [isThumbnail ? "thumbnail" : "file", id, size, sha256].join());
		const expected = listed.flatMap((one) => (one.type === "missing" ? [] : [[one.type, one.id, one.size, one.sha256].join()]));
		if (found.join("\n") !== expected.join("\n")) throw new Error("The archive has other files than its list says.");
		return { ...ended, lines: this.#lines, files: this.#files, missing };
	}
}

async function sha256Of(content: AsyncIterable<Uint8Array>): Promise<string> {
	const hash = createHash("sha256");
	for await (const piece of content) hash.update(piece);
	return hash.digest("hex");
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
	const decoder = new TextDecoder();
	let text = "";
	for await (const piece of content) text += decoder.decode(piece, { stream: true });
	return text + decoder.decode();
}
