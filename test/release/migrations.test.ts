// The migrations of the last release, which deployments have run, and what was added to them since.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { release } from "./tree.ts";

// Node itself loads them. Vitest would rewrite those that are functions.
const script = join(import.meta.dirname, "../../scripts/release.ts");
const now: typeof release.migrations = JSON.parse(execFileSync(process.execPath, [script, "--migrations"], { encoding: "utf8" }));

describe.each(Object.entries(release.migrations))("the migrations of the object %s", (object, released) => {
	it("begin with those of the last release, unchanged", () => {
		expect(now[object]?.slice(0, released.length)).toEqual(released);
	});

	it("break with the last release nowhere: a breaking one needs a release of its own", () => {
		expect(now[object]?.slice(released.length).filter((hash) => hash.startsWith("breaking"))).toEqual([]);
	});
});
