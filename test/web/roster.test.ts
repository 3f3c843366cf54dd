import { expect, it } from "vitest";
import type { Member } from "../../src/protocol/conversation.ts";
import { inOrder, roster } from "../../web/src/people/roster.ts";
import { ann, bob } from "./fakes.ts";

const members: Member[] = [
	{ ...ann, role: "member" },
	{ userId: "u-zoe", username: "Zoé", role: "owner" },
	{ ...bob, role: "reader" },
];
const names = (text: string, ...here: string[]) =>
	roster(
		members,
		here.map((userId) => ({ userId, username: "" })),
		bob.userId,
		text,
	).map(({ username }) => username);

it("the roster lists the reader first, then those present, then the others, each by name", () => {
	expect(names("")).toEqual(["Bob", "Ann", "Zoé"]);
	expect(names("", "u-zoe")).toEqual(["Bob", "Zoé", "Ann"]);
});

it("those who are here are listed by name, the reader last, in whatever order they connected", () => {
	const zoe = { userId: "u-zoe", username: "Zoé" };
	const other = { userId: "u-zoe-2", username: "Zoé" };
	for (const here of [
		[zoe, ann, other, bob],
		[bob, other, zoe, ann],
	])
		expect(inOrder(here, bob.userId)).toEqual([ann, zoe, other, bob]);
});

it("the roster finds a part of a name, without case and accents", () => {
	expect(names(" ZOE")).toEqual(["Zoé"]);
	expect(names("o")).toEqual(["Bob", "Zoé"]);
	const polish: Member = { userId: "u-lukasz", username: "Łukasz", role: "member" };
	expect(roster([polish], [], bob.userId, "lukasz")).toHaveLength(1);
});
