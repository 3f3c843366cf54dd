import { describe, expect, it } from "vitest";
import { indexed, matchesIn, matchOf, parseQuery } from "../../../src/conversation/store/words.ts";
import { limits } from "../../../src/protocol/limits.ts";

describe("the words of a text", () => {
	it.each([
		["Hello, World!", "hello world"],
		["don't e-mail me@x.example", "don t e mail me x example"],
		["snake_case and 3.14", "snake case and 3 14"],
		["Crème brûlée, ÅNGSTRÖM", "creme brulee angstrom"],
		["cre\u0300me", "creme"],
		["STRASSE Straße STRAẞE", "strasse strasse strasse"],
		["Łódź Ørsted Đà Nẵng Æsir Cœur", "lodz orsted da nang aesir coeur"],
		["Ħal Ŧ Ðorn Þór Ŋ Ǿ Ǽ", "hal t dorn thor n o ae"],
		["İstanbul ILIK ılık", "istanbul ilik ilik"],
		["ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"],
		["Ёлка ёлка", "елка елка"],
		["ﬁnd Ｆｕｌｌ ½ ①", "find full 12 1"],
		["می\u200cخواهم مَرْحَبًا مـرحبا أهلا", "میخواهم مرحبا مرحبا اهلا"],
		["שָׁלוֹם", "שלום"],
		["नमस्ते दुनिया", "नमस्ते दुनिया"],
		["soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"],
		["東京タワー tower", "東 京 タ ワ ー tower"],
		["GitHubで検索する", "github で 検 索 す る"],
		["か\u3099 が ｶﾞ", "が が ガ"],
		["학교에서", "학 교 에 서"],
		["한글".normalize("NFD"), "한 글"],
		["สวัสดี", "ส ว ั ส ด ี"],
		["ສະບາຍ ភាសា မြန်", "ສ ະ ບ າ ຍ ភ ា ស ា မ ြ န ်"],
		["🎉👍🏽👩\u200d💻🇩🇪", "🎉 👍 👩 💻 🇩🇪"],
		["?! … — \u0301 \u0000", ""],
		["", ""],
	])("%j", (text, words) => {
		expect(indexed(text)).toBe(words);
	});

	it("are cut to a maximum length, between whole characters", () => {
		expect(indexed("a".repeat(1_000))).toBe("a".repeat(64));
		expect(indexed(`a${"𝒶".repeat(40)}`)).toBe("a".repeat(32));
		expect(indexed(`x${"\u{10000}".repeat(40)}`)).toBe(`x${"\u{10000}".repeat(31)}`);
	});
});

describe("a query", () => {
	it.each([
		["hello", '"hello"*'],
		["Hello world", '"hello" AND "world"*'],
		["hello* world", '"hello"* AND "world"*'],
		['"Hello World"', '"hello world"'],
		['say "hello world" again', '"say" AND "hello world" AND "again"*'],
		["“hello world” „again”", '"hello world" AND "again"'],
		['"not closed', '"not closed"'],
		["don't", '"don t"'],
		["don'tell", '"don tell"*'],
		["x", '"x"'],
		["東京 tower", '"東 京" AND "tower"*'],
		["AND OR NOT NEAR(", '"and" AND "or" AND "not" AND "near"*'],
		["text:secret", '"text secret"*'],
		["^a + b - c", '"a" AND "b" AND "c"'],
		['" OR 1 --', '"or 1"'],
		["'; DROP TABLE words; --", '"drop" AND "table" AND "words"'],
		["{a b}:c*", '"a" AND "b c"'],
		['* ** "*" \u0000', ""],
		["   ", ""],
	])("%j", (text, match) => {
		expect(matchOf(parseQuery(text))).toBe(match);
	});

	it("has at most as many phrases as the limit allows", () => {
		expect(parseQuery(Array.from({ length: 100 }, (_, n) => `w${n}`).join(" "))).toHaveLength(limits.search.phrases);
	});
});

describe("matches", () => {
	const said = (text: string, query: string) => Array.from(matchesIn(text, parseQuery(query)), ([start, end]) => text.slice(start, end));

	it.each([
		["The cafés of Café-City", "cafe", ["cafés", "Café"]],
		["New York is new, york is not", '"new york"', ["New York", "new, york"]],
		["a b a b", '"a b" b', ["a b", "b", "a b", "b"]],
		["私は東京タワーと京都が好き", "京", ["京", "京"]],
		["私は東京タワー", "京タワ", ["京タワ"]],
		["nothing", "else", []],
	])("are found in %j for %j", (text, query, found) => {
		expect(said(text, query)).toEqual(found);
	});
});
