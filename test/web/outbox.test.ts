import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import { ConversationClient } from "../../web/src/live/client.ts";
import type { OpenSocket } from "../../web/src/live/connection.ts";
import { clearOutbox, openOutbox } from "../../web/src/live/outbox.ts";
import type { OutgoingMessage } from "../../web/src/live/outgoing.ts";
import { ann, conversationId, HandClock, joined, message } from "./fakes.ts";

/** A server of one conversation, as far as sending goes. It is reached by those tabs that it lets join. */
class Server {
	readonly messages: Message[] = [];
	/** Every send that came, also of what is stored, with the tab that it came from. */
	readonly sends: string[] = [];
	/** The texts that the server refuses. */
	readonly refused = new Set<string>();
	/** Stores, and lets nobody know. */
	isSilent = false;
	readonly #listeners = new Map<string, Parameters<OpenSocket>[2]>();

	opener(tab: string): OpenSocket {
		return (_url, _protocols, listener) => {
			this.#listeners.set(tab, listener);
			return {
				send: (text) => {
					for (const event of JSON.parse(text) as ClientEvent[]) if (event.type === "chat:send") this.#receive(tab, event);
				},
				close: () => this.#listeners.delete(tab),
			};
		};
	}

	lets(...tabs: string[]): void {
		for (const tab of tabs) this.#tell(tab, joined({ messages: [...this.messages] }));
	}

	get contents(): string[] {
		return this.messages.map(({ content }) => content);
	}

	#receive(tab: string, { content, clientId }: Extract<ClientEvent, { type: "chat:send" }>): void {
		this.sends.push(`${tab}: ${content}`);
		if (this.refused.has(content)) {
			this.#tell(tab, { type: "chat:error", conversationId, error: "Not that.", code: "forbidden", clientId });
			return;
		}
		const known = this.messages.find((one) => one.clientId === clientId);
		const stored = known ?? message(this.messages.length + 1, { content, clientId });
		if (!known) this.messages.push(stored);
		if (this.isSilent) return;
		for (const one of known ? [tab] : this.#listeners.keys())
			this.#tell(one, { type: "chat:message", conversationId, message: stored, cursor: `c${stored.seq}` });
	}

	/** Delivers an event later, like a network. */
	#tell(tab: string, event: ServerEvent): void {
		queueMicrotask(() => this.#listeners.get(tab)?.message(encodeFrame([event])));
	}
}

type Tab = { client: ConversationClient; outgoing(): string[] };
type Place = { userId?: string; conversation?: string; locks?: LockManager | null };

const clients: ConversationClient[] = [];
let conversations = 0;
/** Another one for each test. */
let here = "";

function openTab(name: string, server: Server, { userId = ann.userId, conversation = here, locks = navigator.locks }: Place = {}): Tab {
	let ids = 0;
	const client = new ConversationClient({
		conversationId,
		urlFor: () => "wss://chat.example/socket",
		openSocket: server.opener(name),
		clock: new HandClock(),
		random: () => 1,
		renewToken: async () => ({ failure: "unreachable" }),
		explainRefusal: async () => undefined,
		fetchPage: async () => null,
		describe: async () => null,
		newId: () => `${name}-${++ids}`,
		openOutbox: (_token, listener) => openOutbox(conversation, userId, listener, locks ?? undefined),
	});
	clients.push(client);
	client.setToken("token-1");
	const show = ({ content, state }: OutgoingMessage) => (state.type === "failed" ? `${content}: ${state.text}` : content);
	return { client, outgoing: () => client.snapshot().transcript.outgoing.map(show) };
}

/** Resolves once a change of the tab makes the condition true. */
function until({ client }: Tab, isSo: () => boolean): Promise<void> {
	return new Promise((resolve) => {
		const look = () => {
			if (!isSo()) return;
			stop();
			resolve();
		};
		const stop = client.subscribe(look);
		look();
	});
}

const shows = (tab: Tab, ...texts: string[]) => until(tab, () => tab.outgoing().join() === texts.join());

