// Starts Parley on plain workerd, without Cloudflare and without wrangler. Build it first: `npm run serve` does both.
// docs/without-cloudflare.md describes the settings.

import { createHash } from "node:crypto";
import { accessSync, chmodSync, constants, globSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { settingNames, switchOf } from "../src/setting-values.ts";
import { configOf } from "./serve/config.ts";
import type { Plan } from "./serve/plan.ts";

/** The binary that is installed with wrangler. */
const { default: workerd }: { default: string } = createRequire(import.meta.url)("workerd");
const root = fileURLToPath(new URL("..", import.meta.url));
const code = join(root, "dist/serve");
const plan: Plan = JSON.parse(readFileSync(join(code, "plan.json"), "utf8"));

const { HOST = "127.0.0.1", PORT = "8787", DATA_FOLDER = "data", PAGE_FOLDER = plan.page.folder } = process.env;
const { CLUSTER_BUCKET: bucket, CLUSTER_ADDRESS: address, CLUSTER_KEY: key } = process.env;
const cluster = bucket && address && key ? { bucket, address, key } : undefined;
if (bucket && !cluster) refuse("CLUSTER_BUCKET needs CLUSTER_ADDRESS and CLUSTER_KEY.");
const isBehindProxy = switchOf(process.env.BEHIND_PROXY?.trim() || "off") ?? refuse("BEHIND_PROXY must be on or off.");
const data = resolve(DATA_FOLDER);
const page = resolve(root, PAGE_FOLDER);
const objects = join(data, "objects");
const room = join(data, "room");

/** True if only this machine can connect. No web page may then reach the API by another name that resolves here. */
const isLocal = /^(127\.|localhost$|\[?::1\]?$)/.test(HOST);
/** An empty variable counts as unset. */
const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value));
const environment: Record<string, string> = {
	...(isLocal && !isBehindProxy && { ALLOWED_HOSTS: "localhost" }),
	...plan.vars,
	...(given as Record<string, string>),
};
if (isLocal && !environment.ALLOWED_HOSTS) refuse("BEHIND_PROXY needs ALLOWED_HOSTS: the name by which people reach your proxy.");

/** MCP_SERVERS names the variables that hold the tokens of its servers. */
const tokenNames = [...(environment.MCP_SERVERS ?? "").matchAll(/"token"\s*:\s*"([A-Z][A-Z\d_]*)"/g)].map(([, name]) => name as string);
const settings = [...new Set([...settingNames, ...Object.keys(plan.vars), ...tokenNames])].filter((name) => environment[name]);

const files = globSync("**/*", { cwd: page, withFileTypes: true })
	.filter((entry) => entry.isFile() && !entry.name.startsWith("_"))
	.map((entry) => join(entry.parentPath, entry.name));
const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("base64url").slice(0, 22);
const standalone = {
	workerFirst: plan.page.workerFirst,
	files: Object.fromEntries(files.map((file) => [file.slice(page.length).replaceAll("\\", "/"), hashOf(file)])),
	isBehindProxy,
};

// The data are for this account only. workerd inherits the mask, which holds for what it creates.
process.umask(0o077);
prepareData();
const config = join(data, "workerd.capnp");
const networks = ["public", ...(process.env.PRIVATE_NETWORKS ?? "").split(",").map((network) => network.trim())].filter(Boolean);
const lock = process.platform === "linux" ? `parley-${createHash("sha256").update(realpathSync(objects)).digest("hex")}` : undefined;
const headers = readFileSync(join(page, "_headers"), "utf8");
writeFileSync(config, configOf({ plan, standalone, headers, settings, networks, code, page, objects, room, cluster, lock }));
console.log(`Parley is starting on http://${HOST}:${PORT}. Its data are in ${data}.`);
// workerd replaces this process, so that it receives signals and Node takes no memory. It prints a line of JSON once it listens.
if (!process.execve) throw new Error("Parley runs on workerd on Linux and macOS.");
process.execve(
	workerd,
	[workerd, "serve", ...(cluster ? ["--experimental"] : []), "-I", "/", config, "-s", `http=${HOST}:${PORT}`, "--control-fd=1"],
	environment,
);

/** The administrator reads a sentence, not a stack. */
function refuse(sentence: string): never {
	console.error(sentence);
	process.exit(1);
}

function prepareData(): void {
	try {
		for (const folder of [objects, room]) mkdirSync(folder, { recursive: true });
		closeToOthers(data);
		accessSync(objects, constants.W_OK);
	} catch (error) {
		refuse(`Parley cannot write in DATA_FOLDER, ${data}: ${(error as Error).message}`);
	}
}

/** The folder may be older than the mask. A folder mounted into a container may belong to another account. */
function closeToOthers(folder: string): void {
	try {
		chmodSync(folder, 0o700);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
		console.warn(`Parley does not own ${folder}. Check that no other account can read it.`);
	}
}
