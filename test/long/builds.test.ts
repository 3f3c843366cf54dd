// The last release and this tree by turns on one store, as during a deployment and after a rollback: nothing that was acknowledged
// is lost, doubled or misread, and whoever is there stays there.

import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListEntry } from "../../src/protocol/conversation.ts";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import type { Message } from "../../src/protocol/message.ts";
import { post } from "../e2e/api.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { tokenOf, Wire } from "../e2e/wire.ts";
import { isReleaseThere, release, releaseTree } from "../release/tree.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";
import { SocketIoClient } from "./socketio-client.ts";

const isThere = isReleaseThere();
if (!isThere) console.warn(`This checkout does not have ${release.commit}, which is v${release.version}: nothing was tried with it.`);

/** In ms. Two builds, three web clients and other tests share the machine. */
const patience = 90_000;

const words = ["alpha", "bravo", "charlie", "delta"] as const;
/** What Claude writes on one build, before the next one replaces it. */
const part = (word: string) => Array.from({ length: 60 }, (_, n) => `${word}${n} `).join("");
const whole = words.map(part).join("");
const second = "That is all.";

let api: MessagesApi;
let product: Product;
let ann: Visitor;
let bob: Visitor;
let id: string;
const tokens = { cyd: "", eve: "", ann: "" };
let dan: SocketIoClient;
let cyd: Wire;
let cursor: string | undefined;
/** What each person has said, and in which order it was acknowledged. */
const said: string[] = [];
const files: { file: MessageFile; hash: string }[] = [];

openBrowser();
beforeAll(async () => {
	if (!isThere) return;
	api = await startMessagesApi();
	// The deployment makes its secret itself, so that every build finds it in the store.
	const claude = { ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: "a key", CLAUDE_MODEL: "claude-sonnet-5-5", GUEST_CLAUDE: "on" };
	const budgets = { BUDGET_USD_PER_GUEST_PER_DAY: "5", BUDGET_USD_PER_GUEST_NETWORK_PER_DAY: "5" };
	const settings = { JWT_SECRET: "", REPLY_IDLE_TIMEOUT_SECONDS: "600", ...claude, ...budgets };
	product = await startProduct(settings, undefined, "wrangler", releaseTree());
	[ann, bob] = await Promise.all([Visitor.arrive(browser), Visitor.arrive(browser)]);
	tokens.ann = await ann.becomeGuest(product.url, "Ann");
	id = (await post(product.url, "/conversations", tokens.ann)).conversation.id;
	const { invite } = await post(product.url, `/conversations/${id}/invites`, tokens.ann);
	const guest = async (name: string) => (await post(product.url, "/auth/guest", undefined, { name })).token;
	const others = [await bob.becomeGuest(product.url, "Bob"), await guest("Cyd"), await guest("Dan"), await guest("Eve")];
	for (const token of others) await post(product.url, "/invites/accept", token, { token: invite.token });
	[, tokens.cyd = "", , tokens.eve = ""] = others;
	dan = await SocketIoClient.join(product.url, others[2] as string, [id], { reconnectionDelay: 200, reconnectionDelayMax: 500 });
	await open(ann);
}, 300_000);
afterAll(async () => {
	dan?.close();
	await product?.stop();
	await api?.close();
});

/** Notes whenever the shown text of Claude's long answer is no continuation of what was shown before. */
function watchReply(page: Page): Promise<void> {
	return page.evaluate((names) => {
		const noted = window as unknown as { shrinks: string[] };
		noted.shrinks = [];
		let shown = "";
		new MutationObserver(() => {
			const text = document.querySelector('[role="log"]')?.textContent ?? "";
			// The time below a message follows its words without a space.
			const now = (text.match(new RegExp(`\\b(${names.join("|")})\\d+(?![\\d:])`, "g")) ?? []).join(" ");
			if (!now.startsWith(shown)) noted.shrinks.push(`${shown.slice(-60)} became ${now.slice(-60)}`);
			shown = now;
		}).observe(document.body, { subtree: true, childList: true, characterData: true });
	}, words);
}

async function get<T>(path: string, token: string): Promise<T> {
	const response = await fetch(`${product.url}/api${path}`, { headers: { authorization: `Bearer ${token}` } });
	if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
	return (await response.json()) as T;
}

/** The stored text of the answer, read from the conversation's own database. */
function storedAnswer(): string {
	const folder = join(product.folder, "v3/do/parley-ConversationObject");
	for (const name of readdirSync(folder).filter((name) => /^[\da-f]{64}\.sqlite$/.test(name))) {
		const database = new DatabaseSync(join(folder, name), { readOnly: true });
		try {
			const row = database.prepare("SELECT content FROM messages WHERE role = 'assistant' ORDER BY seq LIMIT 1").get();
			if (row) return String(row.content);
		} finally {
			database.close();
		}
	}
	return "";
}

