// Holds everybody's sockets in a process of its own: takes one job from its parent, does it and reports the result.
// Recognizes frames by markers without parsing them, and knows the servers only by their dialects.

import { WebSocket } from "ws";
import { cpuSeconds } from "../support/server.ts";
import { type Answer, type Dialect, dialects, type Peer } from "./dialects.ts";
import { percentile } from "./statistics.ts";

/** A conversation that people can join, each over a socket of their own. */
export type Room = { peer: Peer; id: string; group: number; people: { url: string; headers: Record<string, string> }[] };

/** Each sender keeps `inFlight` messages on the way. With `everyMs`, one sender sends at that pace instead. `padding` follows the mark in each text. */
export type Load = { senders: number; inFlight: number; everyMs?: number; padding?: string };

export type Job =
	| { type: "fanout"; room: Room; load: Load; warmUpMs: number; measureMs: number }
	| { type: "stream"; room: Room; answer: Answer };

/** Times in ms; `processors` is the mean number of cores in use. */
export type FanoutResult = {
	/** Deliveries a second, over all people. */
	deliveries: number;
	/** Messages sent a second. */
	messages: number;
	/** Frames received a second by one person. */
	frames: number;
	/** From sending until the sender receives the message. */
	echoP50: number;
	echoP99: number;
	/** From sending until the last person receives it. */
	lastP50: number;
	lastP99: number;
	serverCpu: number;
	clientCpu: number;
};

export type StreamResult = {
	/** Processor seconds of the server's process group, from the question to the last frame of the last person. */
	serverCpu: number;
	seconds: number;
	/** For each person. */
	kilobytes: number;
	frames: number;
	/** Frames with a chunk a second, for each person, between the question and the end. */
	framesPerSecond: number;
	/** UTF-16 units of the reply's text, from the chunks that the first person received. */
	length: number;
};

export type JobResult = FanoutResult | StreamResult;

/** Marks every message, followed by its sender and number. Deliveries are counted by it. */
const mark = "#~";
const senderDigits = 3;
const numberDigits = 6;
const usualPadding = " the quick brown fox jumps over the lazy dog, twice";

/** The most messages of one sender that may be undelivered at once. */
const ring = 4096;

