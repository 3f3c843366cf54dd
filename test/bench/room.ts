// Measures the conversation page under load in a browser: many messages at once, typing during a reply, an hour of
// replies. The page is the product's; its socket is the benchmark's.

import type { Browser } from "playwright-core";
import type { Message } from "../../src/protocol/message.ts";
import { Stage } from "../e2e/stage.ts";
import { answerOf } from "./answer.ts";
import { Meters, type Reading } from "./meters.ts";
import { number, type Section, verdict } from "./report.ts";
import { median, percentile } from "./statistics.ts";

// Many messages at once

/** Results by number of messages; `cpu` in ms. */
export type MountResults = Record<"few" | "many", { messages: number; cpu: number; rows: number; nodes: number; heap: number }>;

export async function measureMount(browser: Browser, url: string, isQuick: boolean): Promise<MountResults> {
	const measure = async (count: number) => {
		const rounds: MountResults["few"][] = [];
		for (let round = 0; round < (isQuick ? 1 : 3); round++) {
			const stage = await Stage.open(browser, url);
			const meters = await Meters.on(stage.visitor.page);
			const before = await meters.readKept();
			stage.clear(history(count));
			await stage.visitor.sees(`Message ${count}.`);
			await settled(stage);
			const { cpu } = await meters.read();
			const kept = await meters.readKept();
			const rows = await stage.visitor.log.getByRole("article").count();
			rounds.push({ messages: count, cpu: cpu - before.cpu, rows, nodes: kept.nodes - before.nodes, heap: kept.heap - before.heap });
			await stage.visitor.leave();
		}
		return rounds.toSorted((one, other) => one.cpu - other.cpu)[Math.floor(rounds.length / 2)] as MountResults["few"];
	};
	return { few: await measure(50), many: await measure(5_000) };
}

export function mountSection({ few, many }: MountResults): Section {
	const row = (what: string, pick: (result: typeof few) => number, aim = "") => [
		what,
		...[few, many].map((result) => number(pick(result))),
		`${(pick(many) / pick(few)).toFixed(1)}x`,
		aim,
	];
	return {
		title: `A conversation of ${number(many.messages)} messages that comes at once`,
		note: "In one frame of the socket, read, checked and drawn; beside one of 50, which is what a page gets at first.",
		columns: ["", "50", number(many.messages), "over that", "aim"],
		rows: [
			row("the main thread, ms", ({ cpu }) => cpu),
			row("messages in the page", ({ rows }) => rows, verdict(many.rows <= 40, "at most 40")),
			row("nodes", ({ nodes }) => nodes),
			row("kilobytes kept", ({ heap }) => heap / 1000),
		],
	};
}

// Typing during a reply

/** From a key press to the frame that shows it, in ms. */
export type TypingResults = Record<"quiet" | "streaming", { p50: number; p95: number; longest: number }>;

const slowness = 4;

export async function measureTyping(browser: Browser, url: string, isQuick: boolean): Promise<TypingResults> {
	const stage = await Stage.open(browser, url);
	const { page, message } = stage.visitor;
	const meters = await Meters.on(page);
	await page.evaluate(noteKeys);
	const measure = async (isStreaming: boolean) => {
		stage.clear(history(50));
		await stage.visitor.sees("Message 50.");
		await meters.slowDown(slowness);
		await message.fill("");
		await page.evaluate(() => window.keys.splice(0));
		const flow = new AbortController();
		const streaming = isStreaming && stage.flow(answerOf(20_000), { size: 40, every: 50, signal: flow.signal });
		for (const letter of "what one writes meanwhile is there at once ".repeat(isQuick ? 1 : 4)) {
			await message.press(letter === " " ? "Space" : letter);
			await page.waitForTimeout(60);
		}
		flow.abort();
		await streaming;
		await meters.slowDown(1);
		const keys = await page.evaluate(() => window.keys.splice(0));
		return { p50: median(keys), p95: percentile(keys, 95), longest: percentile(keys, 100) };
	};
	const results = { quiet: await measure(false), streaming: await measure(true) };
	await stage.visitor.leave();
	return results;
}