async function say(who: string, word: string, send: (content: string) => unknown): Promise<void> {
	const content = `${who} in ${word}`;
	await send(content);
	await cyd.first("chat:message", ({ message }) => message.content === content);
	said.push(content);
}

/** Everybody says something on the build that runs now, and sees what the others say. */
async function talk(word: string, pages: Visitor[]): Promise<void> {
	await say("Ann", word, (content) => ann.say(content));
	if (pages.includes(bob)) await say("Bob", word, (content) => bob.say(content));
	await say("Cyd", word, (content) => cyd.say(content, content));
	await say("Dan", word, async (content) => expect((await dan.sendMessage(id, content)).content).toBe(content));
	const bytes = randomBytes(1_200_000);
	const headers = { authorization: `Bearer ${tokens.cyd}` };
	const upload = await fetch(`${product.url}/api/conversations/${id}/files?name=${word}.bin`, { method: "POST", headers, body: bytes });
	const { file } = (await upload.json()) as { file: MessageFile };
	files.push({ file, hash: createHash("sha256").update(bytes).digest("hex") });
	await say("File", word, (content) => post(product.url, `/conversations/${id}/messages`, tokens.cyd, { content, files: [file.id] }));
	for (const page of pages) await showsEach(page);
}

/** Waits until a web client shows each message once. */
async function showsEach(page: Visitor): Promise<void> {
	const timesShown = async () => {
		const lines = (await page.messages()).flatMap((text) => text.split("\n"));
		return said.map((content) => [content, lines.filter((line) => line === content).length]);
	};
	await expect.poll(timesShown, { timeout: patience }).toEqual(said.map((content) => [content, 1]));
}

async function storedMessages(): Promise<Message[]> {
	return (await get<{ messages: Message[] }>(`/conversations/${id}/messages?limit=100`, tokens.eve)).messages;
}

/** The contents of complete messages. */
async function storedContents(): Promise<string[]> {
	return (await storedMessages()).filter(({ status }) => status === "complete").map(({ content }) => content);
}

/** What earlier builds have stored, read by the one that runs now. */
async function readBack(replies: number): Promise<void> {
	for (const { file, hash } of files) {
		const headers = { authorization: `Bearer ${tokens.eve}` };
		const response = await fetch(`${product.url}/api/conversations/${id}/files/${file.id}`, { headers });
		const bytes = Buffer.from(await response.arrayBuffer());
		expect([response.status, createHash("sha256").update(bytes).digest("hex")]).toEqual([200, hash]);
	}
	for (const word of words) {
		const { results } = await get<{ results: { message: Message }[] }>(`/conversations/${id}/search?q=${word}`, tokens.eve);
		const found = results.map(({ message }) => message.content).filter((content) => said.includes(content));
		expect(found.sort()).toEqual(said.filter((content) => content.endsWith(` ${word}`)).sort());
	}
	// Eve has the conversation in her list and never opens it.
	const entry = async () => (await get<{ conversations: ListEntry[] }>("/conversations", tokens.eve)).conversations;
	await expect
		.poll(entry, { timeout: patience })
		.toMatchObject([{ id, unread: said.length + replies, lastMessage: { content: said.at(-1) } }]);
}

/** Replaces the build in the middle of the answer, of a message that nobody has acknowledged, and of one that is written offline. */
async function replace(word: string, next: string | undefined): Promise<void> {
	cursor = (await cyd.first("chat:joined")).cursor;
	cyd.say(`Cut in ${word}`, `cut ${word}`);
	await product.kill();
	await ann.say(`Offline in ${word}`);
	await product.deploy(next);
	// A build that refuses the store says so here. Sockets would only wait.
	await storedMessages();
	cyd = new Wire(product.url, id, tokens.cyd, cursor);
	expect((await cyd.first("chat:joined")).reset).toBe(false);
	cyd.say(`Cut in ${word}`, `cut ${word}`);
	await cyd.first("chat:message", ({ message }) => message.clientId === `cut ${word}`);
	await expect.poll(storedContents, { timeout: patience }).toContain(`Offline in ${word}`);
	said.push(`Cut in ${word}`, `Offline in ${word}`);
}

