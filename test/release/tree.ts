// The last release, beside which this tree is tested: its source from git's history, and its web client, built when first asked for.
// RELEASE=COMMIT names another one.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")));

type Release = { version: string; commit: string; migrations: Record<string, string[]> };
export const release: Release = JSON.parse(readFileSync(join(import.meta.dirname, "release.json"), "utf8"));

const commit = process.env.RELEASE ?? release.commit;

/** False in a checkout without its history. */
export function isReleaseThere(): boolean {
	try {
		execFileSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: root, stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** Returns the folder of its source. It lies below this tree, and runs with the packages that are installed here. */
export function releaseTree(): string {
	const tree = join(root, "dist/releases", commit);
	if (existsSync(tree)) return tree;
	const unfinished = `${tree}.${process.pid}`;
	mkdirSync(unfinished, { recursive: true });
	const archive = join(unfinished, "source.tar");
	execFileSync("git", ["archive", "--output", archive, commit], { cwd: root });
	execFileSync("tar", ["-xf", archive], { cwd: unfinished });
	rmSync(archive);
	execFileSync(process.execPath, [vite, "build", "web", "--logLevel", "warn"], { cwd: unfinished, stdio: "inherit" });
	renameSync(unfinished, tree);
	return tree;
}
