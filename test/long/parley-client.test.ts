// The package `parley-client` from outside: built, packed, installed into an empty folder, and used against a server that is killed.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ChatTransport, Chunk } from "../../web/parley-client/ai-sdk-types.ts";
import type { Connection } from "../../web/parley-client/tanstack-ai-types.ts";
import type { Connect, Options, ParleyClient, State } from "../../web/parley-client/types.ts";
import { post } from "../e2e/api.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tool = (name: string, args: string[], cwd: string) =>
	execFileSync(join(root, "node_modules/.bin", name), args, { cwd, encoding: "utf8" });

let folder: string;
let api: MessagesApi;
let product: Product;
let connect: Connect;
let chatTransport: ChatTransport;
let connection: Connection;
const open: ParleyClient[] = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "parley-client-"));
	execFileSync(process.execPath, ["scripts/build-client.ts"], { cwd: root });
	execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, "./web/parley-client"], { cwd: root });
	const [archive] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
	const installed = join(folder, "node_modules/parley-client");
	mkdirSync(installed, { recursive: true });
	execFileSync("tar", ["-xzf", join(folder, archive as string), "--strip-components=1", "-C", installed]);
	writeFileSync(
		join(folder, "program.mjs"),
		'export { connect } from "parley-client";\nexport { chatTransport } from "parley-client/ai-sdk";\nexport { connection } from "parley-client/tanstack-ai";\n',
	);
	({ connect, chatTransport, connection } = await import(/* @vite-ignore */ pathToFileURL(join(folder, "program.mjs")).href));
	api = await startMessagesApi();
	product = await startProduct({ ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted" });
});
afterEach(() => {
	for (const client of open.splice(0)) client.close();
});
afterAll(async () => {
	await product?.stop();
	await api?.close();
	rmSync(folder, { recursive: true, force: true });
});

async function conversation(): Promise<{ ann: string; bob: string; id: string }> {
	const [ann, bob] = await Promise.all(
		["Ann", "Bob"].map(async (name) => (await post(product.url, "/auth/guest", undefined, { name })).token),
	);
	const { id } = (await post(product.url, "/conversations", ann)).conversation;
	const { invite } = await post(product.url, `/conversations/${id}/invites`, ann);
	await post(product.url, `/invites/${invite.token}/accept`, bob);
	return { ann: ann as string, bob: bob as string, id };
}

function client(token: string, conversationId: string, more: Partial<Options> = {}): ParleyClient {
	const made = connect({ url: product.url, conversationId, token: () => token, ...more });
	open.push(made);
	return made;
}

/** Resolves when the state is as wanted. */
function until(chat: ParleyClient, isSo: (state: State) => boolean): Promise<void> {
	return new Promise((resolve) => {
		if (isSo(chat.state)) return resolve();
		const stop = chat.subscribe(() => {
			if (!isSo(chat.state)) return;
			stop();
			resolve();
		});
	});
}

/** A question whose answer comes word by word, and one whose answer comes until it is stopped. */
const hello = '@claude Hello !{"tokens":80,"perSecond":50}';
const endless = '@claude Tell me a lot !{"tokens":100000,"perSecond":50}';

const textsOf = ({ state }: ParleyClient) => state.messages.filter(({ role }) => role === "user").map(({ content }) => content);

it("is at most 5 kB, and its declarations are enough for a strict program", () => {
	const code = execFileSync("cat", [join(folder, "node_modules/parley-client/dist/index.js")]);
	expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(5_000);
	expect(readdirSync(join(folder, "node_modules/parley-client/dist")).sort()).toEqual([
		"ai-sdk.d.ts",
		"ai-sdk.js",
		"index.d.ts",
		"index.js",
		"reply.js",
		"tanstack-ai.d.ts",
		"tanstack-ai.js",
	]);
	writeFileSync(
		join(folder, "program.ts"),
		`import { connect, type Message } from "parley-client";
import { chatTransport, uiMessages } from "parley-client/ai-sdk";
import { connection } from "parley-client/tanstack-ai";
const chat = connect({ url: "https://parley.example", conversationId: "c", token: async () => "t" });
export const last: Message | undefined = chat.state.messages.at(-1);
export const id: string = chat.send("Hello", { replyTo: last?.id ?? "x" });
export const texts: string[] = uiMessages(chat.state).map(({ parts }) => parts[0]?.text ?? "");
export const both = [chatTransport(chat), connection(chat)];
// @ts-expect-error: a text is needed
chat.send(1);
`,
	);
	writeFileSync(
		join(folder, "tsconfig.json"),
		JSON.stringify({
			compilerOptions: { strict: true, noEmit: true, module: "nodenext", target: "es2022", types: [], lib: ["es2022", "dom"] },
			files: ["program.ts"],
		}),
	);
	writeFileSync(join(folder, "package.json"), '{"type":"module"}');
	expect(tool("tsc", ["-p", "."], folder)).toBe("");
});

