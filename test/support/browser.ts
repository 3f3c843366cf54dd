// Starts a real headless browser. Must know nothing of the product. On Linux it is npm's: the same version for
// everybody, and a headless build that takes half the processor time of a full Chromium. Elsewhere it is the system's
// Chrome or Chromium. CHROME_PATH chooses another one: a path, or `system`.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import npmChromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";

const installed = [
	"/usr/bin/google-chrome",
	"/usr/bin/google-chrome-stable",
	"/usr/bin/chromium",
	"/usr/bin/chromium-browser",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"C:/Program Files/Google/Chrome/Application/chrome.exe",
];

export async function launchBrowser(): Promise<Browser> {
	return chromium.launch(await launchOptions());
}

/** A page in a browser with a profile of its own. Browsers refuse some things in the private contexts that tests use. */
export async function openProfile(): Promise<{ page: Page; close(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), "parley-profile-"));
	const context = await chromium.launchPersistentContext(folder, await launchOptions());
	const close = async () => {
		await context.close();
		rmSync(folder, { recursive: true, force: true });
	};
	return { page: await context.newPage(), close };
}

async function launchOptions() {
	return { executablePath: await browserPath(), args: ["--no-sandbox"] };
}

export async function browserPath(): Promise<string> {
	const chosen = process.env.CHROME_PATH;
	if (chosen && chosen !== "system") return chosen;
	if (hasNpmBrowser && chosen !== "system") return unpackedPath();
	const found = installed.find((path) => existsSync(path));
	if (found === undefined) throw new Error("The browser tests need Chrome or Chromium here: install it, or set CHROME_PATH.");
	return found;
}

const hasNpmBrowser = process.platform === "linux" && process.arch === "x64";

/** Unpacks npm's Chromium once, with the libraries that a bare Linux lacks. */
async function unpackedPath(): Promise<string> {
	const folder = fileURLToPath(new URL("../../node_modules/.cache/chromium", import.meta.url));
	if (!existsSync(folder)) {
		// Unpacking into another folder first: a process that is killed meanwhile leaves no folder that looks complete.
		const partial = `${folder}.partial`;
		rmSync(partial, { recursive: true, force: true });
		mkdirSync(partial, { recursive: true });
		const temporary = process.env.TMPDIR;
		process.env.TMPDIR = partial;
		await npmChromium.executablePath();
		await inflate(fileURLToPath(new URL("../bin/al2023.tar.br", import.meta.resolve("@sparticuz/chromium"))));
		if (temporary === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = temporary;
		// The package's own configuration looks for its fonts elsewhere. Without any font Chromium dies at the first button.
		const fonts = `<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;
		writeFileSync(`${partial}/fonts.conf`, fonts);
		renameSync(partial, folder);
	}
	process.env.FONTCONFIG_PATH = folder;
	setupLambdaEnvironment(`${folder}/al2023/lib`);
	return `${folder}/chromium`;
}
