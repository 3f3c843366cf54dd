import { describe, expect, it } from "vitest";
import { mentionQueryAt } from "../../web/src/writing/mentionQuery.ts";
import { bare, marked, mentionsOf, namedIn, partsOf } from "../../web/src/writing/mentions.ts";
import { ann, bob } from "./fakes.ts";

const eve = { userId: "u-eve", username: "Eve Adams" };
const zoe = { userId: "u-zoe", username: "Zoë" };
const people = [ann, bob, eve, zoe];
const names = (text: string, caret = text.length) => mentionQueryAt(text, caret, people)?.people.map(({ username }) => username);

describe("while a name is written", () => {
	it.each<[text: string, names: string[] | undefined]>([
		["@", ["Claude", "Ann", "Bob", "Eve Adams", "Zoë"]],
		["hello @b", ["Bob"]],
		["hello @CL", ["Claude"]],
		["(@eve a", ["Eve Adams"]],
		["@adams", ["Eve Adams"]],
		["@zoe", ["Zoë"]],
		["@Bob ", undefined],
		["@x", undefined],
		["mail@b", undefined],
		["@b\n", undefined],
		["no name", undefined],
	])("%j offers %j", (text, offered) => expect(names(text)).toEqual(offered));

	it("it is the one before the caret", () => {
		expect(names("@bob and @ann", 2)).toEqual(["Bob"]);
		expect(mentionQueryAt("hi @bo there", 6, people)).toEqual({ start: 3, people: [bob] });
	});

	it("whose name begins so comes before who has it as another name, and else who was given first", () => {
		const crowd = ["Ann Clay", "Clara", "Mia Cloud", "Clemens"].map((username) => ({ userId: username, username }));
		expect(mentionQueryAt("@cl", 3, crowd)?.people.map(({ username }) => username)).toEqual([
			"Claude",
			"Clara",
			"Clemens",
			"Ann Clay",
			"Mia Cloud",
		]);
	});

	it("in a long text it is as near as at its beginning", () => {
		expect(names(`${"word ".repeat(20_000)}@zo`)).toEqual(["Zoë"]);
		expect(names(`${"word ".repeat(20_000)}mail@zo`)).toBeUndefined();
	});
});

describe("those who were chosen", () => {
	it("are told with their places, where the text still has them", () => {
		expect(mentionsOf("@Bob and @Eve Adams", [eve, bob, zoe])).toEqual([
			{ userId: "u-bob", offset: 0, length: 4 },
			{ userId: "u-eve", offset: 9, length: 10 },
		]);
	});

	it("of one name are told apart", () => {
		const other = { userId: "u-bob-2", username: "Bob" };
		expect(mentionsOf("@Bob, @Bob", [other, bob]).map(({ userId, offset }) => [userId, offset])).toEqual([
			["u-bob-2", 0],
			["u-bob", 6],
		]);
	});

	it("are known again from a text that has them", () => {
		const text = "@Bob and @Eve Adams";
		expect(mentionsOf(text, namedIn(text, mentionsOf(text, [eve, bob])))).toEqual(mentionsOf(text, [eve, bob]));
	});

	it("are not Claude, which is asked by its name alone", () => {
		expect(mentionsOf("@claude", [{ userId: "claude", username: "Claude" }])).toEqual([]);
	});
});

describe("marks", () => {
	const text = "hi @Bob and @Ann!";
	const mentions = [
		{ userId: "u-bob", offset: 3, length: 4 },
		{ userId: "u-ann", offset: 12, length: 4 },
	];

	it("part a text where somebody is named, and are gone elsewhere", () => {
		expect(partsOf(marked(text, mentions))).toEqual(["hi ", { index: 0, text: "@Bob" }, " and ", { index: 1, text: "@Ann" }, "!"]);
		expect(bare(marked(text, mentions))).toBe(text);
	});

	it("that somebody wrote are not taken for any", () => {
		const forged = "\u{10ff00}@Eve\u{10fffc} @Bob";
		expect(partsOf(marked(forged, [{ userId: "u-bob", offset: 9, length: 4 }]))).toEqual(["@Eve ", { index: 0, text: "@Bob" }]);
	});

	it("of mentions that overlap or end nowhere lose no text", () => {
		const odd = [
			{ userId: "a", offset: 0, length: 4 },
			{ userId: "b", offset: 2, length: 4 },
			{ userId: "c", offset: 6, length: 99 },
		];
		expect(bare(marked("@Bob @Ann", odd))).toBe("@Bob @Ann");
	});
});
