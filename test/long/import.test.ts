// Exports a conversation from one deployment and imports it into another, by the script as people run it.

import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { product } from "../e2e/opened.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { guestWithConversation, Wire } from "../e2e/wire.ts";

const script = join(import.meta.dirname, "../../scripts/import.ts");
const secret = "a secret for the other deployment, 32 bytes";

let other: Product;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "parley-import-"));
	other = await startProduct({ JWT_SECRET: secret });
});
afterAll(async () => {
	await other?.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** The output of the script, and whether it succeeded. */
async function run(file: string, options: string[], jwtSecret = secret): Promise<{ said: string; isDone: boolean }> {
	const env = { ...process.env, JWT_SECRET: jwtSecret };
	const told = promisify(execFile)(process.execPath, [script, file, "--url", other.url, ...options], { env });
	return told.then(
		({ stdout }) => ({ said: stdout, isDone: true }),
		({ stderr }) => ({ said: stderr, isDone: false }),
	);
}

async function exported(url: string, id: string, token: string): Promise<string> {
	const response = await fetch(`${url}/api/conversations/${id}/export`, { headers: { authorization: `Bearer ${token}` } });
	expect(response.status).toBe(200);
	return response.text();
}

const messagesOf = (text: string) =>
	text
		.trim()
		.split("\n")
		.map((line) => ({ ...JSON.parse(line), hash: "" }))
		.filter(({ type }) => type === "message" || type === "version");

it("an import restores messages, order, authors and times, and refuses a changed file", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const wire = new Wire(product.url, id, token);
	await wire.first("chat:joined");
	wire.say("A question with a line\u2028separator, 漢字 and 🎉");
	await wire.first("chat:complete");
	const authorization = `Bearer ${token}`;
	await fetch(`${product.url}/api/conversations/${id}`, { method: "PATCH", headers: { authorization }, body: '{"assistant":"off"}' });
	// Long enough for several parts.
	for (let n = 0; n < 8; n++) wire.say(`${n} ${"漢".repeat(90_000)}`, `long ${n}`);
	await wire.first("chat:message", ({ message }) => message.clientId === "long 7");
	wire.close();
	const text = await exported(product.url, id, token);
	const file = join(folder, "conversation.jsonl");
	writeFileSync(file, text);

	const { token: newcomer, user } = await post(other.url, "/auth/guest", undefined, { name: "Newcomer" });
	expect(await run(file, ["--as", user.id], `not ${secret}`)).toEqual({
		said: "The deployment does not accept this JWT_SECRET.\n",
		isDone: false,
	});
	expect(await run(file, ["--as", user.id])).toEqual({
		said: expect.stringContaining(`messages to ${other.url}/c/${encodeURIComponent(id)}`),
		isDone: true,
	});
	expect(messagesOf(await exported(other.url, id, newcomer))).toEqual(messagesOf(text));

	expect(await run(file, [])).toMatchObject({ said: expect.stringContaining("--new"), isDone: false });
	const again = await run(file, ["--new", "--as", user.id]);
	const copy = /\/c\/([\w-]+)/.exec(again.said)?.[1] as string;
	expect(messagesOf(await exported(other.url, copy, newcomer))).toEqual(messagesOf(text));

	writeFileSync(file, text.replace("A question", "An answer"));
	expect(await run(file, ["--new"])).toMatchObject({ said: expect.stringMatching(/^Line \d+ was changed/), isDone: false });
	writeFileSync(file, text.slice(0, text.lastIndexOf('{"', text.length - 3)));
	expect(await run(file, ["--new"])).toMatchObject({ said: expect.stringContaining("cut short"), isDone: false });
	appendFileSync(file, readFileSync(file, "utf8").split("\n")[1] as string);
	expect((await run(file, ["--new"])).isDone).toBe(false);
});

it("an import of an archive restores every byte of the files, and refuses a changed archive before it sends anything", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const authorization = `Bearer ${token}`;
	const api = `${product.url}/api/conversations/${id}`;
	await fetch(api, { method: "PATCH", headers: { authorization }, body: '{"assistant":"off"}' });
	const contents = [Buffer.alloc(3_000_000, "Ten bytes."), Buffer.from("Plans for the harbour")];
	const names = ["harbour.bin", "Pläne 漢.txt"];
	for (const [at, body] of contents.entries()) {
		const sent = await fetch(`${api}/files?name=${encodeURIComponent(names[at] as string)}`, {
			method: "POST",
			headers: { authorization },
			body,
		});
		const { file } = (await sent.json()) as { file: { id: string } };
		await fetch(`${api}/messages`, { method: "POST", headers: { authorization }, body: JSON.stringify({ content: "", files: [file.id] }) });
	}
	const saved = await fetch(`${api}/export?format=tar`, { headers: { authorization } });
	const archive = Buffer.from(await saved.arrayBuffer());
	const path = join(folder, "conversation.tar");
	const { token: newcomer, user } = await post(other.url, "/auth/guest", undefined, { name: "Newcomer" });

	const changed = (from: string, to: string) => {
		const copy = Buffer.from(archive);
		copy.write(to, copy.indexOf(from));
		return copy;
	};
	const afterFirst = archive.indexOf("Ten bytes.");
	for (const [damaged, reason] of [
		[changed("Plans for", "Plots for"), "was changed: no message before it names"],
		[changed('"entries":2', '"entries":1'), "files.jsonl was changed"],
		[archive.subarray(0, afterFirst + 100_000), "cut short"],
		[archive.subarray(0, archive.lastIndexOf("files.jsonl")), "cut short"],
		[changed("conversation-000001.jsonl", "conversation-x.jsonl"), "damaged"],
	] as const) {
		writeFileSync(path, damaged);
		expect(await run(path, ["--as", user.id])).toEqual({ said: expect.stringContaining(reason), isDone: false });
	}
	writeFileSync(path, archive);
	expect(await run(path, ["--as", user.id])).toMatchObject({
		said: expect.stringContaining("Imported 2 messages with 2 files"),
		isDone: true,
	});
	const there = { headers: { authorization: `Bearer ${newcomer}` } };
	const list = await fetch(`${other.url}/api/conversations/${id}/files`, there);
	const { files } = (await list.json()) as { files: { id: string; name: string }[] };
	expect(files.map(({ name }) => name)).toEqual([...names].reverse());
	for (const { id: fileId, name } of files) {
		const bytes = Buffer.from(await (await fetch(`${other.url}/api/conversations/${id}/files/${fileId}`, there)).arrayBuffer());
		expect(bytes.equals(contents[names.indexOf(name)] as Buffer)).toBe(true);
	}
});
