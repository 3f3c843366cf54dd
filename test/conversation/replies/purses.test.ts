// Random sequences of what can happen to replies that are paid for, with the real purses of the people and of the deployment.

import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { Titler } from "../../../src/conversation/ports.ts";
import { purseName } from "../../../src/money/object.ts";
import { priceOf } from "../../../src/money/prices.ts";
import type { Answer, Charge, Limit, PurseOwner, Wish } from "../../../src/money/purse-calls.ts";
import { type Random, randomOf } from "../../soak/random.ts";
import { ann, inConversation, settled, TestConversation, TestPurses } from "../../support/conversation.ts";
import { allowLog } from "../../support/log.ts";

allowLog(/A reply failed/, /Claude failed/);

const budgets = { conversation: 150_000, person: 90_000, guest: 90_000, network: 70_000, deployment: 160_000 };
const guest = { userId: `guest-${"g".repeat(22)}`, username: "Gus" };
const network = "192.0.2.1";
const usage = { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 };
const titler: Titler = { title: async () => ({ title: "A title", model: "claude-sonnet-5-5", usage }) };

/** The purses of one life of the conversation. Nothing that comes after its death reaches it. */
class LedgerPurses extends TestPurses {
	readonly #world: string;
	readonly #calls = new Set<Promise<unknown>>();
	isDead = false;

	constructor(world: string) {
		super();
		this.#world = world;
	}

	ledgerOf(owner: PurseOwner) {
		return env.LEDGER.getByName(`${this.#world} ${purseName(owner)}`);
	}

	override async reserve(owner: PurseOwner, wish: Wish, limits: readonly Limit[]): Promise<Answer> {
		const answer = await this.#track(this.ledgerOf(owner).reserve(wish, limits) as unknown as Promise<Answer>);
		return this.isDead ? new Promise(() => {}) : answer;
	}

	override settle(id: string, charges: readonly Charge[]): void {
		this.payments?.delete(id);
		for (const { owner, settlement } of charges) void this.#track(this.ledgerOf(owner).settle(settlement));
	}

	override forNextLife(): TestPurses {
		return this;
	}