/** The messages that the next page would find in the outbox. */
async function onDisk(userId = ann.userId, conversation = here): Promise<string[]> {
	const { promise, resolve } = Promise.withResolvers<readonly OutgoingMessage[]>();
	const unused = () => {};
	const listener = { restored: resolve, saved: unused, discarded: unused, turnChanged: unused };
	const outbox = openOutbox(conversation, userId, listener, undefined);
	const kept = await promise;
	outbox.close();
	return kept.map(({ content }) => content);
}

const numbers = Array.from({ length: 12 }, (_, index) => `text ${index}`);

beforeEach(() => {
	here = `c${++conversations}`;
});
afterEach(() => {
	for (const client of clients.splice(0)) client.stop();
	vi.unstubAllGlobals();
});

describe("an unsent message", () => {
	it("survives the page, and the next one sends it in order, before newer messages", async () => {
		const server = new Server();
		const first = openTab("first", server);
		for (const text of numbers) first.client.sendMessage(text);
		first.client.stop();
		const next = openTab("next", server);
		next.client.sendMessage("said at once");
		server.lets("next");
		await shows(next);
		expect(server.contents).toEqual([...numbers, "said at once"]);
		expect(await onDisk()).toEqual([]);
	});

	it("belongs to its person and its conversation", async () => {
		const server = new Server();
		const tab = openTab("tab", server);
		tab.client.sendMessage("hers, here");
		openTab("another person", server, { userId: "u-bob" }).client.sendMessage("his, here");
		openTab("another conversation", server, { conversation: `${here} too` }).client.sendMessage("hers, there");
		await shows(openTab("next", server), "hers, here");
		expect(await onDisk("u-bob")).toEqual(["his, here"]);
		expect(await onDisk(ann.userId, `${here} too`)).toEqual(["hers, there"]);
	});

	it("is deleted with its person in every conversation, but not those of the person who stays", async () => {
		const server = new Server();
		openTab("tab", server).client.sendMessage("hers, here");
		openTab("another conversation", server, { conversation: `${here} too` }).client.sendMessage("hers, there");
		const others = ["a", `${ann.userId}s`];
		for (const userId of others) openTab(userId, server, { userId }).client.sendMessage("another one's");
		for (const userId of others) await expect.poll(() => onDisk(userId)).toHaveLength(1);
		await clearOutbox(ann.userId);
		expect(await Promise.all(others.map((userId) => onDisk(userId)))).toEqual([[], []]);
		expect([await onDisk(), await onDisk(ann.userId, `${here} too`)]).toEqual([["hers, here"], ["hers, there"]]);
		await clearOutbox(null);
		expect([await onDisk(), await onDisk(ann.userId, `${here} too`)]).toEqual([[], []]);
	});

	it("that was refused keeps its reason, until it is retried in its place or deleted", async () => {
		const server = new Server();
		server.refused.add("one").add("two");
		const first = openTab("first", server);
		for (const text of ["one", "two", "three"]) first.client.sendMessage(text);
		server.lets("first");
		await shows(first, "one: Not that.", "two: Not that.");
		first.client.stop();

		server.refused.clear();
		const next = openTab("next", server);
		server.lets("next");
		next.client.sendMessage("four");
		await shows(next, "one: Not that.", "two: Not that.");
		next.client.retry("first-2");
		next.client.discard("first-1");
		await shows(next);
		expect(server.contents).toEqual(["three", "four", "two"]);
		expect(await onDisk()).toEqual([]);
	});

	it("counts as saved once it is on disk", async () => {
		const server = new Server();
		const [tab, other] = [openTab("tab", server), openTab("other", server)];
		tab.client.sendMessage("one");
		expect(tab.client.isSaved()).toBe(false);
		await shows(other, "one");
		expect([tab.client.isSaved(), other.client.isSaved()]).toEqual([true, true]);
	});

	it("lives as long as the page without a disk, and does not count as saved", async () => {
		vi.stubGlobal("indexedDB", undefined);
		vi.stubGlobal("IDBKeyRange", undefined);
		const server = new Server();
		const tab = openTab("tab", server);
		const other = openTab("other", server);
		tab.client.sendMessage("one");
		await shows(other, "one");
		expect(tab.client.isSaved()).toBe(false);
		server.lets("tab", "other");
		await shows(tab);
		expect(server.contents).toEqual(["one"]);
	});
});

