import { describe, expect, it } from "vitest";
import { joined, readTar, TarError, tarEnd, tarHeader, tarPadding } from "../../../src/protocol/files/tar.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

const entry = (path: string, content: Uint8Array) => joined([tarHeader(path, content.length, 0), content, tarPadding(content.length)]);

/** In pieces that end anywhere. */
async function* inPieces(archive: Uint8Array, length = 200) {
	for (let at = 0; at < archive.length; at += length) yield archive.subarray(at, at + length);
}

async function read(archive: Uint8Array): Promise<[string, string][]> {
	const found: [string, string][] = [];
	for await (const { path, content } of readTar(inPieces(archive))) {
		let all = "";
		for await (const piece of content()) all += text(piece);
		found.push([path, all]);
	}
	return found;
}

const long = `files/1/${"ä".repeat(120)} "x" 漢.txt`;
const archive = joined([entry("a.txt", bytes("one")), entry(long, bytes("x".repeat(1_500))), entry("empty", bytes("")), tarEnd]);

describe("a tar archive", () => {
	it("gives back names and contents, also long names in other scripts", async () => {
		expect(await read(archive)).toEqual([
			["a.txt", "one"],
			[long, "x".repeat(1_500)],
			["empty", ""],
		]);
	});

	it("says where a content begins, and passes over one that nobody reads", async () => {
		const found: string[] = [];
		for await (const { path, size, offset } of readTar(inPieces(archive)))
			if (path === "a.txt") found.push(text(archive.subarray(offset, offset + size)));
			else found.push(path);
		expect(found).toEqual(["one", long, "empty"]);
	});

	it.each([
		["cut short within a content", archive.subarray(0, 514)],
		["cut short within its header", archive.subarray(0, 100)],
		["without its end", archive.subarray(0, archive.length - tarEnd.length)],
		["of another form", bytes("{}\n".repeat(400))],
		["with a changed header", archive.map((byte, at) => (at === 3 ? byte + 1 : byte))],
	])("is refused if it is %s", async (_what, damaged) => {
		await expect(read(damaged)).rejects.toThrow(TarError);
	});

	it("is refused with a link in it", async () => {
		const link = tarHeader("a", 0, 0);
		link[156] = 0x32;
		link.set(bytes("        "), 148);
		link.set(
			bytes(
				`${link
					.reduce((sum, byte) => sum + byte, 0)
					.toString(8)
					.padStart(6, "0")}\0 `,
			),
			148,
		);
		await expect(read(joined([link, tarEnd]))).rejects.toThrow("no file");
	});
});
