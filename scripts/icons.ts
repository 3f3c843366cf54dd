// Renders `web/public/icon.svg` in the sizes that devices install. Run it by hand when the icon
// changes: npx node scripts/icons.ts

import { readFileSync, writeFileSync } from "node:fs";
import { launchBrowser } from "../test/support/browser.ts";

const folder = new URL("../web/public/", import.meta.url);
const svg = readFileSync(new URL("icon.svg", folder), "utf8");
/**
 * `part`: the size of the drawing in the icon. A device may crop a maskable icon to a circle of
 * four fifths of its width.
 */
const kinds = [
	{ name: "icon", part: 1, paper: "transparent" },
	{ name: "icon-maskable", part: 0.58, paper: "#fafbfa" },
];

const browser = await launchBrowser();
const page = await browser.newPage();
for (const { name, part, paper } of kinds) {
	for (const size of [192, 512]) {
		await page.setViewportSize({ width: size, height: size });
		const drawn = svg.replace("<svg ", `<svg width="${size * part}" height="${size * part}" `);
		await page.setContent(`<body style="margin:0;height:100vh;display:grid;place-items:center;background:${paper}">${drawn}`);
		writeFileSync(new URL(`${name}-${size}.png`, folder), await page.screenshot({ omitBackground: true }));
	}
}
await browser.close();
