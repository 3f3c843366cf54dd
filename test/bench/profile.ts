// Prints where the runtime's thread spends its time under one load, by the sampling profiler of its inspector.
//   node test/bench/profile.ts ["LOAD"] [--out FILE]
// LOAD is the name of a load in fanout.ts, or of a reply in stream.ts. FILE receives the profile as Chromium's developer tools open it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { freePort, startServer } from "../support/server.ts";
import { runCrowd } from "./crowd-process.ts";
import type { Answer } from "./dialects.ts";
import { loads, people } from "./fanout.ts";
import { formatSection, number, type Section } from "./report.ts";
import { start } from "./servers.ts";
import { answers } from "./stream.ts";

/** A profile of the inspector's protocol: one node for each function and caller. */
type Profile = {
	nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
	samples: number[];
	timeDeltas: number[];
};
type Node = Profile["nodes"][number];

/** The runtime's end of the inspector's protocol. */
class Inspector {
	readonly #socket: WebSocket;
	readonly #waiting = new Map<number, (result: unknown) => void>();
	#calls = 0;

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.on("message", (data) => {
			const { id, result } = JSON.parse(data.toString()) as { id?: number; result?: unknown };
			if (id !== undefined) this.#waiting.get(id)?.(result);
		});
	}

	static async connect(port: number): Promise<Inspector> {
		const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
		const socket = new WebSocket((targets[0] as { webSocketDebuggerUrl: string }).webSocketDebuggerUrl);
		await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
		return new Inspector(socket);
	}

	call(method: string, params: object = {}): Promise<unknown> {
		const id = ++this.#calls;
		return new Promise((resolve) => {
			this.#waiting.set(id, resolve);
			this.#socket.send(JSON.stringify({ id, method, params }));
		});
	}
}

const { values: options, positionals } = parseArgs({ options: { out: { type: "string" } }, allowPositionals: true });
const [name = "100 senders, 8 in flight"] = positionals;
const load = loads[name];
const answer = answers[name];
if (!load && !answer) {
	console.error(`There is no load '${name}'. The loads are: ${[...Object.keys(loads), ...Object.keys(answers)].join("; ")}.`);
	process.exit(2);
}

process.env.X_LOCAL_OBSERVABILITY = "false";
const stateDir = mkdtempSync(`${tmpdir()}/parley-profile-`);
process.once("exit", () => rmSync(stateDir, { recursive: true, force: true }));

const messagesApi = await freePort();
const api = await startServer(
	[fileURLToPath(new URL("../support/messages-api.ts", import.meta.url)), "--port", String(messagesApi)],
	/listens/,
);
const inspectorPort = await freePort();
const server = await start("parley", stateDir, `http://127.0.0.1:${messagesApi}`, inspectorPort);
const room = await server.open(people, answer ? "always" : "off");
const inspector = await Inspector.connect(inspectorPort);
await inspector.call("Profiler.enable");
await inspector.call("Profiler.setSamplingInterval", { interval: 500 });
const begin = () => void inspector.call("Profiler.start");
const pace = load
	? `${number((await runCrowd({ type: "fanout", room, load, warmUpMs: 1500, measureMs: 5000 }, begin)).deliveries)} deliveries a second`
	: `${number((await runCrowd({ type: "stream", room, answer: answer as Answer }, begin)).serverCpu)} s of processor time`;
const { profile } = (await inspector.call("Profiler.stop")) as { profile: Profile };
await server.stop();
await api.stop();
if (options.out) writeFileSync(options.out, JSON.stringify(profile));
console.log(`${name}: ${pace} while profiled`);
for (const section of sectionsOf(profile)) console.log(formatSection(section));
process.exit();

function sectionsOf({ nodes, samples, timeDeltas }: Profile): Section[] {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
	const own = new Map<string, number>();
	const whole = new Map<string, number>();
	let busy = 0;
	for (const [index, id] of samples.entries()) {
		const time = timeDeltas[index] ?? 0;
		const node = byId.get(id) as Node;
		if (["(idle)", "(program)", "(root)"].includes(node.callFrame.functionName)) continue;
		busy += time;
		own.set(labelOf(node), (own.get(labelOf(node)) ?? 0) + time);
		const onStack = new Set<string>();
		for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) onStack.add(labelOf(byId.get(at) as Node));
		for (const label of onStack) whole.set(label, (whole.get(label) ?? 0) + time);
	}
	const section = (title: string, note: string, times: Map<string, number>): Section => ({
		title,
		note,
		columns: ["", "% of busy time"],
		rows: [...times]
			.sort(([, one], [, other]) => other - one)
			.slice(0, 45)
			.map(([label, time]) => [label, ((100 * time) / busy).toFixed(1)]),
	});
	return [
		section("Functions by their own time", `Without what they call. The thread was busy for ${number(busy / 1e6)} s.`, own),
		section("Functions by their whole time", "With what they call.", whole),
	];
}

function labelOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
	return `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber + 1}`;
}
