import { expect, it } from "vitest";
import { partsOf, withoutFootnotes } from "../../web/src/files/readAloud.ts";

it("reads a text in parts of whole sentences, and loses no word", () => {
	const sentence = "This is one of many sentences of about sixty characters, so.";
	const text = Array.from({ length: 10 }, () => sentence).join(" ");
	const parts = partsOf(text);
	expect(parts.length).toBeGreaterThan(2);
	expect(parts.every((part) => part.length <= 200 && part.endsWith("."))).toBe(true);
	expect(parts.join(" ")).toBe(text);
	expect(partsOf("…?!")).toEqual(["…?!"]);
	expect(partsOf(" \n ")).toEqual([]);
});

it("reads notes, but not the numbers of footnotes", () => {
	expect(withoutFootnotes("Water boils.[^1] So does tea[^tea], says [^a-z].\n\n[^1]: At 100 °C.\n[^tea]: A drink.")).toBe(
		"Water boils. So does tea, says [^a-z].\n\nAt 100 °C.\nA drink.",
	);
});
