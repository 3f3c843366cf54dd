import { expect, it } from "vitest";
import type { Member } from "../../src/protocol/conversation.ts";
import { roster } from "../../web/src/people/roster.ts";
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

it("the roster finds a part of a name, without case and accents", () => {
	expect(names(" ZOE")).toEqual(["Zoé"]);
	expect(names("o")).toEqual(["Bob", "Zoé"]);
	const polish: Member = { userId: "u-lukasz", username: "Łukasz", role: "member" };
	expect(roster([polish], [], bob.userId, "lukasz")).toHaveLength(1);
});
