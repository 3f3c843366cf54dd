import { expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { durationText } from "../../../src/protocol/text/number-text.ts";

it("writes a duration in the largest unit that divides it", () => {
	expect([90, 60, 900, 3600, 24 * 3600, 30 * 24 * 3600].map(durationText)).toEqual([
		"90 seconds",
		"1 minute",
		"15 minutes",
		"1 hour",
		"1 day",
		"30 days",
	]);
});

it("names the lifetimes of access tokens and sessions as the protocol does", () => {
	expect([limits.accessTokenSeconds, limits.sessionSeconds].map(durationText)).toEqual(["15 minutes", "30 days"]);
});
