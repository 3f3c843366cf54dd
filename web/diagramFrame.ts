// Builds the document of the frame that draws diagrams: one file with the library and what uses it, which fetches nothing. Its policy
// allows this one script, and no address of any kind.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const source = fileURLToPath(new URL("src/markdown/diagrams/frame.ts", import.meta.url));

type FrameFile = { path: string; policy: string; content: string };

let made: Promise<FrameFile> | undefined;

export function frameFile(): Promise<FrameFile> {
	made ??= make();
	return made;
}

async function make(): Promise<FrameFile> {
	const library = readFileSync(createRequire(import.meta.url).resolve("@mermaid-js/tiny"), "utf8");
	const script = `${library}\n${await ownScript()}`;
	if (/<\/?script|[\r\0]/i.test(script)) throw new Error("The script for diagrams would end early in its document.");
	const policy = [
		"default-src 'none'",
		`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`,
		"style-src 'unsafe-inline'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'self'",
		"sandbox allow-scripts",
	].join("; ");
	const content = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Diagrams</title><body><script>${script}</script></body></html>`;
	const version = createHash("sha256").update(content).digest("hex").slice(0, 10);
	// Servers would take `.html` off the address.
	return { path: `diagrams/${version}.htm`, policy, content };
}

async function ownScript(): Promise<string> {
	const result = await build({
		configFile: false,
		logLevel: "warn",
		build: { write: false, copyPublicDir: false, target: "es2022", rolldownOptions: { input: source, output: { format: "iife" } } },
	});
	const [chunk] = "output" in result ? result.output : [];
	if (!chunk) throw new Error("The build has produced no script for diagrams.");
	return chunk.code;
}

export function diagramFrame(): Plugin {
	return {
		name: "diagram frame",
		apply: "build",
		config: async () => ({ define: { __DIAGRAM_FRAME__: JSON.stringify(`/${(await frameFile()).path}`) } }),
		async generateBundle() {
			const { path, content } = await frameFile();
			this.emitFile({ type: "asset", fileName: path, source: content });
		},
	};
}