it("shows everybody the same messages, and the reply while it is written", async () => {
	const { ann, bob, id } = await conversation();
	const [anns, bobs] = [client(ann, id), client(bob, id)];
	await until(bobs, ({ participants }) => participants.length === 2);
	const lengths: number[] = [];
	bobs.subscribe(() => {
		const reply = bobs.state.messages.find(({ status }) => status === "streaming");
		if (reply) lengths.push(reply.content.length);
	});
	anns.send(hello);
	const isAnswered = ({ messages, outgoing }: State) =>
		outgoing.length === 0 && messages.at(-1)?.role === "assistant" && messages.at(-1)?.status === "complete";
	await Promise.all([until(anns, isAnswered), until(bobs, isAnswered)]);
	expect(bobs.state.messages).toEqual(anns.state.messages);
	expect(lengths.length).toBeGreaterThan(2);
	expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
});

it("sends more than the rate allows in order, without losing any", async () => {
	const { ann, id } = await conversation();
	const chat = client(ann, id);
	const texts = Array.from({ length: 13 }, (_, index) => `Number ${index}`);
	for (const text of texts) chat.send(text);
	await until(chat, ({ outgoing }) => outgoing.length === 0);
	expect(textsOf(chat)).toEqual(texts);
});

it("resumes after the server was killed, and sends what was written meanwhile exactly once", async () => {
	const { ann, bob, id } = await conversation();
	const [anns, bobs] = [client(ann, id), client(bob, id)];
	anns.send("Before");
	await until(bobs, ({ messages }) => messages.length === 1);
	const killed = product.kill();
	anns.send("In the middle");
	await killed;
	await until(anns, ({ status }) => status === "waiting");
	anns.send("While it was away");
	await product.revive();
	anns.wake();
	bobs.wake();
	await until(bobs, ({ messages }) => messages.length === 3);
	await until(anns, ({ outgoing }) => outgoing.length === 0);
	expect(textsOf(bobs)).toEqual(["Before", "In the middle", "While it was away"]);
	expect(textsOf(anns)).toEqual(textsOf(bobs));
});

it("keeps unacknowledged messages in the storage, for the same person", async () => {
	const { ann, bob, id } = await conversation();
	const kept = new Map<string, string>();
	const storage = {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
		removeItem: (key: string) => void kept.delete(key),
	};
	const first = client(ann, id, { storage, url: "http://127.0.0.1:1" });
	await until(first, ({ status }) => status === "waiting");
	first.send("Kept");
	first.close();
	expect(kept.size).toBe(1);
	const [key, value] = [...kept][0] as [string, string];
	kept.clear();
	kept.set(key.replace("http://127.0.0.1:1", product.url), value);

	const bobs = client(bob, id, { storage });
	await until(bobs, ({ status }) => status === "connected");
	const second = client(ann, id, { storage });
	await until(bobs, ({ messages }) => messages.length === 1);
	await until(second, ({ outgoing }) => outgoing.length === 0);
	expect(bobs.state.messages.map(({ content, author }) => [content, author.username])).toEqual([["Kept", "Ann"]]);
	expect(kept.size).toBe(0);
});

it("says why a message was refused, and goes on", async () => {
	const { ann, id } = await conversation();
	const chat = client(ann, id);
	const blank = chat.send("   ");
	chat.send("After it");
	await until(chat, ({ messages }) => messages.some(({ content }) => content === "After it"));
	expect(chat.state.outgoing).toEqual([
		{ clientId: blank, content: "   ", failed: { code: "bad_event", text: expect.stringMatching(/\S/) } },
	]);
	chat.discard(blank);
	expect(chat.state.outgoing).toEqual([]);
});

it("ends when there is no token any more, and when the conversation does not exist", async () => {
	const { ann, id } = await conversation();
	const signedOut = connect({ url: product.url, conversationId: id, token: () => null });
	const missing = client(ann, "nothing-here");
	await Promise.all([until(signedOut, ({ status }) => status === "ended"), until(missing, ({ status }) => status === "ended")]);
	expect([signedOut.state.code, missing.state.code]).toEqual([4401, 4404]);
});

