// Plays a path of the model on the real rules and real object storage, and reports what can be observed in both.

import { priceOf } from "../../src/money/prices.ts";
import type { Person } from "../../src/protocol/person.ts";
import { ann, bob, type Call, settled, TestClient, TestConversation, type TestPurses } from "../support/conversation.ts";
import { fillUp } from "../support/full.ts";
import { type Action, busyFor } from "./actions.ts";
import { wordLength } from "./object.ts";
import { type State, stateOf, type World } from "./state.ts";

const call = { id: "toolu_1", name: "docs__write", input: "{}" };

/** The observable state of the model. `alarm`: in ms from now. */
export function seenOf(key: string): object {
	const { row, memory, payment, asking, upstream, alarm, isHeld } = stateOf(key);
	const text = memory?.running?.text ?? row?.text;
	return { status: row?.status, stored: row?.text, text, payment: payment?.type, asking, upstream, alarm, ...(!isHeld && { held: 0 }) };
}

export class Replay {
	#conversation: TestConversation;
	readonly #state: DurableObjectState;
	readonly #world: World;
	#clients: { ann: TestClient; bob: TestClient };
	#purses = Promise.withResolvers<void>();
	#tool = Promise.withResolvers<void>();
	/** The requests that are over. */
	readonly #over = new Set<Call>();
	#isAlive = true;
	#alarm: number | undefined;
	#words = 0;
	#makeRoom = () => {};

	constructor(conversation: TestConversation, state: DurableObjectState, world: World) {
		this.#state = state;
		this.#world = world;
		conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
		this.#clients = { ann: conversation.enter(ann), bob: conversation.enter(bob) };
		this.#conversation = this.#prepared(conversation);
	}

	#prepared(conversation: TestConversation): TestConversation {
		if (this.#world.isPaid) conversation.budgets = { conversation: 50_000_000 };
		conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
		this.#purses = Promise.withResolvers();
		conversation.purses.gate = this.#purses.promise;
		this.#tool = Promise.withResolvers();
		conversation.toolbox.answer = async () => this.#tool.promise.then(() => ({ text: "Done" }));
		needRoomToSettle(conversation);
		return conversation;
	}

	/** `before`: the state of the model before the action. */
	async do(action: Action, before: State): Promise<void> {
		await this.#do(action, before);
		for (let n = 0; n < 4; n++) await settled();
		for (const at of this.#conversation.alarms.splice(0)) this.#alarm = at === "cleared" ? undefined : at;
	}

	/** The observable state of the code, in the form of `seenOf`. */
	seen(isHeld: boolean): object {
		const { store, replies, calls, purses, now } = this.#conversation;
		const row = store.log.lastReply();
		const [payment, ...others] = store.payments.open();
		const due = Math.min(this.#alarm ?? Number.POSITIVE_INFINITY, (this.#isAlive ? replies.dueAt : undefined) ?? Number.POSITIVE_INFINITY);
		return {
			status: row?.status,
			stored: row?.content.length,
			text: row && (this.#isAlive ? replies.live(row) : row).content.length,
			payment: others.length > 0 ? `${others.length + 1} payments` : payment?.type,
			asking: store.log.waiting
				.askersAfter(store.log.lastReplySeq)
				.map(({ userId }) => userId)
				.sort(),
			upstream: calls.filter((one) => !one.signal.aborted && !this.#over.has(one)).length,
			alarm: due === Number.POSITIVE_INFINITY ? undefined : due - now,
			...(!isHeld && { held: purses.reserved.size }),
		};
	}

	#receive(client: TestClient, event: object): void {
		const conversationId = this.#conversation.store.info.id;
		this.#conversation.rules.receive(client, { conversationId, ...event } as never);
	}

	#aboutReply(type: string, more: object = {}): void {
		this.#receive(this.#clients.ann, { type, messageId: this.#conversation.store.log.lastReply()?.id, ...more });
	}

	async #end(how: (call: Call) => Promise<void>): Promise<void> {
		const { call } = this.#conversation;
		this.#over.add(call);
		await how(call);
	}

	/** Starts the next life of the object, with what was stored and what purses hold. */
	#wake(): void {
		const before = this.#conversation;
		this.#conversation = this.#prepared(new TestConversation(this.#state, 60_000, undefined, before.purses));
		this.#conversation.now = before.now;
		// Keeps the dead one from writing.
		before.now = 0;
		this.#isAlive = true;
		this.#clients = { ann: this.#connected(ann), bob: this.#connected(bob) };
	}

