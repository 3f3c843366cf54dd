import { describe, expect, it } from "vitest";
import type { ListEntry } from "../../src/protocol/conversation.ts";
import { choicesFor } from "../../web/src/switcher/choices.ts";
import { listed } from "./fakes.ts";

const named = (title: string, minute: number, given: Partial<ListEntry> = {}) => ({ listed: listed(title, minute, given), title });
const titles = (text: string, conversations: ReturnType<typeof named>[], openId?: string) =>
	choicesFor(text, conversations, openId).map(({ title }) => title);

describe("an empty text", () => {
	it("lists mentions first, then unread, then recent conversations; muted, archived and open ones later", () => {
		const all = [
			named("open", 9),
			named("archived", 8, { archived: true, unread: 1 }),
			named("muted", 7, { muted: true, unread: 5 }),
			named("recent", 6),
			named("old", 1),
			named("new", 2, { unread: 1 }),
			named("naming", 1, { unread: 1, mentions: 1 }),
		];
		expect(titles(" ", all, "open")).toEqual(["naming", "new", "muted", "recent", "old", "archived", "open"]);
	});
});

describe("a part of a title", () => {
	const all = [named("A trip to Résumé", 5), named("Presume nothing", 9), named("résumé", 1), named("Other", 9)];

	it("matches without case and accents: beginnings first, then words, then the rest", () => {
		expect(titles("RESUME", all)).toEqual(["résumé", "A trip to Résumé", "Presume nothing"]);
	});

	it("matches several words in any order", () => {
		expect(titles("resu trip", all)).toEqual(["A trip to Résumé"]);
		expect(titles("trip to", all)).toEqual(["A trip to Résumé"]);
		expect(titles("trip other", all)).toEqual([]);
	});
});
