// Takes a model of a reply's life cycle through all sequences of actions, the shortest first. `conformance.test.ts` checks the model
// against the code, and `npm run model` goes deeper.

import { describe, expect, it } from "vitest";
import { bugs } from "../bite/bugs.ts";
import { beyond, pinned } from "./bugs.ts";
import { walk } from "./walk.ts";

/** The most states. Unlike a limit of time, it finds the same on a slow machine. */
const most = 8_000;
const timeout = 240_000;

describe("a reply in every sequence of actions", () => {
	it.each([
		["paid for", true],
		["not paid for", false],
	])("breaks no rule if it is %s", { timeout }, (_name, isPaid) => {
		const { broken, depth } = walk({ isPaid }, { most });
		expect(broken).toBeUndefined();
		expect(depth).toBeGreaterThanOrEqual(5);
	});
});

describe("the model finds", () => {
	it.each(pinned)("$bug", { timeout }, ({ bug, rule, steps, isPaid = true, hasLastRow, from }) => {
		const { broken } = walk({ isPaid, bug, hasLastRow }, { rules: [rule], most, from });
		expect([broken?.rule, broken?.path.length], broken?.path.join(", ")).toEqual([rule, steps]);
	});

	it("or cannot show only bugs that test/bite has", () => {
		const names = new Set(bugs.map(({ name }) => name));
		expect([...pinned.map(({ bug }) => bug), ...Object.keys(beyond)].filter((name) => !names.has(name))).toEqual([]);
	});
});