	#connected(person: Person): TestClient {
		const client = new TestClient(person);
		this.#conversation.clients.add(client);
		return client;
	}

	#answer(how: (purses: TestPurses) => void = () => {}): void {
		const { purses } = this.#conversation;
		const [answered, next] = [this.#purses, Promise.withResolvers<void>()];
		Object.assign(purses, { isReachable: true });
		delete purses.left.deployment;
		how(purses);
		this.#purses = next;
		purses.gate = next.promise;
		answered.resolve();
	}

	async #do(action: Action, before: State): Promise<void> {
		const conversation = this.#conversation;
		const { store } = conversation;
		switch (action) {
			case "Ann asks":
				return conversation.say(this.#clients.ann, "@claude Hi");
			case "Bob asks":
				return conversation.say(this.#clients.bob, "@claude Hello");
			case "Bob steers":
				return this.#receive(this.#clients.bob, { type: "chat:send", role: "user", content: "@claude Rather this", steer: true });
			case "Ann stops it":
				return this.#receive(this.#clients.ann, { type: "chat:stop" });
			case "Ann has it written anew":
				return this.#aboutReply("chat:regenerate");
			case "Ann deletes it":
				return this.#aboutReply("chat:delete");
			case "Ann takes her question back": {
				const question = store.reader.questionsAfter(store.log.lastReplySeq).find(({ author }) => author.userId === ann.userId);
				return this.#receive(this.#clients.ann, { type: "chat:withdraw", messageId: question?.id });
			}
			case "Bob leaves":
				return void conversation.departures.end(bob.userId, bob.userId);
			case "Bob is erased":
				conversation.departures.end(bob.userId, bob.userId);
				return store.payments.erase(bob.userId, "erased-1", "Deleted person");
			case "Ann allows the call":
			case "Ann declines the call":
				return this.#aboutReply("chat:approve", { toolId: call.id, allow: action === "Ann allows the call" });
			case "Claude writes":
				return conversation.call.text(String.fromCharCode(97 + this.#words++).repeat(wordLength));
			case "the stream breaks":
				return this.#end((one) => one.cut());
			case "Claude falls silent":
				return this.#end((one) => one.fail("timed_out"));
			case "Claude is busy":
				return this.#end((one) => one.fail("overloaded", busyFor));
			case "Claude refuses":
				return this.#end((one) => one.fail("spend_limit"));
			case "Claude ends":
				return this.#end((one) => one.event({ type: "end", stopReason: "end_turn" }));
			case "Claude calls a tool":
				return this.#end((one) => one.event({ type: "pause", turn: [{ type: "tool_use", ...call, input: {} }], calls: [call] }));
			case "the tool answers":
				return this.#tool.resolve();
			case "purses grant":
				return this.#answer();
			case "purses are empty":
				return this.#answer((purses) => (purses.left.deployment = 0));
			case "purses are busy":
				return this.#answer((purses) => (purses.left.deployment = "busy"));
			case "purses are away":
				return this.#answer((purses) => (purses.isReachable = false));
			case "the alarm fires":
				if (!this.#isAlive) this.#wake();
				this.#conversation.now += before.alarm ?? 0;
				this.#alarm = undefined;
				return this.#conversation.replies.recover();
			case "the object dies":
				this.#isAlive = false;
				for (const one of conversation.calls) this.#over.add(one);
				return;
			case "somebody connects":
				this.#wake();
				return this.#conversation.replies.recover();
			case "the storage is full":
				this.#makeRoom = fillUp(this.#state.storage.sql);
				return;
			case "the storage has room":
				return this.#makeRoom();
			case "the storage has one row left":
				throw new Error("The model's rows are not those of the storage.");
			default:
				action satisfies never;
		}
	}
}

/** Like the purses of other objects: a settlement is stored before it is sent. */
function needRoomToSettle({ purses, store }: TestConversation): void {
	const settle = purses.settle.bind(purses);
	purses.settle = (id, charges) => {
		store.payments.settle(id, charges);
		settle(id, charges);
	};
}
