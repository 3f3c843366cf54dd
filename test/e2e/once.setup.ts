// What the browser tests need once, however many run beside each other: the page built, and a browser that is unpacked.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setup(): void {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
	process.env.PAGE_IS_BUILT = "yes";
	// In a process of its own: what unpacks changes the environment that all tests would inherit.
	const browser = JSON.stringify(new URL("../support/browser.ts", import.meta.url).href);
	execFileSync(process.execPath, ["-e", `import(${browser}).then(async ({ launchBrowser }) => (await launchBrowser()).close())`], {
		stdio: "inherit",
	});
}
