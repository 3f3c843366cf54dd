import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { fileSchema } from "../../src/protocol/files/file.ts";
import { colourOf, meanOf, thumbhashOf } from "../../web/src/files/adding/tint.ts";

const pixels = (...colours: number[][]) => Uint8ClampedArray.from(colours.flat());
const partsOf = (colour: string | undefined) => [...(colour ?? "").matchAll(/\d+/g)].map(([part]) => Number(part));

describe("the colour of a picture", () => {
	it.each([
		[[200, 80, 20], 1200, 800],
		[[10, 20, 240], 30, 4000],
		[[0, 0, 0], 500, 500],
		[[255, 255, 255], 4000, 30],
	])("comes back from its thumbhash: %j", (colour, width, height) => {
		const mean = meanOf(pixels([...colour, 255], [...colour, 255]));
		const thumbhash = thumbhashOf(mean as { r: number; g: number; b: number }, width, height);
		expect(v.is(fileSchema.entries.thumbhash, thumbhash)).toBe(true);
		for (const [at, part] of partsOf(colourOf(thumbhash)).entries()) expect(Math.abs(part - (colour[at] as number))).toBeLessThan(9);
	});

	it("is the mean of its pixels, and none if something shines through", () => {
		expect(meanOf(pixels([255, 0, 0, 255], [0, 0, 255, 255]))).toEqual({ r: 0.5, g: 0, b: 0.5 });
		expect(meanOf(pixels([255, 0, 0, 255], [0, 0, 255, 128]))).toBeUndefined();
	});

	it("has the length that the form asks for", () => {
		// 27 terms of a square's brightness and 5 of each of its two colours, two in a byte.
		expect(atob(thumbhashOf({ r: 0, g: 0, b: 0 }, 8, 8))).toHaveLength(5 + 19);
	});

	it("is read from the thumbhash of any client, and from nothing else", () => {
		expect(colourOf("1QcSHQRnh493V4dIh4eXh1h4kJUI")).toMatch(/^rgb\(\d+ \d+ \d+\)$/);
		expect(colourOf("%")).toBeUndefined();
	});
});
