// Mermaid diagrams in a real browser: drawn in a frame that can reach nothing, shown as pictures, with their source on demand.

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { overflowing, violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { Stage } from "../e2e/stage.ts";

let stage: Stage;
/** Requests to elsewhere that no policy has stopped. */
const outside: string[] = [];

openBrowser();
beforeAll(async () => {
	stage = await open();
});

/** The pictures that the page makes are recorded: it may not fetch them again. */
async function open(): Promise<Stage> {
	const stage = await Stage.open(browser, product.url);
	const { page } = stage.visitor;
	await page.route(/evil\.example/, (route) => {
		outside.push(route.request().url());
		return route.abort();
	});
	await page.evaluate(() => {
		const create = URL.createObjectURL;
		Object.assign(window, { pictures: {} });
		URL.createObjectURL = (blob) => {
			const url = create(blob);
			if (blob instanceof Blob) window.pictures[url] = blob.text();
			return url;
		};
	});
	return stage;
}

declare const window: Window & typeof globalThis & { pictures: Record<string, Promise<string>> };

const flow = "flowchart TD\n  A[Visitor] --> B{Near?}\n  B -- yes --> C[Worker]\n  B -- no --> D[Wait<br>a moment]\n  C --> E[(Object)]";
const fence = (source: string) => `\`\`\`mermaid\n${source}\n\`\`\``;
const refused = "This diagram cannot be drawn. This is its source.";

const pictureIn = ({ visitor: { log } }: Stage) => log.getByRole("figure").last().getByRole("img");
const frameOf = (page: Page) => page.frames().find((frame) => frame.url().includes("/diagrams/"));

async function textOf(stage: Stage): Promise<string> {
	const picture = pictureIn(stage);
	await picture.waitFor();
	return picture.evaluate((image) => window.pictures[(image as HTMLImageElement).src] ?? "");
}

it("stays code while its fence is open, is drawn once it is closed, and shows and copies its source on demand", async () => {
	const { page, log } = stage.visitor;
	const loaded: string[] = [];
	page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
	const reply = stage.begin();
	reply.write("Like this:\n\n```mermaid\nflowchart TD\n  A[Visitor] --> B{Near?}");
	await log.getByText("Near?").waitFor();
	expect(loaded.filter((path) => /iagram/.test(path))).toEqual([]);
	reply.write(`${fence(flow).slice("```mermaid\nflowchart TD\n  A[Visitor] --> B{Near?}".length)}\n\nThat is all.`);
	const picture = pictureIn(stage);
	await picture.waitFor();
	reply.end();
	await log.getByText("That is all.").waitFor();
	expect(await picture.getAttribute("alt")).toBe("Diagram");
	const { width, natural } = await picture.evaluate((image) => {
		const { clientWidth, naturalWidth } = image as HTMLImageElement;
		return { width: clientWidth, natural: naturalWidth };
	});
	expect(width).toBeGreaterThan(100);
	expect(natural).toBeGreaterThan(100);
	expect(await textOf(stage)).toContain("Visitor");
	const source = log.getByRole("button", { name: "Source" });
	await source.press("Enter");
	expect(await log.locator("pre").innerText()).toBe(flow);
	expect(await source.getAttribute("aria-pressed")).toBe("true");
	await source.press("Enter");
	await picture.waitFor();
	await log.getByRole("button", { name: "Copy code" }).click();
	await log.getByRole("button", { name: "Copied" }).waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(flow);
	expect(await stage.breaches()).toEqual([]);
	await look(stage.visitor, "diagram");
});

it.each([
	[
		"sequence",
		"sequenceDiagram\n  title Greeting\n  Ann->>Bob: Hello\n  Note over Ann,Bob: They know each other\n  Bob-->>Ann: Hi",
		"Hello",
	],
	["class", "classDiagram\n  class Animal{\n    +int age\n    +eat()\n  }\n  Animal <|-- Duck", "Duck"],
	["state", "stateDiagram-v2\n  [*] --> Still\n  Still --> Moving\n  Moving --> [*]", "Moving"],
	["entity relationship", "erDiagram\n  CUSTOMER ||--o{ ORDER : places\n  CUSTOMER {\n    string name\n  }", "CUSTOMER"],
	["Gantt", "gantt\n  title Plan\n  dateFormat YYYY-MM-DD\n  section One\n  First :a1, 2026-01-01, 30d\n  Second :after a1, 20d", "Second"],
	["pie", 'pie title Pets\n  "Dogs" : 386\n  "Cats" : 85', "Dogs"],
	["journey", "journey\n  title My day\n  section Go\n    Make tea: 5: Me", "Make tea"],
	["git", "gitGraph\n  commit\n  branch dev\n  commit\n  checkout main\n  merge dev", "dev"],
])("draws a %s diagram", async (kind, source, word) => {
	stage.clear();
	stage.say(fence(source));
	expect(await textOf(stage)).toContain(word);
	expect(await stage.breaches()).toEqual([]);
	await look(stage.visitor, `diagram-${kind.replace(" ", "-")}`);
});

it("is drawn in the colours of the theme, keeps coloured nodes readable, and prints on white", async () => {
	const { page } = stage.visitor;
	stage.clear();
	stage.say(fence("flowchart TD\n  X[Dark or light] --> Y[Coloured]\n  style Y fill:#ffee88"));
	const light = await textOf(stage);
	expect(light).toContain("#dcefe9");
	await page.emulateMedia({ colorScheme: "dark" });
	await expect.poll(() => textOf(stage)).toContain("#16362f");
	expect(await textOf(stage)).toMatch(/fill: rgb\(0, 0, 0\) !important[^>]*>[^<]*(<[^>]*>)*Coloured/);
	await look(stage.visitor, "diagram-coloured");
	await page.emulateMedia({ colorScheme: "dark" });
	await expect.poll(() => textOf(stage)).toContain("#16362f");
	await page.emulateMedia({ colorScheme: "dark", media: "print" });
	expect(await pictureIn(stage).evaluate((image) => getComputedStyle(image).filter)).toContain("invert");
	await page.emulateMedia({ colorScheme: null, media: null });
	expect(await stage.breaches()).toEqual([]);
});

it.each([
	["is broken", "flowchart LR\n  A -->"],
	["has another kind", "mindmap\n  root((Ideas))"],
	["is too long", `flowchart LR\n${"  A --> B\n".repeat(2_500)}`],
	["has too many edges", `flowchart LR\n${"  A --> B\n".repeat(400)}`],
])("shows the source and a sentence if a diagram %s", async (what, source) => {
	const { log } = stage.visitor;
	stage.clear();
	stage.say(fence(source));
	await log.getByText(refused).waitFor();
	expect(await log.locator("pre").innerText()).toContain(source.slice(0, 12));
	expect(await log.getByRole("img").count()).toBe(0);
	expect(await stage.breaches()).toEqual([]);
	if (what === "is broken") await look(stage.visitor, "diagram-refused");
});

const evil = "https://evil.example/x";
const config = JSON.stringify({
	securityLevel: "loose",
	secure: [],
	htmlLabels: true,
	flowchart: { htmlLabels: true },
	fontFamily: `x; } @import url(${evil}); *{ background: url(${evil})`,
	themeCSS: `@import url(${evil}); .node rect { fill: url(${evil}) } @font-face { font-family: x; src: url(${evil}) }`,
	themeVariables: { primaryColor: `url(${evil})`, fontFamily: `</style><img src=${evil} onerror=harm()>` },
	maxTextSize: 1e9,
	maxEdges: 1e9,
});

describe("a hostile diagram runs nothing and asks for nothing", () => {
	it.each([
		["HTML in a label", `flowchart LR\n  A["<img src=${evil} onerror=parent.harm()><script>parent.harm()</script>"] --> B`],
		["settings that open it", `%%{init: ${config}}%%\nflowchart LR\n  A["<img src=${evil} onerror=parent.harm()>"] --> B`],
		["settings in front", `---\nconfig: ${config}\n---\nflowchart LR\n  A["<img src=${evil} onerror=parent.harm()>"] --> B`],
		["links", `flowchart LR\n  A --> B\n  click A href "javascript:parent.harm()"\n  click B "${evil}" _top`],
		["a call", "flowchart LR\n  A --> B\n  click A call harm()\n  click B harm"],
		["a picture", `flowchart LR\n  A@{ img: "${evil}", label: "x" }\n  A --> B`],
		["an icon", `flowchart LR\n  A@{ icon: "${evil}", label: "x" }\n  A --> B`],
		["a style", `flowchart LR\n  A --> B\n  classDef x fill:url(${evil}),background:url(${evil})\n  class A x`],
		["a style that ends", `flowchart LR\n  A --> B\n  classDef x fill:red;}</style><script>parent.harm()</script>\n  class A x`],
		[
			"links of a sequence",
			`sequenceDiagram\n  participant A\n  link A: Go @ javascript:parent.harm()\n  links A: {"x": "${evil}"}\n  A->>A: x`,
		],
		["formulas", 'flowchart LR\n  A["$$\\\\href{javascript:parent.harm()}{x}$$"] --> B'],
		["another name", `classDiagram\n  class A["<svg onload=parent.harm()>"]\n  A --> B\n  click A href "${evil}"`],
	])("%s", async (_what, source) => {
		const { log, complaints } = stage.visitor;
		stage.clear();
		stage.say(fence(source));
		await log.getByText(refused).or(log.getByRole("img")).first().waitFor();
		if (await log.getByRole("img").count()) {
			const text = await textOf(stage);
			expect(text).not.toMatch(/<(script|foreignObject|image)\b|@import|\son\w+="/);
		}
		// The frame's policy speaks up where it was asked for something.
		for (const complaint of complaints.splice(0)) expect(complaint).toMatch(/Content Security Policy|EncodingError/);
		// The browser names requests that the policy stops, too.
		expect((await stage.breaches()).filter((breach) => breach !== `requested ${evil}`)).toEqual([]);
		expect(outside).toEqual([]);
	});
});

it("is drawn where nothing of the page and no address can be reached", async () => {
	const { page } = stage.visitor;
	stage.clear();
	stage.say(fence(`${flow}\n  E --> F`));
	await textOf(stage);
	const frame = frameOf(page);
	expect(await frame?.evaluate(() => self.origin)).toBe("null");
	const attempts = await frame?.evaluate(async (evil) => {
		const failure = async (attempt: () => unknown) => {
			try {
				await attempt();
				return "done";
			} catch (error) {
				return (error as Error).name;
			}
		};
		const load = (element: HTMLElement) =>
			new Promise((resolve, reject) => {
				element.onload = resolve;
				element.onerror = () => reject(new TypeError());
				document.body.append(element);
			});
		return {
			page: await failure(() => parent.document),
			storage: await failure(() => localStorage),
			cookies: await failure(() => document.cookie),
			fetch: await failure(() => fetch(evil)),
			api: await failure(() => fetch("/api/health")),
			picture: await failure(() => load(Object.assign(new Image(), { src: evil }))),
			script: await failure(() => load(Object.assign(document.createElement("script"), { src: "/theme.js" }))),
			style: await failure(() => load(Object.assign(document.createElement("link"), { rel: "stylesheet", href: evil }))),
			// biome-ignore lint/security/noGlobalEval: it is what must not work.
			text: await failure(() => globalThis.eval("1")),
			window: String(window.open(evil)),
		};
	}, evil);
	expect(attempts).toEqual({
		page: "SecurityError",
		storage: "SecurityError",
		cookies: "SecurityError",
		fetch: "TypeError",
		api: "TypeError",
		picture: "TypeError",
		script: "TypeError",
		style: "TypeError",
		text: "EvalError",
		window: "null",
	});
	// It could only leave for another address, and the page's policy lets it go to none.
	await frame?.evaluate((evil) => {
		location.href = evil;
	}, evil);
	await expect.poll(() => frameOf(page)?.url()).toBeUndefined();
	expect(outside).toEqual([]);
	expect(await stage.breaches()).toContain("against the policy: frame-src https://evil.example");
});

/** A page whose frame runs this script. */
async function withFrame(script: string): Promise<Stage> {
	const stage = await open();
	await stage.visitor.page.route("**/diagrams/*", (route) =>
		route.fulfill({ contentType: "text/html", body: `<!doctype html><script>${script}</script>` }),
	);
	return stage;
}

describe("a frame that", () => {
	it.each([
		[
			"says what is no picture",
			`type: "drawn", width: 10, height: 10, svg: "<svg xmlns='http://www.w3.org/2000/svg'><script>harm()<\\/script></svg>"`,
		],
		["says a picture without measure", `type: "drawn", width: 1e9, height: NaN, svg: "<svg xmlns='http://www.w3.org/2000/svg'></svg>"`],
		["never says anything", `type: "other"`],
	])("%s leaves the source", async (_what, answer) => {
		const other = await withFrame(
			`onmessage = ({ data }) => parent.postMessage({ id: data.id, ${answer} }, "*"); parent.postMessage({ type: "ready" }, "*");`,
		);
		other.say(fence(flow));
		await other.visitor.sees(refused, { timeout: 20_000 });
		expect(await pictureIn(other).count()).toBe(0);
		// Another one draws what comes next.
		await other.visitor.page.unroute("**/diagrams/*");
		expect(await other.breaches()).toEqual([]);
		await other.visitor.leave();
	});

	it("is another file is asked for again when somebody wants it", async () => {
		const other = await withFrame("");
		other.say(fence(flow));
		await other.visitor.sees("This diagram was not drawn. This is its source.", { timeout: 20_000 });
		await look(other.visitor, "diagram-missing");
		await other.visitor.page.unroute("**/diagrams/*");
		await other.visitor.log.getByRole("button", { name: "Draw" }).click();
		await pictureIn(other).waitFor();
		other.strays.length = 0;
		expect(await other.breaches()).toEqual([]);
		await other.visitor.leave();
	});
});

it("keeps the place where somebody reads when a diagram above it is drawn", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 800, height: 600 });
	stage.clear();
	stage.say(
		`${fence(`${flow}\n  E --> Last`)}\n\n${"A line to read.\n\n".repeat(14)}The place.\n\n${"A line after it.\n\n".repeat(60)}The end.`,
	);
	await log.getByText("The end.").waitFor();
	expect(await pictureIn(stage).count()).toBe(0);
	const place = log.getByText("The place.");
	await place.evaluate((element) => element.scrollIntoView({ block: "center" }));
	const before = await place.evaluate((element) => element.getBoundingClientRect().top);
	await pictureIn(stage).waitFor();
	await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
	expect(Math.abs((await place.evaluate((element) => element.getBoundingClientRect().top)) - before)).toBeLessThanOrEqual(1);
	expect(await stage.breaches()).toEqual([]);
});

