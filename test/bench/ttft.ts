// Measures the time from a question to the first chunk of Claude's reply, over reading the same API directly.

import { setTimeout as wait } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { WebSocket } from "ws";
import { dialects } from "./dialects.ts";
import { number, type Section } from "./report.ts";
import type { RunningServer } from "./servers.ts";
import { percentile } from "./statistics.ts";

type Reader = "direct" | "parley";
/** Times in ms. */
export type TtftResults = Record<Reader, { p50: number; p95: number }>;

const answer = { tokens: 5, perSecond: 0 };
const warmUp = 10;
/** The pause between two questions, in ms. It is long enough that no frame waits for one of the previous reply. */
const pause = 100;

/** The two readers take turns, question by question. */
export async function measureTtft(parley: RunningServer, messagesApi: string, isQuick: boolean): Promise<TtftResults> {
	const room = await parley.open(1, "always");
	const [person] = room.people;
	const socket = new WebSocket(person?.url ?? "", { headers: person?.headers, perMessageDeflate: false });
	await new Promise((resolve, reject) => socket.once("message", resolve).once("error", reject));
	const client = new Anthropic({ apiKey: "benchmark", baseURL: messagesApi });

	const times: Record<Reader, number[]> = { direct: [], parley: [] };
	for (let question = 0; question < warmUp + (isQuick ? 20 : 100); question++) {
		await wait(pause);
		const direct = await askDirectly(client);
		const through = await ask(socket, room.id);
		if (question < warmUp) continue;
		times.direct.push(direct);
		times.parley.push(through);
	}
	socket.terminate();
	return { direct: summary(times.direct), parley: summary(times.parley) };
}

async function askDirectly(client: Anthropic): Promise<number> {
	const asked = performance.now();
	let first: number | undefined;
	const events = await client.messages.create({
		model: "claude-sonnet-5-5",
		max_tokens: 1024,
		stream: true,
		messages: [{ role: "user", content: `!${JSON.stringify(answer)}` }],
	});
	for await (const event of events) if (event.type === "content_block_delta") first ??= performance.now() - asked;
	return first ?? Number.NaN;
}

/** Resolves when the reply has ended, so that questions never overlap. */
function ask(socket: WebSocket, conversationId: string): Promise<number> {
	const { part, end, refusal } = dialects.parley;
	return new Promise((resolve, reject) => {
		const asked = performance.now();
		let first: number | undefined;
		socket.on("message", hear);
		socket.send(dialects.parley.ask(conversationId, answer));

		function hear(frame: Buffer): void {
			if (frame.includes(part)) first ??= performance.now() - asked;
			if (refusal && frame.includes(refusal)) reject(new Error(`parley refused: ${frame.toString()}`));
			if (!frame.includes(end)) return;
			socket.off("message", hear);
			resolve(first ?? Number.NaN);
		}
	});
}

function summary(times: number[]) {
	return { p50: percentile(times, 50), p95: percentile(times, 95) };
}

export function ttftSection({ direct, parley }: TtftResults): Section {
	return {
		title: "Time to the first token, one person",
		note: "The same scripted Messages API, read by the SDK in Node and through Parley, whose prompt grows with every question.",
		columns: ["ms", "directly", "Parley", "added"],
		rows: [
			["p50", number(direct.p50), number(parley.p50), number(parley.p50 - direct.p50)],
			["p95", number(direct.p95), number(parley.p95), number(parley.p95 - direct.p95)],
		],
	};
}
