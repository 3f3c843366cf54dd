// What webhooks are told, in which order, and what becomes of one that fails.

import { describe, expect, it } from "vitest";
import { Store } from "../../../src/conversation/store/store.ts";
import { nextStep } from "../../../src/conversation/webhooks/reading.ts";
import * as webhookLimits from "../../../src/protocol/webhooks/limits.ts";
import { type WebhookEvent, webhookEvents } from "../../../src/protocol/webhooks/webhook.ts";
import { DeliveryFailed } from "../../../src/webhooks/send.ts";
import { ann, bob, inConversation, settled, TestConversation } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

const hour = 3600_000;

function addTo(conversation: TestConversation, { id = "w1", events = [...webhookEvents] as WebhookEvent[], createdBy = "ann" } = {}) {
	const made = {
		id,
		url: `https://${id}.example/`,
		secret: "whsec_c2VjcmV0",
		events,
		createdBy,
		tokenId: `token of ${id}`,
		ownsToken: true,
	};
	return conversation.webhooks.add(made);
}

/** What was told, each as one line. */
const told = ({ delivered }: TestConversation) =>
	delivered.map(({ type, data }) => {
		const { message, member } = data as { message?: { content: string }; member?: { userId: string } };
		return [type, message?.content || member?.userId].filter(Boolean).join(" ");
	});
const failing = () => {
	throw new DeliveryFailed({ reason: "status", status: 500 });
};

