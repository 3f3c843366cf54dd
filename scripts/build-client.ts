// Builds the package `web/parley-client`: modules without dependencies, and their declarations.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = fileURLToPath(new URL("../web/parley-client/", import.meta.url));

await build({
	configFile: false,
	root: folder,
	logLevel: "warn",
	build: {
		target: "es2022",
		lib: { entry: { index: "index.ts", "ai-sdk": "ai-sdk.ts", "tanstack-ai": "tanstack-ai.ts" }, formats: ["es"] },
		// Schemas are made when a module is loaded. The client uses none.
		rolldownOptions: { treeshake: { moduleSideEffects: false }, output: { chunkFileNames: "[name].js" } },
	},
});

/** The types of a file that begins with a comment and imports nothing but the types of the package. */
function declarationsIn(file: string): string {
	const [, types] = /^(?:\/\/.*\n)+\n([\s\S]*)$/.exec(readFileSync(`${folder}${file}`, "utf8")) ?? [];
	const published = types?.replaceAll('"./types.ts"', '"./index.js"');
	if (published === undefined || /^import.*(?<!"\.\/index\.js");$/m.test(published))
		throw new Error(`${file} must begin with a comment and import only ./types.ts.`);
	return published;
}

mkdirSync(`${folder}dist`, { recursive: true });
const declare = (name: string, types: string, values: string) =>
	writeFileSync(`${folder}dist/${name}.d.ts`, `${declarationsIn(types)}\n${values}`);
declare("index", "types.ts", "export declare const connect: Connect;\n");
declare("ai-sdk", "ai-sdk-types.ts", "export declare const chatTransport: ChatTransport;\nexport declare const uiMessages: UIMessages;\n");
declare(
	"tanstack-ai",
	"tanstack-ai-types.ts",
	"export declare const connection: Connection;\nexport declare const uiMessages: UIMessages;\n",
);
