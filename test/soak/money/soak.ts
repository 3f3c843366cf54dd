// Runs the soak of money on demand: people ask Claude, stop it and lose the server, while a Messages API keeps its own account.
//   npm run soak:money -- [--replies 1000] [--seed N] [--rooms 8]
// Exits with 1 if the ledgers and the API's account disagree, or if a purse was exceeded. Appends the run to ../history.jsonl.

import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startProduct } from "../../e2e/product.ts";
import { appendToHistory } from "../history.ts";
import { type Random, randomOf } from "../random.ts";
import { microUsdOf, type Script, startBillingApi } from "./api.ts";
import { Asker, type Outcome, secret } from "./asker.ts";
import { type Ledger, readLedgers } from "./ledgers.ts";

const { values } = parseArgs({
	options: { replies: { type: "string", default: "1000" }, seed: { type: "string" }, rooms: { type: "string", default: "8" } },
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const replies = Number(values.replies);
console.log(`Seed ${seed}`);

/** In dollars. Small enough that people run out. */
const budgets = { deployment: 500, person: 0.6, conversation: 0.5 };
/** The page is not needed: starts after kills must not build it. */
if (existsSync(new URL("../../../web/dist", import.meta.url))) process.env.PAGE_IS_BUILT = "yes";

const api = await startBillingApi(seed);
const product = await startProduct({
	JWT_SECRET: secret,
	ANTHROPIC_API_KEY: "a key",
	ANTHROPIC_BASE_URL: api.url,
	CLAUDE_MODEL: "claude-sonnet-5-5",
	// A busy machine is silent for seconds.
	REPLY_IDLE_TIMEOUT_SECONDS: "20",
	SUMMARY_AFTER_TOKENS: "200",
	SEND_BURST: "10000",
	SEND_PER_SECOND: "1000",
	BUDGET_USD_PER_DAY: String(budgets.deployment),
	BUDGET_USD_PER_PERSON_PER_DAY: String(budgets.person),
	BUDGET_USD_PER_CONVERSATION_PER_DAY: String(budgets.conversation),
});

const counts: Record<string, number> = {};
const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);
const complaints: string[] = [];
const beganAt = Date.now();
let begun = 0;
let ended = 0;
let kills = 0;
let isOver = false;

/** One person in one conversation after the other: whoever has spent everything is followed by somebody else. */
async function room(number: number, random: Random): Promise<void> {
	for (let life = 0; begun < replies; life++) {
		const asker = await Asker.arrive(product.url, `payer-${seed}-${number}-${life}`, {
			isTitled: random.chance(0.7),
			hasTools: random.chance(0.4),
		});
		let outcome: Outcome = "complete";
		while (outcome !== "refused" && begun < replies) {
			const tag = `q${++begun}`;
			const script = scriptFor(tag, random);
			if (random.chance(0.15)) outcome = await asker.askPrivately(script);
			else outcome = await asker.ask(script, random.chance(0.3) ? random.below(2_500) : undefined);
			count(outcome);
			ended += 1;
			for (const { usd, reservedUsd, budget } of await asker.usage())
				if (budget && usd + reservedUsd > budget.usd + 1e-9) complaints.push(`${tag}: ${usd} + ${reservedUsd} of ${budget.usd} dollars`);
		}
		await quiet(asker);
		asker.close();
	}
}

/** Waits until nothing is reserved any more. */
async function quiet(asker: Asker): Promise<void> {
	for (const until = Date.now() + 180_000; Date.now() < until; await wait(500))
		if ((await asker.usage()).every(({ reservedUsd }) => reservedUsd === 0)) return;
	complaints.push(`Something stayed reserved in ${asker.conversationId}`);
}

function scriptFor(tag: string, random: Random): Script {
	const script: Script = { tag, words: 5 + random.below(80), perSecond: 20 + random.below(30) };
	if (random.chance(0.15)) script.hidden = 0.5 + random.next() * 2;
	if (random.chance(0.15)) script.thoughts = 5 + random.below(40);
	if (random.chance(0.25)) script.searches = 1 + random.below(3);
	if (random.chance(0.15)) script.pages = 1 + random.below(3);
	if (random.chance(0.1)) script.pauses = 1 + random.below(2);
	if (random.chance(0.05)) script.words = 500;
	if (random.chance(0.2)) {
		const faults = ["cut", "eof", "error-event", "overloaded", "bad"] as const;
		script.fault = faults[random.below(faults.length)];
		script.after = random.below(40);
		script.times = 1 + random.below(3);
	}
	return script;
}

/** By what was answered, and not by time: a busy machine starts slowly. Each kill hits what runs in all rooms. */
async function killing(random: Random): Promise<void> {
	for (;;) {
		const next = ended + Number(values.rooms) * (0.5 + random.next());
		while (ended < next && !isOver) await wait(100);
		if (isOver) return;
		await product.crash();
		kills += 1;
	}
}

const random = randomOf(seed);
const killed = killing(randomOf(seed + 1));
await Promise.all(Array.from({ length: Number(values.rooms) }, (_, number) => room(number, randomOf(random.below(2 ** 31)))));
isOver = true;
await killed;
// The alarms deliver what has not arrived.
await wait(3_000);
await product.kill();
const ledgers = readLedgers(product.folder);
await product.stop();
await api.close();

const sum = (some: readonly Ledger[], of: "spent" | "reserved" | "journal" | "payments" | "jobs") =>
	some.reduce((total, one) => total + one[of], 0);
const of = (kind: Ledger["kind"]) => ledgers.filter((one) => one.kind === kind);
const bills = new Map<string, { microUsd: number; isWhole: boolean }>();
for (const bill of api.bills) {
	const { microUsd, isWhole } = bills.get(bill.tag) ?? { microUsd: 0, isWhole: true };
	bills.set(bill.tag, { microUsd: microUsd + microUsdOf(bill), isWhole: isWhole && bill.isWhole });
}
let exact = 0;
const estimates = { without: { count: 0, charged: 0, billed: 0 }, with: { count: 0, charged: 0, billed: 0 } };
for (const { question, microUsd, isAbout, hasTools } of of("conversation").flatMap(({ replies, hasTools }) =>
	replies.map((reply) => ({ ...reply, hasTools })),
)) {
	const tag = tagOf(question);
	const bill = bills.get(tag)?.microUsd ?? 0;
	const detail = () =>
		`${tag}: charged ${microUsd}, billed ${bill}${isAbout ? ", about" : ""}: ${question} ${JSON.stringify(api.bills.filter((one) => one.tag === tag))}`;
	if (isAbout) {
		const sums = estimates[hasTools ? "with" : "without"];
		sums.count += 1;
		sums.charged += microUsd;
		sums.billed += bill;
		if (microUsd < bill) complaints.push(detail());
	} else {
		exact += 1;
		if (microUsd !== bill) complaints.push(detail());
	}
}

function tagOf(question: string): string {
	try {
		return (JSON.parse(question) as Script).tag;
	} catch {
		return "";
	}
}
const limits = { deployment: budgets.deployment, person: budgets.person, conversation: budgets.conversation };
for (const { kind, mostOfADay } of ledgers)
	if (mostOfADay > limits[kind] * 1_000_000) complaints.push(`A ${kind} has spent ${mostOfADay} micro-dollars in a day`);
const totals = [
	sum(of("conversation"), "journal"),
	...(["conversation", "person", "deployment"] as const).map((kind) => sum(of(kind), "spent")),
];
if (new Set(totals).size > 1) complaints.push(`Journal, conversations, people and deployment: ${totals.join(", ")}`);
for (const what of ["reserved", "payments", "jobs"] as const)
	if (sum(ledgers, what) > 0) complaints.push(`${sum(ledgers, what)} ${what} are left`);
const billed = api.bills.reduce((total, bill) => total + microUsdOf(bill), 0);
if (sum(of("deployment"), "spent") < billed) complaints.push(`Charged ${sum(of("deployment"), "spent")}, billed ${billed}`);

const requestsFor = (tag: string) => api.bills.filter((bill) => bill.tag === tag).length;
const rows: [string, number | string][] = [
	["seed", seed],
	["questions", begun],
	...Object.entries(counts),
	["requests to Claude", api.bills.length],
	["kills (SIGKILL)", kills],
	["people; conversations", `${of("person").length}; ${of("conversation").length}`],
	["replies whose cost is exact, to the micro-dollar", exact],
	["titles; summaries", `${requestsFor("title")}; ${requestsFor("summary")}`],
	...Object.entries(estimates).map(([which, { count, charged, billed }]): [string, string] => [
		`estimates ${which} tools: replies; billed; charged`,
		`${count}; $${(billed / 1e6).toFixed(4)}; $${(charged / 1e6).toFixed(4)}; ${(charged / billed).toFixed(2)}`,
	]),
	["billed in all; charged", `$${(billed / 1e6).toFixed(4)}; $${(sum(of("deployment"), "spent") / 1e6).toFixed(4)}`],
	["wrong", complaints.length],
];
for (const complaint of complaints.slice(0, 30)) console.log(complaint);
for (const [what, value] of rows) console.log(`| ${what.padEnd(50)} | ${String(value).padStart(22)} |`);
appendToHistory("money", beganAt, rows);
process.exitCode = complaints.length === 0 ? 0 : 1;
