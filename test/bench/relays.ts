// Measures a large conversation with and without relays, on demand:
//   node test/bench/relays.ts [--sockets 2000] [--from 300] [--seconds 10]
// Everybody has eight sockets. One of them says something four times a second, and it is timed until it has reached all sockets.

import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { limits } from "../../src/protocol/limits.ts";
import { startProduct } from "../e2e/product.ts";
import { cpuSeconds, memoryBytes } from "../support/server.ts";
import { jwtSecret, openConversation } from "./servers.ts";
import { percentile } from "./statistics.ts";

const { values } = parseArgs({
	options: {
		sockets: { type: "string", default: "2000" },
		from: { type: "string", default: "300" },
		seconds: { type: "string", default: "10" },
	},
});
const [count, seconds] = [Number(values.sockets), Number(values.seconds)];
/** Sockets that are opened side by side. */
const atOnce = 100;
const mark = "#~";

async function measure(from: string): Promise<void> {
	const product = await startProduct({ JWT_SECRET: jwtSecret, SEND_BURST: "1000000", SEND_PER_SECOND: "1000", RELAYS_FROM: from });
	try {
		const { id, people } = await openConversation(product.url, Math.ceil(count / limits.socketsPerPerson), "off");
		const memoryBefore = memoryBytes(product.group());
		const crowd = new Crowd();
		const began = performance.now();
		const waiting = Array.from({ length: count }, (_, n) => people[n % people.length] as (typeof people)[number]);
		const open = async () => {
			for (let person = waiting.shift(); person; person = waiting.shift()) await crowd.join(person);
		};
		await Promise.all(Array.from({ length: atOnce }, open));
		const joins = count / ((performance.now() - began) / 1000);
		const memoryAfter = memoryBytes(product.group());
		const cpuBefore = cpuSeconds(product.group());
		const { all, each, frames } = await crowd.time(id, seconds);
		const processors = (cpuSeconds(product.group()) - cpuBefore) / seconds;
		const times = [percentile(all, 50), percentile(all, 99), percentile(each, 99)].map((ms) => ms.toFixed(0));
		const memory = [memoryBefore, memoryAfter].map((bytes) => (bytes / 1e6).toFixed(0));
		print(from, String(count), joins.toFixed(0), ...memory, ...times, (frames / count / seconds).toFixed(1), processors.toFixed(2));
		crowd.leave();
	} finally {
		await product.stop();
	}
}

class Crowd {
	readonly #sockets: WebSocket[] = [];
	#hear: (frame: string) => void = () => {};

	join({ url, headers }: { url: string; headers: Record<string, string> }): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const socket = new WebSocket(url, { headers, perMessageDeflate: false });
		this.#sockets.push(socket);
		let isIn = false;
		socket.on("message", (data: Buffer) => {
			const frame = data.toString();
			if (isIn) this.#hear(frame);
			else if (frame.startsWith('[{"type":"chat:joined"')) {
				isIn = true;
				resolve();
			}
		});
		socket.on("error", reject);
		socket.on("close", (code) => reject(new Error(`A socket was closed with ${code}.`)));
		return promise;
	}

	/** Times in ms, from sending until the last person has it, and until each one has it. */
	async time(conversationId: string, seconds: number): Promise<{ all: number[]; each: number[]; frames: number }> {
		const [all, each]: [number[], number[]] = [[], []];
		const sent = new Map<string, { at: number; missing: number }>();
		let frames = 0;
		this.#hear = (frame) => {
			frames += 1;
			for (const [, number] of frame.matchAll(/#~(\d+)"/g)) {
				const message = sent.get(number as string);
				if (!message) continue;
				const time = performance.now() - message.at;
				each.push(time);
				message.missing -= 1;
				if (message.missing === 0) all.push(time);
			}
		};
		for (let number = 0; number < seconds * 4; number++) {
			sent.set(String(number), { at: performance.now(), missing: this.#sockets.length });
			const event = { type: "chat:send", conversationId, role: "user", content: `${mark}${number}`, clientId: `bench-${number}` };
			this.#sockets[0]?.send(JSON.stringify([event]));
			await new Promise((resolve) => setTimeout(resolve, 250));
		}
		while (all.length < sent.size) await new Promise((resolve) => setTimeout(resolve, 50));
		return { all, each, frames };
	}

	leave(): void {
		for (const socket of this.#sockets) socket.removeAllListeners().terminate();
	}
}

function print(...cells: string[]): void {
	console.log(`| ${cells.map((cell) => cell.padStart(11)).join(" | ")} |`);
}

print("relays from", "sockets", "joins/s", "MB before", "MB after", "all p50 ms", "all p99 ms", "each p99 ms", "frames/s", "processors");
for (const from of ["off", values.from]) await measure(from);
process.exit(0);
