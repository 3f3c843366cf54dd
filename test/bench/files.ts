// Measures what a file of 25 MB costs by each way in and out, on demand: `node test/bench/files.ts [TURNS]`. For each way: whether every byte came
// back, how long it took, the memory of the runtime before and at its peak, and the round trips of a member of the room meanwhile. Linux only.

import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import WebSocket from "ws";
import { encodeFileFrame } from "../../src/protocol/files/frame.ts";
import { joined, readTar } from "../../src/protocol/files/tar.ts";
import { post } from "../e2e/api.ts";
import { startProduct } from "../e2e/product.ts";
import { SocketIoClient } from "../long/socketio-client.ts";
import { roundTrips } from "../soak/flood.ts";
import { Talker } from "../soak/participants.ts";
import { randomOf } from "../soak/random.ts";
import { secret, tokenOf } from "../soak/round.ts";
import { percentile } from "./statistics.ts";

const size = 25 * 1024 * 1024;
const pause = 1_500;
/** Of each way: memory that is not collected yet is no leak, and grows no more in the later ones. */
const turns = Number(process.argv[2] ?? 4);

const ways = ["nothing", "up by HTTP", "down by HTTP", "up by native socket", "up by Socket.IO", "in an archive"] as const;

type Way = (typeof ways)[number];
type Task = { way: Way; url: string; conversationId: string; token: string; fileId: string; bytes: SharedArrayBuffer };
type Done = { fileId: string; isSame: boolean; ms: number };

if (isMainThread) await main();
else await transfer(workerData.task as Task, workerData.done as MessagePort);

/** The transfers are made by another thread, so that their work does not delay the round trips. */
function inThread(task: Task): Promise<Done> {
	const { port1, port2 } = new MessageChannel();
	const worker = new Worker(new URL(import.meta.url), {
		workerData: { task, done: port2 },
		transferList: [port2 as never],
	});
	return new Promise((resolve, reject) => {
		worker.once("error", reject);
		port1.onmessage = ({ data }) => {
			port1.close();
			resolve(data as Done);
		};
	});
}

async function main(): Promise<void> {
	const product = await startProduct({
		JWT_SECRET: secret,
		SEND_BURST: "1000",
		SEND_PER_SECOND: "100",
		FILES_MB_PER_PERSON_PER_DAY: "10000",
	});
	try {
		const [ann, bob] = [await tokenOf("ann"), await tokenOf("bob")];
		const conversationId = (await post(product.url, "/conversations", ann)).conversation.id;
		const headers = { authorization: `Bearer ${ann}` };
		await fetch(`${product.url}/api/conversations/${conversationId}`, { method: "PATCH", headers, body: '{"assistant":"off"}' });
		const talker = new Talker({ proxyUrl: product.url, conversationId, userId: "ann", token: ann, random: randomOf(1) });
		await roundTrips(talker, "warm", 2);
		const bytes = new SharedArrayBuffer(size);
		new Uint8Array(bytes).set(randomBytes(size));
		const runtime = pidOfRuntime(product.folder);
		print("a file of 25 MB", ["same bytes", "s", "MB before", "MB at most", "echo p50 ms", "p95", "max"]);
		let fileId = "";
		for (const way of ways)
			for (let turn = 0; turn < turns; turn++) {
				const before = memoryOf(runtime, "VmRSS");
				// The peak begins anew.
				writeFileSync(`/proc/${runtime}/clear_refs`, "5");
				const echoes: number[] = [];
				const transferring = { isOver: false };
				const echoing = (async () => {
					while (!transferring.isOver) echoes.push(...(await roundTrips(talker, `${way}-${turn}-${echoes.length}`, 0.2)));
				})();
				const done = await inThread({ way, url: product.url, conversationId, token: bob, fileId, bytes });
				transferring.isOver = true;
				await echoing;
				if (done.fileId !== "") fileId = done.fileId;
				const peak = memoryOf(runtime, "VmHWM");
				const times = [50, 95, 100].map((rank) => percentile(echoes, rank).toFixed(0));
				print(way, [String(done.isSame), (done.ms / 1000).toFixed(1), before.toFixed(0), peak.toFixed(0), ...times]);
			}
		talker.close();
	} finally {
		await product.stop();
	}
	process.exit(0);
}

