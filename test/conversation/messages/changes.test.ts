import { describe, expect, it } from "vitest";
import { buildPrompt } from "../../../src/claude/prompt.ts";
import type { ClientEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { ann, bob, inConversation, settled, type TestClient, type TestConversation } from "../../support/conversation.ts";

const cleo = { userId: "cleo", username: "Cleo" };
const eve = { userId: "eve", username: "Eve" };

type Event<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;

const does = <T extends ClientEvent["type"]>(
	conversation: TestConversation,
	client: TestClient,
	type: T,
	fields: Omit<Event<T>, "type" | "conversationId">,
) => conversation.rules.receive(client, { type, conversationId: conversation.store.info.id, ...fields } as Event<T>);

/** A conversation of Ann, its owner, and Bob. Claude answers mentions of @claude. */
const inPair = (
	test: (conversation: TestConversation, ann: TestClient, bob: TestClient, state: DurableObjectState) => Promise<void> | void,
) =>
	inConversation((conversation, state) => {
		conversation.store.members.add({ ...bob, role: "member" }, conversation.now);
		return test(conversation, conversation.enter(ann), conversation.enter(bob), state);
	});

function said(conversation: TestConversation, client: TestClient, content: string, fields: Partial<Event<"chat:send">> = {}): Message {
	does(conversation, client, "chat:send", { content, role: "user", ...fields });
	return client.last("chat:message").message;
}

const stored = (conversation: TestConversation, { id }: Pick<Message, "id">) => conversation.store.log.message(id) as Message;
const everything = (conversation: TestConversation) => [
	conversation.store.log.cursor,
	conversation.store.reader.page(Number.MAX_SAFE_INTEGER, 200).messages,
];
const namedIn = (state: DurableObjectState) =>
	state.storage.sql
		.exec<{ user_id: string; seq: number }>("SELECT user_id, seq FROM mentions ORDER BY seq, user_id")
		.toArray()
		.map(({ user_id, seq }) => `${user_id} ${seq}`);

/** Expects that this is refused to its sender alone and changes nothing. Returns the code. */
function refused(conversation: TestConversation, client: TestClient, act: () => void): string {
	const before = everything(conversation);
	const others = [...conversation.clients.all()].filter((one) => one !== client);
	const counts = others.map((one) => one.received.length);
	act();
	expect(everything(conversation)).toEqual(before);
	expect(others.map((one) => one.received.length)).toEqual(counts);
	const last = client.received.at(-1);
	if (last?.type !== "chat:error") throw new Error(`It was not refused: ${last?.type}.`);
	return last.code;
}

/** Expects that this changes nothing, and that only its sender gets an event, which carries the current state. */
function unchanged(
	conversation: TestConversation,
	client: TestClient,
	message: Pick<Message, "id">,
	act: () => void,
	type = "chat:updated",
): void {
	const before = everything(conversation);
	const others = [...conversation.clients.all()].filter((one) => one !== client);
	const counts = others.map((one) => one.received.length);
	act();
	expect(everything(conversation)).toEqual(before);
	expect(others.map((one) => one.received.length)).toEqual(counts);
	const { id: messageId, revision, reactions = [] } = stored(conversation, message);
	const state = type === "chat:reacted" ? { messageId, revision, reactions } : { message: stored(conversation, message) };
	expect(client.received.at(-1)).toMatchObject({ type, ...state, cursor: conversation.store.log.cursor });
}

describe("a reaction", () => {
	const react = (conversation: TestConversation, client: TestClient, messageId: string, emoji = "👍", on = true, whole?: boolean) =>
		does(conversation, client, "chat:react", { messageId, emoji, on, whole });
	const conversationId = (conversation: TestConversation) => conversation.store.info.id;

	it("is sent to everybody without the message, and to a returning client with it", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, ann, "Lunch?");
			const { cursor } = ann.last("chat:message");
			react(conversation, bob, message.id);
			react(conversation, ann, message.id, "🎉");
			react(conversation, ann, message.id);
			const reactions = [
				{ emoji: "👍", userIds: ["bob", "ann"] },
				{ emoji: "🎉", userIds: ["ann"] },
			];
			const event = {
				type: "chat:reacted",
				conversationId: conversationId(conversation),
				messageId: message.id,
				reactions,
				revision: message.revision + 3,
				cursor: conversation.store.log.cursor,
			};
			for (const client of [ann, bob]) {
				expect(client.received.at(-1)).toEqual(event);
				expect(client.types()).not.toContain("chat:updated");
			}
			const joined = conversation.enter(cleo, cursor).last("chat:joined");
			expect([joined.reset, joined.messages]).toEqual([false, [{ ...message, reactions, revision: event.revision }]]);
			expect(joined.messages).toEqual([stored(conversation, message)]);
			expect(conversation.enter(cleo, event.cursor).last("chat:joined").messages).toEqual([]);
		}));

	it("brings the whole message to its sender alone, first, if the sender asks for it", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, ann, "Lunch?");
			const before = bob.received.length;
			react(conversation, ann, message.id, "👍", true, true);
			const event = ann.last("chat:reacted");
			expect(ann.received.slice(-2)).toEqual([{ ...event, message: stored(conversation, message) }, event]);
			expect(bob.received.slice(before)).toEqual([event]);
			// The second time it changes nothing.
			react(conversation, ann, message.id, "👍", true, true);
			expect(ann.received.slice(-2)).toEqual([{ ...event, message: stored(conversation, message) }, event]);
			expect(bob.received.slice(before)).toEqual([event]);
		}));

	it("is removed again, and its emoji disappears with the last person", () =>
		inPair((conversation, ann, bob) => {
			const { id } = said(conversation, ann, "Lunch?");
			react(conversation, ann, id);
			react(conversation, bob, id);
			react(conversation, ann, id, "👍", false);
			expect(stored(conversation, { id }).reactions).toEqual([{ emoji: "👍", userIds: ["bob"] }]);
			react(conversation, bob, id, "👍", false);
			expect(stored(conversation, { id }).reactions).toBeUndefined();
			expect(bob.last("chat:reacted").reactions).toEqual([]);
		}));

	it("changes nothing if it is given or removed twice", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, ann, "Lunch?");
			unchanged(conversation, bob, message, () => react(conversation, bob, message.id, "👍", false), "chat:reacted");
			react(conversation, bob, message.id);
			unchanged(conversation, bob, message, () => react(conversation, bob, message.id), "chat:reacted");
		}));

	it("is refused beyond the limits of emoji and reactions per message", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, ann, "Lunch?");
			const kinds = Array.from({ length: limits.reactionKinds }, (_, n) => String.fromCodePoint(0x1f600 + n));
			for (const emoji of kinds) react(conversation, ann, message.id, emoji);
			expect(refused(conversation, bob, () => react(conversation, bob, message.id, "🎉"))).toBe("too_many");
			react(conversation, bob, message.id, kinds[7] as string);
			expect(stored(conversation, message).reactions).toHaveLength(limits.reactionKinds);

			const userIds = Array.from({ length: limits.reactions }, (_, n) => `u${n}`);
			conversation.store.log.setReactions(message, [{ emoji: "👍", userIds }]);
			expect(refused(conversation, bob, () => react(conversation, bob, message.id))).toBe("too_many");
			conversation.store.log.setReactions(message, [{ emoji: "👍", userIds: ["bob", "more", ...userIds] }]);
			react(conversation, bob, message.id, "👍", false);
			expect(stored(conversation, message).reactions?.[0]?.userIds).toEqual(["more", ...userIds]);
		}));

	it("has its own rate limit, which does not count against messages", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, ann, "Lunch?");
			for (let n = 0; n < limits.reactionRate.burst; n++) react(conversation, bob, message.id, "👍", n % 2 === 0);
			expect(refused(conversation, bob, () => react(conversation, bob, message.id))).toBe("rate_limited");
			expect(bob.last("chat:error")).toMatchObject({ retryAfterMs: 500, messageId: message.id });
			react(conversation, ann, message.id);
			conversation.now += 500;
			react(conversation, bob, message.id);
			expect(stored(conversation, message).reactions).toEqual([{ emoji: "👍", userIds: ["ann", "bob"] }]);
			expect(said(conversation, bob, "Noon").content).toBe("Noon");
		}));

	it("counts towards the length of a page", () =>
		inPair((conversation) => {
			const userIds = Array.from({ length: limits.reactions }, (_, n) => `${n}`.padStart(limits.id, "0"));
			const count = Math.ceil(limits.pageLength / (limits.reactions * limits.id));
			for (let n = 0; n < count; n++) {
				const message = conversation.store.log.addMessage({ author: ann, content: "x", asksClaude: false }, conversation.now);
				conversation.store.log.setReactions(message, [{ emoji: "👍", userIds }]);
			}
			expect(conversation.rules.history().page({ before: count + 1 }, limits.page.max)).toMatchObject({ hasMore: true });
			expect(conversation.rules.history().page({ before: count + 1 }, count - 1).messages).toHaveLength(count - 1);
		}));

	it("is refused for readers, and for unknown or deleted messages", () =>
		inPair((conversation, ann) => {
			const message = said(conversation, ann, "Lunch?");
			conversation.store.members.add({ ...eve, role: "reader" }, conversation.now);
			const reader = conversation.enter(eve);
			expect(refused(conversation, reader, () => react(conversation, reader, message.id))).toBe("forbidden");
			expect(refused(conversation, ann, () => react(conversation, ann, "m9-00000000"))).toBe("not_found");
			expect(refused(conversation, ann, () => react(conversation, ann, "nonsense"))).toBe("not_found");
			does(conversation, ann, "chat:delete", { messageId: message.id });
			expect(refused(conversation, ann, () => react(conversation, ann, message.id))).toBe("not_found");
			expect(ann.last("chat:error").messageId).toBe(message.id);
		}));

	it("to a running reply leaves its text alone, and stays on it when it has ended", () =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "@claude Hi");
			await conversation.call.text("So far");
			const { messageId } = ann.last("chat:thinking");
			react(conversation, bob, messageId);
			const reactions = [{ emoji: "👍", userIds: ["bob"] }];
			expect(ann.last("chat:reacted")).toMatchObject({ messageId, reactions });
			react(conversation, bob, messageId, "👍", true, true);
			expect(bob.received.at(-2)).toMatchObject({ type: "chat:reacted", message: { content: "So far", status: "streaming", reactions } });
			await conversation.call.text(", so good");
			expect(ann.last("chat:streaming").offset).toBe(6);
			await conversation.call.end();
			expect(ann.last("chat:message").message).toMatchObject({ content: "So far, so good", status: "complete", reactions });
		}));
});

