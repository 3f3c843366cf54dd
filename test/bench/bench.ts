// Runs the benchmarks on demand: Parley beside a plain Durable Object broadcast and Socket.IO on Node, in one run.
//   npm run bench -- [--only fanout,stream,rows,ttft,markdown,mount,typing,visits,hour] [--quick] [--traced] [--json FILE]
// The last five measure the page in a browser. `--only page` runs them all except `hour`, which must be named.
// --traced leaves wrangler's local tracing on. Data goes to a directory under TMPDIR; its disk is part of the result.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { startProduct } from "../e2e/product.ts";
import { launchBrowser } from "../support/browser.ts";
import { freePort, startServer } from "../support/server.ts";
import { peers } from "./dialects.ts";
import { fanoutSections, measureFanout } from "./fanout.ts";
import { markdownSection, measureMarkdown } from "./markdown.ts";
import { formatSection, type Section } from "./report.ts";
import { hourSection, measureHour, measureMount, measureTyping, mountSection, typingSection } from "./room.ts";
import { measureRows, rowsSection } from "./rows.ts";
import { type RunningServer, start } from "./servers.ts";
import { measureStream, streamSections } from "./stream.ts";
import { measureTtft, ttftSection } from "./ttft.ts";
import { measureVisits, visitsSection } from "./visits.ts";

const ofServer = ["fanout", "stream", "rows", "ttft"] as const;
const ofPage = ["markdown", "mount", "typing", "visits"] as const;
const parts = [...ofServer, ...ofPage, "hour"] as const;
type Part = (typeof parts)[number];

const { values: options } = parseArgs({
	options: {
		only: { type: "string" },
		quick: { type: "boolean", default: false },
		traced: { type: "boolean", default: false },
		json: { type: "string" },
	},
});
const chosen = readParts(options.only ?? [...ofServer, "page"].join(","));

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

// Local tracing stores every event and statement on the measured object's thread, and no deployment has it.
process.env.X_LOCAL_OBSERVABILITY = String(options.traced);

const stateDir = mkdtempSync(`${tmpdir()}/parley-bench-`);
// Removes what a killed wrangler leaves in its temporary directory.
process.env.TMPDIR = stateDir;
process.once("exit", () => rmSync(stateDir, { recursive: true, force: true }));

const messagesApiPort = await freePort();
const messagesApi = `http://127.0.0.1:${messagesApiPort}`;
const messagesApiServer = await startServer(
	[fileURLToPath(new URL("../support/messages-api.ts", import.meta.url)), "--port", String(messagesApiPort)],
	/listens/,
);

const circumstances = {
	date: new Date().toISOString(),
	node: process.version,
	processors: availableParallelism(),
	model: cpus()[0]?.model,
	quick: options.quick,
	traced: options.traced,
};
console.log(
	[
		`${circumstances.processors} x ${circumstances.model}, Node ${circumstances.node}`,
		`wrangler's local tracing ${options.traced ? "on" : "off"}`,
		...(options.quick ? ["quick: one short round, only for a first look"] : []),
	].join("; "),
);

const measured: Partial<Record<Part, unknown>> = {};
for (const part of chosen) await run(part);
await messagesApiServer.stop();
if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...circumstances, ...measured }, undefined, "\t")}\n`);
process.exit();

function readParts(list: string): Part[] {
	const names = list.split(",").flatMap((name) => (name === "page" ? ofPage : [name]));
	const unknown = names.find((name) => !parts.some((part) => part === name));
	if (unknown === undefined) return parts.filter((part) => names.includes(part));
	console.error(`There is no part '${unknown}'. The parts are: ${parts.join(", ")}, and page.`);
	process.exit(2);
}

async function run(part: Part): Promise<void> {
	switch (part) {
		case "fanout": {
			const results = await withServers(peers, (servers) => measureFanout(servers, options.quick));
			return show(part, Object.fromEntries(results), fanoutSections(results));
		}
		case "stream": {
			const results = await withServers(peers, (servers) => measureStream(servers, options.quick));
			return show(part, Object.fromEntries(results), streamSections(results));
		}
		case "rows": {
			const results = await measureRows(messagesApi);
			return show(part, results, [rowsSection(results)]);
		}
		case "ttft": {
			const results = await withServers(["parley"], ([parley]) => measureTtft(parley as RunningServer, messagesApi, options.quick));
			return show(part, results, [ttftSection(results)]);
		}
		case "markdown": {
			const results = await withBrowser((browser) => measureMarkdown(browser, options.quick));
			return show(part, results, [markdownSection(results)]);
		}
		case "mount": {
			const results = await withProduct((browser, url) => measureMount(browser, url, options.quick));
			return show(part, results, [mountSection(results)]);
		}
		case "typing": {
			const results = await withProduct((browser, url) => measureTyping(browser, url, options.quick));
			return show(part, results, [typingSection(results)]);
		}
		case "visits": {
			const results = await withProduct((browser, url) => measureVisits(browser, url, options.quick));
			return show(part, results, [visitsSection(results)]);
		}
		case "hour": {
			const results = await withProduct((browser, url) => measureHour(browser, url, options.quick));
			return show(part, results, [hourSection(results)]);
		}
		default:
			return part satisfies never;
	}
}

async function withBrowser<R>(measure: (browser: Browser) => Promise<R>): Promise<R> {
	const browser = await launchBrowser();
	try {
		return await measure(browser);
	} finally {
		await browser.close();
	}
}

function withProduct<R>(measure: (browser: Browser, url: string) => Promise<R>): Promise<R> {
	return withBrowser(async (browser) => {
		const product = await startProduct();
		try {
			return await measure(browser, product.url);
		} finally {
			await product.stop();
		}
	});
}

async function withServers<R>(names: readonly (typeof peers)[number][], measure: (servers: RunningServer[]) => Promise<R>): Promise<R> {
	const servers: RunningServer[] = [];
	try {
		for (const name of names) servers.push(await start(name, stateDir, messagesApi));
		return await measure(servers);
	} finally {
		for (const server of servers) await server.stop();
	}
}

function show(part: Part, results: unknown, sections: Section[]): void {
	measured[part] = results;
	for (const section of sections) console.log(formatSection(section));
}
