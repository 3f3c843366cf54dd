// Builds the service worker, with the list of all that it keeps: a build that differs in anything has another worker.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const publicFolder = new URL("public/", import.meta.url);
const fileName = "sw.js";

export function shellWorker(): Plugin {
	return {
		name: "shell worker",
		apply: "build",
		enforce: "post",
		buildStart() {
			this.emitFile({ type: "chunk", id: "/src/serviceWorker.ts", fileName });
		},
		generateBundle: {
			order: "post",
			handler(_options, bundle) {
				const built = Object.values(bundle).map((file): [string, string | Uint8Array] => [
					file.fileName,
					file.type === "chunk" ? file.code : file.source,
				]);
				const given = readdirSync(publicFolder).map((name): [string, Uint8Array] => [name, readFileSync(new URL(name, publicFolder))]);
				const files = [...built, ...given].filter(([name]) => name !== fileName && name !== "_headers");
				const hashes = files.map(([name, content]) => [name, `sha256-${createHash("sha256").update(content).digest("base64")}`]);
				const shell = hashes.map(([name, hash]) => (name === "index.html" ? ["/", ""] : [`/${name}`, hash]));
				const version = createHash("sha256").update(JSON.stringify(hashes)).digest("hex").slice(0, 16);
				const worker = bundle[fileName];
				if (worker?.type !== "chunk") throw new Error("There is no service worker.");
				worker.code = worker.code.replace("__SHELL__", JSON.stringify(shell)).replace("__VERSION__", JSON.stringify(version));
			},
		},
	};
}
