// Members who are found by name.

import { expect, it } from "vitest";
import { membersNamed, sourceOf } from "../../../src/conversation/people/found.ts";
import { limits } from "../../../src/protocol/limits.ts";

const named = (...names: string[]) => names.map((username, n) => ({ userId: `u${n}`, username }));
const idsOf = (text: string, members: ReturnType<typeof named>, seeker = "") =>
	membersNamed(text, sourceOf(members), seeker).map(({ userId }) => userId);

it("a member is found by the beginnings of the words of their name, in any order, and by a new name", () => {
	const members = named("Ann Müller", "Bob", "Anna-Maria");
	expect([idsOf("mull ann", members), idsOf("an", members), idsOf("an", members, "u0"), idsOf("b ann", members)]).toEqual([
		["u0"],
		["u0", "u2"],
		["u2"],
		[],
	]);
	expect(idsOf("mull", named("Ann Weber"))).toEqual([]);
});

it("words that are repeated count once, and nobody is looked for by more than a search may have", () => {
	const letters = "abcdefghijklmnopqrstuvwxyz".split("");
	const members = named(letters.join(" "));
	expect(idsOf("a ".repeat(100), members)).toEqual(["u0"]);
	expect(idsOf(letters.slice(0, limits.search.phrases).join(" "), members)).toEqual(["u0"]);
	expect(idsOf(letters.slice(0, limits.search.phrases + 1).join(" "), members)).toEqual([]);
});