	/** Resolves when everything that was asked is answered, and what follows from it has been done. */
	async idle(): Promise<void> {
		await settled();
		while (this.#calls.size > 0) {
			await Promise.all(this.#calls);
			await settled();
		}
	}

	#track<T>(call: Promise<T>): Promise<T> {
		this.#calls.add(call);
		return call.finally(() => this.#calls.delete(call));
	}
}

type World = { conversation: TestConversation; purses: LedgerPurses; state: DurableObjectState; random: Random; isErased: boolean };

function newLife(world: World, name: string): void {
	const now = world.conversation.now;
	world.purses.isDead = true;
	world.purses = new LedgerPurses(name);
	world.conversation = prepare(new TestConversation(world.state, 60_000, titler, world.purses));
	world.conversation.now = now;
	world.conversation.replies.recover();
}

function prepare(conversation: TestConversation): TestConversation {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = budgets;
	return conversation;
}

/** Something that Claude's side does, within what the request may use. */
async function answer({ conversation, random }: World): Promise<void> {
	const call = conversation.calls.at(-1);
	if (!call || call.signal.aborted) return;
	const { maxTokens = 0, maxSearches = 0, maxPages = 0, tools } = call.options;
	const report = () => {
		const output = 1 + random.below(Math.min(2_000, maxTokens));
		return call.event({ type: "usage", usage: { input: random.below(500), output, cacheRead: 0, cacheWrite: random.below(500) } });
	};
	{
		const places = call.messages.map(({ seq }) => seq);
		call.options.asked?.({ model: "claude-sonnet-5-5", maxTokens, system: "You are Claude", places, tools: [] });
	}
	switch (random.below(9)) {
		case 0:
			return call.usage(random.below(1_000), 1);
		case 1:
			return call.text("a word or two ".repeat(1 + random.below(50)));
		case 2:
			return call.event({ type: "thinking", text: "Hm. ".repeat(1 + random.below(20)) });
		case 3: {
			const name = tools?.webSearch && maxSearches > 0 ? "web_search" : "web_fetch";
			if (name === "web_search" || maxPages > 0) await call.event({ type: "tool", id: "1", name, status: "running" });
			return;
		}
		case 4:
			await report();
			return call.event({ type: "pause", turn: [{ type: "server_tool_use", name: "web_search" }] });
		case 5:
			return call.cut();
		case 6:
			return call.fail(random.chance(0.5) ? "overloaded" : "bad_request", 10_000);
		default:
			await report();
			return call.event({ type: "end", stopReason: "end_turn" });
	}
}

async function act(world: World, name: string, step: number): Promise<void> {
	const { conversation, random, state } = world;
	const id = conversation.store.info.id;
	const [one, other] = [conversation.enter(ann), conversation.enter(guest, undefined, network)];
	const asker = world.isErased || random.chance(0.5) ? one : other;
	switch (random.below(19)) {
		case 16:
		case 17:
		case 18: {
			// Long, and read by Claude: whoever changes it pays for what is written to the cache again.
			const [first] = conversation.store.reader.page(3, 2).messages.filter(({ author }) => author.userId === asker.person.userId);
			const content = `${step} ${"word ".repeat(1_000)}`;
			if (first) conversation.rules.receive(asker, { type: "chat:edit", conversationId: id, messageId: first.id, content });
			break;
		}
		case 0:
		case 1:
		case 2:
			conversation.say(asker, "@claude And what about this?");
			break;
		case 3:
			conversation.rules.receive(one, { type: "chat:stop", conversationId: id });
			break;
		case 4: {
			const last = conversation.store.log.lastReply();
			if (last) conversation.rules.receive(asker, { type: "chat:regenerate", conversationId: id, messageId: last.id });
			break;
		}
		case 5:
			// Also in the middle of a reservation.
			if (random.chance(0.5)) await world.purses.idle();
			newLife(world, name);
			break;
		case 6:
			pass(world, random.below(60_000));
			conversation.replies.recover();
			break;
		case 7:
			if (!random.chance(0.1)) break;
			conversation.store.payments.erase(guest.userId, "erased", "Deleted person");
			world.isErased = true;
			break;
		default:
			pass(world, random.below(3_000));
			await answer(world);
	}
	if (random.chance(0.8)) await world.purses.idle();
	expect(state.storage.sql.exec("SELECT count(*) AS n FROM payments").one().n).toBeLessThanOrEqual(3);
}

async function ledgers({ conversation, purses }: World, period: "day" | "total") {
	const sums = async (owner: PurseOwner) => (await purses.ledgerOf(owner).report(period)).report?.sums ?? { microUsd: 0, reserved: 0 };
	const [deployment, shared, ...people] = await Promise.all([sums("deployment"), sums({ network }), sums(ann), sums(guest)]);
	return { conversation: conversation.store.payments.purse.sums(period, conversation.now), deployment, shared, people };
}

/** The conversation and the purses have one clock. */
function pass({ conversation }: World, ms: number): void {
	conversation.now += ms;
	vi.setSystemTime(conversation.now);
}

afterEach(() => void vi.useRealTimers());

it.each([
	[20261128, "noon", "2026-11-28T12:00:00Z"],
	[20261129, "noon", "2026-11-29T12:00:00Z"],
	[20261128, "midnight", "2026-11-28T23:58:00Z"],
	[20261129, "midnight", "2026-11-29T23:58:00Z"],
])("no purse is ever exceeded, and all agree in the end, whatever happens (%i, about %s)", (seed, _when, start) =>
	inConversation(
		async (first, state) => {
			const name = `${seed} ${state.id.name}`;
			vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(start) });
			prepare(first).now = Date.now();
			first.store.changeSettings({ tools: { webSearch: true, webFetch: true } });
			const world: World = { conversation: first, purses: new LedgerPurses(name), state, random: randomOf(seed), isErased: false };
			newLife(world, name);
			for (const person of [ann, guest]) world.conversation.say(world.conversation.enter(person), "word ".repeat(1_000));
			const check = async (at: string) => {
				// Budgets are those of a day.
				const { conversation, deployment, shared, people } = await ledgers(world, "day");
				const where = `seed ${seed}, ${at}`;
				expect(conversation.microUsd + conversation.reserved, where).toBeLessThanOrEqual(budgets.conversation);
				expect((deployment?.microUsd ?? 0) + (deployment?.reserved ?? 0), where).toBeLessThanOrEqual(budgets.deployment);
				expect((shared?.microUsd ?? 0) + (shared?.reserved ?? 0), where).toBeLessThanOrEqual(budgets.network);
				for (const { microUsd, reserved } of people) expect(microUsd + reserved, where).toBeLessThanOrEqual(budgets.person);
			};
			for (let number = 0; number < 60; number++) {
				await act(world, name, number);
				await check(`step ${number}`);
			}
			// Everything comes to its end: what waits is asked by the alarm, and what runs is stopped.
			for (let turn = 0; turn < 40 && (turn === 0 || world.conversation.store.payments.open().length > 0); turn++) {
				await world.purses.idle();
				const client = world.conversation.enter(ann);
				world.conversation.rules.receive(client, { type: "chat:stop", conversationId: world.conversation.store.info.id });
				pass(world, 60_000);
				world.conversation.replies.recover();
				await world.purses.idle();
			}
			await check("the end");
			const { conversation, deployment, shared, people } = await ledgers(world, "total");
			const journal = state.storage.sql.exec("SELECT ifnull(sum(cost), 0) AS cost FROM journal").one().cost;
			const paid = people.reduce((sum, { microUsd }) => sum + microUsd, 0);
			expect([journal, conversation.microUsd, deployment?.microUsd], `seed ${seed}`).toEqual([paid, paid, paid]);
			expect(conversation.reserved + (deployment?.reserved ?? 0) + people.reduce((sum, one) => sum + one.reserved, 0), `seed ${seed}`).toBe(
				0,
			);
			expect(shared?.reserved, `seed ${seed}`).toBe(0);
			expect(Math.min(paid, shared?.microUsd ?? 0), `seed ${seed}`).toBeGreaterThan(0);
		},
		60_000,
		{ title: "", titler },
	),
);
