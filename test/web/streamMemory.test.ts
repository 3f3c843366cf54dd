// What uploads and replies hold in memory while they come. In Node, whose collector a test can run.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { readEvents } from "../../src/claude/stream.ts";
import { readUntil } from "../../src/files/bytes.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

it("lets go of what has come of an upload while more is to come", async () => {
	const came: WeakRef<Uint8Array>[] = [];
	const stream = new ReadableStream<Uint8Array>(
		{
			pull(controller) {
				const chunk = new Uint8Array(100_000);
				came.push(new WeakRef(chunk));
				controller.enqueue(chunk);
			},
		},
		{ highWaterMark: 0 },
	);
	const bytes = readUntil(new AbortController().signal, stream, { perSecond: 1, behind: 60_000 });
	for (let n = 0; n < 50; n++) await bytes.next();
	// References live on to the end of a turn.
	await new Promise((resolve) => setImmediate(resolve));
	collect();
	expect(came).toHaveLength(50);
	expect(came.filter((chunk) => chunk.deref()).length).toBeLessThan(5);
	await bytes.return(undefined);
});

it("lets go of what has come of a reply while more is to come", async () => {
	const megabyte = 1_000_000;
	async function* long() {
		for (let n = 0; ; n++) yield JSON.stringify({ type: "ping", padding: String(n % 10).repeat(megabyte) });
	}
	const events = readEvents(long());
	const heap = () => {
		collect();
		return process.memoryUsage().heapUsed;
	};
	await events.next();
	const before = heap();
	for (let n = 0; n < 50; n++) await events.next();
	await new Promise((resolve) => setImmediate(resolve));
	expect(heap() - before).toBeLessThan(10 * megabyte);
	await events.return(undefined);
});
