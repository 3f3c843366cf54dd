// The life of an answer, exhaustively: all orders of what can happen, the shortest first, on a model of it. `conformance.test.ts` shows
// that the model does what the code does, and `npm run model` walks deeper.

import { describe, expect, it } from "vitest";
import { bugs } from "../bite/bugs.ts";
import { beyond, pinned } from "./bugs.ts";
import { walk } from "./walk.ts";

/** Bounded by states, so that it finds the same on a slow machine. */
const most = 8_000;
const timeout = 240_000;

describe("an answer in every order of what can happen to it", () => {
	it.each([
		["paid for", true],
		["not paid for", false],
	])("where it is %s breaks no rule", { timeout }, (_name, isPaid) => {
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

	it("or lacks only bugs that exist", () => {
		const names = new Set(bugs.map(({ name }) => name));
		expect([...pinned.map(({ bug }) => bug), ...Object.keys(beyond)].filter((name) => !names.has(name))).toEqual([]);
	});
});
