// Runs the soak on demand: rounds of people, Claude, failing networks and kills, and a table of the results.
//   npm run soak -- [--minutes 5] [--seed N]
// Exits with 1 if a guarantee was violated, also if an attack slowed another person down by more than is promised. The printed seed replays the same random choices.
// Appends the run to history.jsonl.

import { parseArgs } from "node:util";
import { startProduct } from "../e2e/product.ts";
import { startMessagesApi } from "../support/messages-api.ts";
import { memoryBytes } from "../support/server.ts";
import { type AttackName, attacks } from "./attacks.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { attack, flood, promisedP95 } from "./flood.ts";
import { appendToHistory } from "./history.ts";
import { randomOf } from "./random.ts";
import { playRound, type Result, soakSettings } from "./round.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "5" }, seed: { type: "string" } } });
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const random = randomOf(seed);
const began = Date.now();
const until = began + Number(values.minutes) * 60_000;
console.log(`Seed ${seed}`);

// Limits slightly above the defaults, so that the timed person never waits for their own.
const tooSlow: string[] = [];
const flooded = await startProduct({ ...soakSettings(""), SEND_BURST: "200", SEND_PER_SECOND: "20" });
try {
	const { calm, p50, worst, sent, closedAfter } = await flood(flooded, random, { perSecond: 2_000, seconds: 10 });
	const end = closedAfter === undefined ? "never closed" : `closed after ${closedAfter} ms`;
	console.log(`Flood of 2,000 frames a second (${sent} sent, ${end}):`);
	console.log(`  round trip of another ${ms(p50)}, at worst ${ms(worst)}; in calm ${ms(calm)}`);
	for (const name of Object.keys(attacks) as AttackName[]) {
		const attacked = await attack(flooded, random, name, 5);
		const { p50, p95, worst } = attacked;
		console.log(`Attack by ${name}: round trip of another ${ms(p50)}, for 95 of 100 at most ${ms(p95)}, at worst ${ms(worst)}`);
		if (p95 > promisedP95) tooSlow.push(name);
	}
} finally {
	await flooded.stop();
}

const api = await startMessagesApi();
const product = await startProduct(soakSettings(api.url));
const proxy = await startFaultProxy(product.url, random);
const results: Result[] = [];
const memory: number[] = [];
try {
	const stand = { product, proxy, api, random };
	while (Date.now() < until) {
		const result = await playRound(stand, { seconds: 15 + random.below(15), kills: 1 + random.below(3) });
		results.push(result);
		memory.push(memoryBytes(product.group()));
		const { kills, acknowledged, replies, continued, violations } = result;
		console.log(
			`Round ${results.length}: ${kills} kills, ${acknowledged} acknowledged, ${replies} replies, ${continued} of them continued`,
		);
		for (const { kind, text } of violations) console.log(`  ${kind}: ${text}`);
	}
} finally {
	await proxy.close();
	await product.stop();
	await api.close();
}

const sum = (count: (result: Result) => number) => results.reduce((total, result) => total + count(result), 0);
const broken = (kind: string) => sum(({ violations }) => violations.filter((one) => one.kind === kind).length);
const { frames, cuts, lost, doubled, delayed } = proxy.counts;
const rows: [string, number | string][] = [
	["seed", seed],
	["rounds", results.length],
	["kills", sum(({ kills }) => kills)],
	["frames", frames],
	["connections cut", cuts + lost],
	["frames doubled, delayed", `${doubled}, ${delayed}`],
	["messages acknowledged to programs", sum(({ acknowledged }) => acknowledged)],
	["replies, continued", `${sum(({ replies }) => replies)}, ${sum(({ continued }) => continued)}`],
	["most requests for one reply", Math.max(0, ...results.map(({ mostAttempts }) => mostAttempts))],
	["server's memory, first and last round", `${mib(memory[0])}, ${mib(memory.at(-1))} MiB`],
	["lost", broken("lost")],
	["doubled", broken("doubled")],
	["misplaced", broken("misplaced")],
	["otherwise wrong", broken("wrong")],
	["attacks that slowed others down", tooSlow.length],
];
for (const [what, value] of rows) console.log(`| ${what.padEnd(38)} | ${String(value).padStart(14)} |`);
appendToHistory("faults", began, rows);
process.exitCode = sum(({ violations }) => violations.length) === 0 && tooSlow.length === 0 ? 0 : 1;

function ms(value: number): string {
	return `${value.toFixed(0)} ms`;
}

function mib(bytes = 0): string {
	return (bytes / 1024 ** 2).toFixed(0);
}
