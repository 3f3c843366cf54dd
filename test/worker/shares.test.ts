// The share of a conversation's only thread that an attacker gets, by what was done for them in a simulated minute. Counts
// work and measures no time, so that it holds on any machine.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Identity } from "../../src/auth/tokens.ts";
import { type ConversationObject, upgradeRequest } from "../../src/conversation/object.ts";
import { Store } from "../../src/conversation/store/store.ts";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ClientEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { randomId } from "../../src/protocol/random-id.ts";
import { isRefusal } from "../../src/protocol/refusal.ts";
import { evict } from "../support/evict.ts";
import { nameOf, newConversation } from "../support/socket.ts";

/** What one of these takes, in ms of the thread. The newest page is as long as pages get: 40 messages of 100,000 units. */
const costs = { call: 0.3, page: 80, oneMessage: 2.3, connect: 3, join: 7, search: 7, exported: 22, unread: 5, read: 0.6, sent: 2 };

/** One attacker, or one of many. */
type Attacker = { object: ConversationObject; state: DurableObjectState; identity: Identity; id: string };
/** Does it once; returns what it cost, 0 if it was refused. */
type Attack = (attacker: Attacker, n: number) => Promise<number> | number;

const newest = { before: Number.MAX_SAFE_INTEGER };
const unlessRefused = (answer: object, cost: number) => (isRefusal(answer) ? 0 : cost);

/** How often a second, about as often as one attacker of test/soak/attacks.ts, and what. */
const attacks: { [name: string]: [perSecond: number, attack: Attack] } = {
	"history pages of 200": [
		50,
		({ object, identity }) => unlessRefused(object.as(identity).history(newest, 200) as object, costs.call + costs.page),
	],
	"history pages of 1": [
		400,
		({ object, identity }) => unlessRefused(object.as(identity).history(newest, 1) as object, costs.call + costs.oneMessage),
	],
	"sockets opened and closed": [
		50,
		async ({ object, identity }) => {
			const { webSocket } = await object.fetch(upgradeRequest({ identity, cursor: undefined, isChatProtocol: false }));
			webSocket?.accept();
			webSocket?.close();
			return webSocket ? costs.connect + costs.page : 0;
		},
	],
	exports: [
		50,
		async ({ object, identity }) => {
			const place = { after: 2, chain: { lines: 0, hash: "" }, exportedAt: "2026-11-24T12:00:00.000Z" };
			return unlessRefused(await object.as(identity).exportPiece(place as never), costs.exported);
		},
	],
	"a stranger's requests": [
		400,
		({ object, identity }) => {
			const answer = object.as({ ...identity, userId: `${identity.userId}-stranger` }).history(newest, 1);
			return isRefusal(answer) && answer.code === "not_found" ? costs.call : 0;
		},
	],
	searches: [
		100,
		({ object, identity }, n) =>
			unlessRefused(object.as(identity).search(`w${(n % 36).toString(36)}`, Number.MAX_SAFE_INTEGER, 50, {}) as object, costs.search),
	],
	"messages over HTTP": [
		50,
		async ({ object, identity }, n) => unlessRefused((await object.as(identity).say({ content: `flood ${n}` })) as object, costs.sent),
	],
};

/** Frames, by what they are answered with. */
const frames: { [name: string]: [perSecond: number, event: (n: number) => object, cost: number] } = {
	"chat:join": [20, () => ({ type: "chat:join" }), costs.join + costs.page],
	"marks as unread": [98, () => ({ type: "chat:read", upTo: 1, unread: true }), costs.unread],
	"marks as read": [98, (n) => ({ type: "chat:read", upTo: 1 + (n % 2) }), costs.read],
};

afterEach(() => void vi.useRealTimers());

/** A conversation of Ann's with these people whose newest page is as long as pages get. */
async function longConversation(people: string[]): Promise<string> {
	const id = await newConversation("ann", people);
	const stub = env.CONVERSATIONS.getByName(id);
	await runInDurableObject(stub, (_object, { storage }) => {
		const { log } = new Store(storage);
		const author = { userId: "ann", username: nameOf("ann") };
		const words = Array.from({ length: 2_000 }, (_, n) => `w${n.toString(36)}`).join(" ");
		for (let n = 0; n < 42; n++)
			log.addMessage({ author, content: n === 0 ? words : "x".repeat(100_000), asksClaude: false }, Date.now() - 3_600_000);
	});
	await evict(stub);
	return id;
}

/** The share of a simulated minute that these people get together, each of whom attacks at the full rate. */
async function shareOf(people: Identity[], perSecond: number, attack: Attack): Promise<number> {
	const id = await longConversation(people.map(({ userId }) => userId));
	return runInDurableObject(env.CONVERSATIONS.getByName(id), async (object, state) => {
		const began = Date.now();
		vi.useFakeTimers({ toFake: ["Date"], now: began });
		let taken = 0;
		for (let n = 0; n < 60 * perSecond; n++) {
			vi.setSystemTime(began + (n / perSecond) * 1000);
			for (const identity of people) taken += await attack({ object: object as ConversationObject, state, identity, id }, n);
		}
		vi.useRealTimers();
		return taken / 60_000;
	});
}

const identityOf = (userId: string, network?: string): Identity => ({
	kind: "issued",
	issuedAt: 0,
	userId,
	username: nameOf(userId),
	expiresAt: Date.now() + 3_600_000,
	grants: [],
	network,
});

describe("one attacker gets at most a twenty-fifth of the thread", () => {
	it.each(Object.entries(attacks))("by %s", async (_name, [perSecond, attack]) => {
		const share = await shareOf([identityOf("bob")], perSecond, attack);
		expect(share).toBeGreaterThan(0);
		expect(share).toBeLessThan(0.04);
	});

	it.each(Object.entries(frames))("by %s", async (_name, [perSecond, eventOf, cost]) => {
		let refused = 0;
		let sent = 0;
		const over = Promise.withResolvers<void>();
		let server: WebSocket | undefined;
		await shareOf([identityOf("bob")], perSecond, async ({ object, state, identity, id }, n) => {
			if (!server) {
				const { webSocket } = await object.fetch(upgradeRequest({ identity, cursor: undefined, isChatProtocol: false }));
				webSocket?.addEventListener("message", ({ data }) => {
					for (const event of parseServerFrame(data as string)) {
						if (event.type !== "chat:error") continue;
						if (event.code === "rate_limited") refused++;
						else over.resolve();
					}
				});
				webSocket?.accept();
				[server] = state.getWebSockets() as [WebSocket];
			}
			object.webSocketMessage(server, encodeFrame([{ conversationId: id, ...eventOf(n) } as ClientEvent]));
			sent++;
			if (n === 60 * perSecond - 1) {
				object.webSocketMessage(server, "no frame");
				await over.promise;
			}
			return 0;
		});
		expect(refused).toBeGreaterThan(0);
		expect(((sent - refused) * cost) / 60_000).toBeLessThan(0.04);
	});
});

it("forty guests of one network get together at most what four people do", async () => {
	const guests = Array.from({ length: 40 }, () => identityOf(`guest-${randomId()}`, "2001:db8:1:2::/64"));
	const [, attack] = attacks["history pages of 200"] as [number, Attack];
	expect(await shareOf(guests, 4, attack)).toBeLessThan(4 * 0.04);
});
