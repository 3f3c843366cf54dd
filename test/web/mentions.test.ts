import { describe, expect, it } from "vitest";
import { bare, marked, partsOf } from "../../src/markdown/marks.ts";
import { mentionQueryAt } from "../../web/src/writing/mentionQuery.ts";
import { mentionsOf, namedIn } from "../../web/src/writing/mentions.ts";
import { ann, bob } from "./fakes.ts";

const eve = { userId: "u-eve", username: "Eve Adams" };
const zoe = { userId: "u-zoe", username: "Zoë" };
const people = [ann, bob, eve, zoe];
const names = (text: string, caret = text.length) => mentionQueryAt(text, caret, people)?.people.map(({ username }) => username);

describe("an unfinished mention", () => {
	it.each<[text: string, names: string[] | undefined]>([
		["@", ["Claude", "Ann", "Bob", "Eve Adams", "Zoë"]],
		["hello @b", ["Bob"]],
		["hello @CL", ["Claude"]],
		["(@eve a", ["Eve Adams"]],
		["@adams", ["Eve Adams"]],
		["@zoe", ["Zoë"]],
		["＠ＢＯ", ["Bob"]],
		["@Bob ", undefined],
		["@x", undefined],
		["mail@b", undefined],
		["@b\n", undefined],
		["no name", undefined],
	])("%j offers %j", (text, offered) => expect(names(text)).toEqual(offered));

	it("is the one before the caret", () => {
		expect(names("@bob and @ann", 2)).toEqual(["Bob"]);
		expect(mentionQueryAt("hi @bo there", 6, people)).toEqual({ start: 3, people: [bob] });
	});

	it("matches the beginning of a name before its other words, otherwise in the given order", () => {
		const crowd = ["Ann Clay", "Clara", "Mia Cloud", "Clemens"].map((username) => ({ userId: username, username }));
		expect(mentionQueryAt("@cl", 3, crowd)?.people.map(({ username }) => username)).toEqual([
			"Claude",
			"Clara",
			"Clemens",
			"Ann Clay",
			"Mia Cloud",
		]);
	});

	it("is found in a long text too", () => {
		expect(names(`${"word ".repeat(20_000)}@zo`)).toEqual(["Zoë"]);
		expect(names(`${"word ".repeat(20_000)}mail@zo`)).toBeUndefined();
	});
});

describe("chosen people", () => {
	it("are sent with their positions if the text still names them", () => {
		expect(mentionsOf("@Bob and @Eve Adams", [eve, bob, zoe])).toEqual([
			{ userId: "u-bob", offset: 0, length: 4 },
			{ userId: "u-eve", offset: 9, length: 10 },
		]);
	});

	it("are told apart if they share a name", () => {
		const other = { userId: "u-bob-2", username: "Bob" };
		expect(mentionsOf("@Bob, @Bob", [other, bob]).map(({ userId, offset }) => [userId, offset])).toEqual([
			["u-bob-2", 0],
			["u-bob", 6],
		]);
	});

	it("are recovered from a text that mentions them", () => {
		const text = "@Bob and @Eve Adams";
		expect(mentionsOf(text, namedIn(text, mentionsOf(text, [eve, bob])))).toEqual(mentionsOf(text, [eve, bob]));
	});

	it("exclude Claude, which is asked by its name", () => {
		expect(mentionsOf("@claude", [{ userId: "claude", username: "Claude" }])).toEqual([]);
	});
});

describe("marks", () => {
	const text = "hi @Bob and @Ann!";
	const mentions = [
		{ userId: "u-bob", offset: 3, length: 4 },
		{ userId: "u-ann", offset: 12, length: 4 },
	];

	it("split a text at mentions, and are removed elsewhere", () => {
		expect(partsOf(marked(text, mentions))).toEqual(["hi ", { index: 0, text: "@Bob" }, " and ", { index: 1, text: "@Ann" }, "!"]);
		expect(bare(marked(text, mentions))).toBe(text);
	});

	it("that somebody typed are ignored", () => {
		const forged = "\u{10ff00}@Eve\u{10fffc} @Bob";
		expect(partsOf(marked(forged, [{ userId: "u-bob", offset: 9, length: 4 }]))).toEqual(["@Eve ", { index: 0, text: "@Bob" }]);
	});

	it("lose no text if mentions overlap or exceed it", () => {
		const odd = [
			{ userId: "a", offset: 0, length: 4 },
			{ userId: "b", offset: 2, length: 4 },
			{ userId: "c", offset: 6, length: 99 },
		];
		expect(bare(marked("@Bob @Ann", odd))).toBe("@Bob @Ann");
	});
});
