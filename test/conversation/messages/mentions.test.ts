import { describe, expect, it } from "vitest";
import { type NamedMembers, readMentions } from "../../../src/conversation/messages/mentions.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { fold } from "../../../src/protocol/text/fold.ts";

const person = (username: string, userId = username.toLowerCase()) => ({ userId, username });
const members = ["Ann", "Ann Lee", "Bob", "Zoë", "Strauß", "Νίκος", "山田", "철수", "สมชาย", "Robin 🦊", "O'Neil", "Bjørn", "Łukasz"].map(
	(name) => person(name),
);

const find = (people: readonly Person[], id: string) => people.find(({ userId }) => userId === id);

/** The members of a small conversation, and those of one so large that only the names in the text are looked up. */
const few = (people: readonly Person[]): NamedMembers => ({
	all: people,
	find: (id) => find(people, id),
	names: { named: () => new Map() },
});
const many = (everybody: readonly Person[], lookedUp: Set<string> = new Set()): NamedMembers => ({
	all: undefined,
	find: (id) => find(everybody, id),
	names: {
		named: (names) => {
			const found = new Map<string, Person[]>();
			for (const name of names) {
				lookedUp.add(name);
				const people = everybody.filter(({ username }) => fold(username) === name);
				if (people.length > 0) found.set(name, people);
			}
			return found;
		},
	},
});

/** The mentions as they are written in the text, each with its member. */
const read = (content: string, people: readonly Person[] = members) => {
	const found = readMentions(content, few(people));
	expect(readMentions(content, many(people))).toEqual(found);
	return found.map(({ userId, offset, length }) => `${content.slice(offset, offset + length)} ${userId}`);
};

describe("mentions of members", () => {
	it.each<[text: string, ...named: string[]]>([
		["@Ann, hello", "@Ann ann"],
		["hello @ann", "@ann ann"],
		["@ANN!", "@ANN ann"],
		["(@Ann) and @bob.", "@Ann ann", "@bob bob"],
		["@Ann's idea", "@Ann ann"],
		["@o'neil and @O'Neil", "@o'neil o'neil", "@O'Neil o'neil"],
		["@Ann Lee knows", "@Ann Lee ann lee"],
		["@ann  lee", "@ann ann"],
		["@Ann Leek", "@Ann ann"],
		["@Ann@Bob", "@Ann ann"],
		["@@Ann", "@Ann ann"],
		["@Ann @Ann", "@Ann ann", "@Ann ann"],
		["请@Ann帮忙", "@Ann ann"],
		["请@山田帮忙", "@山田 山田"],
		["@山田さん、@철수야", "@山田 山田", "@철수 철수"],
		["ถามคุณ@สมชายหน่อย", "@สมชาย สมชาย"],
		["@zoe\u0308 and @ZOË", "@zoe\u0308 zoë", "@ZOË zoë"],
		["@STRAUSS and @strauß", "@STRAUSS strauß", "@strauß strauß"],
		["@ΝΊΚΟΣ", "@ΝΊΚΟΣ νίκος"],
		["@robin 🦊 is here", "@robin 🦊 robin 🦊"],
		["line\n@Bob\nline", "@Bob bob"],
		["@Ann/@Bob, @claude/@Zoë", "@Ann ann", "@Bob bob", "@Zoë zoë"],
		["@zoe and @Zoe\u0308", "@zoe zoë", "@Zoe\u0308 zoë"],
		["@STRAUẞ", "@STRAUẞ strauß"],
		["@Bjorn and @bjørn, @LUKASZ", "@Bjorn bjørn", "@bjørn bjørn", "@LUKASZ łukasz"],
		["@O’Neil, @o＇neil", "@O’Neil o'neil", "@o＇neil o'neil"],
		["＠Ann、＠ＢＯＢ", "＠Ann ann", "＠ＢＯＢ bob"],
		["<@Ann>, https://x.example @Bob", "@Ann ann", "@Bob bob"],
		["`code` @Ann ` @Bob", "@Ann ann", "@Bob bob"],
		["```\n@Ann\n```\n@Bob", "@Bob bob"],
		["> @Ann said\n@Bob", "@Bob bob"],
		["https://x.example/、@Ann", "@Ann ann"],
	])("are found in %j", (text, ...named) => expect(read(text)).toEqual(named));

	it.each([
		"Ann",
		"@ Ann",
		"@Anna",
		"@Anné",
		"@Ann_1",
		"@Ann-Marie",
		"me@ann.example",
		"ask-me@Bob",
		"_@Bob",
		"@bob.example",
		"ж@Bob",
		"@Bobж",
		"@Robin",
		"`@Ann`",
		"``see ` @Ann``",
		"~~~\n@Ann",
		"http://x.example/@Ann",
		"www.x.example/@Ann",
		"x.example/@Ann",
		"/@Ann",
		"https://x.example/?to=@Ann",
		"npm i @ann/sdk",
		"@Ann/sdk",
		"> @Ann said",
		"@nobody",
		"@",
		"",
	])("are not found in %j", (text) => expect(read(text)).toEqual([]));

	it("do not include Claude, even if a member has that name", () => {
		const people = [...members, person("Claude", "x"), person("Claude Roy", "roy")];
		expect(read("@claude and @CLAUDE, @claude roy", people)).toEqual(["@claude roy roy"]);
	});

	it("are not found by a name that two members share, nor by its beginning", () => {
		const people = [person("Ann", "1"), person("Bob Dee", "2"), person("bob dee", "3"), person("Bob", "4")];
		expect(read("@Bob Dee, @Ann, @Bob", people)).toEqual(["@Ann 1", "@Bob 4"]);
	});

	it("are found by the name with the same accents, if members' names differ in nothing else", () => {
		const people = [person("Zoë", "1"), person("Zoe", "2"), person("Øre", "3"), person("øre", "4")];
		expect(read("@zoë, @ZOE, @Øre", people)).toEqual(["@zoë 1", "@ZOE 2"]);
	});

	it("are not looked for in a text without @", () => {
		const asked: NamedMembers = {
			get all(): never {
				throw new Error("The members were asked for.");
			},
			find: () => undefined,
			names: { named: () => new Map() },
		};
		expect(readMentions("Ann and Bob", asked, [{ userId: "ann", offset: 0, length: 3 }])).toEqual([]);
	});

	it("are limited in number", () => {
		expect(read("@Bob ".repeat(limits.mentions + 1))).toHaveLength(limits.mentions);
	});

	it("are looked for in a bounded part of the longest texts, in the largest conversations", () => {
		const crowd = Array.from({ length: limits.namedMembers }, (_, n) => person(`${"@".repeat(60)}${n}`));
		const pieces = ["@", "@A", "@Ann", "@@@@ ", "@\u0301", `@${"\u200d".repeat(4)}`, "> @\n", "/@", "＠ł"];
		// These have few places to look at. Time that grows with their square would exceed the limit of a test.
		for (const piece of ["`", "`@``", "\n", "a://"]) readMentions(piece.repeat(limits.content / piece.length), few(crowd));
		// Each place may be followed by a name, and each of its characters by accents.
		const mostLooked = 10 * limits.mentions * 64 * 9;
		for (const piece of pieces) {
			const text = piece.repeat(limits.content / piece.length);
			const lookedUp = new Set<string>();
			for (const people of [few(crowd), many(crowd, lookedUp)]) {
				const { looked, folded } = workOf(() => readMentions(text, people));
				expect([piece, looked < 2 * mostLooked, folded < 10]).toEqual([piece, true, true]);
			}
			expect(lookedUp.size).toBeLessThan(limits.memberPage.written + limits.username * 2);
		}
	});
});

