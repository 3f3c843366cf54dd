// Gives `wrangler dev` a JWT_SECRET, so that it works without setup. It is kept with the data that it protects, in `.wrangler`,
// and added to `.dev.vars`: replacing that file signs nobody out. Says once what Claude may cost. Runs before every build. For a deployment it only checks that the build is one for production.

import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { budgetsSentence } from "../src/money/budgets.ts";

const { WRANGLER_COMMAND, NODE_ENV } = process.env;
const root = process.argv[2] ? new URL(`${process.argv[2]}/`, "file://") : new URL("../", import.meta.url);
const vars = new URL(".dev.vars", root);

if (WRANGLER_COMMAND === "dev") {
	const own = assigned("JWT_SECRET");
	const secret = keep("dev-secret", own ?? (kept("dev-secret") || randomBytes(32).toString("base64url")));
	if (own === undefined) add(`JWT_SECRET="${secret}"\n`);
	if (assigned("ANTHROPIC_API_KEY") !== undefined && kept("dev-budgets-told") === "") {
		console.log(budgetsSentence);
		keep("dev-budgets-told", "yes");
	}
} else if (WRANGLER_COMMAND === "deploy" && NODE_ENV && NODE_ENV !== "production") {
	// The Worker would answer to localhost only.
	console.error(`NODE_ENV is ${NODE_ENV}. Unset it, or set it to production, and deploy again.`);
	process.exitCode = 1;
}

/** The last assignment counts, so an empty one that stands before it does no harm. */
function add(line: string): void {
	const text = read(vars);
	const separator = text === "" || text.endsWith("\n") ? "" : "\n";
	appendFileSync(vars, separator + line, { mode: 0o600 });
}

function assigned(name: string): string | undefined {
	const values = [...read(vars).matchAll(new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s#"']*))`, "gm"))];
	const [, ...forms] = values.at(-1) ?? [];
	return forms.find((form) => form);
}

function keep(name: string, value: string): string {
	const file = fileOf(name);
	if (kept(name) !== value) {
		mkdirSync(new URL(".", file), { recursive: true });
		writeFileSync(file, value, { mode: 0o600 });
	}
	return value;
}

function kept(name: string): string {
	return read(fileOf(name)).trim();
}

function fileOf(name: string): URL {
	return new URL(`.wrangler/${name}`, root);
}

function read(file: URL): string {
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}
