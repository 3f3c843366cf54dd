import { describe, expect, it } from "vitest";
import { parseFrame } from "../../../src/protocol/frames.ts";
import { isVisible, normalizeEmoji, sanitize, sanitizeLine } from "../../../src/protocol/text/sanitize.ts";

const cases: [what: string, text: string, inText: string, inLine: string][] = [
	["words of any script", "Grüße, 世界, שלום, नमस्ते", "Grüße, 世界, שלום, नमस्ते", "Grüße, 世界, שלום, नमस्ते"],
	["emoji with joiners and variations", "👩‍💻 ❤️ 👍🏽", "👩‍💻 ❤️ 👍🏽", "👩‍💻 ❤️ 👍🏽"],
	["joiners of scripts", "می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"],
	["line breaks and tabs", "a\r\n\tb\nc", "a\r\n\tb\nc", "a b c"],
	["bidi overrides", "a\u202eb\u202dc\u202ad\u202b\u202c", "abcd", "abcd"],
	["bidi isolates", "a\u2066b\u2067c\u2068d\u2069", "abcd", "abcd"],
	["marks of right-to-left writing", "a\u200eb\u200fc\u061c", "a\u200eb\u200fc\u061c", "abc"],
	["C0 and C1 controls", "a\u0000b\u001bc\u007fd\u009be\u0008", "abcde", "abcde"],
	["a byte order mark, annotations", "\ufeffa\ufff9b\ufffa", "ab", "ab"],
	["what is not seen", "a\u200bb\u00adc\u2060", "a\u200bb\u00adc\u2060", "abc"],
	["what looks like white space", "a\u3164b\u2800c\u115fd\uffa0e", "a\u3164b\u2800c\u115fd\uffa0e", "a b c d e"],
	["other ends of lines", "a\u2028b\u2029c\u0085d", "a\u2028b\u2029cd", "a b c d"],
	["halves of characters", "a\ud800b\udc00", "a\ufffdb\ufffd", "a\ufffdb\ufffd"],
	["white space", "  a   b  ", "  a   b  ", "a b"],
];

describe("sanitize", () => {
	it.each(cases)("keeps or removes %s", (_what, text, inText, inLine) => {
		expect([sanitize(text), sanitizeLine(text)]).toEqual([inText, inLine]);
	});

	it("changes nothing the second time", () => {
		for (const [, text] of cases) {
			expect(sanitize(sanitize(text))).toBe(sanitize(text));
			expect(sanitizeLine(sanitizeLine(text))).toBe(sanitizeLine(text));
		}
	});

	it("is applied to a message when its frame is parsed", () => {
		const event = { type: "chat:send", conversationId: "c", content: "evil\u202etxt.exe\u0000 \ud83d", role: "user" };
		expect(parseFrame(JSON.stringify(event))).toEqual([{ event: { ...event, content: "eviltxt.exe \ufffd" } }]);
	});
});

describe("isVisible", () => {
	it.each(["\u3164", "\u2800", "\u115f\u1160", "\uffa0", "\u{1d159}", "\ufe0f", "\u034f", "\u200d", " \u3164\n\u2800", "\u{e0041}"])(
		"is false for %j",
		(text) => expect(isVisible(text)).toBe(false),
	);
	it.each(["a", "\u3164a", "❤\ufe0f", "ᅟᅡ", "⠁", "\u0301"])("is true for %j", (text) => expect(isVisible(text)).toBe(true));
});

describe("normalizeEmoji", () => {
	it.each([
		["❤", "❤\ufe0f"],
		["❤\ufe0f", "❤\ufe0f"],
		["👍\ufe0f", "👍"],
		["👍", "👍"],
		["👍🏽", "👍🏽"],
		["❤\ufe0f\u200d🔥\ufe0f", "❤\ufe0f\u200d🔥"],
		["1\ufe0f\u20e3", "1\ufe0f\u20e3"],
	])("converts %s to %s", (written, emoji) => expect(normalizeEmoji(written)).toBe(emoji));
});
