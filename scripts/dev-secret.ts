// Local development asks no questions: where `.dev.vars` has no JWT_SECRET, one is made and kept there.
// Runs before every build and does something only under `wrangler dev`; a deployment's secret is set by its people.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const file = new URL("../.dev.vars", import.meta.url);

if (process.env.WRANGLER_COMMAND === "dev") {
	const vars = existsSync(file) ? readFileSync(file, "utf8") : "";
	if (!/^\s*JWT_SECRET\s*=\s*["']?[^"'\s]/m.test(vars)) {
		const kept = vars.replace(/^\s*JWT_SECRET\s*=.*\n?/gm, "");
		const secret = randomBytes(32).toString("base64url");
		writeFileSync(file, `${kept}${kept === "" || kept.endsWith("\n") ? "" : "\n"}JWT_SECRET="${secret}"\n`, { mode: 0o600 });
	}
}
