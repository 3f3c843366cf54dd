import { expect, it } from "vitest";
import type { Member } from "../../src/protocol/conversation.ts";
import { changesOf, type Described } from "../../web/src/people/changes.ts";
import { ann, bob } from "./fakes.ts";

const member = (person: typeof ann): Member => ({ ...person, role: "member" });
const state = (members: Member[] | null, title?: string, said: string[] = []): Described => ({
	members,
	conversation: title === undefined ? null : { title },
	messages: said.map((content) => ({ content })),
});
const changes = (before: Described, after: Described) => changesOf(before, after, ann.userId);

it("others who join or leave are told, oneself is not", () => {
	const [alone, both] = [state([member(ann)]), state([member(ann), member(bob)])];
	expect(changes(alone, both)).toEqual([{ type: "joined", names: ["Bob"] }]);
	expect(changes(both, alone)).toEqual([{ type: "left", names: ["Bob"] }]);
	expect(changes(state([member(bob)]), both)).toEqual([]);
	expect(changes(both, both)).toEqual([]);
});

it("nothing is told before it is known who was there", () => {
	expect(changes(state(null), state([member(bob)]))).toEqual([]);
	expect(changes(state([member(bob)]), state(null))).toEqual([]);
});

it("a new title is told, but not what becomes of the first one by itself", () => {
	expect(changes(state(null, "Tea"), state(null, "Tea and cake"))).toEqual([{ type: "renamed", title: "Tea and cake" }]);
	expect(changes(state(null, ""), state(null, "Tea"))).toEqual([]);
	expect(changes(state(null), state(null, "Tea"))).toEqual([]);
	expect(changes(state(null, "Tea or coffee"), state(null, "Drinks", ["Hello", "**Tea** or coffee"]))).toEqual([]);
});
