// The Socket.IO client of Python, if this machine has it: Debian's `python3-socketio`, with
// `python3-requests`, `python3-websocket` and `python3-aiohttp`.

import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { secret, startForTwo, tokenOf } from "./socketio-client.ts";

const script = fileURLToPath(new URL("./socketio_python.py", import.meta.url));
const python = ["python3", "/usr/bin/python3"].find(
	(name) => spawnSync(name, ["-c", "import socketio, requests, websocket, aiohttp"]).status === 0,
);
if (!python)
	console.warn("Skipped: no Python here has socketio, requests, websocket and aiohttp. On Debian: apt install python3-socketio …");

type Result = { received: { name: string; data: { message: Message } }[]; answers: Message[]; failures: string[] };

describe.skipIf(!python)("a client in Python", () => {
	let product: Product;
	beforeAll(async () => {
		product = await startProduct({ JWT_SECRET: secret });
	});
	afterAll(() => product?.stop());

	it.each([
		["sync", "default"],
		["sync", "polling"],
		["sync", "websocket"],
		["async", "default"],
		["async", "polling"],
		["async", "websocket"],
	])("receives every event in a handler with one parameter (%s, %s)", { timeout: 90_000 }, async (kind, transport) => {
		const [ann, bob] = [await tokenOf("ann"), await tokenOf("bob")];
		const { id, native } = await startForTwo(product.url, ann, bob);
		const { stdout } = await promisify(execFile)(python as string, [script, product.url, bob, id, transport, kind], { timeout: 60_000 });
		native.close();
		const { received, answers, failures } = JSON.parse(stdout) as Result;
		expect(failures).toEqual([]);
		expect(answers.map(({ content, seq }) => [content, seq])).toEqual([
			["hello from Python", 1],
			["ha", 2],
			["ha", 3],
		]);
		expect(received.filter(({ name }) => name === "chat:joined").length).toBe(1);
		expect(received.filter(({ name }) => name === "chat:message").map(({ data }) => data.message)).toEqual(answers);
	});
});