/** How many characters are looked at as parts of names, and how many are folded anew. */
function workOf(look: () => void): { looked: number; folded: number } {
	const [{ fromCodePoint }, { normalize }] = [String, String.prototype];
	const work = { looked: 0, folded: 0 };
	String.fromCodePoint = (...codes) => {
		work.looked += 1;
		return fromCodePoint(...codes);
	};
	String.prototype.normalize = function (this: string, form?: string) {
		work.folded += 1;
		return normalize.call(this, form);
	};
	try {
		look();
	} finally {
		String.fromCodePoint = fromCodePoint;
		String.prototype.normalize = normalize;
	}
	return work;
}

describe("mentions marked by the sender", () => {
	const two = [person("Ann", "1"), person("Ann", "2"), person("Bob", "3")];
	const given = (content: string, ...mentions: [userId: string, offset: number, length: number][]) =>
		readMentions(
			content,
			few(two),
			mentions.map(([userId, offset, length]) => ({ userId, offset, length })),
		).map(({ userId, offset, length }) => [userId, offset, length]);

	it("decide between members of one name, and take precedence over names in the text", () => {
		expect(given("@Ann and @Ann and @Bob", ["2", 9, 4], ["1", 0, 4])).toEqual([
			["1", 0, 4],
			["2", 9, 4],
			["3", 18, 4],
		]);
		expect(given("@Bob", ["1", 0, 4])).toEqual([["1", 0, 4]]);
		expect(given("@Bob!", ["1", 0, 5])).toEqual([["1", 0, 5]]);
	});

	it.each<[string, [string, number, number]]>([
		["names no member", ["4", 5, 4]],
		["names Claude", ["claude", 5, 4]],
		["does not begin with an @", ["1", 0, 4]],
		["is only an @", ["1", 5, 1]],
		["reaches past the end", ["1", 5, 6]],
		["begins past the end", ["1", 99, 4]],
		["is empty", ["1", 5, 0]],
		["ends within a character", ["1", 10, 2]],
		["overlaps another", ["1", 5, 5]],
	])("are ignored if one %s", (_how, mention) => {
		expect(given("Hey, @Bob @😀", ["3", 5, 4], mention)).toEqual([["3", 5, 4]]);
	});

	it("are ignored if they would hide more than a name", () => {
		expect(given(`@${"x".repeat(65)}`, ["1", 0, 66])).toEqual([]);
		expect(given("@one\ntwo", ["1", 0, 8])).toEqual([]);
	});
});
