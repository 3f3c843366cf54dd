// Kills the server while people upload, send and delete files, and breaks connections off. Then every message has its bytes, and there are
// no other bytes.

import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import type { Message } from "../../src/protocol/message.ts";
import { post } from "../e2e/api.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { type Random, randomOf } from "../soak/random.ts";
import { secret, tokenOf } from "../soak/round.ts";

const kills = 3;
const people = ["ann", "bob", "eve"];

let product: Product;

beforeAll(async () => {
	product = await startProduct({ JWT_SECRET: secret, SEND_BURST: "10000", SEND_PER_SECOND: "1000", FILES_MB_PER_PERSON_PER_DAY: "5000" });
});
afterAll(() => product?.stop());

/** What the server has confirmed, and what it may have done before it was killed. */
const confirmed = { uploads: 0, broken: 0, sent: new Map<string, MessageFile>(), deletions: new Set<string>() };
const begunDeletions = new Set<string>();
const refusals: string[] = [];
let progress = Promise.withResolvers<void>();

function advance(): void {
	progress.resolve();
	progress = Promise.withResolvers();
}

/** One person who uploads a file, sends it, and deletes every other message, until `end`. What a kill breaks off begins anew. */
async function act(userId: string, id: string, random: Random, end: AbortSignal): Promise<void> {
	const token = await tokenOf(userId);
	const ask = async (path: string, body: BodyInit) => {
		const request = { method: "POST", body, headers: { authorization: `Bearer ${token}` }, duplex: "half" };
		const response = await fetch(`${product.url}/api/conversations/${id}${path}`, request as RequestInit);
		const answer = (await response.json()) as { file: MessageFile; message: Message };
		if (response.status >= 400 && response.status < 500) refusals.push(JSON.stringify(answer));
		if (!response.ok) throw new Error("It was not done.");
		return answer;
	};
	while (!end.aborted) {
		try {
			const { file } = await ask("/files?name=a.bin", slowly(bytesOf(random), random));
			confirmed.uploads += 1;
			advance();
			const { message } = await ask("/messages", JSON.stringify({ content: "", files: [file.id] }));
			confirmed.sent.set(message.id, file);
			advance();
			if (random.next() < 0.5) continue;
			begunDeletions.add(message.id);
			await deleteMessage(id, token, message.id);
			confirmed.deletions.add(message.id);
			advance();
		} catch {
			confirmed.broken += 1;
			await alive.promise;
		}
	}
}

/** Rejects if the connection breaks off before it is confirmed. */
async function deleteMessage(conversationId: string, token: string, messageId: string): Promise<void> {
	const socket = new WebSocket(`${product.url}/api/conversations/${conversationId}/socket`, ["chat.v1", `bearer.${token}`]);
	try {
		await new Promise<void>((resolve, reject) => {
			socket.onclose = () => reject(new Error("It was closed."));
			socket.onopen = () => socket.send(encodeFrame([{ type: "chat:delete", conversationId, messageId }]));
			socket.onmessage = ({ data }) => {
				const isDone = parseServerFrame(data as string).some((event) => event.type === "chat:updated" && event.message.id === messageId);
				if (isDone) resolve();
			};
		});
	} finally {
		socket.close();
	}
}

const bytesOf = (random: Random) => Buffer.alloc(200_000 + random.below(2_000_000), `${random.below(1_000_000)} `);

/** In pieces, so that a kill meets an upload at any of its bytes. */
function slowly(bytes: Buffer, random: Random): ReadableStream<Uint8Array> {
	let at = 0;
	return new ReadableStream({
		pull(controller) {
			const piece = bytes.subarray(at, at + 1 + random.below(200_000));
			at += piece.length;
			if (piece.length > 0) controller.enqueue(new Uint8Array(piece));
			else controller.close();
		},
	});
}

let alive = Promise.withResolvers<void>();
alive.resolve();

async function crash(): Promise<void> {
	alive = Promise.withResolvers();
	await product.crash();
	alive.resolve();
}

const count = () => confirmed.uploads + confirmed.sent.size + confirmed.deletions.size;

/** The rows of the objects of one class. Can be read while the product runs. */
function rowsOf<Row>(table: string, has: string, columns: string): Row[] {
	return globSync(join(product.folder, "**/*.sqlite")).flatMap((path) => {
		const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
		try {
			const tables = database.prepare("SELECT name FROM sqlite_master WHERE name IN (?, ?)").all(table, has);
			return tables.length === 2 ? (database.prepare(`SELECT ${columns} FROM ${table}`).all() as Row[]) : [];
		} finally {
			database.close();
		}
	});
}

