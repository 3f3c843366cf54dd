// Describes a device by its browser's user agent, in names that people know it by. Nothing depends on it: any program can send any text.

import type { Device } from "../protocol/account/account.ts";

/** The first that fits: browsers name those that they are like, too. */
const browsers: [name: string, mark: RegExp][] = [
	["Edge", /\bEdg(?:e|A|iOS)?\//],
	["Opera", /\bOPR\//],
	["Samsung Internet", /\bSamsungBrowser\//],
	["Firefox", /\b(?:Firefox|FxiOS)\//],
	["Chrome", /\b(?:Headless)?Chrome\/|\bCriOS\//],
	["Safari", /\bSafari\//],
];
const systems: [name: string, mark: RegExp][] = [
	["iPhone", /\biPhone\b/],
	["iPad", /\biPad\b/],
	["Android", /\bAndroid\b/],
	["Windows", /\bWindows\b/],
	["ChromeOS", /\bCrOS\b/],
	["Mac", /\bMacintosh\b/],
	["Linux", /\bLinux\b/],
];

export function deviceOf(request: Request): Device {
	const agent = request.headers.get("user-agent") ?? "";
	const nameIn = (names: typeof browsers) => names.find(([, mark]) => mark.test(agent))?.[0];
	const [browser, system] = [nameIn(browsers), nameIn(systems)];
	return { ...(browser !== undefined && { browser }), ...(system !== undefined && { system }) };
}
