// Builds `dist/serve` for `npm run serve`: the plan read from wrangler.toml, and the bundled Worker.

import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { experimental_readRawConfig, unstable_readConfig } from "wrangler";
import { planOf, type WranglerConfig } from "./plan.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const config = `${root}wrangler.toml`;
const folder = `${root}dist/serve`;

const read = planOf(unstable_readConfig({ config }) as WranglerConfig, experimental_readRawConfig({ config }).rawConfig);
if ("problem" in read) {
	console.error(read.problem);
	process.exit(1);
}
for (const note of read.notes) console.log(note);

/** Bundles one module without imports, because the configuration lists each module by name. */
async function bundle(name: string): Promise<void> {
	await build({
		configFile: false,
		root,
		publicDir: false,
		logLevel: "warn",
		// Otherwise the Worker would answer to localhost only, as it does in `wrangler dev`.
		define: { "process.env.NODE_ENV": '"production"' },
		ssr: { target: "webworker", noExternal: true, resolve: { conditions: ["workerd", "worker", "browser"] } },
		build: {
			ssr: true,
			target: "es2024",
			outDir: folder,
			emptyOutDir: false,
			rolldownOptions: {
				input: `${root}src/standalone/${name}.ts`,
				external: /^(cloudflare|node):/,
				output: { format: "es", entryFileNames: `${name}.js`, codeSplitting: false },
			},
		},
	});
}

rmSync(folder, { recursive: true, force: true });
for (const name of ["entry", "page", "rate-limit"]) await bundle(name);
writeFileSync(`${folder}/plan.json`, JSON.stringify(read.plan, undefined, "\t"));
