// Names a release that the next ones are tested against: its version, its commit, and the hashes of its migrations.
//   node scripts/release.ts                the last commit is the release with the version in package.json
//   node scripts/release.ts --migrations   only prints the hashes of the migrations

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where each object's list of migrations is. They are code of the Workers runtime, and load in Node, too. */
const lists = {
	conversation: "conversation/store/migrations.ts",
	user: "user/migrations.ts",
	purse: "money/migrations.ts",
	directory: "admin/migrations.ts",
	files: "files/store.ts",
};

type Change = string | ((sql: never) => void);

/** Comments and white space may change. A breaking migration begins with that word. */
function hashOf(migration: Change | { breaking: Change }): string {
	const change = typeof migration === "object" ? migration.breaking : migration;
	const text = String(change).replace(/--.*$/gm, "").replace(/\s+/g, " ").trim();
	const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
	return typeof migration === "object" ? `breaking ${hash}` : hash;
}

const migrations: Record<string, string[]> = {};
for (const [object, file] of Object.entries(lists)) migrations[object] = (await import(`../src/${file}`)).migrations.map(hashOf);

if (process.argv.includes("--migrations")) {
	console.log(JSON.stringify(migrations));
} else {
	const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
	if (git("status", "--porcelain") !== "") throw new Error("Commit your changes first: a release is a commit.");
	const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
	const commit = git("rev-parse", "HEAD");
	writeFileSync(`${root}test/release/release.json`, `${JSON.stringify({ version, commit, migrations }, undefined, "\t")}\n`);
	console.log(`Commit test/release/release.json, and tag the release: git tag -a v${version} -m "Parley ${version}" ${commit}`);
}