describe("the adapter for the AI SDK", () => {
	const question = (text: string) => ({ id: "u1", role: "user", parts: [{ type: "text", text }] });
	const submit = { trigger: "submit-message" as const, abortSignal: undefined };

	async function chunksOf(stream: ReadableStream<Chunk>): Promise<Chunk[]> {
		const chunks: Chunk[] = [];
		for await (const chunk of stream as unknown as AsyncIterable<Chunk>) chunks.push(chunk);
		return chunks;
	}
	const textIn = (chunks: Chunk[]) => chunks.map((chunk) => ("delta" in chunk ? chunk.delta : "")).join("");

	it("streams the reply to the last message, and a new one when it is regenerated", async () => {
		const { ann, id } = await conversation();
		const chat = client(ann, id);
		const transport = chatTransport(chat);
		const chunks = await chunksOf(await transport.sendMessages({ ...submit, messages: [question(hello)] }));
		const reply = chat.state.messages.at(-1);
		expect([chunks[0], chunks.at(-2), chunks.at(-1)]).toEqual([
			{ type: "start", messageId: reply?.id },
			{ type: "text-end", id: reply?.id },
			{ type: "finish" },
		]);
		expect(textIn(chunks)).toBe(reply?.content);
		expect(chunks.length).toBeGreaterThan(6);
		const again = await chunksOf(await transport.sendMessages({ ...submit, trigger: "regenerate-message", messages: [] }));
		expect(again[0]).toEqual({ type: "start", messageId: reply?.id });
		expect(textIn(again)).toBe(chat.state.messages.at(-1)?.content);
		expect(chat.state.messages).toHaveLength(2);
	});

	it("ends without a reply if there will be none, says why a message was refused, and resumes what is being written", async () => {
		const { ann, id } = await conversation();
		const chat = client(ann, id);
		const transport = chatTransport(chat);
		expect(await chunksOf(await transport.sendMessages({ ...submit, messages: [question("Bob, hello")] }))).toEqual([{ type: "finish" }]);
		expect(await chunksOf(await transport.sendMessages({ ...submit, messages: [question("  ")] }))).toEqual([
			{ type: "error", errorText: expect.stringMatching(/\S/) },
		]);
		expect(await transport.reconnectToStream({})).toBeNull();
		chat.send(hello);
		await until(chat, ({ messages }) => messages.some(({ status, content }) => status === "streaming" && content !== ""));
		const stream = await transport.reconnectToStream({});
		expect(textIn(await chunksOf(stream as ReadableStream<Chunk>))).toBe(chat.state.messages.at(-1)?.content);
	});

	it("stops the reply when it is aborted", async () => {
		const { ann, id } = await conversation();
		const chat = client(ann, id);
		const stopping = new AbortController();
		const stop = chat.subscribe(() => {
			if (chat.state.messages.some(({ status, content }) => status === "streaming" && content !== "")) stopping.abort();
		});
		const messages = [question(endless)];
		const chunks = await chunksOf(await chatTransport(chat).sendMessages({ ...submit, messages, abortSignal: stopping.signal }));
		stop();
		expect(chunks.at(-1)).toEqual({ type: "finish" });
		expect(chat.state.messages.at(-1)).toMatchObject({ status: "stopped" });
	});
});

it("the adapter for TanStack AI streams the reply to the last message as events of AG-UI, and writes it anew", async () => {
	const { ann, id } = await conversation();
	const chat = client(ann, id);
	const { connect: run } = connection(chat);
	const messages = [{ id: "u1", role: "user", parts: [{ type: "text", content: hello }] }];
	const eventsOf = async () => {
		const events: { type: string; delta?: string; runId?: string }[] = [];
		for await (const event of run(messages, undefined, undefined, { threadId: "t", runId: "r" })) events.push(event);
		return events;
	};
	const events = await eventsOf();
	expect(events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])).toEqual([
		"RUN_STARTED",
		"TEXT_MESSAGE_START",
		"TEXT_MESSAGE_CONTENT",
		"TEXT_MESSAGE_END",
		"RUN_FINISHED",
	]);
	expect(events.map(({ delta = "" }) => delta).join("")).toBe(chat.state.messages.at(-1)?.content);
	expect([events[0]?.runId, events.at(-1)?.runId]).toEqual(["r", "r"]);
	expect((await eventsOf()).at(-1)?.type).toBe("RUN_FINISHED");
	expect(chat.state.messages).toHaveLength(2);
});
