import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import type { ClientEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { ann, bob, inConversation, settled, TestClient, type TestConversation } from "../../support/conversation.ts";

type Event<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;

/** A conversation of Ann and Bob in which Claude answers everything. */
const inPair = (test: (conversation: TestConversation, ann: TestClient, bob: TestClient) => Promise<void> | void) =>
	inConversation((conversation) => {
		conversation.store.members.add({ ...bob, role: "member" }, conversation.now);
		conversation.store.setAssistant("always");
		return test(conversation, conversation.enter(ann), conversation.enter(bob));
	});

function said(conversation: TestConversation, client: TestClient, content: string, fields: Partial<Event<"chat:send">> = {}): Message {
	const conversationId = conversation.store.info.id;
	conversation.rules.receive(client, { type: "chat:send", conversationId, content, role: "user", ...fields });
	return conversation.store.reader.page(Number.MAX_SAFE_INTEGER, 200).messages.findLast(({ role }) => role === "user") as Message;
}

const withdraw = (conversation: TestConversation, client: TestClient, messageId: string) =>
	conversation.rules.receive(client, { type: "chat:withdraw", conversationId: conversation.store.info.id, messageId });

/** The code with which this is refused. Nothing may change. */
function refused(conversation: TestConversation, client: TestClient, messageId: string): string {
	const before = conversation.store.log.cursor;
	withdraw(conversation, client, messageId);
	expect(conversation.store.log.cursor).toBe(before);
	expect(client.received.at(-1)).toMatchObject({ type: "chat:error", messageId });
	return client.last("chat:error").code;
}

const contents = ({ call }: TestConversation) => call.messages.map(({ content }) => content);

describe("a waiting question", () => {
	it("that its author withdraws stays as a message, which asks no longer, for everybody", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			const { cursor } = bob.last("chat:message");
			const waiting = said(conversation, ann, "And?");
			expect(waiting.asksClaude).toBe(true);
			withdraw(conversation, ann, waiting.id);
			for (const client of [ann, bob]) {
				const { message } = client.last("chat:updated");
				expect(message).toMatchObject({ id: waiting.id, content: "And?", author: ann.person });
				expect(message.asksClaude).toBeUndefined();
			}
			expect(conversation.enter(bob.person, cursor).last("chat:joined").messages).toContainEqual(bob.last("chat:updated").message);
			await conversation.call.end();
			await settled();
			expect(conversation.calls).toHaveLength(1);
		}));

	it.each(["off", "owners"])("is taken back when owners decide that its author may not ask any more: %s", (choice) =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			const waiting = said(conversation, bob, "And me?");
			if (choice === "off") conversation.store.setAssistant("off");
			else conversation.store.changeSettings({ asks: "owners" });
			await conversation.call.end();
			await settled();
			expect(conversation.calls).toHaveLength(1);
			expect(ann.last("chat:updated").message).toMatchObject({ id: waiting.id, content: "And me?" });
			expect(ann.last("chat:updated").message.asksClaude).toBeUndefined();
			// Those who may ask are answered.
			conversation.store.setAssistant("always");
			said(conversation, ann, "And I?");
			expect(conversation.calls).toHaveLength(2);
		}),
	);

	it("leaves the others that wait, and their askers", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			const first = said(conversation, bob, "One?");
			said(conversation, ann, "Two?");
			withdraw(conversation, bob, first.id);
			await conversation.call.end();
			expect(contents(conversation)).toEqual(["Hi", "", "One?", "Two?"]);
			expect(ann.last("chat:thinking").askedBy).toEqual([ann.person]);
			await conversation.call.end();
			await settled();
			expect(conversation.calls).toHaveLength(2);
		}));

	it("is the last one's turn again once the newest is withdrawn", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			said(conversation, bob, "One?");
			const second = said(conversation, ann, "Two?");
			withdraw(conversation, ann, second.id);
			await conversation.call.end();
			expect(bob.last("chat:thinking").askedBy).toEqual([bob.person]);
		}));

	it("cannot be withdrawn once a reply answers it, or has answered it", () =>
		inPair(async (conversation, ann) => {
			const question = said(conversation, ann, "Hi");
			expect(refused(conversation, ann, question.id)).toBe("being_answered");
			await conversation.call.end();
			expect(refused(conversation, ann, question.id)).toBe("answered");
			expect(conversation.store.log.message(question.id)?.asksClaude).toBe(true);
		}));

	it("cannot be withdrawn by others, the owner included, nor by strangers", () =>
		inPair((conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			const waiting = said(conversation, bob, "And?");
			expect(refused(conversation, ann, waiting.id)).toBe("forbidden");
			expect(refused(conversation, new TestClient({ userId: "eve", username: "Eve" }), waiting.id)).toBe("forbidden");
			expect(refused(conversation, bob, "m9-00000000")).toBe("not_found");
		}));

	it("can be withdrawn by an author who has become a reader", () =>
		inPair((conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			const waiting = said(conversation, bob, "And?");
			conversation.store.members.setRole("bob", "reader");
			withdraw(conversation, bob, waiting.id);
			expect(bob.last("chat:updated").message.asksClaude).toBeUndefined();
		}));

	it("that was withdrawn already is answered to its author alone", () =>
		inPair((conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			const waiting = said(conversation, ann, "And?");
			withdraw(conversation, ann, waiting.id);
			const [revision, count] = [conversation.store.log.head.revision, bob.received.length];
			withdraw(conversation, ann, waiting.id);
			expect(ann.received.at(-1)).toMatchObject({ type: "chat:updated", message: { id: waiting.id } });
			expect([conversation.store.log.head.revision, bob.received.length]).toEqual([revision, count]);
		}));
});

