import { describe, expect, it } from "vitest";
import { PdfPages } from "../../src/files/pdf-pages.ts";
import { pdf } from "../support/files.ts";

/** Reads the bytes in pieces of so many. */
async function pagesOf(bytes: Uint8Array, piece = bytes.length): Promise<number | undefined> {
	const pages = new PdfPages();
	for (let at = 0; at < bytes.length; at += piece) await pages.add(bytes.subarray(at, at + piece));
	return pages.end();
}

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

	it("are not known of an encrypted or damaged one", async () => {
		expect(await pagesOf(await pdf(2, { isEncrypted: true }))).toBeUndefined();
		expect(await pagesOf((await pdf(2, { isCompressed: true })).slice(0, 130))).toBeUndefined();
		expect(await pagesOf(new TextEncoder().encode("%PDF-1.7\n"))).toBeUndefined();
	});
});