describe("an edit", () => {
	const edit = (
		conversation: TestConversation,
		client: TestClient,
		messageId: string,
		content: string,
		fields: Partial<Event<"chat:edit">> = {},
	) => does(conversation, client, "chat:edit", { messageId, content, ...fields });

	it("is sent to everybody, and to a returning client", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, bob, "Lnch?", { clientId: "k" });
			const { cursor } = bob.last("chat:message");
			conversation.now += 5_000;
			edit(conversation, bob, message.id, "Lunch?");
			const edited = { ...message, content: "Lunch?", revision: 2, editedAt: new Date(conversation.now).toISOString() };
			expect(ann.last("chat:updated").message).toEqual(edited);
			expect(conversation.enter(cleo, cursor).last("chat:joined").messages).toEqual([edited]);
			expect(conversation.calls).toHaveLength(0);
		}));

	it("does not make a resend of the message a conflict", () =>
		inPair((conversation, _ann, bob) => {
			const message = said(conversation, bob, "Lnch?", { clientId: "k" });
			edit(conversation, bob, message.id, "Lunch?");
			expect(said(conversation, bob, "Lnch?", { clientId: "k" })).toMatchObject({ id: message.id, content: "Lunch?" });
			expect(conversation.contents()).toEqual(["Lunch?"]);
		}));

	it("changes nothing if the text is the same", () =>
		inPair((conversation, _ann, bob) => {
			const message = said(conversation, bob, "Lunch?");
			unchanged(conversation, bob, message, () => edit(conversation, bob, message.id, "Lunch?"));
		}));

	it("is refused for messages of others, replies, deleted messages and readers", () =>
		inPair(async (conversation, ann, bob) => {
			const message = said(conversation, bob, "@claude Lunch?");
			await conversation.call.text("Yes");
			await conversation.call.end();
			const reply = bob.last("chat:message").message;
			expect(refused(conversation, ann, () => edit(conversation, ann, message.id, "No"))).toBe("forbidden");
			expect(refused(conversation, ann, () => edit(conversation, ann, reply.id, "No"))).toBe("forbidden");
			expect(refused(conversation, bob, () => edit(conversation, bob, "m9-00000000", "No"))).toBe("not_found");
			conversation.store.members.setRole("bob", "reader");
			expect(refused(conversation, bob, () => edit(conversation, bob, message.id, "No"))).toBe("forbidden");
			conversation.store.members.setRole("bob", "member");
			does(conversation, bob, "chat:delete", { messageId: message.id });
			expect(refused(conversation, bob, () => edit(conversation, bob, message.id, "No"))).toBe("not_found");
		}));

	it("counts against the rate of sending", () =>
		inPair((conversation, _ann, bob) => {
			const message = said(conversation, bob, "1");
			edit(conversation, bob, message.id, "2");
			edit(conversation, bob, message.id, "3");
			expect(refused(conversation, bob, () => edit(conversation, bob, message.id, "4"))).toBe("rate_limited");
			expect(bob.last("chat:error")).toMatchObject({ retryAfterMs: 1000, messageId: message.id });
		}));

	it("updates the lists if the message is the newest one or has mentions", () =>
		inPair((conversation, _ann, bob) => {
			const [first, second] = [said(conversation, bob, "one"), said(conversation, bob, "two")];
			conversation.listed.length = 0;
			edit(conversation, bob, second.id, "2");
			expect(conversation.listed).toEqual(["changed"]);
			conversation.now += 9_999;
			edit(conversation, bob, first.id, "1");
			expect(conversation.listed).toEqual(["changed"]);
			edit(conversation, bob, first.id, "@Ann 1");
			edit(conversation, bob, first.id, "1");
			expect(conversation.listed).toEqual(["changed", "changed", "changed"]);
		}));

	it("does not ask Claude, even if it adds @claude", () =>
		inPair((conversation, _ann, bob) => {
			const message = said(conversation, bob, "Hi");
			edit(conversation, bob, message.id, "@claude Hi");
			expect(conversation.calls).toHaveLength(0);
		}));

	describe("of one's last question, with asksAgain", () => {
		const asked = async (conversation: TestConversation, client: TestClient, content = "@claude Hi") => {
			const question = said(conversation, client, content);
			await conversation.call.text("Hello");
			await conversation.call.end();
			return { question, reply: client.last("chat:message").message };
		};

		it("replaces the reply by one to the new text", () =>
			inPair(async (conversation, ann, bob) => {
				const { question, reply } = await asked(conversation, bob);
				said(conversation, ann, "Interesting");
				const from = ann.received.length;
				edit(conversation, bob, question.id, "@claude Bye", { asksAgain: true });
				expect(conversation.call.messages.map(({ content }) => content)).toEqual(["@claude Bye"]);
				await conversation.call.text("Goodbye");
				await conversation.call.end();
				expect(ann.types().slice(from, from + 3)).toEqual(["chat:updated", "chat:updated", "chat:thinking"]);
				expect(ann.last("chat:message").message).toMatchObject({ id: reply.id, content: "Goodbye", versions: 1 });
				expect(conversation.contents()).toEqual(["@claude Bye", "Goodbye", "Interesting"]);
				expect(conversation.rules.history().versions(reply.id)).toMatchObject({ versions: [{ content: "Hello" }] });
			}));

		it("asks again even if the text is the same", () =>
			inPair(async (conversation, _ann, bob) => {
				const { question } = await asked(conversation, bob);
				edit(conversation, bob, question.id, "@claude Hi", { asksAgain: true });
				expect(conversation.calls).toHaveLength(2);
				expect(stored(conversation, question).editedAt).toBeUndefined();
			}));

		it("is refused while the reply is running, and after it was deleted", () =>
			inPair(async (conversation, ann, bob) => {
				const question = said(conversation, bob, "@claude Hi");
				const again = () => edit(conversation, bob, question.id, "@claude Bye", { asksAgain: true });
				expect(refused(conversation, bob, again)).toBe("bad_event");
				await conversation.call.end();
				does(conversation, ann, "chat:delete", { messageId: ann.last("chat:complete").messageId });
				expect(refused(conversation, bob, again)).toBe("bad_event");
			}));

		it("is refused if the message is not the last question, or no question", () =>
			inPair(async (conversation, ann, bob) => {
				const other = said(conversation, bob, "Hello Ann");
				const { question } = await asked(conversation, bob);
				conversation.now += 9_999;
				const refusal = (message: Message) =>
					refused(conversation, bob, () => edit(conversation, bob, message.id, "@claude Bye", { asksAgain: true }));
				expect(refusal(other)).toBe("bad_event");
				expect(refusal(said(conversation, bob, "Hello again, Ann"))).toBe("bad_event");
				await asked(conversation, ann);
				expect(refusal(question)).toBe("bad_event");
			}));
	});
});

