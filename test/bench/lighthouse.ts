// Runs Lighthouse on the page as on a phone, on demand: the median of three runs.
//   npm run lighthouse
// Lighthouse is fetched by npx in a pinned version, because it would add 176 packages to every install.

import { spawn } from "node:child_process";
import { startProduct, Visitor } from "../e2e/product.ts";
import { browserPath, launchBrowser } from "../support/browser.ts";
import { formatSection, number, verdict } from "./report.ts";
import { median } from "./statistics.ts";

const version = "12.8.2";
const rounds = 3;

type Report = {
	audits: Record<string, { numericValue?: number; score: number | null; title: string }>;
	categories: Record<string, { score: number; auditRefs: { id: string; weight: number }[] }>;
};

/** Measures with their targets; times in ms, scores out of 100. */
const measures: [what: string, of: (report: Report) => number, aim: number][] = [
	["first contentful paint, ms", timeOf("first-contentful-paint"), 1_800],
	["largest contentful paint, ms", timeOf("largest-contentful-paint"), 2_000],
	["time to interactive, ms", timeOf("interactive"), 2_500],
	["total blocking time, ms", timeOf("total-blocking-time"), 300],
	["layout shift", timeOf("cumulative-layout-shift"), 0.02],
	["performance", scoreOf("performance"), 90],
	["accessibility", scoreOf("accessibility"), 100],
	["best practices", scoreOf("best-practices"), 100],
];

const chrome = await browserPath();
const [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
try {
	const ann = await Visitor.arrive(browser);
	await ann.signIn(product.url, "Ann");
	await ann.newConversation();
	for (const text of ["Hello", "a table, please", "code"]) {
		await ann.say(text);
		await ann.answered();
	}
	const cookies = (await ann.page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
	await show("Signing in", product.url, {});
	await show("A conversation", ann.page.url(), { Cookie: cookies });
} finally {
	await browser.close();
	await product.stop();
}
process.exit();

async function show(title: string, url: string, headers: Record<string, string>): Promise<void> {
	const reports: Report[] = [];
	for (let round = 0; round < rounds; round++) reports.push(await run(url, headers));
	console.log(
		formatSection({
			title,
			note: `Lighthouse ${version}, as on a phone, median of ${rounds}.`,
			columns: ["", "median", "aim"],
			rows: measures.map(([what, of, aim]) => {
				const value = median(reports.map(of));
				const isScore = aim >= 90 && aim <= 100;
				return [what, number(value), isScore ? verdict(value >= aim, `at least ${aim}`) : verdict(value <= aim, `at most ${number(aim)}`)];
			}),
		}),
	);
	const failed = reports.flatMap(({ audits, categories }) =>
		["accessibility", "best-practices"].flatMap((category) =>
			(categories[category]?.auditRefs ?? [])
				.filter(({ id, weight }) => weight > 0 && audits[id]?.score === 0)
				.map(({ id }) => audits[id]?.title),
		),
	);
	for (const title of new Set(failed)) console.log(`  ${title}`);
}

function run(url: string, headers: Record<string, string>): Promise<Report> {
	const child = spawn(
		"npx",
		[
			"--yes",
			`lighthouse@${version}`,
			url,
			"--output=json",
			"--quiet",
			"--only-categories=performance,accessibility,best-practices",
			"--chrome-flags=--headless=new --no-sandbox",
			`--extra-headers=${JSON.stringify(headers)}`,
		],
		{ env: { ...process.env, CHROME_PATH: chrome }, stdio: ["ignore", "pipe", "inherit"] },
	);
	let output = "";
	child.stdout.on("data", (chunk: Buffer) => {
		output += chunk;
	});
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`Lighthouse ended with ${code}.`))));
	});
}

function timeOf(audit: string) {
	return ({ audits }: Report) => audits[audit]?.numericValue ?? Number.NaN;
}

function scoreOf(category: string) {
	return ({ categories }: Report) => Math.round((categories[category]?.score ?? Number.NaN) * 100);
}
