// Measures rendering a reply while it streams: our renderer beside parsing the whole text each time, in one browser.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build, preview } from "vite";
import { renderer } from "../../web/renderer.ts";
import { freePort } from "../support/server.ts";
import { answerOf } from "./answer.ts";
import { Meters } from "./meters.ts";
import type { Looked, Renderer } from "./renderers/window.ts";
import { number, type Section, verdict } from "./report.ts";
import { percentile } from "./statistics.ts";

/** Times in ms, of all updates and of one; `cpu` is the main thread's. */
type Drawn = { script: number; layout: number; cpu: number; p95: number; longest: number } & Looked;
export type MarkdownResults = Record<Renderer, Drawn>;

const length = 20_000;

export async function measureMarkdown(browser: Browser, isQuick: boolean): Promise<MarkdownResults> {
	const root = fileURLToPath(new URL("renderers", import.meta.url));
	const outDir = mkdtempSync(`${tmpdir()}/renderers-`);
	const port = await freePort();
	await build({ root, configFile: false, logLevel: "warn", resolve: { alias: renderer }, build: { outDir, emptyOutDir: true } });
	const server = await preview({ root, configFile: false, logLevel: "warn", build: { outDir }, preview: { port, host: "127.0.0.1" } });
	const page = await browser.newPage();
	await page.goto(`http://127.0.0.1:${port}`);
	const meters = await Meters.on(page);

	const measure = async (renderer: Renderer): Promise<Drawn> => {
		const drawing = { renderer, text: answerOf(length), step: isQuick ? 40 : 10 };
		const before = await meters.read();
		const timed = await page.evaluate(({ renderer, text, step }) => window.time(renderer, text, step), drawing);
		const { cpu } = await meters.read();
		const looked = await page.evaluate(({ renderer, text, step }) => window.look(renderer, text, step), drawing);
		const sum = (times: number[]) => times.reduce((sum, time) => sum + time, 0);
		return {
			script: sum(timed.script),
			layout: sum(timed.layout),
			cpu: cpu - before.cpu,
			p95: percentile(timed.script, 95),
			longest: percentile(timed.script, 100),
			...looked,
		};
	};
	const results = { none: await measure("none"), parley: await measure("parley"), whole: await measure("whole") };
	await page.close();
	await server.close();
	rmSync(outDir, { recursive: true, force: true });
	return results;
}

export function markdownSection({ none, parley, whole }: MarkdownResults): Section {
	const row = (what: string, pick: (drawn: Drawn) => number, aim?: [most: number, words: string]) => [
		what,
		...[parley, whole].map((drawn) => number(pick(drawn))),
		pick(parley) > 0 ? `${(pick(whole) / pick(parley)).toFixed(2)}x` : "",
		aim ? verdict(pick(parley) <= aim[0], aim[1]) : "",
	];
	const percent = (count: (drawn: Drawn) => number) => (drawn: Drawn) => (100 * count(drawn)) / drawn.states;
	return {
		title: `An answer of ${length / 1000} kB in ${number(parley.states)} states, one a frame`,
		note: `Beside reading and drawing all of it again each time, by the same code. The main thread's time is what it used more than in as many empty frames (${number(none.cpu)} ms).`,
		columns: ["", "Parley", "all again", "over that", "aim"],
		rows: [
			row("in the renderer, ms", ({ script }) => script, [2_000, "at most 2 s"]),
			row("in the layout, ms", ({ layout }) => layout),
			row("the main thread, ms", ({ cpu }) => cpu - none.cpu),
			row("an update, p95, ms", ({ p95 }) => p95, [4, "at most 4"]),
			row("the longest update, ms", ({ longest }) => longest, [50, "at most 50"]),
			row(
				"states with bare marks, %",
				percent(({ bare }) => bare),
				[2, "at most 2"],
			),
			row("states lower than before", ({ shrunk }) => shrunk, [0, "none"]),
		],
	};
}