describe("a webhook", () => {
	it("is told of messages, changes, replies and members in order, once each, and of nothing before it", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.say(anns, "Too early");
			await settled();
			addTo(conversation);
			await conversation.call.text("Reply");
			await conversation.call.end();
			conversation.enter(bob);
			conversation.say(anns, "Hello");
			await settled();
			const { messages } = conversation.rules.history().page({ before: 99 }, 9);
			const id = messages.at(-1)?.id as string;
			const conversationId = conversation.store.info.id;
			conversation.rules.receive(anns, { type: "chat:edit", conversationId, messageId: id, content: "Hello!", clientId: "e1" } as never);
			await settled();
			conversation.rules.receive(anns, { type: "chat:react", conversationId, messageId: id, emoji: "👍", on: true } as never);
			await settled();
			conversation.rules.receive(anns, { type: "chat:delete", conversationId, messageId: id });
			conversation.membership.change({ ...ann, role: "owner" }, "bob", { role: "reader" });
			conversation.membership.remove({ ...bob, role: "reader" }, "bob");
			conversation.membership.join(bob, true);
			conversation.departures.end("bob", "bob", "ended");
			await settled();
			expect(told(conversation)).toEqual([
				"reply.completed Reply",
				"member.joined bob",
				"message.sent Hello",
				"message.changed Hello!",
				"message.changed Hello!",
				"member.changed bob",
				"member.left bob",
				"member.joined bob",
				"member.left bob",
				"message.deleted",
			]);
			expect(new Set(conversation.delivered.map((delivery) => delivery.id)).size).toBe(10);
			expect(conversation.webhooks.list()).toMatchObject([{ status: "active", lastSuccessAt: expect.any(String) }]);
			expect(conversation.webhooks.dueAt).toBeUndefined();
		}));

	it("is told of a reply once it has ended, if it passed the reply while it was written", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			addTo(conversation);
			conversation.say(anns, "Question");
			await settled();
			expect(conversation.store.webhooks.find("w1")?.place.running).toEqual([2]);
			await conversation.call.text("Reply");
			await conversation.call.end();
			await settled();
			expect(told(conversation)).toEqual(["message.sent Question", "reply.completed Reply"]);
		}));

	it("is told only of what it wants, and reads a backlog in bounded runs", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			addTo(conversation, { events: ["member.joined"] });
			conversation.enter(bob);
			conversation.say(anns, "Hello");
			await settled();
			expect(told(conversation)).toEqual(["member.joined bob"]);
			conversation.webhooks.remove("w1");
			addTo(conversation, { id: "w2", events: ["message.sent"] });
			conversation.receive = async () => failing();
			expectLog(/A webhook failed .* status 500/);
			for (let n = 0; n < webhookLimits.perRun + 5; n++) {
				conversation.now += 1_000;
				conversation.say(anns, `${n}`);
				await settled();
			}
			let posts = 0;
			conversation.receive = async () => void posts++;
			conversation.now += hour;
			conversation.webhooks.goOn();
			await settled();
			expect(posts).toBe(webhookLimits.perRun);
			expect(conversation.webhooks.dueAt).toBe(conversation.now + 1_000);
			conversation.webhooks.goOn();
			await settled();
			expect([posts, conversation.webhooks.dueAt]).toEqual([webhookLimits.perRun + 5, undefined]);
		}));

	it("is told of a message that was edited meanwhile as it reads now, and of no change that it has seen", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			addTo(conversation);
			const first = Promise.withResolvers<void>();
			const { receive } = conversation;
			conversation.receive = async (...sent) => {
				await receive(...sent);
				await first.promise;
			};
			conversation.say(anns, "One");
			await settled();
			conversation.say(anns, "Two");
			const { messages } = conversation.rules.history().page({ before: 99 }, 9);
			const { id: conversationId } = conversation.store.info;
			const edit = { type: "chat:edit", conversationId, messageId: messages.at(-1)?.id as string, content: "Two, edited" } as const;
			conversation.rules.receive(anns, edit as never);
			first.resolve();
			await settled();
			expect(told(conversation)).toEqual(["message.sent One", "message.sent Two, edited"]);
		}));

	it("that fails is tried again with growing pauses, is told what it missed in order, and is given up with the reason", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			addTo(conversation);
			const { receive } = conversation;
			conversation.receive = async () => failing();
			expectLog(/A webhook failed .* status 500/);
			conversation.say(anns, "One");
			await settled();
			const [failed] = conversation.webhooks.list();
			expect(failed).toMatchObject({ status: "failing", lastFailure: { reason: "status", status: 500 } });
			const pauses: number[] = [];
			for (let at = conversation.webhooks.dueAt; at !== undefined; at = conversation.webhooks.dueAt) {
				pauses.push(Math.round((at - conversation.now) / 1000));
				conversation.now = at;
				conversation.webhooks.goOn();
				await settled();
			}
			expect(pauses.slice(0, 4)).toEqual([5, 20, 80, 320]);
			expect(pauses).toHaveLength(13);
			expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan((40 * hour) / 1000);
			expect(conversation.webhooks.list()).toMatchObject([{ status: "broken", lastFailure: { reason: "status", status: 500 } }]);
			conversation.say(anns, "Two");
			await settled();
			expect([told(conversation), conversation.webhooks.dueAt]).toEqual([[], undefined]);
			conversation.receive = receive;
			expect(await conversation.webhooks.ping("w1")).toEqual({ delivered: true });
			await settled();
			expect(told(conversation)).toEqual(["ping", "message.sent One", "message.sent Two"]);
			expect(conversation.webhooks.list()).toMatchObject([{ status: "active" }]);
		}));

	it("waits as long as the address asks, and a message that comes meanwhile does not try it early", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			addTo(conversation);
			let tries = 0;
			conversation.receive = async () => {
				tries++;
				throw new DeliveryFailed({ reason: "status", status: 429 }, { retryAfterMs: hour });
			};
			expectLog(/A webhook failed .* status 429/);
			conversation.say(anns, "One");
			await settled();
			conversation.say(anns, "Two");
			await settled();
			expect([tries, conversation.webhooks.dueAt]).toEqual([1, conversation.now + hour]);
			expect(conversation.webhooks.list()[0]?.nextTryAt).toBe(new Date(conversation.now + hour).toISOString());
		}));

	it("is given up at once if its address is gone", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			addTo(conversation);
			conversation.receive = async () => {
				throw new DeliveryFailed({ reason: "gone", status: 410 }, { isFinal: true });
			};
			expectLog(/A webhook failed .* gone 410/);
			conversation.say(anns, "One");
			await settled();
			expect(conversation.webhooks.list()).toMatchObject([{ status: "broken", lastFailure: { reason: "gone" } }]);
			expect(conversation.webhooks.dueAt).toBeUndefined();
		}));

	it("is told nothing while its maker is suspended, and ends with their ownership or their token", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			conversation.membership.change({ ...ann, role: "owner" }, "bob", { role: "owner" });
			addTo(conversation);
			addTo(conversation, { id: "w2", createdBy: "bob" });
			conversation.isMakerSignedIn = false;
			expectLog(/A webhook failed .* maker/);
			conversation.say(anns, "Secret");
			await settled();
			expect(told(conversation)).toEqual([]);
			expect(conversation.webhooks.list()).toMatchObject([{ lastFailure: { reason: "maker" } }, { lastFailure: { reason: "maker" } }]);
			conversation.isMakerSignedIn = true;
			conversation.membership.change({ ...ann, role: "owner" }, "bob", { role: "member" });
			expect(conversation.webhooks.list()).toMatchObject([{ createdBy: "ann" }]);
			await conversation.webhooks.tokenEnds.settled;
			expect(conversation.endedTokens).toEqual(["token of w2"]);
			conversation.webhooks.endOfTokens(["token of w1"]);
			conversation.now += hour;
			conversation.webhooks.goOn();
			await settled();
			expect([told(conversation), conversation.webhooks.list()]).toEqual([[], []]);
			expect(conversation.store.audit.before(99, 9).map(({ action }) => action)).toContain("webhook_removed");
		}));

	it("is told by the next life of the object what the last one did not send", () =>
		inConversation(async (conversation, state) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			addTo(conversation);
			const silence = Promise.withResolvers<void>();
			conversation.receive = () => silence.promise;
			conversation.say(anns, "One");
			await settled();
			expect(conversation.webhooks.dueAt).toBe(conversation.now + 30_000);
			const next = new TestConversation(state, 60_000);
			next.webhooks.goOn();
			await settled();
			expect(told(next)).toEqual(["message.sent One"]);
			// The first life is only as good as dead here: it must not wait beyond this test.
			silence.resolve();
			await settled();
		}));

	it("writes one row for what it is told at once, and none for what it is not told", () =>
		inConversation(async (conversation, { storage: { sql } }) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			addTo(conversation);
			const places = () => sql.exec<{ place: string }>("SELECT place FROM webhooks").one().place;
			const before = places();
			conversation.webhooks.changed();
			await settled();
			expect(places()).toBe(before);
			conversation.say(anns, "One");
			conversation.say(anns, "Two");
			await settled();
			expect(JSON.parse(places())).toMatchObject({ seq: 2, running: [], ahead: {} });
			expect(sql.exec("SELECT * FROM jobs WHERE queue = 'webhooks'").toArray()).toEqual([]);
		}));
});

it("one change of many messages is told message by message, also across a stop", () =>
	inConversation(async (conversation, { storage }) => {
		const { sql } = storage;
		const anns = conversation.enter(ann);
		conversation.enter(bob);
		for (const text of ["One", "Two", "Three"]) conversation.say(anns, text);
		const store = new Store(storage);
		let place = store.feed.end(store.log.head);
		sql.exec("UPDATE messages SET revision = ?, edited_at = 1", store.log.newRevision());
		const steps: number[] = [];
		for (let step = nextStep(store, place, 0); step; step = nextStep(store, place, 0)) {
			place = step.place;
			steps.push((step.event?.data as { message?: { seq: number } } | undefined)?.message?.seq ?? 0);
		}
		expect(steps).toEqual([1, 2, 3]);
	}));