describe("a deletion", () => {
	const deleted = (conversation: TestConversation, client: TestClient, messageId: string) =>
		does(conversation, client, "chat:delete", { messageId });

	it("leaves an empty place, for everybody and for a returning client", () =>
		inPair((conversation, ann, bob, state) => {
			const first = said(conversation, ann, "First");
			const message = said(conversation, bob, "@Ann secret", { clientId: "k", replyTo: first.id });
			const { cursor } = bob.last("chat:message");
			does(conversation, ann, "chat:react", { messageId: message.id, emoji: "👍", on: true });
			does(conversation, bob, "chat:edit", { messageId: message.id, content: "@Ann very secret" });
			conversation.now += 5_000;
			deleted(conversation, bob, message.id);
			const tombstone = {
				id: message.id,
				conversationId: conversation.store.info.id,
				role: "user",
				content: "",
				createdAt: message.createdAt,
				author: bob.person,
				status: "complete",
				seq: 2,
				revision: 5,
				clientId: "k",
				deletedAt: new Date(conversation.now).toISOString(),
			};
			expect(ann.last("chat:updated").message).toEqual(tombstone);
			expect(conversation.enter(cleo, cursor).last("chat:joined").messages).toEqual([tombstone]);
			expect(namedIn(state)).toEqual([]);
			const rows = state.storage.sql.exec("SELECT * FROM messages").toArray();
			expect(JSON.stringify(rows)).not.toContain("secret");
		}));

	it("of a reply deletes its versions and its facts", () =>
		inPair(async (conversation, ann, bob, state) => {
			said(conversation, bob, "@claude Hi");
			await conversation.call.text("Bad");
			await conversation.call.end();
			const { id } = bob.last("chat:message").message;
			does(conversation, bob, "chat:regenerate", { messageId: id });
			await conversation.call.text("Worse");
			await conversation.call.end("max_tokens");
			const { conversationId, role, createdAt, author, seq } = bob.last("chat:message").message;
			deleted(conversation, ann, id);
			expect(bob.last("chat:updated").message).toEqual({
				...{ id, conversationId, role, createdAt, author, seq },
				...{ content: "", status: "complete", revision: 6, deletedAt: new Date(conversation.now).toISOString() },
			});
			expect(state.storage.sql.exec("SELECT * FROM versions").toArray()).toEqual([]);
		}));

	it("is allowed for one's own messages, and for owners for all", () =>
		inPair(async (conversation, ann, bob) => {
			const [hers, his] = [said(conversation, ann, "Hers"), said(conversation, bob, "@claude His")];
			await conversation.call.text("Yes");
			await conversation.call.end();
			const reply = bob.last("chat:message").message;
			expect(refused(conversation, bob, () => deleted(conversation, bob, hers.id))).toBe("forbidden");
			expect(refused(conversation, bob, () => deleted(conversation, bob, reply.id))).toBe("forbidden");
			expect(refused(conversation, bob, () => deleted(conversation, bob, "m9-00000000"))).toBe("not_found");
			deleted(conversation, ann, hers.id);
			expect(refused(conversation, bob, () => deleted(conversation, bob, hers.id))).toBe("forbidden");
			for (const { id } of [his, reply]) deleted(conversation, ann, id);
			expect(conversation.contents()).toEqual(["", "", ""]);
		}));

	it("is allowed to a reader for messages from before they were a reader", () =>
		inPair((conversation, ann, bob) => {
			const [his, hers] = [said(conversation, bob, "His"), said(conversation, ann, "Hers")];
			conversation.store.members.setRole("bob", "reader");
			expect(refused(conversation, bob, () => deleted(conversation, bob, hers.id))).toBe("forbidden");
			deleted(conversation, bob, his.id);
			expect(conversation.contents()).toEqual(["", "Hers"]);
		}));

	it("changes nothing if it is repeated", () =>
		inPair((conversation, _ann, bob) => {
			const message = said(conversation, bob, "Secret");
			deleted(conversation, bob, message.id);
			conversation.now += 5_000;
			unchanged(conversation, bob, message, () => deleted(conversation, bob, message.id));
		}));

	it("is not undone by a resend of the message", () =>
		inPair((conversation, ann, bob) => {
			const message = said(conversation, bob, "Secret", { clientId: "k" });
			deleted(conversation, bob, message.id);
			const count = ann.received.length;
			expect(said(conversation, bob, "Secret", { clientId: "k" })).toMatchObject({ id: message.id, content: "", clientId: "k" });
			expect(conversation.contents()).toEqual([""]);
			expect(ann.received).toHaveLength(count);
		}));

	it("updates the lists", () =>
		inPair((conversation, _ann, bob) => {
			const [first] = [said(conversation, bob, "one"), said(conversation, bob, "two")];
			conversation.listed.length = 0;
			deleted(conversation, bob, first.id);
			deleted(conversation, bob, first.id);
			expect(conversation.listed).toEqual(["changed for all"]);
		}));

	it("of a running reply stops it first; a question asked meanwhile is answered without it", () =>
		inPair(async (conversation, ann) => {
			said(conversation, ann, "@claude Hi");
			await conversation.call.text("Bad words");
			const { signal } = conversation.call;
			const { messageId } = ann.last("chat:thinking");
			said(conversation, ann, "@claude And?");
			const from = ann.received.length;
			deleted(conversation, ann, messageId);
			expect(signal.aborted).toBe(true);
			expect(ann.types().slice(from)).toEqual(["chat:streaming", "chat:message", "chat:complete", "chat:updated", "chat:thinking"]);
			expect(ann.last("chat:updated").message).toMatchObject({ id: messageId, content: "", status: "complete" });
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["@claude Hi", "", "@claude And?"]);
			await conversation.call.end();
			expect(conversation.contents()).toEqual(["@claude Hi", "", "@claude And?", ""]);
		}));

	it("of a declined reply keeps its question out of later prompts until that is edited", () =>
		inPair(async (conversation, ann, bob) => {
			const asked = (client: TestClient, text: string) => {
				conversation.now += 10_000;
				const question = said(conversation, client, `@claude ${text}`);
				return { question, prompt: JSON.stringify(buildPrompt(conversation.call.messages).messages) };
			};
			const { question } = asked(bob, "Something bad");
			await conversation.call.end("refusal");
			const reply = ann.last("chat:message").message;
			expect(reply.reason).toBe("refusal");
			does(conversation, ann, "chat:delete", { messageId: reply.id });
			expect(ann.last("chat:updated").message).not.toHaveProperty("declinedAt");
			expect(asked(ann, "Hello").prompt).not.toContain("Something bad");
			await conversation.call.end();
			does(conversation, bob, "chat:edit", { messageId: question.id, content: "@claude Something good" });
			expect(asked(ann, "And now?").prompt).toContain("Something good");
		}));

	it("of a waiting question withdraws the question", () =>
		inPair(async (conversation, ann) => {
			said(conversation, ann, "@claude Hi");
			const second = said(conversation, ann, "@claude And?");
			deleted(conversation, ann, second.id);
			await conversation.call.end();
			await settled();
			expect(conversation.calls).toHaveLength(1);
		}));
});

