// Gives `wrangler dev` a JWT_SECRET, so that it works without setup. The secret is kept with the data
// that it protects, in `.wrangler`, and added to `.dev.vars`: replacing that file signs nobody out.
// Runs before every build. For a deployment it only checks that the build is one for production.

import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const { WRANGLER_COMMAND, NODE_ENV } = process.env;
const root = process.argv[2] ? new URL(`${process.argv[2]}/`, "file://") : new URL("../", import.meta.url);
const vars = new URL(".dev.vars", root);
const kept = new URL(".wrangler/dev-secret", root);

if (WRANGLER_COMMAND === "dev") {
	const text = read(vars);
	const own = secretIn(text);
	const secret = own ?? (read(kept).trim() || randomBytes(32).toString("base64url"));
	if (read(kept) !== secret) {
		mkdirSync(new URL(".", kept), { recursive: true });
		writeFileSync(kept, secret, { mode: 0o600 });
	}
	if (own === undefined) add(text, secret);
} else if (WRANGLER_COMMAND === "deploy" && NODE_ENV && NODE_ENV !== "production") {
	// The Worker would answer to localhost only.
	console.error(`NODE_ENV is ${NODE_ENV}. Unset it, or set it to production, and deploy again.`);
	process.exitCode = 1;
}

/** The last assignment counts, so an empty one that stands before it does no harm. */
function add(text: string, secret: string): void {
	const separator = text === "" || text.endsWith("\n") ? "" : "\n";
	appendFileSync(vars, `${separator}JWT_SECRET="${secret}"\n`, { mode: 0o600 });
}

function secretIn(text: string): string | undefined {
	const values = [...text.matchAll(/^\s*(?:export\s+)?JWT_SECRET\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s#"']*))/gm)];
	const [, ...forms] = values.at(-1) ?? [];
	return forms.find((form) => form);
}

function read(file: URL): string {
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}
