// A real headless browser: the machine's own Chrome or Chromium where there is one, else the one that npm brought.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import npmChromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

const installed = [
	process.env.CHROME_PATH,
	"/usr/bin/google-chrome",
	"/usr/bin/google-chrome-stable",
	"/usr/bin/chromium",
	"/usr/bin/chromium-browser",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"C:/Program Files/Google/Chrome/Application/chrome.exe",
];

export async function launchBrowser(): Promise<Browser> {
	return chromium.launch({ executablePath: await browserPath(), args: ["--no-sandbox"] });
}

export async function browserPath(): Promise<string> {
	return installed.find((path) => path !== undefined && existsSync(path)) ?? (await unpacked());
}

/** The path of npm's Chromium, which comes packed, with the libraries that a bare Linux lacks beside it. */
async function unpacked(): Promise<string> {
	if (process.platform !== "linux" || process.arch !== "x64")
		throw new Error("The browser tests need Chrome or Chromium here: install it, or set CHROME_PATH.");
	const folder = fileURLToPath(new URL("../../node_modules/.cache/chromium", import.meta.url));
	if (!existsSync(folder)) {
		// Whoever is killed while unpacking leaves nothing that looks whole.
		const partial = `${folder}.partial`;
		rmSync(partial, { recursive: true, force: true });
		mkdirSync(partial, { recursive: true });
		const temporary = process.env.TMPDIR;
		process.env.TMPDIR = partial;
		await npmChromium.executablePath();
		await inflate(fileURLToPath(new URL("../bin/al2023.tar.br", import.meta.resolve("@sparticuz/chromium"))));
		if (temporary === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = temporary;
		// The package's own configuration looks for its fonts elsewhere; without any font Chromium dies at the first button.
		const fonts = `<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;
		writeFileSync(`${partial}/fonts.conf`, fonts);
		renameSync(partial, folder);
	}
	process.env.FONTCONFIG_PATH = folder;
	setupLambdaEnvironment(`${folder}/al2023/lib`);
	return `${folder}/chromium`;
}