describe("a message that quotes another", () => {
	it("shows the current beginning of the quoted message, until that is deleted", () =>
		inPair((conversation, ann, bob) => {
			const question = said(conversation, ann, `😀${"x".repeat(limits.excerpt)}`);
			const answer = said(conversation, bob, "Noon", { replyTo: question.id });
			const quoted = { author: ann.person, content: `😀${"x".repeat(limits.excerpt - 1)}`, seq: question.seq };
			expect(ann.last("chat:message").message).toEqual(answer);
			expect(answer).toMatchObject({ replyTo: question.id, quoted });
			expect(stored(conversation, answer)).toEqual(answer);
			does(conversation, ann, "chat:edit", { messageId: question.id, content: "When is lunch?" });
			expect(stored(conversation, answer).quoted).toEqual({ author: ann.person, content: "When is lunch?", seq: question.seq });
			does(conversation, ann, "chat:delete", { messageId: question.id });
			expect(stored(conversation, answer)).toMatchObject({ replyTo: question.id, quoted: { author: ann.person, content: "" } });
		}));

	it("is refused if the quoted message is unknown or deleted", () =>
		inPair((conversation, ann) => {
			const message = said(conversation, ann, "Lunch?");
			does(conversation, ann, "chat:delete", { messageId: message.id });
			for (const replyTo of [message.id, "m9-00000000", "claude"]) {
				const act = () => does(conversation, ann, "chat:send", { content: "Noon", role: "user", clientId: "k", replyTo });
				expect(refused(conversation, ann, act)).toBe("not_found");
				expect(ann.last("chat:error").clientId).toBe("k");
			}
		}));

	it.each([
		["auto", true],
		["mention", true],
		["always", true],
		["off", false],
	] as const)("asks Claude if it quotes a reply, unless Claude is off: %s", (assistant, asks) =>
		inPair(async (conversation, ann, bob) => {
			said(conversation, ann, "@claude Hi");
			await conversation.call.text("Hello");
			await conversation.call.end();
			const reply = ann.last("chat:message").message;
			conversation.store.setAssistant(assistant);
			said(conversation, bob, "Why?", { replyTo: reply.id });
			expect(conversation.calls).toHaveLength(asks ? 2 : 1);
		}),
	);

	it("does not ask Claude if it quotes a person", () =>
		inPair((conversation, ann, bob) => {
			said(conversation, bob, "Noon", { replyTo: said(conversation, ann, "When?").id });
			expect(conversation.calls).toHaveLength(0);
		}));
});

