// Checks that the tests bite: puts each known bug into a copy of the project and shows which test catches it.
//   npm run bite                    all bugs
//   npm run bite -- --only overlap  bugs whose name contains this
//   npm run bite -- --shard 1/2     the first of two shares, each with every second bug
// Exits with 1 if a bug passes all tests, because then a test is missing.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bug, bugs } from "./bugs.ts";

type Report = { testResults: { message: string; assertionResults: { status: string; fullName: string }[] }[] };

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { only: { type: "string", default: "" }, shard: { type: "string", default: "1/1" } } });
const [shard = 1, shards = 1] = values.shard.split("/").map(Number);
const chosen = bugs.filter(({ name }, index) => name.includes(values.only) && index % shards === shard - 1);

const projectsOf = {
	worker: ["--project", "rules", "--project", "worker"],
	web: ["--project", "web"],
	long: ["--config", "test/vitest.long.config.ts", "--project", "long"],
	faults: ["--config", "test/vitest.long.config.ts", "--project", "faults"],
};

/** Copies the working tree without ignored files. */
function copyProject(): string {
	const copy = mkdtempSync(join(tmpdir(), "parley-bite-"));
	const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
	for (const file of files.split("\n").filter((name) => name !== "")) cpSync(join(root, file), join(copy, file));
	symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
	return copy;
}

/** Returns the tests that fail with the bug. Throws if the bug no longer fits the code. */
function catchersOf({ file, from, to, tests, project }: Bug, copy: string): string[] {
	const path = join(copy, file);
	const whole = readFileSync(path, "utf8");
	if (whole.split(from).length !== 2) throw new Error(`'${from}' is not once in ${file}.`);
	writeFileSync(
		path,
		whole.replace(from, () => to),
	);
	try {
		const vitest = join(root, "node_modules/vitest/vitest.mjs");
		const report = join(copy, "report.json");
		const projects = projectsOf[project];
		// One failing test is enough, and the others may wait long for what the bug keeps from happening.
		const filters = project === "faults" ? ["--testNamePattern", tests.join("|")] : tests;
		const options = [...projects, "--bail", "1", "--reporter", "json", "--outputFile", report];
		const run = spawnSync(process.execPath, [vitest, "run", ...options, ...filters], { cwd: copy, encoding: "utf8", timeout: 600_000 });
		if (!existsSync(report)) throw new Error(`No tests ran:\n${run.stdout}\n${run.stderr}`);
		const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
		rmSync(report);
		const broken = testResults.find(({ message }) => message.startsWith("Transform failed"));
		if (broken) throw new Error(`The bug in ${file} is no valid code: ${broken.message}`);
		return testResults.flatMap(({ message, assertionResults }) => {
			const failed = assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
			return failed.length === 0 && message !== "" ? [message.split("\n")[0] as string] : failed;
		});
	} finally {
		writeFileSync(path, whole);
	}
}

const copy = copyProject();
let missed = 0;
try {
	for (const bug of chosen) {
		const catchers = catchersOf(bug, copy);
		if (catchers.length === 0) missed += 1;
		const [first, ...others] = catchers;
		console.log(`${first ? "caught" : "MISSED"}  ${bug.name}`);
		if (first) console.log(`        by "${first}"${others.length > 0 ? ` and ${others.length} more` : ""}`);
	}
} finally {
	rmSync(copy, { recursive: true, force: true });
}
console.log(missed === 0 ? "Every bug was caught." : `${missed} were not caught.`);
process.exitCode = missed === 0 ? 0 : 1;