it("scrolls a wide diagram in its own box on a phone, and is accessible", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 390, height: 844 });
	stage.clear();
	stage.say(
		fence(`flowchart LR\n  accTitle: The long way\n  ${Array.from({ length: 12 }, (_, step) => `S${step}[Step ${step}]`).join(" --> ")}`),
	);
	const picture = log.getByRole("img", { name: "Diagram: The long way" });
	await picture.waitFor();
	const scroll = async () => {
		await log.locator("figure [tabindex='0']").press("ArrowRight");
		return log.locator("figure [tabindex='0']").evaluate(({ scrollLeft }) => scrollLeft);
	};
	await expect.poll(scroll).toBeGreaterThan(0);
	expect(await overflowing(page)).toEqual([]);
	expect(await violations(page)).toEqual([]);
	await look(stage.visitor, "diagram-wide");
});

it("is drawn without a network where diagrams were drawn before", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.signIn(product.url, "Ann");
	await ann.newConversation();
	await ann.say(fence(flow));
	await ann.log.getByRole("img", { name: "Diagram" }).waitFor();
	await ann.keeps("Near?");
	await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
	await ann.goOffline();
	await ann.page.reload();
	await ann.log.getByRole("img", { name: "Diagram" }).waitFor();
	await ann.goOnline();
	await ann.leave();
});
