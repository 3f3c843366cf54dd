// Builds the service worker with the list of all files that it caches, so that every build has a
// different worker. It is built separately: as a second entry it would split the page into more
// chunks.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

/** The scripts of the page of administrators. Few people need it, and nobody offline: it is not cached. */
export const administration = "assets/admin/";

const source = fileURLToPath(new URL("src/shell/serviceWorker.ts", import.meta.url));
const publicFolder = new URL("public/", import.meta.url);

export function shellWorker(): Plugin {
	return {
		name: "shell worker",
		apply: "build",
		enforce: "post",
		generateBundle: {
			order: "post",
			async handler(_options, bundle) {
				const built = Object.values(bundle).map((file): [string, string | Uint8Array] => [
					file.fileName,
					file.type === "chunk" ? file.code : file.source,
				]);
				const given = readdirSync(publicFolder).map((name): [string, Uint8Array] => [name, readFileSync(new URL(name, publicFolder))]);
				// Most devices have a font for formulas, and few people see a diagram: what these need is not cached for all.
				const files = [...built, ...given].filter(
					([name]) => name !== "_headers" && !name.startsWith(administration) && !name.startsWith("diagrams/") && !name.endsWith(".woff2"),
				);
				const hashes = files.map(([name, content]) => [name, `sha256-${createHash("sha256").update(content).digest("base64")}`]);
				const shell = hashes.map(([name, hash]) => (name === "index.html" ? ["/", ""] : [`/${name}`, hash]));
				const version = createHash("sha256").update(JSON.stringify(hashes)).digest("hex").slice(0, 16);
				this.emitFile({ type: "asset", fileName: "sw.js", source: await worker({ __SHELL__: shell, __VERSION__: version }) });
			},
		},
	};
}

/** Returns its code with these constants filled in. */
async function worker(values: Record<string, unknown>): Promise<string> {
	const define = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
	const result = await build({
		configFile: false,
		logLevel: "warn",
		define,
		build: { write: false, copyPublicDir: false, target: "es2022", rolldownOptions: { input: source, output: { format: "iife" } } },
	});
	const [chunk] = "output" in result ? result.output : [];
	if (!chunk) throw new Error("The build has produced no service worker.");
	return chunk.code;
}
