import { describe, expect, it } from "vitest";
import { PdfPages } from "../../src/files/pdf-pages.ts";
import { pdf } from "../support/files.ts";
import { turnsDuring } from "../support/turns.ts";

/** Reads the bytes in pieces of so many. */
async function pagesOf(bytes: Uint8Array, piece = bytes.length): Promise<number | undefined> {
	const pages = new PdfPages();
	for (let at = 0; at < bytes.length; at += piece) await pages.add(bytes.subarray(at, at + piece));
	return pages.end();
}

/** The letter A, compressed, in bytes that are letters of ASCII. */
const compressedA = "x^s\x04\0\0B\0B";

describe("the pages of a PDF", () => {
	it.each([1, 7, 64, 1_000])("are counted if it comes in pieces of %i bytes", async (piece) => {
		expect(await pagesOf(await pdf(3), piece)).toBe(3);
		expect(await pagesOf(await pdf(5, { isCompressed: true }), piece)).toBe(5);
	});

	it("are counted also after pages that were added later", async () => {
		const added = new TextEncoder().encode("\n9 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n");
		const bytes = new Uint8Array([...(await pdf(2, { isCompressed: true })), ...added]);
		expect(await pagesOf(bytes)).toBe(3);
	});

	it.each<[string, string, number | undefined]>([
		["whose tree says more than there are pages", "<</Type/Pages/Kids[3 0 R]/Count 40>>", 40],
		["with more children than pages that say so", "<</Type/Pages/Kids[3 0 R 4 0 R\n5 0 R]/Count 1>>", 3],
		["that shows one page several times", "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 1>>", undefined],
		["that shows the same pages in two places", "<</Type/Pages/Kids[4 0 R 5 0 R]>> <</Kids[3 0 R]>> <</Kids[003 0 R]>>", undefined],
		["that hides a name", "<</Type/P#61ges/K#69ds[3 0 R]>>", undefined],
		["with objects that we cannot read", "<</Type/ObjStm/Filter/LZWDecode>>\nstream\nabc\nendstream", undefined],
		["with objects that are compressed twice", "<</Filter[/FlateDecode/LZWDecode]/Type/ObjStm>>\nstream\nabc\nendstream", undefined],
		[
			"with objects whose other compression stands before their type",
			`<</Filter[/FlateDecode/ASCIIHexDecode]/Type/ObjStm>>\nstream\n${compressedA}\nendstream`,
			undefined,
		],
		["with an ordinary font", "<</Type/Font/BaseFont/ABCDEF+Calibri#20Bold>>", 1],
	])("are never counted too low in a file %s", async (_what, object, pages) => {
		const bytes = new TextEncoder().encode(`%PDF-1.7\n3 0 obj\n<</Type/Page>>\nendobj\n2 0 obj\n${object}\nendobj\n%%EOF\n`);
		for (const piece of [1, 9, bytes.length]) expect(await pagesOf(bytes, piece)).toBe(pages);
	});

	it.each([
		["many lists that do not end", `${"/Kids[".repeat(90_000)}]`],
		["a list of one long number", `/Kids[${"1".repeat(200_000)}]`],
		["one long number", `/Count ${"9".repeat(400)}`],
		["streams of objects far from any object", `${" ".repeat(900_000)}${`/ObjStm stream\n${compressedA}\nendstream `.repeat(1_500)}`],
	])(
		"are looked for in little time among %s",
		async (_what, text) => {
			const began = performance.now();
			expect(await pagesOf(new TextEncoder().encode(`%PDF-1.7\n/Type/Page ${text}`))).not.toBe(Number.POSITIVE_INFINITY);
			expect(performance.now() - began).toBeLessThan(1_000);
		},
		600_000,
	);

	it.each([
		["marks", "/Kids[1 0 R]/Count 1 ".repeat(40_000), 20],
		["streams of objects", `1 0 obj/ObjStm stream\n${compressedA}\nendstream `.repeat(1_500), 100],
	])("are counted in turn with other work where there are many %s", async (_what, text, turns) => {
		expect(await turnsDuring(pagesOf(new TextEncoder().encode(`%PDF-1.7\n/Type/Page ${text}`)))).toBeGreaterThan(turns);
	});

	it("are not known of one with more streams of objects than any real one has", async () => {
		const streams = (count: number) => `1 0 obj/ObjStm stream\n${compressedA}\nendstream `.repeat(count);
		expect(await pagesOf(new TextEncoder().encode(`%PDF-1.7\n/Type/Page ${streams(2_001)}`))).toBeUndefined();
	}, 60_000);

	it("are not known of an encrypted or damaged one", async () => {
		expect(await pagesOf(await pdf(2, { isEncrypted: true }))).toBeUndefined();
		expect(await pagesOf((await pdf(2, { isCompressed: true })).slice(0, 130))).toBeUndefined();
		expect(await pagesOf(new TextEncoder().encode("%PDF-1.7\n"))).toBeUndefined();
	});
});
