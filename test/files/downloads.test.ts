import { expect, it } from "vitest";
import { Downloads } from "../../src/files/downloads.ts";
import * as fileLimits from "../../src/protocol/files/limits.ts";
import { turnsDuring } from "../support/turns.ts";

it("others on the same thread have a turn after each piece that a quick reader takes", async () => {
	let left = 50;
	const next = () => (left-- > 0 ? new Uint8Array(1_000) : undefined);
	const stream = await new Downloads(fileLimits).open(undefined, () => ({ next, cancel: () => {} }));
	const turns = await turnsDuring(
		new Response(stream as ReadableStream).arrayBuffer().then((read) => expect(read.byteLength).toBe(50_000)),
	);
	expect(turns).toBeGreaterThan(25);
});
