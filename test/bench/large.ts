// Measures one conversation with thousands of sockets, on demand:
//   node test/bench/large.ts [--sockets 10000] [--each 1] [--from 300] [--writers 20] [--every 20] [--seconds 30] [--server workerd]
// Everybody joins; the writers send; the server is killed with SIGKILL in the middle of a second span of that kind; everybody resumes by
// cursor. Exits with 1 if a socket lacks a message or has one twice. workerd needs two open files for each socket, and three for each
// person who joined within ten seconds: see `ulimit -n`.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { startProduct } from "../e2e/product.ts";
import { cpuSeconds, memoryBytes } from "../support/server.ts";
import { jwtSecret, openConversation } from "./servers.ts";
import { percentile } from "./statistics.ts";

const { values } = parseArgs({
	options: {
		sockets: { type: "string", default: "10000" },
		/** Sockets of one person. */
		each: { type: "string", default: "1" },
		from: { type: "string", default: "300" },
		writers: { type: "string", default: "20" },
		/** Seconds between two messages of one writer. */
		every: { type: "string", default: "20" },
		seconds: { type: "string", default: "30" },
		server: { type: "string", default: "workerd" },
	},
});
const [count, perPerson] = [Number(values.sockets), Number(values.each)];
const [writers, every, seconds] = [Number(values.writers), Number(values.every), Number(values.seconds)];
/** Sockets that are opened side by side. */
const atOnce = 100;
/** In ms. A socket that was refused is opened again after this time. */
const pause = 500;
const welcome = '[{"type":"chat:joined"';

type Person = { url: string; headers: Record<string, string> };
type Sent = { clientId: string; at: number; isAcknowledged: boolean; missing: number };

class Crowd {
	readonly #people: readonly Person[];
	readonly #id: string;
	readonly #sockets: (WebSocket | undefined)[] = [];
	readonly #cursors: (string | undefined)[] = [];
	readonly #sent: Sent[] = [];
	/** For each message, how often each socket has received it. */
	readonly #received: Uint8Array[] = [];
	/** In ms, from sending until each socket, and until the last one, has it. */
	each: number[] = [];
	last: number[] = [];
	frames = 0;
	/** Sockets that the server has refused so far; each was opened again. */
	refused = 0;
	#isLeaving = false;

	constructor(id: string, people: readonly Person[]) {
		this.#id = id;
		this.#people = people;
	}

	/** Opens every socket that is not open. */
	async join(): Promise<void> {
		const waiting = Array.from({ length: count }, (_, nth) => nth).filter((nth) => !this.#sockets[nth]);
		const open = async () => {
			for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift())
				while (!(await this.#open(nth))) {
					this.refused += 1;
					await sleep(pause);
				}
		};
		await Promise.all(Array.from({ length: atOnce }, open));
	}

	/** False if it was refused. */
	#open(nth: number): Promise<boolean> {
		const { url, headers } = this.#people[Math.floor(nth / perPerson)] as Person;
		const cursor = this.#cursors[nth];
		const { promise, resolve } = Promise.withResolvers<boolean>();
		const address = cursor === undefined ? url : `${url}?cursor=${encodeURIComponent(cursor)}`;
		const socket = new WebSocket(address, { headers, perMessageDeflate: false, skipUTF8Validation: true });
		socket.on("message", (data: Buffer) => {
			const frame = data.toString();
			if (frame.startsWith(welcome)) {
				this.#sockets[nth] = socket;
				resolve(true);
			}
			this.#hear(nth, frame);
		});
		socket.on("error", () => resolve(false));
		socket.on("close", () => {
			if (this.#sockets[nth] === socket) this.#sockets[nth] = undefined;
			resolve(false);
		});
		return promise;
	}

	#hear(nth: number, frame: string): void {
		this.frames += 1;
		const now = performance.now();
		for (const [, cursor] of frame.matchAll(/"cursor":"([^"]+)"/g)) this.#cursors[nth] = cursor;
		for (const [, number] of frame.matchAll(/"content":"#~(\d+)"/g)) {
			const sent = this.#sent[Number(number)] as Sent;
			const received = this.#received[Number(number)] as Uint8Array;
			received[nth] = (received[nth] as number) + 1;
			if (nth === this.#writerOf(Number(number))) sent.isAcknowledged = true;
			this.each.push(now - sent.at);
			sent.missing -= 1;
			if (sent.missing === 0) this.last.push(now - sent.at);
		}
	}

	/** Spread over everybody. */
	#writerOf(number: number): number {
		return Math.floor((((number % writers) + 0.5) * count) / writers);
	}