/** Whoever asks pays once, and all purses agree on it once everything is settled. */
async function checkPurses(): Promise<void> {
	type Usage = { usd: number; reservedUsd: number; replies: number; people: { usd: number }[] };
	const bobsToken = await tokenOf(bob);
	const purses = async () => {
		const [all, anns, bobs] = await Promise.all([
			get<Usage>(`/conversations/${id}/usage`, tokens.ann),
			get<Usage>("/me/usage", tokens.ann),
			get<Usage>("/me/usage", bobsToken),
		]);
		return {
			replies: [all, anns, bobs].map(({ replies }) => replies),
			reserved: [all, anns, bobs].map(({ reservedUsd }) => reservedUsd),
			agree: Math.abs(anns.usd + bobs.usd - all.usd) < 1e-6 && all.people.length === 2,
			isPaid: all.usd > 0,
		};
	};
	await expect.poll(purses, { timeout: patience }).toEqual({ replies: [2, 1, 1], reserved: [0, 0, 0], agree: true, isPaid: true });
}

async function checkLog(): Promise<void> {
	const messages = await storedMessages();
	expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_message, n) => n + 1));
	const contents = messages.filter(({ role }) => role === "user").map(({ content }) => content);
	expect(contents.toSorted()).toEqual(said.toSorted());
	const replies = messages.filter(({ role }) => role === "assistant");
	expect(replies.map(({ content, status }) => [content, status])).toEqual([
		[whole, "complete"],
		[second, "complete"],
	]);
	expect(replies[0]?.attempts).toMatchObject([{ reason: "interrupted" }, { reason: "interrupted" }, { reason: "interrupted" }]);
	const [first, ...reconnects] = dan.all("connect").map(({ recovered }) => recovered);
	expect([first, reconnects.length >= 3, reconnects.every(Boolean)]).toEqual([false, true, true]);
	// One connection has received each message once, and each end once.
	const received = () => dan.all("chat:message").flatMap(({ message }) => (message.role === "user" ? [message.seq] : []));
	const sent = messages.filter(({ role }) => role === "user").map(({ seq }) => seq);
	await expect.poll(received, { timeout: patience }).toEqual(sent);
	const ends = dan.all("chat:complete").map(({ messageId }) => messageId);
	expect(ends).toEqual(replies.map((reply) => reply.id).filter((id) => ends.includes(id)));
}

async function checkPage(visitor: Visitor): Promise<void> {
	await showsEach(visitor);
	const replies = (await visitor.messages()).filter((text) => text.includes("alpha0"));
	expect(replies.map((text) => text.includes(whole.trim()))).toEqual([true]);
	expect(await visitor.page.evaluate(() => (window as unknown as { shrinks?: string[] }).shrinks ?? [])).toEqual([]);
}

describe.runIf(isThere)(`this tree and v${release.version} by turns on one store`, () => {
	it("lose, double and misread nothing, and keep everybody there", { timeout: 600_000 }, async () => {
		cyd = new Wire(product.url, id, tokens.cyd);
		await cyd.first("chat:joined");
		const pages = [ann];
		for (const [n, word] of words.entries()) {
			const isLast = n === words.length - 1;
			if (isLast) api.script({ text: part(word) }, { text: second });
			else api.script({ text: part(word), fault: "stall", after: 60 });
			if (n === 0) await say("@claude Answer", word, (content) => ann.say(content));
			else await replace(words[n - 1] as string, n % 2 === 0 ? releaseTree() : undefined);
			await expect.poll(storedAnswer, { timeout: patience }).toBe(
				words
					.slice(0, n + 1)
					.map(part)
					.join(""),
			);
			if (isLast) await expect.poll(storedContents, { timeout: patience }).toContain(second);
			// A web client of each build, which the next one finds open. The second tab reads what the newer build has left on the device.
			if (n === 1) pages.push(await open(bob));
			if (n === 2) pages.push(await open(await bob.anotherTab()));
			await talk(word, pages);
			// It waits for the end of the answer, over two more builds.
			if (n === 1) await say("@claude Answer", word, (content) => bob.say(content));
			await readBack(isLast ? 2 : 0);
			// The sessions hold.
			for (const visitor of pages) expect(await tokenOf(visitor)).toBeDefined();
		}
		await checkLog();
		for (const page of pages) await checkPage(page);
		await checkPurses();
		// This tree's web client reads what the release's one has left on the device.
		await ann.page.reload();
		await checkPage(ann);
		// Whoever cannot reach a server notes it. Nothing else went wrong.
		const complaints = pages.flatMap((visitor) => visitor.complaints);
		expect(complaints.filter((complaint) => !/Failed to load resource|WebSocket connection/.test(complaint))).toEqual([]);
	});
});

async function open(visitor: Visitor): Promise<Visitor> {
	visitor.page.setDefaultTimeout(patience);
	await visitor.page.goto(`${product.url}/c/${id}`);
	await visitor.connected();
	await watchReply(visitor.page);
	return visitor;
}
