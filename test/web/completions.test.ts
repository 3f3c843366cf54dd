import { describe, expect, it } from "vitest";
import { shortcodeAt, wholeShortcodeAt } from "../../web/src/emoji/shortcodes.ts";
import { complete, completeShortcode, completionAt, type EmojiSource, mostOptions } from "../../web/src/writing/completions.ts";
import { ann, bob } from "./fakes.ts";

const known = { smile: "😄", smiley: "😃", tada: "🎉", "+1": "👍" };
const emoji: EmojiSource = {
	find: (written, most) =>
		Object.entries(known)
			.filter(([name]) => name.startsWith(written))
			.slice(0, most)
			.map(([name, emoji]) => ({ emoji, name })),
	named: (name) => new Map(Object.entries(known)).get(name),
};
const people = [ann, bob];
const at = (text: string, caret = text.length) => completionAt(text, caret, people, emoji);

describe("the completion of unfinished text", () => {
	it("offers members after @ and emoji after :", () => {
		expect(at("hi @bo")).toEqual({ start: 3, noun: "person", options: [{ type: "person", person: bob }] });
		expect(at("hi :smi")).toEqual({
			start: 3,
			noun: "emoji",
			options: [
				{ type: "emoji", emoji: "😄", name: "smile" },
				{ type: "emoji", emoji: "😃", name: "smiley" },
			],
		});
		expect(at("hi :smi there", 7)?.start).toBe(3);
	});

	it("offers nothing if no name matches, or before emoji are loaded", () => {
		expect(at("hi :xyz")).toBeUndefined();
		expect(at("hi @xyz")).toBeUndefined();
		expect(completionAt("hi :smi", 7, people, undefined)).toBeUndefined();
	});

	it("replaces the text in place and adds a space", () => {
		expect(complete("hi @bo there", 6, { start: 3 }, { type: "person", person: bob })).toEqual({ text: "hi @Bob there", caret: 8 });
		expect(complete("@", 1, { start: 0 }, { type: "person", person: { userId: "claude", username: "Claude" } })).toEqual({
			text: "@claude ",
			caret: 8,
		});
		expect(complete("hi :smi", 7, { start: 3 }, { type: "emoji", emoji: "😄", name: "smile" })).toEqual({ text: "hi 😄 ", caret: 6 });
	});

	it("replaces the whole word where the caret was moved back into it", () => {
		const person = { type: "person", person: bob } as const;
		expect(complete("hi @Bob", 6, { start: 3 }, person)).toEqual({ text: "hi @Bob ", caret: 8 });
		expect(complete("hi @bob, there", 5, { start: 3 }, person)).toEqual({ text: "hi @Bob , there", caret: 8 });
		expect(complete("hi @Bobby", 6, { start: 3 }, person)).toEqual({ text: "hi @Bob bby", caret: 8 });
		const full = { type: "person", person: { userId: "u", username: "Bob Stone" } } as const;
		expect(complete("hi @bob there", 5, { start: 3 }, full)).toEqual({ text: "hi @Bob Stone there", caret: 14 });
		expect(complete("hi @bob stone", 8, { start: 3 }, full)).toEqual({ text: "hi @Bob Stone ", caret: 14 });
		const smile = { type: "emoji", emoji: "😄", name: "smile" } as const;
		expect(complete("hi :smile there", 7, { start: 3 }, smile)).toEqual({ text: "hi 😄 there", caret: 6 });
		expect(complete("hi :smile:", 7, { start: 3 }, smile)).toEqual({ text: "hi 😄 ", caret: 6 });
	});

	it("offers a limited number", () => {
		const crowd = Array.from({ length: 100 }, (_, index) => ({ userId: `u${index}`, username: `Ann ${index}` }));
		expect(completionAt("@ann", 4, crowd, undefined)?.options).toHaveLength(mostOptions);
	});
});

describe("a shortcode", () => {
	it("becomes its emoji if there is one of that name", () => {
		expect(completeShortcode("so :tada: it", 9, emoji)).toEqual({ text: "so 🎉 it", caret: 5 });
		expect(completeShortcode(":+1:", 4, emoji)).toEqual({ text: "👍", caret: 2 });
		expect(completeShortcode("so :nothing:", 12, emoji)).toBeUndefined();
		expect(completeShortcode("so :tada:", 8, emoji)).toBeUndefined();
	});

	it.each([
		[":sm", "sm"],
		["(:sm", "sm"],
		["two\n:sm", "sm"],
		[":lä", "lä"],
		["`code` :sm", "sm"],
		["```\ncode\n```\n:sm", "sm"],
		["a ` in one paragraph\n\n:sm", "sm"],
		[":s", undefined],
		[": sm", undefined],
		["10:30", undefined],
		["http://localhost:80", undefined],
		["https://a.example/?at=x&y=(:sm", undefined],
		["C:\\:sm", undefined],
		["std::sm", undefined],
		["::sm", undefined],
		["note:ok", undefined],
		["`:sm", undefined],
		["``a ` :sm", undefined],
		["```js\nconst a = {b, :sm", undefined],
		["~~~\n```\n:sm", undefined],
	])("unfinished in %j: %j", (text, name) => expect(shortcodeAt(text, text.length)?.name).toBe(name));

	it("is not recognized in code", () => {
		expect(wholeShortcodeAt("`:tada:", 7)).toBeUndefined();
		expect(wholeShortcodeAt("```\n:tada:", 10)).toBeUndefined();
		expect(wholeShortcodeAt("12:30:", 6)).toBeUndefined();
	});
});