	say(): void {
		const number = this.#sent.length;
		this.#sent.push({ clientId: crypto.randomUUID(), at: performance.now(), isAcknowledged: false, missing: count });
		this.#received.push(new Uint8Array(count));
		this.#send(number);
	}

	#send(number: number): void {
		const { clientId } = this.#sent[number] as Sent;
		const event = { type: "chat:send", conversationId: this.#id, role: "user", content: `#~${number}`, clientId };
		this.#sockets[this.#writerOf(number)]?.send(JSON.stringify([event]));
	}

	/** As clients do after a reconnection. */
	sayAgain(): void {
		for (const [number, { isAcknowledged }] of this.#sent.entries()) if (!isAcknowledged) this.#send(number);
	}

	/** Resolves when everybody has everything, with false if they have not within a minute. */
	async everybodyHasAll(): Promise<boolean> {
		for (const end = performance.now() + 60_000; performance.now() < end; await sleep(50))
			if (this.#sent.every(({ missing }) => missing <= 0)) return true;
		return false;
	}

	/** Messages that a socket lacks, or has more than once. */
	get faults(): { missing: number; twice: number } {
		let [missing, twice] = [0, 0];
		for (const received of this.#received)
			for (const times of received) {
				if (times === 0) missing += 1;
				if (times > 1) twice += 1;
			}
		return { missing, twice };
	}

	forgetTimes(): void {
		[this.each, this.last, this.frames] = [[], [], 0];
	}

	async allClosed(): Promise<void> {
		while (this.#sockets.some((socket) => socket !== undefined)) await sleep(50);
	}

	leave(): void {
		if (this.#isLeaving) return;
		this.#isLeaving = true;
		for (const socket of this.#sockets) socket?.removeAllListeners().terminate();
	}
}

const sinceOf = (began: number) => (performance.now() - began) / 1000;
const report = (name: string, value: string) => console.log(`${name.padEnd(44)} ${value}`);

async function write(crowd: Crowd): Promise<void> {
	const gap = (every * 1000) / writers;
	for (let n = 0; n < (seconds * 1000) / gap; n++) {
		crowd.say();
		await sleep(gap);
	}
}

const settings = { JWT_SECRET: jwtSecret, SEND_BURST: "1000000", SEND_PER_SECOND: "1000", RELAYS_FROM: values.from };
const product = await startProduct(settings, undefined, values.server as "workerd");
let isWhole = false;
try {
	const { id, people } = await openConversation(product.url, Math.ceil(count / perPerson), "off");
	const crowd = new Crowd(id, people);
	const memoryBefore = memoryBytes(product.group());
	const cpuBefore = cpuSeconds(product.group());
	let began = performance.now();
	await crowd.join();
	report("all joined, in s", sinceOf(began).toFixed(1));
	report("refused and repeated", String(crowd.refused));
	report("processor time of a join, in ms", (((cpuSeconds(product.group()) - cpuBefore) / count) * 1000).toFixed(2));
	report("memory a socket, in kB", ((memoryBytes(product.group()) - memoryBefore) / count / 1000).toFixed(1));

	crowd.forgetTimes();
	const cpu = cpuSeconds(product.group());
	await write(crowd);
	isWhole = await crowd.everybodyHasAll();
	report("to each socket, p50 and p99 in ms", [50, 99].map((n) => percentile(crowd.each, n).toFixed(0)).join(" / "));
	report("to the last socket, p50 and p99 in ms", [50, 99].map((n) => percentile(crowd.last, n).toFixed(0)).join(" / "));
	report("frames a second to each", (crowd.frames / count / seconds).toFixed(2));
	const used = cpuSeconds(product.group()) - cpu;
	report("processors of the server", (used / seconds).toFixed(2));
	report("processor time of a frame to a socket, in µs", ((used / crowd.frames) * 1e6).toFixed(0));

	const writing = write(crowd);
	await sleep((seconds * 1000) / 2);
	await product.kill();
	await Promise.all([product.revive(), crowd.allClosed()]);
	began = performance.now();
	await crowd.join();
	report("all resumed after SIGKILL, in s", sinceOf(began).toFixed(1));
	await writing;
	crowd.sayAgain();
	isWhole &&= await crowd.everybodyHasAll();
	const { missing, twice } = crowd.faults;
	report("missing / twice", `${missing} / ${twice}`);
	isWhole &&= missing + twice === 0;
	crowd.leave();
} finally {
	await product.stop();
}
process.exit(isWhole ? 0 : 1);
