// Runs the soak on demand: rounds of people, Claude, failing networks and kills, and a table of the results.
//   npm run soak -- [--minutes 5] [--seed N] [--no-attacks]
// Exits with 1 if a guarantee was violated, also if an attack slowed another person down by more than is promised. The printed seed replays the same random choices.
// Appends the run to history.jsonl.

import { parseArgs } from "node:util";
import { startProduct } from "../e2e/product.ts";
import { startMessagesApi } from "../support/messages-api.ts";
import { memoryBytes } from "../support/server.ts";
import { type AttackName, attacks } from "./attacks.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { attack, flood, promisedP95 } from "./flood.ts";
import { appendToHistory } from "./history.ts";
import { randomOf } from "./random.ts";
import { playRound, type Result, soakSettings } from "./round.ts";

const { values } = parseArgs({
	options: { minutes: { type: "string", default: "5" }, seed: { type: "string" }, attacks: { type: "boolean", default: true } },
	allowNegative: true,
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const random = randomOf(seed);
const began = Date.now();
const until = began + Number(values.minutes) * 60_000;
console.log(`Seed ${seed}`);

const tooSlow: string[] = [];
if (values.attacks) await beAttacked();

// Every round runs on one of two servers, by the seed: conversations of the other one have relays. Only one of them is up at a time.
const api = await startMessagesApi();
const relaysFrom = 3 + random.below(4);
const stands = [await open({}), await open({ RELAYS_FROM: String(relaysFrom) })] as const;
const results: (Result & { hasRelays: boolean })[] = [];
const memory: number[] = [];
try {
	while (Date.now() < until) {
		const hasRelays = random.chance(0.5);
		const { product, proxy } = stands[hasRelays ? 1 : 0];
		await product.revive();
		const length = { seconds: 15 + random.below(15), kills: 1 + random.below(3) };
		const result = await playRound({ product, proxy, api, random, isCrowd: hasRelays }, length);
		memory.push(memoryBytes(product.group()));
		await product.kill();
		results.push({ ...result, hasRelays });
		report(result, hasRelays);
	}
} finally {
	for (const { proxy, product } of stands) {
		await proxy.close();
		await product.stop();
	}
	await api.close();
}

/** With limits slightly above the defaults, so that the timed person never waits for their own. */
async function beAttacked(): Promise<void> {
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
}

/** Starts a server and a failing network before it, and kills the server until it is needed. */
async function open(settings: Record<string, string>) {
	const product = await startProduct({ ...soakSettings(api.url), ...settings });
	const proxy = await startFaultProxy(product.url, random);
	await product.kill();
	return { product, proxy };
}

function report({ kills, acknowledged, replies, continued, visits, joins, mostAtRelays, violations }: Result, hasRelays: boolean): void {
	const relays = `, relays from ${relaysFrom} sockets: ${joins.besideRelays} of ${joins.all} joins beside relays, which held up to ${mostAtRelays} people`;
	console.log(
		`Round ${results.length}: ${kills} kills, ${acknowledged} acknowledged, ${replies} replies, ${continued} of them continued, ` +
			`${visits.removed} guests removed, ${visits["signed out"]} signed out${hasRelays ? relays : ""}`,
	);
	for (const { kind, text } of violations) console.log(`  ${kind}: ${text}`);
}

const sum = (count: (result: Result) => number) => results.reduce((total, result) => total + count(result), 0);
const broken = (kind: string) => sum(({ violations }) => violations.filter((one) => one.kind === kind).length);
const counted = (kind: keyof FaultProxy["counts"]) => stands.reduce((total, { proxy }) => total + proxy.counts[kind], 0);
const rows: [string, number | string][] = [
	["seed", seed],
	["rounds", results.length],
	["rounds with relays, from sockets", `${results.filter(({ hasRelays }) => hasRelays).length}, ${relaysFrom}`],
	["joins, while relays held people", `${sum(({ joins }) => joins.all)}, ${sum(({ joins }) => joins.besideRelays)}`],
	["most people at relays", Math.max(0, ...results.map(({ mostAtRelays }) => mostAtRelays))],
	["guests removed, signed out", `${sum(({ visits }) => visits.removed)}, ${sum(({ visits }) => visits["signed out"])}`],
	["kills", sum(({ kills }) => kills)],
	["frames", counted("frames")],
	["connections cut", counted("cuts") + counted("lost")],
	["frames doubled, delayed", `${counted("doubled")}, ${counted("delayed")}`],
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
