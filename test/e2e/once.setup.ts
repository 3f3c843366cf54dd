// What the browser tests need once, however many run beside each other: the page built, and a browser that is unpacked.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "../support/browser.ts";

export default async function setup(): Promise<void> {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
	process.env.PAGE_IS_BUILT = "yes";
	await (await launchBrowser()).close();
}