describe("a steering message", () => {
	const steer = (conversation: TestConversation, client: TestClient, content: string, clientId = "s") =>
		said(conversation, client, content, { steer: true, clientId });

	it("ends the running reply where it is, keeps what it used, and is read by the next one at once", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			await conversation.call.usage(10, 1);
			await conversation.call.text("Hel");
			const { signal } = conversation.call;
			const from = ann.received.length;
			steer(conversation, bob, "In German");
			expect(signal.aborted).toBe(true);
			expect(ann.types().slice(from)).toEqual([
				"chat:message",
				"chat:read",
				"chat:streaming",
				"chat:message",
				"chat:complete",
				"chat:thinking",
			]);
			const [stopped] = conversation.store.reader.page(3, 1).messages;
			expect(stopped).toMatchObject({ content: "Hel", status: "stopped", stoppedBy: bob.person, usage: { input: 10, output: 1 } });
			expect(contents(conversation)).toEqual(["Hi", "Hel", "In German"]);
			expect(ann.last("chat:thinking").askedBy).toEqual([bob.person]);
			await conversation.call.text("Hallo");
			await conversation.call.end();
			expect(conversation.contents()).toEqual(["Hi", "Hel", "In German", "Hallo"]);
			expect(conversation.calls).toHaveLength(2);
		}));

	it("is answered together with the questions that waited", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			said(conversation, ann, "And?");
			steer(conversation, bob, "Shorter");
			expect(contents(conversation)).toEqual(["Hi", "", "And?", "Shorter"]);
			expect(ann.last("chat:thinking").askedBy).toEqual([ann.person, bob.person]);
			await conversation.call.end();
			await settled();
			expect(conversation.calls).toHaveLength(2);
		}));

	it("stops nothing when it is resent", () =>
		inPair(async (conversation, ann) => {
			said(conversation, ann, "Hi");
			steer(conversation, ann, "Shorter");
			await conversation.call.text("Well");
			const from = ann.received.length;
			steer(conversation, ann, "Shorter");
			expect(conversation.call.signal.aborted).toBe(false);
			expect(ann.types().slice(from)).toEqual(["chat:message"]);
			expect(conversation.calls).toHaveLength(2);
		}));

	it("is an ordinary question if no reply runs, also without a mention", () =>
		inPair(async (conversation, ann) => {
			conversation.store.setAssistant("mention");
			expect(steer(conversation, ann, "Hi").asksClaude).toBe(true);
			expect(contents(conversation)).toEqual(["Hi"]);
		}));

	it("is an ordinary message where Claude is off, and stops nothing", () =>
		inPair(async (conversation, ann) => {
			said(conversation, ann, "Hi");
			conversation.store.setAssistant("off");
			expect(steer(conversation, ann, "Shorter").asksClaude).toBeUndefined();
			expect(conversation.call.signal.aborted).toBe(false);
			expect(conversation.calls).toHaveLength(1);
		}));

	it("of a reader, or beyond the rate of sending, is refused and stops nothing", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "Hi");
			conversation.store.members.setRole("bob", "reader");
			steer(conversation, bob, "Shorter");
			expect(bob.last("chat:error")).toMatchObject({ code: "forbidden", clientId: "s" });
			for (const n of [1, 2]) said(conversation, ann, `${n}`);
			steer(conversation, ann, "Shorter");
			expect(ann.last("chat:error")).toMatchObject({ code: "rate_limited", clientId: "s" });
			expect(conversation.call.signal.aborted).toBe(false);
			expect(conversation.calls).toHaveLength(1);
		}));

	it("ends a reply that waits for a busy Claude", () =>
		inPair(async (conversation, ann) => {
			said(conversation, ann, "Hi");
			await conversation.call.fail("overloaded", 60_000);
			steer(conversation, ann, "Shorter");
			expect(conversation.calls).toHaveLength(2);
			expect(contents(conversation)).toEqual(["Hi", "", "Shorter"]);
		}));
});

describe("a question while words are awaited", () => {
	it("waits for them, after a reply that is stopped too, and is asked once", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "One");
			conversation.isHeldBack = true;
			said(conversation, bob, "Two", { steer: true });
			await settled();
			expect(conversation.calls).toHaveLength(1);
			expect(conversation.replies.isBusy).toBe(false);
			said(conversation, ann, "Three");
			await settled();
			expect(conversation.calls).toHaveLength(1);
			conversation.isHeldBack = false;
			conversation.replies.askNext();
			await settled();
			expect(conversation.calls).toHaveLength(2);
			expect(contents(conversation).slice(-2)).toEqual(["Two", "Three"]);
		}));

	it("that is paid for already gives back its money and waits", () =>
		inPair(async (conversation, ann) => {
			conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
			conversation.budgets = { conversation: 5_000_000 };
			said(conversation, ann, "One");
			conversation.isHeldBack = true;
			await settled();
			expect(conversation.calls).toEqual([]);
			expect(conversation.store.payments.purse.sums("day", conversation.now).reserved).toBe(0);
			conversation.isHeldBack = false;
			conversation.replies.askNext();
			await settled();
			expect(conversation.calls).toHaveLength(1);
		}));
});
