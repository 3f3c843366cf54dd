// Two servers that share a bucket, as docs/without-cloudflare.md describes: workerd's cluster, which is experimental.

import { randomBytes } from "node:crypto";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { post } from "../e2e/api.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { buildForWorkerd, serverOfRun } from "../e2e/servers.ts";
import { guestWithConversation, Wire } from "../e2e/wire.ts";
import { type Bucket, startBucket } from "../support/bucket.ts";
import { freePort } from "../support/server.ts";

const servers = ["first", "second"] as const;
let bucket: Bucket;
let first: Product;
let second: Product;

beforeAll(() => {
	// Otherwise the set-up has done it.
	if (serverOfRun !== "workerd") buildForWorkerd();
});
beforeEach(async () => {
	bucket = await startBucket("parley");
	const shared = { CLUSTER_BUCKET: "s3://parley/test", CLUSTER_KEY: randomBytes(32).toString("hex"), SEND_BURST: "1000" };
	const [one, other] = await Promise.all(
		servers.map(async (name) => {
			const own = { CLUSTER_ADDRESS: `127.0.0.1:${await freePort()}`, ...bucket.credentialsFor(name) };
			return startProduct({ ...shared, ...own }, undefined, "workerd");
		}),
	);
	first = one as Product;
	second = other as Product;
});
afterEach(async () => {
	await Promise.all([first?.stop(), second?.stop()]);
	await bucket?.stop();
});
/**
 * What a server answers, once it can: after another one was lost, it waits for that one's lease to expire. A server whose own lease expires,
 * because the machine is busy, ends: it is started again, as a supervisor would.
 */
async function answerOf<T>(server: Product, path: string, token: string, body?: object): Promise<T> {
	let answer: T | undefined;
	const ask = async () => {
		const headers = { authorization: `Bearer ${token}` };
		const request = fetch(`${server.url}/api${path}`, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
		const response = await request.catch(() => server.revive().catch(() => undefined));
		answer = response?.ok ? ((await response.json()) as T) : undefined;
		return answer;
	};
	await expect.poll(ask, { timeout: 240_000, interval: 500 }).toBeDefined();
	return answer as unknown as T;
}

/** Says something in each conversation, as often as it takes until it is acknowledged. */
async function say(server: Product, token: string, ids: readonly string[], content: string): Promise<void> {
	for (const id of ids) await answerOf(server, `/conversations/${id}/messages`, token, { content, clientId: content });
}

async function saidIn(server: Product, id: string, token: string): Promise<string[]> {
	const { messages } = await answerOf<{ messages: Message[] }>(server, `/conversations/${id}/messages`, token);
	return messages.flatMap(({ role, content }) => (role === "user" ? content : []));
}

it("go on with every conversation when one of them is killed, and lose nothing that was acknowledged", async () => {
	const { token, id } = await guestWithConversation(first.url);
	const ids: string[] = [];
	const create = (server: Product) => answerOf<{ conversation: { id: string } }>(server, "/conversations", token, {});
	for (const server of [first, second, first, second]) ids.push((await create(server)).conversation.id);
	for (let n = 0; n < 5; n++) for (const server of [first, second]) await say(server, token, ids, `${n} ${server.url}`);
	// Connected through the other server, while the one that writes the reply is killed.
	const before = new Wire(second.url, id, token);
	const { cursor } = await before.first("chat:joined");
	await say(first, token, [id], "table");
	await before.first("chat:streaming", ({ offset }) => offset > 350);
	await first.kill();

	const expected = [0, 1, 2, 3, 4].flatMap((n) => [`${n} ${first.url}`, `${n} ${second.url}`]);
	for (const other of ids) expect(await saidIn(second, other, token)).toEqual(expected);
	expect(await saidIn(second, id, token)).toEqual(["table"]);
	const after = new Wire(second.url, id, token, cursor);
	const { messages } = await after.first("chat:joined");
	const reply = messages.find(({ seq, status }) => seq === 2 && status === "complete") ?? (await after.reply("complete"));
	expect(reply).toMatchObject({ seq: 2, status: "complete" });
	after.close();

	// The killed one comes back, and takes part again.
	await first.revive();
	await say(first, token, ids, "back");
	for (const other of ids) expect(await saidIn(second, other, token)).toEqual([...expected, "back"]);
});

it("acknowledge nothing without the bucket, and lose nothing that was", async () => {
	const { token, id } = await guestWithConversation(first.url);
	await say(first, token, [id], "before");
	bucket.cutOff("first");
	// It ends once its lease has expired.
	const attempts = [1, 2, 3].map((n) => post(first.url, `/conversations/${id}/messages`, token, { content: `cut off ${n}` }));
	expect((await Promise.allSettled(attempts)).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
	expect(await saidIn(second, id, token)).toContain("before");
	await say(second, token, [id], "after");
	expect((await saidIn(second, id, token)).at(-1)).toBe("after");
});
