// Runs one conversation's rules on real object storage, with a model and clients that the test controls.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Conversation } from "../../src/conversation/conversation.ts";
import { WorkRate } from "../../src/conversation/messages/work-rate.ts";
import { Bannings } from "../../src/conversation/people/bannings.ts";
import { Departures } from "../../src/conversation/people/departures.ts";
import { Invitations } from "../../src/conversation/people/invitations.ts";
import { MemberNews } from "../../src/conversation/people/member-news.ts";
import { Membership } from "../../src/conversation/people/membership.ts";
import { Roster } from "../../src/conversation/people/roster.ts";
import {
	type CallResult,
	type Client,
	type Clients,
	type Describer,
	type Model,
	type ModelEvent,
	ModelFailure,
	type Purses,
	type Renewal,
	type ReplyOptions,
	type Requester,
	type Summarizer,
	type Titler,
	type Toolbox,
} from "../../src/conversation/ports.ts";
import { Memory } from "../../src/conversation/replies/memory/memory.ts";
import { Funding } from "../../src/conversation/replies/money/funding.ts";
import { GuestNetworks } from "../../src/conversation/replies/money/guest-networks.ts";
import type { PriceOf } from "../../src/conversation/replies/money/spending.ts";
import { Replies } from "../../src/conversation/replies/replies.ts";
import { Titles } from "../../src/conversation/replies/title.ts";
import { ByPerson } from "../../src/conversation/sockets/by-person.ts";
import type { Payments } from "../../src/conversation/store/money/payments.ts";
import { Store } from "../../src/conversation/store/store.ts";
import { Webhooks } from "../../src/conversation/webhooks/webhooks.ts";
import type { Budgets } from "../../src/money/budgets.ts";
import type { Answer, Charge, Limit, PurseOwner, Wish } from "../../src/money/purse-calls.ts";
import type { CloseCode, Reason } from "../../src/protocol/errors.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import type { Person } from "../../src/protocol/person.ts";
import type { Delivery } from "../../src/webhooks/send.ts";

export const ann: Person = { userId: "ann", username: "Ann" };
export const bob: Person = { userId: "bob", username: "Bob" };

/** A request to Claude. The test plays Claude and streams the reply. */
export class Call {
	readonly messages: readonly Message[];
	readonly signal: AbortSignal;
	/** The text that earlier attempts at this reply have produced. */
	readonly partialReply: string;
	readonly options: ReplyOptions;
	#events: (ModelEvent | Error | "over")[] = [];
	#wake = () => {};

	constructor(messages: readonly Message[], signal: AbortSignal, options: ReplyOptions) {
		this.messages = messages;
		this.partialReply = options.partialReply ?? "";
		this.options = options;
		this.signal = signal;
		// As a request that is given up.
		signal.addEventListener("abort", () => {
			this.#events.push("over");
			this.#wake();
		});
	}

	async *events(): AsyncIterable<ModelEvent> {
		for (;;) {
			const event = this.#events.shift();
			if (event === "over") return;
			if (event instanceof Error) throw event;
			if (event) yield event;
			else await new Promise<void>((resolve) => (this.#wake = resolve));
		}
	}

	async #emit(...events: (ModelEvent | Error | "over")[]): Promise<void> {
		this.#events.push(...events);
		this.#wake();
		await settled();
	}

	text(text: string): Promise<void> {
		return this.#emit({ type: "text", text });
	}
	end(reason?: Reason): Promise<void> {
		return this.#emit(
			{ type: "usage", usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 } },
			{ type: "end", stopReason: reason ?? "end_turn", reason },
		);
	}
	event(event: ModelEvent): Promise<void> {
		return this.#emit(event);
	}
	/** They come in one piece of the stream. */
	together(...events: ModelEvent[]): Promise<void> {
		return this.#emit(...events);
	}
	async usage(input: number, output: number): Promise<void> {
		await this.#emit({ type: "usage", usage: { input, output, cacheRead: 0, cacheWrite: 0 } });
		// Words that come with it go first: its row is written by timers of their own.
		for (let n = 0; n < 3; n++) await settled();
	}
	cut(): Promise<void> {
		return this.#emit("over");
	}
	fail(reason: Reason, retryAfterMs?: number): Promise<void> {
		return this.#emit(new ModelFailure(reason, retryAfterMs));
	}
	crash(error: Error): Promise<void> {
		return this.#emit(error);
	}
}

/** Resolves once all pending promise callbacks have run. */
export function settled(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 0));
}

export class TestClient implements Client {
	readonly person: Person;
	readonly requester: Requester;
	readonly received: ServerEvent[] = [];
	closedWith: CloseCode | undefined;
	expiresAt = 0;
	readsFrom = 1;
	endsAt: number | null = null;