describe("mentions", () => {
	it("are stored with the message, and counted once for each member except its author", () =>
		inPair(async (conversation, ann, bob, state) => {
			const message = said(conversation, ann, "@bob @Bob and @Ann, @claude");
			expect(message.mentions).toEqual([
				{ userId: "bob", offset: 0, length: 4 },
				{ userId: "bob", offset: 5, length: 4 },
				{ userId: "ann", offset: 14, length: 4 },
			]);
			expect(stored(conversation, message)).toEqual(message);
			await conversation.call.text("@Bob, hello");
			await conversation.call.end();
			said(conversation, bob, "Yes", { replyTo: message.id });
			said(conversation, bob, "To myself", { replyTo: bob.last("chat:message").message.id });
			said(conversation, ann, "To Claude", { replyTo: bob.last("chat:complete").messageId });
			expect(namedIn(state)).toEqual(["bob 1", "ann 3"]);
		}));

	it("can be marked by the sender if two members share a name", () =>
		inPair((conversation, ann, _bob, state) => {
			conversation.store.members.add({ userId: "bob2", username: "Bob", role: "member" }, conversation.now);
			expect(said(conversation, ann, "@Bob").mentions).toBeUndefined();
			const mentions = [{ userId: "bob2", offset: 0, length: 4 }];
			expect(said(conversation, ann, "@Bob", { mentions }).mentions).toEqual(mentions);
			expect(namedIn(state)).toEqual(["bob2 2"]);
		}));

	it("follow edits and deletions", () =>
		inPair((conversation, ann, bob, state) => {
			conversation.membership.join(cleo, true);
			const question = said(conversation, bob, "Who?");
			const { id } = said(conversation, ann, "@Cleo", { replyTo: question.id });
			expect(namedIn(state)).toEqual(["bob 2", "cleo 2"]);
			does(conversation, ann, "chat:edit", { messageId: id, content: "Not @Bob", mentions: [{ userId: "cleo", offset: 0, length: 4 }] });
			expect(stored(conversation, { id }).mentions).toEqual([{ userId: "bob", offset: 4, length: 4 }]);
			expect(namedIn(state)).toEqual(["bob 2"]);
			does(conversation, ann, "chat:edit", { messageId: id, content: "Nobody" });
			expect(stored(conversation, { id }).mentions).toBeUndefined();
			expect(namedIn(state)).toEqual(["bob 2"]);
			does(conversation, ann, "chat:delete", { messageId: id });
			expect(namedIn(state)).toEqual([]);
		}));
});

describe("changes of a long message", () => {
	it.for<[string, Partial<Event<"chat:react">>]>([
		["that change nothing", { on: false }],
		["that ask for it whole", { on: false, whole: true }],
	])("%s are refused after a while, and others' are not", ([_, fields]) =>
		inPair((conversation, ann, bob) => {
			const long = said(conversation, ann, "長".repeat(limits.content));
			const react = (client: TestClient) =>
				does(conversation, client, "chat:react", { messageId: long.id, emoji: "👍", on: false, ...fields });
			const { lengthPerCount, burst } = limits.work;
			for (let n = 0; n <= (burst * lengthPerCount) / limits.content; n++) react(bob);
			expect(bob.last("chat:error")).toMatchObject({ code: "rate_limited", messageId: long.id, retryAfterMs: expect.any(Number) });
			const errors = ann.received.filter(({ type }) => type === "chat:error").length;
			react(ann);
			expect(ann.received.filter(({ type }) => type === "chat:error")).toHaveLength(errors);
		}),
	);
});
