// The servers on which the tests can run the product: `wrangler dev`, or plain workerd with SERVER=workerd. Both keep their data in a folder.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { settingNames } from "../../src/setting-values.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// The set-up, which imports this file too, has no `import.meta.resolve`.
const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");

/** How to run one server: `assets` is the folder of another build of the page, and `tree` that of another release's source. */
type Start = { folder: string; port: number; settings: Record<string, string>; assets?: string; tree?: string };
/** The arguments of Node, a line of output that says that the server is ready, and the environment. */
export type Command = { args: string[]; ready: RegExp; env: Record<string, string> };

export type Server = "wrangler" | "workerd";
export const serverOfRun: Server = process.env.SERVER === "workerd" ? "workerd" : "wrangler";

export const commandOf: Record<Server, (start: Start) => Command> = {
	wrangler: ({ folder, port, settings, assets, tree = root }) => {
		const vars = Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
		const address = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
		const page = assets === undefined ? [] : ["--assets", assets];
		return {
			args: [wrangler, "dev", ...configFor(folder, tree), "--persist-to", folder, ...address, ...page, ...vars],
			ready: /Ready on/,
			env: {},
		};
	},
	workerd: ({ folder, port, settings, assets, tree = root }) => {
		// What is set in the developer's shell does not count, and the scripted services are on this machine.
		const none = Object.fromEntries(settingNames.map((name) => [name, ""]));
		const place = { HOST: "127.0.0.1", PORT: String(port), DATA_FOLDER: folder, PRIVATE_NETWORKS: "127.0.0.0/8", BEHIND_PROXY: "" };
		const page: Record<string, string> = assets === undefined ? {} : { PAGE_FOLDER: assets };
		return { args: [join(tree, "scripts/serve.ts")], ready: /"socket":"http"/, env: { ...none, ...place, ...page, ...settings } };
	},
};

/** Bundles the Worker for workerd. The page is built already. */
export function buildForWorkerd(): void {
	execFileSync(process.execPath, [join(root, "scripts/serve/build.ts")], { cwd: root, stdio: "inherit" });
}

/**
 * The `wrangler.toml` of a source tree. If the page is built already, a copy without the build step: concurrent builds would empty
 * each other's folder.
 */
function configFor(folder: string, tree: string): string[] {
	const path = join(tree, "wrangler.toml");
	if (process.env.PAGE_IS_BUILT === undefined) return ["--config", path];
	const here = (path: string) => JSON.stringify(join(tree, path));
	const text = readFileSync(path, "utf8")
		.replace(/^\[build\][\s\S]*?^(?=\[)/m, "")
		.replace(/^(main|directory) = "(.*)"$/gm, (_line, name, path) => `${name} = ${here(path)}`);
	const copy = join(folder, "wrangler.toml");
	writeFileSync(copy, text);
	return ["--config", copy, "--var", `JWT_SECRET:${randomUUID()}`];
}