const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();

it("neither loses bytes nor keeps orphans when the server is killed during uploads, sends and deletions", {
	timeout: 480_000,
}, async () => {
	const random = randomOf(20261129);
	const owner = await tokenOf("ann");
	const { id } = (await post(product.url, "/conversations", owner)).conversation;
	const authorization = `Bearer ${owner}`;
	await fetch(`${product.url}/api/conversations/${id}`, { method: "PATCH", headers: { authorization }, body: '{"assistant":"off"}' });
	const end = new AbortController();
	const acting = people.map((userId) => act(userId, id, random, end.signal));
	for (let killed = 0; killed < kills; killed++) {
		const enough = count() + 4 + random.below(8);
		while (count() < enough) await progress.promise;
		await crash();
	}
	end.abort();
	await Promise.all(acting);
	await crash();

	const get = (path: string) => fetch(`${product.url}/api/conversations/${id}${path}`, { headers: { authorization } });
	const { messages } = (await (await get("/messages?limit=200")).json()) as { messages: Message[] };
	const shown = new Map(messages.map((message) => [message.id, message]));
	for (const [messageId, file] of confirmed.sent) if (!begunDeletions.has(messageId)) expect(shown.get(messageId)?.files).toEqual([file]);
	for (const messageId of confirmed.deletions) expect(shown.get(messageId)?.deletedAt).toBeDefined();

	const named = messages.flatMap(({ files = [] }) => files);
	for (const { id: fileId, size, sha256 } of named) {
		const bytes = Buffer.from(await (await get(`/files/${fileId}`)).arrayBuffer());
		expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([size, sha256]);
	}
	// What messages named until they were deleted goes by the queue.
	type Stored = { id: string; is_whole: number; is_named: number };
	const stored = () => rowsOf<Stored>("files", "parts", "id, file IS NOT NULL AS is_whole, is_named");
	const unsent = () => ids(rowsOf<{ id: string; seq: number | null }>("files", "messages", "id, seq").filter(({ seq }) => seq === null));
	await expect.poll(() => rowsOf("jobs", "messages", "queue").length, { timeout: 60_000 }).toBe(0);
	const keys = new Set(rowsOf<{ id: string }>("parts", "files", "DISTINCT key AS id").map(({ id }) => id));
	expect([...keys].sort()).toEqual(ids(stored()));
	expect(stored().filter(({ is_whole }) => is_whole === 0)).toEqual([]);
	// Each is named by a message, waits for one, or came whole when the server was killed. The alarm, which is set, asks about those of the last two kinds.
	const sent = new Set(ids(named));
	const open = stored().filter(({ id }) => !sent.has(id));
	expect(open.filter(({ is_named }) => is_named !== 0)).toEqual([]);
	expect(open.filter(({ id }) => !unsent().includes(id)).length).toBeLessThanOrEqual(kills * people.length);
	expect(rowsOf("_cf_METADATA", "parts", "key")).toHaveLength(1);
	expect(refusals).toEqual([]);
	// It was a test worth the name.
	expect(confirmed.broken).toBeGreaterThanOrEqual(kills);
	expect(confirmed.deletions.size).toBeGreaterThan(0);
	expect(named.length).toBeGreaterThan(3);
});

it("keeps nothing of an upload whose connection breaks off, or that is shorter than it said", async () => {
	const token = await tokenOf("ann");
	const { id } = (await post(product.url, "/conversations", token)).conversation;
	const unfinished = () => rowsOf<{ id: string }>("files", "parts", "id, file").filter((row) => (row as { file?: unknown }).file === null);
	const parts = () => rowsOf("parts", "files", "key").length;
	const before = parts();
	for (const end of ["destroy", "end"] as const) {
		const upload = request(`${product.url}/api/conversations/${id}/files?name=a.bin`, {
			method: "POST",
			headers: { authorization: `Bearer ${token}`, "content-length": 3_000_000 },
		});
		upload.on("error", () => {});
		upload.write(Buffer.alloc(2_500_000, "x"));
		await expect.poll(unfinished).toHaveLength(1);
		await expect.poll(parts).toBeGreaterThan(before);
		if (end === "destroy") upload.destroy();
		else upload.socket?.end();
		await expect.poll(unfinished).toEqual([]);
		await expect.poll(parts).toBe(before);
	}
});
