// Builds the page as it is deployed, prints its weight beside the budget, and fails if it is too heavy.
//   npm run weigh -- --list   also lists every file

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { administration } from "../web/shellWorker.ts";
import { judge, partOf, type Weights } from "./budget.ts";

type File = { name: string; bytes: number; isFirst: boolean };

const { files, requests } = await built();
/** The page of administrators is not downloaded by others. */
const isScript = ({ name }: File) => name.endsWith(".js") && !name.startsWith(administration);
const scripts = files.filter((file) => isScript(file) && partOf(file.name) === undefined);
const isFont = ({ name }: File) => /\.(woff2?|ttf|otf|eot)$/.test(name);
const forFormulas = files.filter(({ name }) => partOf(name) === "formulas");
const translations = files.filter(({ name }) => partOf(name) === "languages");
const sum = (some: File[]) => some.reduce((bytes, file) => bytes + file.bytes, 0);
const first = files.filter(({ isFirst }) => isFirst);
const weights: Weights = {
	firstScripts: sum(first.filter(isScript)),
	firstStyles: sum(first.filter(({ name }) => name.endsWith(".css"))),
	fonts: files.filter((file) => isFont(file) && partOf(file.name) === undefined).length,
	requests,
	largestLater: Math.max(0, ...scripts.filter(({ isFirst }) => !isFirst).map(({ bytes }) => bytes)),
	allScripts: sum(scripts),
	largestLanguage: Math.max(0, ...translations.map(({ bytes }) => bytes)),
	formulaScripts: sum(forFormulas.filter(isScript)),
	formulaFonts: sum(forFormulas.filter(isFont)),
	diagrams: sum(files.filter(({ name }) => partOf(name) === "diagrams")),
};

if (process.argv.includes("--list"))
	for (const { name, bytes, isFirst } of files.toSorted((one, other) => other.bytes - one.bytes))
		console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB ${isFirst ? "first" : "later"} ${name}`);

const judged = judge(weights);
console.log(
	`${"Weight, gzipped".padEnd(34)}${["is", "aim", "most"].map((word) => word.padStart(10)).join("")}`.concat(
		...judged.map(
			({ what, weight, target, most, verdict }) =>
				`\n${what.padEnd(34)}${[weight, target, most].map((cell) => cell.padStart(10)).join("")}${verdict === "good" ? "" : `  ${verdict}`}`,
		),
	),
);
if (judged.some(({ verdict }) => verdict === "TOO HEAVY")) process.exitCode = 1;

/** The files of a build, and the number of files that the page loads first, including itself. */
async function built(): Promise<{ files: File[]; requests: number }> {
	const root = fileURLToPath(new URL("../web", import.meta.url));
	const results = await build({ root, logLevel: "warn", build: { write: false } });
	const outputs = [results].flat().flatMap((result) => ("output" in result ? result.output : []));
	const page = outputs.find(({ fileName }) => fileName === "index.html");
	const named = new Set((page?.type === "asset" ? String(page.source) : "").match(/(?<=(?:src|href)="\/)[^"]+/g));
	const files = outputs
		.filter(({ fileName }) => fileName !== "index.html" && fileName !== "_headers")
		.map((output) => ({ name: output.fileName, content: output.type === "chunk" ? output.code : output.source }));
	const copied = readdirSync(`${root}/public`, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => join(parentPath, name))
		.map((path) => ({ name: relative(`${root}/public`, path), content: readFileSync(path) }));
	return {
		files: [...files, ...copied].map(({ name, content }) => ({
			name,
			bytes: gzipSync(content, { level: 9 }).length,
			isFirst: named.has(name),
		})),
		requests: named.size + 1,
	};
}