	constructor(person: Person, network?: string) {
		this.person = person;
		this.requester = { userId: person.userId, network };
	}
	limitTo({ from, endsAt }: { from: number; endsAt: number | null }): void {
		this.readsFrom = from;
		this.endsAt = endsAt;
	}
	renew({ expiresAt }: Renewal): void {
		this.expiresAt = expiresAt;
	}
	acknowledge(): void {}
	close(code: CloseCode): void {
		this.closedWith = code;
	}
	types(): string[] {
		return this.received.map(({ type }) => type);
	}
	last<T extends ServerEvent["type"]>(type: T): Extract<ServerEvent, { type: T }> {
		const event = this.received.findLast((event) => event.type === type);
		if (!event) throw new Error(`${this.person.username} received no ${type}, only: ${this.types().join(", ")}`);
		return event as Extract<ServerEvent, { type: T }>;
	}
}

class TestClients implements Clients<TestClient> {
	readonly #all = new Set<TestClient>();
	readonly #byPerson = new ByPerson<TestClient>();
	readonly #atEnd = new Set<() => void>();
	#isBatching = false;
	all() {
		return this.#all;
	}
	of(userId: string) {
		return this.#byPerson.of(userId);
	}
	userIds() {
		return this.#byPerson.userIds();
	}
	get people() {
		return this.#byPerson.people;
	}
	readonly peopleElsewhere = 0;
	add(client: TestClient) {
		this.#all.add(client);
		this.#byPerson.add(client);
	}
	delete(client: TestClient) {
		this.#byPerson.delete(client);
		return this.#all.delete(client);
	}
	send(client: TestClient, event: ServerEvent) {
		client.received.push(structuredClone(event));
	}
	sendTo(userId: string, event: ServerEvent) {
		for (const client of this.of(userId)) this.send(client, event);
	}
	observe = (_event: ServerEvent) => {};
	broadcast(event: ServerEvent, exceptUser?: string) {
		this.observe(event);
		for (const client of this.#all) if (client.person.userId !== exceptUser) this.send(client, event);
	}
	flush() {}
	afterFrames(call: () => void) {
		if (!this.#isBatching) call();
		else this.#atEnd.add(call);
	}
	/** Handles frames together, as sockets do. */
	together(frames: () => void) {
		this.#isBatching = true;
		frames();
		for (const call of this.#atEnd) call();
		this.#isBatching = false;
	}
}

/** The purses of other objects: they answer as the test says, and keep what they are told. */
export class TestPurses implements Purses {
	/** What is left in a purse, in micro-dollars: by person, and under `deployment`. */
	readonly left: Record<string, number | "busy">;
	readonly reserved = new Map<string, number>();
	readonly settled: [owner: string, microUsd: number][] = [];
	isReachable = true;
	/** Those of the conversation, from which charges go that have arrived. */
	payments: Pick<Payments, "delete"> | undefined;
	/** If set, answers wait for it. */
	gate: Promise<void> | undefined;

	constructor({ left, reserved }: Pick<TestPurses, "left" | "reserved"> = { left: {}, reserved: new Map() }) {
		this.left = left;
		this.reserved = reserved;
	}
	async reserve(owner: PurseOwner, { id, least, most }: Wish, _limits: readonly Limit[]): Promise<Answer> {
		await this.gate;
		if (!this.isReachable) throw new Error("This purse cannot be reached.");
		const key = `${nameOf(owner)} ${id}`;
		const known = this.reserved.get(key);
		if (known !== undefined) return { granted: known };
		const left = this.left[nameOf(owner)] ?? Number.POSITIVE_INFINITY;
		if (left === "busy") return { refused: "busy" };
		if (left < least) return { refused: "spent", left, resetsAt: Date.parse("2026-11-25T00:00:00Z") };
		this.reserved.set(key, Math.min(left, most));
		return { granted: Math.min(left, most) };
	}
	/** With what they held. */
	forNextLife(): TestPurses {
		return new TestPurses(this);
	}
	settle(id: string, charges: readonly Charge[]): void {
		this.payments?.delete(id);
		for (const { owner, settlement } of charges) {
			this.reserved.delete(`${nameOf(owner)} ${settlement.id}`);
			this.settled.push([nameOf(owner), settlement.spent.microUsd]);
		}
	}
}

function nameOf(owner: PurseOwner): string {
	if (owner === "deployment") return owner;
	return "network" in owner ? `network ${owner.network}` : owner.userId;
}

/** Plays MCP servers: `docs__read` is read-only, everything else asks. */
export class TestToolbox implements Toolbox {
	readonly called: { tool: string; input: string; signal: AbortSignal }[] = [];
	missing: string[] = [];
	owners = false;
	description = "";
	/** What calls answer; none that hang. */
	answer: (tool: string) => Promise<CallResult> = async (tool) => ({ text: `Result of ${tool}` });

	async offered(servers: readonly string[]) {
		const tools = servers.flatMap((name) =>
			["read", "write"].map((tool) => ({ name: `${name}__${tool}`, description: this.description, inputSchema: {} })),
		);
		return { tools, missing: this.missing };
	}
	rulesOf(tool: string) {
		return { server: tool.replace(/__.*$/, ""), asks: tool !== "docs__read", owners: this.owners };
	}
	call(tool: string, input: string, signal: AbortSignal): Promise<CallResult> {
		this.called.push({ tool, input, signal });
		return this.answer(tool);
	}
}

/** The conversations of the test that runs. */
const living: TestConversation[] = [];

export class TestConversation {
	readonly toolbox = new TestToolbox();
	now = Date.parse("2026-11-24T12:00:00Z");
	readonly calls: Call[] = [];
	#asked = Promise.withResolvers<void>();
	readonly alarms: (number | "cleared")[] = [];
	readonly listed: string[] = [];
	readonly entered: string[] = [];
	/** Whom new messages mention or quote. */
	readonly addressed: string[] = [];
	/** The ids of files whose bytes are to be deleted. */
	readonly released: string[] = [];
	/** If set, collects what is to run after the current step. */
	postponed: (() => void)[] | undefined;
	/** The prices of models; none are known. */
	priceOf: PriceOf = () => undefined;
	/** What replies may cost, in micro-dollars a day. Without any budget nothing is reserved. */
	budgets: Budgets = {};
	readonly purses: TestPurses;
	readonly store: Store;
	readonly networks: GuestNetworks;
	readonly clients = new TestClients();
	readonly replies: Replies;
	readonly titles: Titles;
	readonly memory: Memory;
	/** What webhooks were told. */
	readonly delivered: Delivery[] = [];
	/** Takes what is sent to an address. */
	receive = async (_webhook: { url: string }, delivery: Delivery): Promise<void> => void this.delivered.push(delivery);
	isMakerSignedIn = true;
	/** The pictures that Claude was asked to describe. */
	readonly described: string[] = [];
	readonly describer: Describer = {
		seesPictures: async () => true,
		describe: async ({ id }) => {
			this.described.push(id);
			return { text: "A harbour.", usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 } };
		},
	};
	/** Words are awaited. */
	isHeldBack = false;
	readonly endedTokens: string[] = [];
	readonly webhooks: Webhooks;
	readonly roster: Roster;
	readonly departures: Departures;
	readonly membership: Membership;
	readonly bannings: Bannings;
	readonly invitations: Invitations;
	readonly rules: Conversation<TestClient>;

	/** `purses`: those that an earlier life of the object used. */
	constructor(
		state: DurableObjectState,
		idleTimeout: number,
		titler?: Titler,
		purses?: TestPurses,
		guestsAsk = true,
		summarizer?: Summarizer,
	) {
		const now = () => this.now;
		const model: Model = {
			reply: (messages, signal, options = {}) => {
				const call = new Call(messages, signal, options);
				this.calls.push(call);
				this.#asked.resolve();
				this.#asked = Promise.withResolvers();
				return call.events();
			},
		};
		const lists = {
			changed: (to?: "all") => {
				this.listed.push(to === "all" ? "changed for all" : "changed");
			},
			disconnected: (userId: string) => {
				this.listed.push(`left ${userId}`);
			},
			memberChanged: (userId: string) => {
				this.entered.push(userId);
			},
			addressed: (userIds: readonly string[]) => void this.addressed.push(...userIds),
			skipRevision: () => {},
			read: () => {},
			markedUnread: (userId: string) => {
				this.listed.push(`marked ${userId}`);
			},
		};
		living.push(this);
		this.store = new Store(state.storage);
		this.networks = new GuestNetworks(this.store);
		const shared = { store: this.store, clients: this.clients, lists };
		this.purses = purses?.forNextLife() ?? new TestPurses();
		this.purses.payments = this.store.payments;
		const terms = {
			budgets: () => this.budgets,
			isPaid: false,
			model: () => this.store.info.model ?? "scripted",
			maxTokens: 16_000,
			cacheFor: 300_000,
			priceOf: (model: string, at: number) => this.priceOf(model, at),
		};
		const { networks } = this;
		const funding = new Funding({ store: this.store, purses: this.purses, terms, alarm: { bringForward: () => {} }, networks, now });
		this.titles = new Titles({ ...shared, titler, funding });
		const priceOf: PriceOf = (...request) => this.priceOf(...request);
		this.memory = new Memory({ ...shared, summarizer, funding, priceOf, now });
		this.replies = new Replies({
			store: this.store,
			clients: this.clients,
			lists,
			model,
			toolbox: this.toolbox,
			priceOf: (...request) => this.priceOf(...request),
			funding,
			alarm: { set: (at) => void this.alarms.push(at), clear: () => void this.alarms.push("cleared"), bringForward: () => {} },
			idleTimeout,
			guestsAsk,
			afterwards: (work) => (this.postponed ? void this.postponed.push(work) : work()),
			titles: this.titles,
			memory: this.memory,
			isHeldBack: () => this.isHeldBack,
			now,
		});
		this.webhooks = new Webhooks({
			sql: state.storage.sql,
			store: this.store,
			send: (webhook, delivery) => this.receive(webhook, delivery),
			holds: async () => this.isMakerSignedIn,
			endToken: async (_userId, tokenId) => void this.endedTokens.push(tokenId),
			alarm: { bringForward: () => {}, settled: Promise.resolve() },
			now,
		});
		this.clients.observe = (event) => this.webhooks.observe(event);
		const standingChanged = (userId: string) => this.rules.standingChanged(userId);
		this.roster = new Roster(this.store);
		const { roster } = this;
		const news = new MemberNews({ ...shared, roster, now });
		this.departures = new Departures({
			...{ ...shared, news, webhooks: this.webhooks, standingChanged, now },
			asides: this.replies.asides,
			files: { releaseUnsentOf: (userId) => void this.released.push(...this.store.files.releaseUnsent(userId)) },
		});
		const { departures } = this;
		this.membership = new Membership({ ...shared, roster, news, titles: this.titles, departures, standingChanged, now });
		this.bannings = new Bannings({ store: this.store, departures, now });
		this.invitations = new Invitations({ ...shared, membership: this.membership, departures, now });
		this.rules = new Conversation({
			store: this.store,
			roster,
			clients: this.clients,
			replies: this.replies,
			lists,
			titles: this.titles,
			memory: this.memory,
			funding,
			describer: this.describer,
			authenticate: async (token, { userId }) => (token === userId ? { expiresAt: this.now + 1 } : { code: "unauthorized" }),
			guestsAsk,
			files: { release: (seq) => void this.released.push(...this.store.files.release(seq)) },
			transcripts: { add: () => {} },
			rate: { burst: 3, perSecond: 1 },
			work: new WorkRate(),
			now,
		});
	}

	/** Connects a person and makes them a member. `network`: where a guest comes from. */
	enter(person: Person, cursor?: string, network?: string): TestClient {
		this.membership.join(person, true);
		const client = new TestClient(person, network);
		this.networks.note(client.requester);
		this.rules.join(client, cursor);
		return client;
	}

	say(client: TestClient, content: string, clientId?: string): void {
		const { id: conversationId } = this.store.info;
		this.rules.receive(client, { type: "chat:send", conversationId, content, role: "user", ...(clientId && { clientId }) });
	}

	/** The latest request to Claude. */
	get call(): Call {
		const call = this.calls.at(-1);
		if (!call) throw new Error("Claude was not asked.");
		return call;
	}

	/** Resolves with the next request to Claude. */
	get asked(): Promise<void> {
		return this.#asked.promise;
	}

	contents(): string[] {
		return this.store.reader.page(Number.MAX_SAFE_INTEGER, 200).messages.map(({ content }) => content);
	}
}

/** Runs a test in a new conversation that Ann owns. */
export function inConversation(
	test: (conversation: TestConversation, state: DurableObjectState) => Promise<void> | void,
	idleTimeout = 60_000,
	{
		title = "A conversation",
		titler,
		guestsAsk,
		summarizer,
	}: { title?: string; titler?: Titler; guestsAsk?: boolean; summarizer?: Summarizer } = {},
): Promise<void> {
	const stub = env.CONVERSATIONS.getByName(crypto.randomUUID());
	return runInDurableObject(stub, async (_object, state) => {
		const conversation = new TestConversation(state, idleTimeout, titler, undefined, guestsAsk, summarizer);
		conversation.membership.create({ id: state.id.name as string, title, lineage: "first" }, ann);
		try {
			await test(conversation, state);
		} finally {
			// A reply that is left running would be given up during another test, and log that.
			for (const one of living.splice(0)) if (one.store.exists) one.replies.abandon();
		}
	});
}
