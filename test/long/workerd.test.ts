// Parley without Cloudflare: plain workerd, as `npm run serve` starts it.

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import { post } from "../e2e/api.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { buildForWorkerd, commandOf, serverOfRun } from "../e2e/servers.ts";
import { guestWithConversation, Wire } from "../e2e/wire.ts";
import { freePort, startServer } from "../support/server.ts";

let product: Product;

beforeAll(async () => {
	// Otherwise the set-up has done it, and other files start from it at any time.
	if (serverOfRun !== "workerd") buildForWorkerd();
	product = await startProduct({}, undefined, "workerd");
});
afterAll(() => product?.stop());

const get = (path: string, token: string) => fetch(`${product.url}/api${path}`, { headers: { authorization: `Bearer ${token}` } });

it("keeps every message, file and sign-in when it is killed", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const before = new Wire(product.url, id, token);
	const { cursor } = await before.first("chat:joined");
	const bytes = randomBytes(2_500_000);
	const upload = await fetch(`${product.url}/api/conversations/${id}/files?name=a.bin`, {
		method: "POST",
		headers: { authorization: `Bearer ${token}` },
		body: bytes,
	});
	const { file } = (await upload.json()) as { file: MessageFile };
	await post(product.url, `/conversations/${id}/messages`, token, { content: "table", files: [file.id] });
	await before.first("chat:streaming", ({ offset }) => offset > 350);
	await product.crash();

	const after = new Wire(product.url, id, token, cursor);
	const { messages } = await after.first("chat:joined");
	expect(messages.map(({ seq, files }) => [seq, files])).toEqual([
		[1, [file]],
		[2, undefined],
	]);
	const stored = Buffer.from(await (await get(`/conversations/${id}/files/${file.id}`, token)).arrayBuffer());
	expect(createHash("sha256").update(stored).digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
	// The alarm continues it, and nobody has asked again.
	const reply = messages.find(({ seq, status }) => seq === 2 && status === "complete") ?? (await after.reply("complete"));
	expect(reply).toMatchObject({ seq: 2, status: "complete" });
	// On a slow machine it may have ended before the kill.
	if (messages.at(-1)?.status === "streaming") expect(reply.attempts).toMatchObject([{ reason: "interrupted" }]);
	after.close();
});

/** Asks until it is refused, and returns how often it was not. A period that ends meanwhile begins another count. */
async function countUntilRefused(ask: (n: number) => Promise<Response>): Promise<number> {
	for (let count = 0; count < 3000; count++) {
		const response = await ask(count);
		const { error } = (await response.json()) as { error?: { code: string } };
		if (response.status === 429) {
			expect(error?.code).toBe("rate_limited");
			return count;
		}
	}
	throw new Error("It was never refused.");
}

it("counts the requests of a network and of a person, with the limits of wrangler.toml", async () => {
	// Another address in each request, and none of them is believed.
	const forged = () => `parley_${btoa("victim")}.${crypto.randomUUID().replaceAll("-", "").slice(0, 22)}`;
	const guess = (n: number) =>
		fetch(`${product.url}/api/me`, { headers: { authorization: `Bearer ${forged()}`, "cf-connecting-ip": `10.0.${n >> 8}.${n & 255}` } });
	expect(await countUntilRefused(guess)).toBeGreaterThanOrEqual(60);

	const [{ token: ann }, { token: bob }] = [await guestWithConversation(product.url), await guestWithConversation(product.url)];
	const rename = (token: string) =>
		fetch(`${product.url}/api/me`, { method: "PATCH", headers: { authorization: `Bearer ${token}` }, body: '{"name":"Ann"}' });
	expect(await countUntilRefused(() => rename(ann))).toBeGreaterThanOrEqual(30);
	expect((await rename(bob)).status).toBe(200);
});

it.runIf(process.platform === "linux")("starts no second server on one folder", async () => {
	const { args, ready, env } = commandOf.workerd({ folder: product.folder, port: await freePort(), settings: {} });
	await expect(startServer(args, ready, env)).rejects.toThrow("ended before it was ready");
	expect((await fetch(`${product.url}/api/health`)).status).toBe(200);
});

