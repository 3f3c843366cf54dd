// Makes once what the browser tests share: the built page, an unpacked browser, and a running product.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import "../support/provided.ts";
import { startProduct } from "./product.ts";
import { buildForWorkerd, serverOfRun } from "./servers.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
	process.env.PAGE_IS_BUILT = "yes";
	if (serverOfRun === "workerd") buildForWorkerd();
	// In a process of its own: unpacking changes the environment, which all tests would inherit.
	const browser = JSON.stringify(new URL("../support/browser.ts", import.meta.url).href);
	execFileSync(process.execPath, ["-e", `import(${browser}).then(async ({ launchBrowser }) => (await launchBrowser()).close())`], {
		stdio: "inherit",
	});
	const secret = randomUUID();
	// Visitors of many files are on it at once, and some of them write fast.
	const product = await startProduct({ JWT_SECRET: secret, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });
	project.provide("product", { url: product.url, secret });
	return product.stop;
}