describe("two tabs", () => {
	it("show the same messages: written, refused, retried, deleted", async () => {
		const server = new Server();
		server.refused.add("one").add("two");
		const [left, right] = [openTab("left", server), openTab("right", server)];
		server.lets("left", "right");
		left.client.sendMessage("one");
		await shows(right, "one: Not that.");
		left.client.sendMessage("two");
		await shows(right, "one: Not that.", "two: Not that.");
		right.client.discard("left-1");
		await shows(left, "two: Not that.");
		server.refused.clear();
		right.client.retry("left-2");
		await shows(left);
		await shows(right);
		expect(server.sends).toEqual(["left: one", "left: two", "right: two"]);
		expect(await onDisk()).toEqual([]);
	});

	it("send shared messages from one of them, each once and in order", async () => {
		const server = new Server();
		const [left, right] = [openTab("left", server), openTab("right", server)];
		for (const text of numbers) left.client.sendMessage(text);
		await shows(right, ...numbers);
		server.lets("right", "left");
		await shows(right);
		await shows(left);
		expect(server.contents).toEqual(numbers);
		// Whoever comes first may have begun before the one in which it was said takes over.
		expect(new Set(server.sends.slice(1).map((send) => send.split(":")[0]))).toEqual(new Set(["left"]));
		expect(server.sends.length).toBeLessThanOrEqual(numbers.length + 1);
		expect(await onDisk()).toEqual([]);
	});

	it("each send the messages written in them, while the other one does not", async () => {
		const server = new Server();
		const [left, right] = [openTab("left", server), openTab("right", server)];
		server.lets("left", "right");
		for (const [tab, text] of [
			[left, "one"],
			[right, "two"],
			[right, "three"],
			[left, "four"],
		] as const) {
			tab.client.sendMessage(text);
			await until(left, () => left.client.snapshot().transcript.messages.at(-1)?.content === text);
			await until(right, () => right.client.snapshot().transcript.messages.at(-1)?.content === text);
		}
		expect(server.sends).toEqual(["left: one", "right: two", "right: three", "left: four"]);
	});

	it("that were both used offline lose nothing, duplicate nothing, and keep the order of each", async () => {
		const server = new Server();
		const [left, right] = [openTab("left", server), openTab("right", server)];
		for (const text of numbers) {
			left.client.sendMessage(`left ${text}`);
			right.client.sendMessage(`right ${text}`);
		}
		server.lets("left", "right");
		await until(left, () => server.messages.length === 2 * numbers.length);
		for (const side of ["left", "right"])
			expect(server.contents.filter((content) => content.startsWith(side))).toEqual(numbers.map((text) => `${side} ${text}`));
		await shows(left);
		await shows(right);
		expect(await onDisk()).toEqual([]);
	});

	it("take over from each other: a message in flight when a tab was closed is stored once", async () => {
		const server = new Server();
		const [left, right] = [openTab("left", server), openTab("right", server)];
		server.lets("left", "right");
		server.isSilent = true;
		for (const text of ["one", "two", "three"]) left.client.sendMessage(text);
		await shows(right, "one", "two", "three");
		await until(left, () => server.sends.length === 1);
		server.isSilent = false;
		left.client.stop();
		await shows(right);
		expect(server.sends).toEqual(["left: one", "right: one", "right: two", "right: three"]);
		expect(server.contents).toEqual(["one", "two", "three"]);
	});

	const forbidden = { request: async () => Promise.reject(new DOMException("Not here.", "SecurityError")) } as unknown as LockManager;
	it.each([
		["there are no locks", null],
		["locks are forbidden", forbidden],
	])("both send if %s, and each message is still stored once", async (_where, locks) => {
		const server = new Server();
		const [left, right] = [openTab("left", server, { locks }), openTab("right", server, { locks })];
		for (const text of numbers) left.client.sendMessage(text);
		await shows(right, ...numbers);
		server.isSilent = true;
		server.lets("left", "right");
		await until(left, () => server.sends.includes("left: text 0"));
		await until(right, () => server.sends.includes("right: text 0"));
		server.isSilent = false;
		server.lets("left", "right");
		await shows(left);
		await shows(right);
		expect(server.contents).toEqual(numbers);
	});
});
