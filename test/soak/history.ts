// The history of soaks: one line for each run, so that later ones can be compared with it.

import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";

const file = new URL("history.jsonl", import.meta.url);

/** Appends a finished run. `began`: its start in ms. `figures`: what it printed. */
export function appendToHistory(soak: "faults" | "money", began: number, figures: readonly (readonly [string, number | string])[]): void {
	const minutes = Math.round((Date.now() - began) / 6_000) / 10;
	const run = { at: new Date().toISOString(), commit: commitOf(), soak, minutes, ...Object.fromEntries(figures) };
	appendFileSync(file, `${JSON.stringify(run)}\n`);
}

/** The checked-out commit, with a plus if files differ from it. */
function commitOf(): string {
	const git = (...args: string[]) => execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
	return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--", ":/", ":!history.jsonl") === "" ? "" : "+");
}