it.each([
	[{ BEHIND_PROXY: "perhaps" }, "BEHIND_PROXY must be on or off."],
	[{ BEHIND_PROXY: "true" }, "BEHIND_PROXY needs ALLOWED_HOSTS"],
	[{ CLUSTER_BUCKET: "s3://parley/test" }, "CLUSTER_BUCKET needs CLUSTER_ADDRESS and CLUSTER_KEY."],
])("does not start with %j, and says why", async (settings, sentence) => {
	const { args, ready, env } = commandOf.workerd({ folder: product.folder, port: await freePort(), settings });
	await expect(startServer(args, ready, env)).rejects.toThrow(sentence);
});

it("reads on while its disk has no room, refuses what is new with a sentence, and takes it once there is room", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const send = (content: string) =>
		fetch(`${product.url}/api/conversations/${id}/messages`, {
			method: "POST",
			headers: { authorization: `Bearer ${token}` },
			body: JSON.stringify({ content }),
		});
	expect((await send("Before")).status).toBe(201);
	// A disk cannot be filled here. What cannot be written stands for one.
	const written = join(product.folder, "room/room");
	rmSync(written);
	mkdirSync(join(written, "in-the-way"), { recursive: true });
	await product.crash();
	const wire = new Wire(product.url, id, token);
	expect((await wire.first("chat:joined")).messages[0]?.content).toBe("Before");
	const refused = await send("While");
	expect([refused.status, await refused.json()]).toEqual([507, { error: expect.objectContaining({ code: "storage_full" }) }]);
	rmSync(written, { recursive: true });
	await vi.waitFor(async () => expect((await send("After")).status).toBe(201), { timeout: 30_000 });
	expect((await wire.first("chat:message", ({ message }) => message.role === "user")).message.content).toBe("After");
	wire.close();
});

it("does not start where it cannot write, and says so", async () => {
	const folder = join(product.folder, "workerd.capnp");
	const { args, ready, env } = commandOf.workerd({ folder, port: await freePort(), settings: {} });
	await expect(startServer(args, ready, env)).rejects.toThrow(`Parley cannot write in DATA_FOLDER, ${folder}`);
});

it("keeps its data from the other accounts of the machine", async () => {
	chmodSync(product.folder, 0o755);
	await product.crash();
	await guestWithConversation(product.url);
	const below = readdirSync(product.folder, { recursive: true, encoding: "utf8" }).map((name) => join(product.folder, name));
	const databases = below.filter((path) => path.endsWith(".sqlite"));
	expect(databases.length).toBeGreaterThan(0);
	const open = [product.folder, join(product.folder, "objects"), join(product.folder, "workerd.capnp"), ...databases];
	expect(open.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
});

it("serves the page as Cloudflare does", async () => {
	// `fetch` sets `sec-fetch-mode` itself.
	const page = async (path: string, headers: Record<string, string> = {}) => {
		const [response] = (await once(request(product.url + path, { headers }).end(), "response")) as [IncomingMessage];
		return [response.statusCode, response.headers["content-type"], (await text(response)).includes("<title>")];
	};
	const navigation = { "sec-fetch-mode": "navigate" };
	expect(await page("/c/some-id")).toEqual([200, "text/html; charset=utf-8", true]);
	expect(await page("/settings", navigation)).toEqual([200, "text/html; charset=utf-8", true]);
	expect(await page("/manifest.webmanifest")).toEqual([200, "application/manifest+json", false]);
	expect(await page("/missing.js")).toEqual([404, "application/json", false]);
	const file = await fetch(`${product.url}/sw.js`);
	const again = await fetch(`${product.url}/sw.js`, { headers: { "if-none-match": file.headers.get("etag") as string } });
	expect([again.status, again.headers.get("cache-control")]).toEqual([304, "no-cache"]);
	expect(again.headers.get("content-security-policy")).toContain("default-src 'none'");
});