process.once("message", async (job: Job) => {
	try {
		const result = job.type === "fanout" ? await fanout(job) : await stream(job);
		process.send?.({ result }, () => process.exit(0));
	} catch (error) {
		process.send?.({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () => process.exit(1));
	}
});

/** Connects one person after another. `hear` gets every frame that follows a person's welcome. */
async function enter(room: Room, hear: (person: number, frame: Buffer) => void, fail: (error: Error) => void): Promise<WebSocket[]> {
	const sockets: WebSocket[] = [];
	for (const person of room.people.keys()) sockets.push(await connect(room, person, hear, fail));
	return sockets;
}

function connect(
	room: Room,
	person: number,
	hear: (person: number, frame: Buffer) => void,
	fail: (error: Error) => void,
): Promise<WebSocket> {
	const { url, headers } = room.people[person] as Room["people"][number];
	const dialect: Dialect = dialects[room.peer];
	return new Promise((resolve) => {
		const socket = new WebSocket(url, { headers, perMessageDeflate: false, skipUTF8Validation: true });
		let isIn = false;
		socket.on("open", () => {
			if (dialect.hello) socket.send(dialect.hello);
			if (!dialect.welcome) welcome();
		});
		socket.on("message", (frame: Buffer) => {
			if (isIn) hear(person, frame);
			else if (dialect.welcome && frame.toString().startsWith(dialect.welcome)) welcome();
			if (frame.length === dialect.heartbeat?.ping.length && frame.toString() === dialect.heartbeat.ping)
				socket.send(dialect.heartbeat.pong);
		});
		socket.on("error", fail);
		socket.on("close", (code) => fail(new Error(`${room.peer} closed the socket of person ${person} with ${code}.`)));
		function welcome() {
			isIn = true;
			resolve(socket);
		}
	});
}

function fanout({ room, load, warmUpMs, measureMs }: Job & { type: "fanout" }): Promise<FanoutResult> {
	const people = room.people.length;
	const { refusal, say } = dialects[room.peer];
	const { padding = usualPadding } = load;
	const sentAt = new Float64Array(load.senders * ring);
	const missing = new Uint16Array(load.senders * ring);
	const next = new Uint32Array(load.senders);
	const clientIds = crypto.randomUUID().slice(0, 8);
	// Spread over everybody, because servers send in the order of joining or its reverse.
	const speakers = Array.from({ length: load.senders }, (_, sender) => Math.floor(((sender + 0.5) * people) / load.senders));
	let sockets: WebSocket[] = [];
	let deliveries = 0;
	let frames = 0;
	let echoes: number[] = [];
	let lasts: number[] = [];

	function send(sender: number): void {
		const number = next[sender] as number;
		next[sender] = number + 1;
		const slot = sender * ring + (number % ring);
		sentAt[slot] = performance.now();
		missing[slot] = people;
		const id = `${String(sender).padStart(senderDigits, "0")}${String(number).padStart(numberDigits, "0")}`;
		sockets[speakers[sender] as number]?.send(say(room.id, mark + id + padding, `${clientIds}-${id}`));
	}

	return new Promise((resolve, reject) => {
		function hear(person: number, frame: Buffer): void {
			const now = performance.now();
			let at = frame.indexOf(mark);
			frames++;
			if (at < 0 && refusal && frame.includes(refusal)) reject(new Error(`${room.peer} refused: ${frame.toString()}`));
			for (; at >= 0; at = frame.indexOf(mark, at)) {
				at += mark.length;
				const sender = digits(frame, at, senderDigits);
				const slot = sender * ring + (digits(frame, at + senderDigits, numberDigits) % ring);
				deliveries++;
				missing[slot] = (missing[slot] as number) - 1;
				if (missing[slot] === 0) lasts.push(now - (sentAt[slot] as number));
				if (speakers[sender] !== person) continue;
				echoes.push(now - (sentAt[slot] as number));
				if (!load.everyMs) send(sender);
			}
		}

		async function run() {
			sockets = await enter(room, hear, reject);
			if (load.everyMs) setInterval(() => send(0), load.everyMs);
			else for (let sender = 0; sender < load.senders; sender++) for (let n = 0; n < load.inFlight; n++) send(sender);
			setTimeout(measure, warmUpMs);
		}

		function measure() {
			deliveries = 0;
			frames = 0;
			echoes = [];
			lasts = [];
			process.send?.({ isMeasuring: true });
			const before = { at: performance.now(), server: cpuSeconds(room.group), client: process.cpuUsage() };
			setTimeout(() => {
				const seconds = (performance.now() - before.at) / 1000;
				const client = process.cpuUsage(before.client);
				resolve({
					deliveries: deliveries / seconds,
					messages: echoes.length / seconds,
					frames: frames / people / seconds,
					echoP50: percentile(echoes, 50),
					echoP99: percentile(echoes, 99),
					lastP50: percentile(lasts, 50),
					lastP99: percentile(lasts, 99),
					serverCpu: (cpuSeconds(room.group) - before.server) / seconds,
					clientCpu: (client.user + client.system) / 1e6 / seconds,
				});
			}, measureMs);
		}

		run().catch(reject);
	});
}

function digits(frame: Buffer, at: number, count: number): number {
	let value = 0;
	for (let index = at; index < at + count; index++) value = value * 10 + ((frame[index] as number) - 48);
	return value;
}

function stream({ room, answer }: Job & { type: "stream" }): Promise<StreamResult> {
	const { ask, end, part, refusal, textOf } = dialects[room.peer];
	let bytes = 0;
	let frames = 0;
	let parts = 0;
	let waiting = room.people.length;
	const firstPersons: string[] = [];

	return new Promise((resolve, reject) => {
		let asked = { at: 0, server: 0 };

		function hear(person: number, frame: Buffer): void {
			if (asked.at === 0) return;
			frames++;
			bytes += frame.length;
			if (frame.includes(part)) parts++;
			if (refusal && frame.includes(refusal)) reject(new Error(`${room.peer} refused: ${frame.toString()}`));
			if (person === 0) firstPersons.push(frame.toString());
			if (frame.includes(end) && --waiting === 0) finish();
		}

		function finish() {
			const seconds = (performance.now() - asked.at) / 1000;
			const people = room.people.length;
			resolve({
				serverCpu: cpuSeconds(room.group) - asked.server,
				seconds,
				kilobytes: bytes / people / 1000,
				frames: frames / people,
				framesPerSecond: parts / people / seconds,
				length: textOf(firstPersons).length,
			});
		}

		enter(room, hear, reject).then((sockets) => {
			process.send?.({ isMeasuring: true });
			asked = { at: performance.now(), server: cpuSeconds(room.group) };
			sockets[0]?.send(ask(room.id, answer));
		}, reject);
	});
}
