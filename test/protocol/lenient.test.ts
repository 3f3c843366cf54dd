// What is left of a value that does not quite fit its schema.

import * as v from "valibot";
import { expect, it } from "vitest";
import { readLeniently } from "../../src/protocol/lenient.ts";

const member = v.object({ id: v.string(), age: v.optional(v.number()) });
const schema = v.object({
	title: v.string(),
	topic: v.optional(v.string()),
	count: v.optional(v.number(), 7),
	owner: v.optional(member),
	members: v.optional(v.array(member)),
});

it.each<[what: string, given: unknown, read: unknown]>([
	["a value that fits is read whole", { title: "Tea", topic: "x", count: 1 }, { title: "Tea", topic: "x", count: 1 }],
	["an optional field is left out", { title: "Tea", topic: 5 }, { title: "Tea", count: 7 }],
	["an optional field gets its default", { title: "Tea", count: "1" }, { title: "Tea", count: 7 }],
	["a field of a newer build is left out", { title: "Tea", later: 1 }, { title: "Tea", count: 7 }],
	["null is no value", { title: "Tea", topic: null, owner: null, members: null }, { title: "Tea", count: 7 }],
	["a part keeps what can be read of it", { title: "Tea", owner: { id: "a", age: "x" } }, { title: "Tea", count: 7, owner: { id: "a" } }],
	["a part without a required field is left out", { title: "Tea", owner: { age: 1 } }, { title: "Tea", count: 7 }],
	[
		"items of a list are left out one by one",
		{ title: "Tea", members: [{ id: "a" }, { id: 1 }, null, { id: "b", age: "x" }] },
		{ title: "Tea", count: 7, members: [{ id: "a" }, { id: "b" }] },
	],
	["names of the language are only names", { title: "Tea", constructor: 1, topic: 5 }, { title: "Tea", count: 7 }],
	["a required field is needed", { title: 1, topic: "x" }, undefined],
	["text is no object", "Tea", undefined],
	["a list is no object", [{ title: "Tea" }], undefined],
	["nothing is nothing", undefined, undefined],
])("%s", (_what, given, read) => {
	expect(readLeniently(schema, given)).toEqual(read);
});

it("takes something else in place of what cannot be read, where there is such a thing", () => {
	const replace = (of: v.GenericSchema) => (of === member ? { id: "?" } : undefined);
	expect(readLeniently(schema, { title: "Tea", members: [{ id: "a" }, 5], topic: 5 }, replace)).toEqual({
		title: "Tea",
		count: 7,
		members: [{ id: "a" }, { id: "?" }],
	});
	expect(readLeniently(schema, { members: [] }, replace)).toBeUndefined();
});