declare global {
	interface Window {
		keys: number[];
	}
}

/** Runs in the page: records keys that took more than a frame. */
function noteKeys(): void {
	window.keys = [];
	const observer = new PerformanceObserver((list) => {
		for (const { name, duration } of list.getEntries()) if (name === "keydown") window.keys.push(duration);
	});
	observer.observe({ type: "event", durationThreshold: 16, buffered: false } as PerformanceObserverInit);
}

export function typingSection({ quiet, streaming }: TypingResults): Section {
	const row = (what: string, pick: (result: typeof quiet) => number, aim = "") => [
		what,
		...[quiet, streaming].map((result) => number(pick(result))),
		`${(pick(streaming) / pick(quiet)).toFixed(2)}x`,
		aim,
	];
	return {
		title: `Typing while an answer comes, on a processor ${slowness} times slower`,
		note: "From a key to the frame that shows it, ms, in steps of 8, as the browser tells it; keys that took less than 16 are not told. The answer: 800 characters a second.",
		columns: ["", "nothing comes", "an answer comes", "over that", "aim"],
		rows: [
			row("p50", ({ p50 }) => p50),
			row("p95", ({ p95 }) => p95, verdict(!(streaming.p95 > 100), "at most 100")),
			row("longest", ({ longest }) => longest, verdict(!(streaming.longest > 200), "at most 200")),
		],
	};
}

// An hour of replies

/** The heap that remained after each garbage collection, by number of replies. */
export type HourResults = { answers: number; kept: Reading }[];

/** A reply of this length takes about 20 s in reality. Here it arrives as fast as the page can take it. */
const answerLength = 4_000;
const answersInAnHour = 180;

export async function measureHour(browser: Browser, url: string, isQuick: boolean): Promise<HourResults> {
	const stage = await Stage.open(browser, url);
	const meters = await Meters.on(stage.visitor.page);
	const text = answerOf(answerLength);
	const every = isQuick ? 5 : 15;
	const results: HourResults = [];
	for (let answers = 1; answers <= (isQuick ? 20 : answersInAnHour); answers++) {
		stage.stream(text, 400);
		stage.say(`Answer ${answers}.`);
		await stage.visitor.sees(`Answer ${answers}.`);
		if (answers % every !== 0) continue;
		stage.clear();
		await stage.visitor.log.getByRole("article").first().waitFor({ state: "detached" });
		await settled(stage);
		results.push({ answers, kept: await meters.readKept() });
	}
	await stage.visitor.leave();
	return results;
}

export function hourSection(results: HourResults): Section {
	const [first] = results;
	const last = results.at(-1);
	// Growth below the size of the text is not the reply's: compiled code and filling caches.
	const grown = first && last ? (last.kept.heap - first.kept.heap) / (last.answers - first.answers) : Number.NaN;
	return {
		title: "An hour of answers",
		note: `What is kept each time the conversation is emptied again. It grows by ${number(grown)} bytes an answer (${verdict(grown < answerLength, `less than ${number(answerLength)}`)}), of ${number(answerLength)} characters each.`,
		columns: ["after answers", "kilobytes", "nodes", "listeners"],
		rows: results.map(({ answers, kept }) => [String(answers), ...[kept.heap / 1000, kept.nodes, kept.listeners].map(number)]),
	};
}

/** Resolves when the page has rendered what it received and is idle. */
function settled({ visitor }: Stage): Promise<unknown> {
	return visitor.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(resolve))));
}

function history(count: number): Message[] {
	return Array.from({ length: count }, (_, index) => {
		const seq = index + 1;
		const userId = `person-${seq % 7}`;
		const filler = "Some words of **several** lengths, and `code`. ".repeat(seq % 9);
		return {
			id: `h${seq}`,
			conversationId: "",
			role: "user",
			author: { userId, username: `Person ${seq % 7}` },
			content: `${filler}Message ${seq}.`,
			status: "complete",
			createdAt: new Date(1_790_000_000_000 + seq * 60_000).toISOString(),
			seq,
			revision: seq,
		};
	});
}
