import { describe, expect, it } from "vitest";
import { isEmoji, normalizeEmoji } from "../../src/protocol/text/sanitize.ts";
import { emojiFile } from "../../web/emojiFiles.ts";
import { emojiNamed, findEmoji, readEmoji, withSkinTone } from "../../web/src/emoji/emoji.ts";
import { emojiLanguages } from "../../web/src/emoji/languages.ts";
import { skinTones } from "../../web/src/emoji/skinTone.ts";

const english = readEmoji(emojiFile("en"));
const german = readEmoji(emojiFile("de"));
const found = (written: string, list = english) => findEmoji(list, written, 5).map(({ emoji }) => emoji);

describe("the emoji file", () => {
	it("has the same emoji in each language, under translated headings", () => {
		expect(english.all.length).toBeGreaterThan(1_900);
		for (const language of emojiLanguages)
			expect(readEmoji(emojiFile(language)).all.map(({ emoji }) => emoji)).toEqual(english.all.map(({ emoji }) => emoji));
		expect(german.groups).toContain("Menschen & Körper");
		expect(english.groups).toContain("People & body");
		expect(english.groups).toHaveLength(9);
	});

	it("has only single emoji, as reactions write them, with unique names", () => {
		expect(english.all.filter(({ emoji }) => normalizeEmoji(emoji) !== emoji)).toEqual([]);
		expect(english.all.filter(({ emoji }) => !isEmoji(emoji))).toEqual([]);
		expect(new Set(english.all.map(({ label }) => label)).size).toBe(english.all.length);
		expect(new Set(german.all.map(({ label }) => label)).size).toBe(german.all.length);
	});

	it("is small", () => {
		for (const language of emojiLanguages) expect(JSON.stringify(emojiFile(language)).length).toBeLessThan(160_000);
	});
});

describe("an emoji", () => {
	it("is found by its shortcode, the closest match first", () => {
		expect(found("smile")[0]).toBe("😄");
		expect(found("tada")[0]).toBe("🎉");
		expect(found("+1")[0]).toBe("👍");
		expect(found("heart")[0]).toBe("❤️");
		expect(found("zzz-nothing")).toEqual([]);
	});

	it("is found by words of the page's language, without accents, and by shortcodes in every language", () => {
		expect(found("korb", german)).toContain("🧺");
		expect(found("katze", german)).toContain("😺");
		expect(found("tada", german)[0]).toBe("🎉");
		// Not the flag of Herzegovina.
		expect(found("herz", german)[0]).toBe("💘");
		expect(found("lacheln", german)).toContain("🙂");
		expect(found("lacheln", german)).toEqual(found("lächeln", german));
	});

	it("is found by its exact name in any case", () => {
		expect(emojiNamed(english, "tada")?.emoji).toBe("🎉");
		expect(emojiNamed(english, "TADA")?.emoji).toBe("🎉");
		expect(emojiNamed(english, "tad")).toBeUndefined();
	});

	it("of people takes every skin tone and stays one emoji", () => {
		expect(withSkinTone({ emoji: "👋", tints: 1 }, "medium")).toBe("👋🏽");
		expect(withSkinTone({ emoji: "👋", tints: 1 }, "none")).toBe("👋");
		expect(withSkinTone({ emoji: "✌️", tints: 1 }, "dark")).toBe("✌🏿");
		expect(withSkinTone({ emoji: "👩‍💻", tints: 1 }, "light")).toBe("👩🏻‍💻");
		expect(withSkinTone({ emoji: "👩‍❤️‍💋‍👨", tints: 2 }, "light")).toBe("👩🏻‍❤️‍💋‍👨🏻");
		expect(withSkinTone({ emoji: "🎉", tints: 0 }, "light")).toBe("🎉");
		const people = english.all.filter(({ tints }) => tints > 0);
		expect(people.length).toBeGreaterThan(300);
		expect(people.flatMap((one) => skinTones.map((tone) => withSkinTone(one, tone))).filter((emoji) => !isEmoji(emoji))).toEqual([]);
	});
});