async function transfer({ way, url, conversationId, token, fileId, bytes }: Task, done: MessagePort): Promise<void> {
	const body = Buffer.from(new Uint8Array(bytes));
	const headers = { authorization: `Bearer ${token}` };
	const api = `${url}/api/conversations/${conversationId}`;
	const expected = hashOf(body);
	const began = performance.now();
	const end = (sha256: string | undefined, id = "") =>
		done.postMessage({ fileId: id, isSame: sha256 === expected, ms: performance.now() - began } satisfies Done);
	const fetched = async (id: string) => hashOf(new Uint8Array(await (await fetch(`${api}/files/${id}`, { headers })).arrayBuffer()));
	switch (way) {
		case "nothing":
			await new Promise((resolve) => setTimeout(resolve, pause));
			end(expected);
			return;
		case "up by HTTP": {
			const answer = await fetch(`${api}/files?name=a.bin`, { method: "POST", headers, body });
			const { file } = (await answer.json()) as { file: { id: string; sha256: string } };
			await fetch(`${api}/messages`, { method: "POST", headers, body: JSON.stringify({ content: "", files: [file.id] }) });
			end(file.sha256, file.id);
			return;
		}
		case "down by HTTP":
			end(await fetched(fileId));
			return;
		case "up by native socket": {
			const socket = new WebSocket(`${api.replace("http", "ws")}/socket`, ["chat.v1", `bearer.${token}`]);
			const sha256 = await new Promise<string | undefined>((resolve) => {
				socket.on("open", () => socket.send(encodeFileFrame({ type: "chat:file", conversationId, clientId: "f", name: "a.bin" }, body)));
				socket.on("message", (data) => {
					const answer = (JSON.parse(String(data)) as { type: string; clientId?: string; file?: { sha256: string } }[]).find(
						({ type, clientId }) => type === "chat:file" || (type === "chat:error" && clientId === "f"),
					);
					if (answer) resolve(answer.file?.sha256);
				});
			});
			socket.close();
			end(sha256);
			return;
		}
		case "up by Socket.IO": {
			const client = await SocketIoClient.join(url, token, [conversationId], { transports: ["websocket"] });
			const files = [{ name: "a.bin", type: "application/octet-stream", data: body }];
			const sent = await client.socket.emitWithAck("chat:send", { conversationId, role: "user", content: "", files });
			client.close();
			end((sent as { files?: { sha256: string }[] }).files?.[0]?.sha256);
			return;
		}
		case "in an archive": {
			const answer = await fetch(`${api}/export?format=tar`, { headers });
			let isSame = false;
			for await (const { path, content } of readTar(answer.body as ReadableStream<Uint8Array>)) {
				if (!path.startsWith(`files/${fileId}/`)) continue;
				const pieces: Uint8Array[] = [];
				for await (const piece of content()) pieces.push(piece);
				isSame = hashOf(joined(pieces)) === expected;
			}
			end(isSame ? expected : undefined);
			return;
		}
		default:
			way satisfies never;
	}
}

function hashOf(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** `wrangler dev` has a second one before it, which has no storage. */
function pidOfRuntime(folder: string): number {
	const found = readdirSync("/proc").find((pid) => {
		if (!/^\d+$/.test(pid)) return false;
		try {
			return readdirSync(`/proc/${pid}/fd`).some((fd) => {
				const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
				return target.startsWith(folder) && target.endsWith(".sqlite");
			});
		} catch {
			return false;
		}
	});
	if (found === undefined) throw new Error("The runtime was not found.");
	return Number(found);
}

/** In MB. */
function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): number {
	return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function print(what: string, cells: string[]): void {
	console.log(`| ${what.padEnd(20)} | ${cells.map((cell) => cell.padStart(11)).join(" | ")} |`);
}
