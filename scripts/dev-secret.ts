// Creates a JWT_SECRET in `.dev.vars` if there is none, so that `wrangler dev` works without setup.
// Runs before every build, but must do nothing for a deployment, whose secret is set by the people
// who run it.

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
