import { describe, expect, it } from "vitest";
import type { ClientEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { ann, bob, inRoom, type Room, settled, type TestClient } from "../../support/conversation.ts";

const cleo = { userId: "cleo", username: "Cleo" };
const eve = { userId: "eve", username: "Eve" };

type Event<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;

const does = <T extends ClientEvent["type"]>(room: Room, client: TestClient, type: T, fields: Omit<Event<T>, "type" | "conversationId">) =>
	room.conversation.receive(client, { type, conversationId: room.store.info.id, ...fields } as Event<T>);

/** A conversation of Ann, its owner, and Bob. Claude answers mentions of @claude. */
const inPair = (test: (room: Room, ann: TestClient, bob: TestClient, state: DurableObjectState) => Promise<void> | void) =>
	inRoom((room, state) => {
		room.store.members.add({ ...bob, role: "member" }, room.now);
		return test(room, room.enter(ann), room.enter(bob), state);
	});

function said(room: Room, client: TestClient, content: string, fields: Partial<Event<"chat:send">> = {}): Message {
	does(room, client, "chat:send", { content, role: "user", ...fields });
	return client.last("chat:message").message;
}

const stored = (room: Room, { id }: Pick<Message, "id">) => room.store.log.message(id) as Message;
const everything = (room: Room) => [room.store.log.cursor, room.store.reader.page(Number.MAX_SAFE_INTEGER, 200).messages];
const namedIn = (state: DurableObjectState) =>
	state.storage.sql
		.exec<{ user_id: string; seq: number }>("SELECT user_id, seq FROM mentions ORDER BY seq, user_id")
		.toArray()
		.map(({ user_id, seq }) => `${user_id} ${seq}`);

/** Expects that this is refused to its sender alone and changes nothing. Returns the code. */
function refused(room: Room, client: TestClient, act: () => void): string {
	const before = everything(room);
	const others = [...room.clients.all()].filter((one) => one !== client);
	const counts = others.map((one) => one.received.length);
	act();
	expect(everything(room)).toEqual(before);
	expect(others.map((one) => one.received.length)).toEqual(counts);
	const last = client.received.at(-1);
	if (last?.type !== "chat:error") throw new Error(`It was not refused: ${last?.type}.`);
	return last.code;
}

/** Expects that this changes nothing, and that only its sender gets an event, which carries the current state. */
function unchanged(room: Room, client: TestClient, message: Pick<Message, "id">, act: () => void, type = "chat:updated"): void {
	const before = everything(room);
	const others = [...room.clients.all()].filter((one) => one !== client);
	const counts = others.map((one) => one.received.length);
	act();
	expect(everything(room)).toEqual(before);
	expect(others.map((one) => one.received.length)).toEqual(counts);
	const { id: messageId, revision, reactions = [] } = stored(room, message);
	const state = type === "chat:reacted" ? { messageId, revision, reactions } : { message: stored(room, message) };
	expect(client.received.at(-1)).toMatchObject({ type, ...state, cursor: room.store.log.cursor });
}

describe("a reaction", () => {
	const react = (room: Room, client: TestClient, messageId: string, emoji = "👍", on = true, whole?: boolean) =>
		does(room, client, "chat:react", { messageId, emoji, on, whole });
	const conversationId = (room: Room) => room.store.info.id;

	it("is sent to everybody without the message, and to a returning client with it", () =>
		inPair((room, ann, bob) => {
			const message = said(room, ann, "Lunch?");
			const { cursor } = ann.last("chat:message");
			react(room, bob, message.id);
			react(room, ann, message.id, "🎉");
			react(room, ann, message.id);
			const reactions = [
				{ emoji: "👍", userIds: ["bob", "ann"] },
				{ emoji: "🎉", userIds: ["ann"] },
			];
			const event = {
				type: "chat:reacted",
				conversationId: conversationId(room),
				messageId: message.id,
				reactions,
				revision: message.revision + 3,
				cursor: room.store.log.cursor,
			};
			for (const client of [ann, bob]) {
				expect(client.received.at(-1)).toEqual(event);
				expect(client.types()).not.toContain("chat:updated");
			}
			const joined = room.enter(cleo, cursor).last("chat:joined");
			expect([joined.reset, joined.messages]).toEqual([false, [{ ...message, reactions, revision: event.revision }]]);
			expect(joined.messages).toEqual([stored(room, message)]);
			expect(room.enter(cleo, event.cursor).last("chat:joined").messages).toEqual([]);
		}));

	it("brings the whole message to its sender alone, first, if the sender asks for it", () =>
		inPair((room, ann, bob) => {
			const message = said(room, ann, "Lunch?");
			const before = bob.received.length;
			react(room, ann, message.id, "👍", true, true);
			const event = ann.last("chat:reacted");
			expect(ann.received.slice(-2)).toEqual([{ ...event, message: stored(room, message) }, event]);
			expect(bob.received.slice(before)).toEqual([event]);
			// The second time it changes nothing.
			react(room, ann, message.id, "👍", true, true);
			expect(ann.received.slice(-2)).toEqual([{ ...event, message: stored(room, message) }, event]);
			expect(bob.received.slice(before)).toEqual([event]);
		}));

	it("is removed again, and its emoji disappears with the last person", () =>
		inPair((room, ann, bob) => {
			const { id } = said(room, ann, "Lunch?");
			react(room, ann, id);
			react(room, bob, id);
			react(room, ann, id, "👍", false);
			expect(stored(room, { id }).reactions).toEqual([{ emoji: "👍", userIds: ["bob"] }]);
			react(room, bob, id, "👍", false);
			expect(stored(room, { id }).reactions).toBeUndefined();
			expect(bob.last("chat:reacted").reactions).toEqual([]);
		}));

	it("changes nothing if it is given or removed twice", () =>
		inPair((room, ann, bob) => {
			const message = said(room, ann, "Lunch?");
			unchanged(room, bob, message, () => react(room, bob, message.id, "👍", false), "chat:reacted");
			react(room, bob, message.id);
			unchanged(room, bob, message, () => react(room, bob, message.id), "chat:reacted");
		}));

	it("is refused beyond the limits of emoji and reactions per message", () =>
		inPair((room, ann, bob) => {
			const message = said(room, ann, "Lunch?");
			const kinds = Array.from({ length: limits.reactionKinds }, (_, n) => String.fromCodePoint(0x1f600 + n));
			for (const emoji of kinds) react(room, ann, message.id, emoji);
			expect(refused(room, bob, () => react(room, bob, message.id, "🎉"))).toBe("too_many");
			react(room, bob, message.id, kinds[7] as string);
			expect(stored(room, message).reactions).toHaveLength(limits.reactionKinds);

			const userIds = Array.from({ length: limits.reactions }, (_, n) => `u${n}`);
			room.store.log.setReactions(message, [{ emoji: "👍", userIds }]);
			expect(refused(room, bob, () => react(room, bob, message.id))).toBe("too_many");
			room.store.log.setReactions(message, [{ emoji: "👍", userIds: ["bob", "more", ...userIds] }]);
			react(room, bob, message.id, "👍", false);
			expect(stored(room, message).reactions?.[0]?.userIds).toEqual(["more", ...userIds]);
		}));

	it("has its own rate limit, which does not count against messages", () =>
		inPair((room, ann, bob) => {
			const message = said(room, ann, "Lunch?");
			for (let n = 0; n < limits.reactionRate.burst; n++) react(room, bob, message.id, "👍", n % 2 === 0);
			expect(refused(room, bob, () => react(room, bob, message.id))).toBe("rate_limited");
			expect(bob.last("chat:error")).toMatchObject({ retryAfterMs: 500, messageId: message.id });
			react(room, ann, message.id);
			room.now += 500;
			react(room, bob, message.id);
			expect(stored(room, message).reactions).toEqual([{ emoji: "👍", userIds: ["ann", "bob"] }]);
			expect(said(room, bob, "Noon").content).toBe("Noon");
		}));

	it("counts towards the length of a page", () =>
		inPair((room) => {
			const userIds = Array.from({ length: limits.reactions }, (_, n) => `${n}`.padStart(limits.id, "0"));
			const count = Math.ceil(limits.pageLength / (limits.reactions * limits.id));
			for (let n = 0; n < count; n++) {
				const message = room.store.log.addMessage({ author: ann, content: "x", asksClaude: false }, room.now);
				room.store.log.setReactions(message, [{ emoji: "👍", userIds }]);
			}
			expect(room.conversation.history.page({ before: count + 1 }, limits.page.max)).toMatchObject({ hasMore: true });
			expect(room.conversation.history.page({ before: count + 1 }, count - 1).messages).toHaveLength(count - 1);
		}));

	it("is refused for readers, and for unknown or deleted messages", () =>
		inPair((room, ann) => {
			const message = said(room, ann, "Lunch?");
			room.store.members.add({ ...eve, role: "reader" }, room.now);
			const reader = room.enter(eve);
			expect(refused(room, reader, () => react(room, reader, message.id))).toBe("forbidden");
			expect(refused(room, ann, () => react(room, ann, "m9-00000000"))).toBe("not_found");
			expect(refused(room, ann, () => react(room, ann, "nonsense"))).toBe("not_found");
			does(room, ann, "chat:delete", { messageId: message.id });
			expect(refused(room, ann, () => react(room, ann, message.id))).toBe("not_found");
			expect(ann.last("chat:error").messageId).toBe(message.id);
		}));

	it("to a running reply leaves its text alone, and stays on it when it has ended", () =>
		inPair(async (room, ann, bob) => {
			said(room, ann, "@claude Hi");
			await room.call.text("So far");
			const { messageId } = ann.last("chat:thinking");
			react(room, bob, messageId);
			const reactions = [{ emoji: "👍", userIds: ["bob"] }];
			expect(ann.last("chat:reacted")).toMatchObject({ messageId, reactions });
			react(room, bob, messageId, "👍", true, true);
			expect(bob.received.at(-2)).toMatchObject({ type: "chat:reacted", message: { content: "So far", status: "streaming", reactions } });
			await room.call.text(", so good");
			expect(ann.last("chat:streaming").offset).toBe(6);
			await room.call.end();
			expect(ann.last("chat:message").message).toMatchObject({ content: "So far, so good", status: "complete", reactions });
		}));
});

describe("an edit", () => {
	const edit = (room: Room, client: TestClient, messageId: string, content: string, fields: Partial<Event<"chat:edit">> = {}) =>
		does(room, client, "chat:edit", { messageId, content, ...fields });

	it("is sent to everybody, and to a returning client", () =>
		inPair((room, ann, bob) => {
			const message = said(room, bob, "Lnch?", { clientId: "k" });
			const { cursor } = bob.last("chat:message");
			room.now += 5_000;
			edit(room, bob, message.id, "Lunch?");
			const edited = { ...message, content: "Lunch?", revision: 2, editedAt: new Date(room.now).toISOString() };
			expect(ann.last("chat:updated").message).toEqual(edited);
			expect(room.enter(cleo, cursor).last("chat:joined").messages).toEqual([edited]);
			expect(room.calls).toHaveLength(0);
		}));

	it("does not make a resend of the message a conflict", () =>
		inPair((room, _ann, bob) => {
			const message = said(room, bob, "Lnch?", { clientId: "k" });
			edit(room, bob, message.id, "Lunch?");
			expect(said(room, bob, "Lnch?", { clientId: "k" })).toMatchObject({ id: message.id, content: "Lunch?" });
			expect(room.contents()).toEqual(["Lunch?"]);
		}));

	it("changes nothing if the text is the same", () =>
		inPair((room, _ann, bob) => {
			const message = said(room, bob, "Lunch?");
			unchanged(room, bob, message, () => edit(room, bob, message.id, "Lunch?"));
		}));

	it("is refused for messages of others, replies, deleted messages and readers", () =>
		inPair(async (room, ann, bob) => {
			const message = said(room, bob, "@claude Lunch?");
			await room.call.text("Yes");
			await room.call.end();
			const reply = bob.last("chat:message").message;
			expect(refused(room, ann, () => edit(room, ann, message.id, "No"))).toBe("forbidden");
			expect(refused(room, ann, () => edit(room, ann, reply.id, "No"))).toBe("forbidden");
			expect(refused(room, bob, () => edit(room, bob, "m9-00000000", "No"))).toBe("not_found");
			room.store.members.setRole("bob", "reader");
			expect(refused(room, bob, () => edit(room, bob, message.id, "No"))).toBe("forbidden");
			room.store.members.setRole("bob", "member");
			does(room, bob, "chat:delete", { messageId: message.id });
			expect(refused(room, bob, () => edit(room, bob, message.id, "No"))).toBe("not_found");
		}));

	it("counts against the rate of sending", () =>
		inPair((room, _ann, bob) => {
			const message = said(room, bob, "1");
			edit(room, bob, message.id, "2");
			edit(room, bob, message.id, "3");
			expect(refused(room, bob, () => edit(room, bob, message.id, "4"))).toBe("rate_limited");
			expect(bob.last("chat:error")).toMatchObject({ retryAfterMs: 1000, messageId: message.id });
		}));

	it("updates the lists if the message is the newest one or has mentions", () =>
		inPair((room, _ann, bob) => {
			const [first, second] = [said(room, bob, "one"), said(room, bob, "two")];
			room.listed.length = 0;
			edit(room, bob, second.id, "2");
			expect(room.listed).toEqual(["bob"]);
			room.now += 9_999;
			edit(room, bob, first.id, "1");
			expect(room.listed).toEqual(["bob"]);
			edit(room, bob, first.id, "@Ann 1");
			edit(room, bob, first.id, "1");
			expect(room.listed).toEqual(["bob", "bob", "bob"]);
		}));

	it("does not ask Claude, even if it adds @claude", () =>
		inPair((room, _ann, bob) => {
			const message = said(room, bob, "Hi");
			edit(room, bob, message.id, "@claude Hi");
			expect(room.calls).toHaveLength(0);
		}));

	describe("of one's last question, with asksAgain", () => {
		const asked = async (room: Room, client: TestClient, content = "@claude Hi") => {
			const question = said(room, client, content);
			await room.call.text("Hello");
			await room.call.end();
			return { question, reply: client.last("chat:message").message };
		};

		it("replaces the reply by one to the new text", () =>
			inPair(async (room, ann, bob) => {
				const { question, reply } = await asked(room, bob);
				said(room, ann, "Interesting");
				const from = ann.received.length;
				edit(room, bob, question.id, "@claude Bye", { asksAgain: true });
				expect(room.call.messages.map(({ content }) => content)).toEqual(["@claude Bye"]);
				await room.call.text("Goodbye");
				await room.call.end();
				expect(ann.types().slice(from, from + 3)).toEqual(["chat:updated", "chat:updated", "chat:thinking"]);
				expect(ann.last("chat:message").message).toMatchObject({ id: reply.id, content: "Goodbye", versions: 1 });
				expect(room.contents()).toEqual(["@claude Bye", "Goodbye", "Interesting"]);
				expect(room.conversation.history.versions(reply.id)).toMatchObject({ versions: [{ content: "Hello" }] });
			}));

		it("asks again even if the text is the same", () =>
			inPair(async (room, _ann, bob) => {
				const { question } = await asked(room, bob);
				edit(room, bob, question.id, "@claude Hi", { asksAgain: true });
				expect(room.calls).toHaveLength(2);
				expect(stored(room, question).editedAt).toBeUndefined();
			}));

		it("is refused while the reply is running, and after it was deleted", () =>
			inPair(async (room, ann, bob) => {
				const question = said(room, bob, "@claude Hi");
				const again = () => edit(room, bob, question.id, "@claude Bye", { asksAgain: true });
				expect(refused(room, bob, again)).toBe("bad_event");
				await room.call.end();
				does(room, ann, "chat:delete", { messageId: ann.last("chat:complete").messageId });
				expect(refused(room, bob, again)).toBe("bad_event");
			}));

		it("is refused if the message is not the last question, or no question", () =>
			inPair(async (room, ann, bob) => {
				const other = said(room, bob, "Hello Ann");
				const { question } = await asked(room, bob);
				room.now += 9_999;
				const refusal = (message: Message) => refused(room, bob, () => edit(room, bob, message.id, "@claude Bye", { asksAgain: true }));
				expect(refusal(other)).toBe("bad_event");
				expect(refusal(said(room, bob, "Hello again, Ann"))).toBe("bad_event");
				await asked(room, ann);
				expect(refusal(question)).toBe("bad_event");
			}));
	});
});

describe("a deletion", () => {
	const deleted = (room: Room, client: TestClient, messageId: string) => does(room, client, "chat:delete", { messageId });

	it("leaves an empty place, for everybody and for a returning client", () =>
		inPair((room, ann, bob, state) => {
			const first = said(room, ann, "First");
			const message = said(room, bob, "@Ann secret", { clientId: "k", replyTo: first.id });
			const { cursor } = bob.last("chat:message");
			does(room, ann, "chat:react", { messageId: message.id, emoji: "👍", on: true });
			does(room, bob, "chat:edit", { messageId: message.id, content: "@Ann very secret" });
			room.now += 5_000;
			deleted(room, bob, message.id);
			const tombstone = {
				id: message.id,
				conversationId: room.store.info.id,
				role: "user",
				content: "",
				createdAt: message.createdAt,
				author: bob.person,
				status: "complete",
				seq: 2,
				revision: 5,
				clientId: "k",
				deletedAt: new Date(room.now).toISOString(),
			};
			expect(ann.last("chat:updated").message).toEqual(tombstone);
			expect(room.enter(cleo, cursor).last("chat:joined").messages).toEqual([tombstone]);
			expect(namedIn(state)).toEqual([]);
			const rows = state.storage.sql.exec("SELECT * FROM messages").toArray();
			expect(JSON.stringify(rows)).not.toContain("secret");
		}));

	it("of a reply deletes its versions and its facts", () =>
		inPair(async (room, ann, bob, state) => {
			said(room, bob, "@claude Hi");
			await room.call.text("Bad");
			await room.call.end();
			const { id } = bob.last("chat:message").message;
			does(room, bob, "chat:regenerate", { messageId: id });
			await room.call.text("Worse");
			await room.call.end("max_tokens");
			const { conversationId, role, createdAt, author, seq } = bob.last("chat:message").message;
			deleted(room, ann, id);
			expect(bob.last("chat:updated").message).toEqual({
				...{ id, conversationId, role, createdAt, author, seq },
				...{ content: "", status: "complete", revision: 6, deletedAt: new Date(room.now).toISOString() },
			});
			expect(state.storage.sql.exec("SELECT * FROM versions").toArray()).toEqual([]);
		}));

	it("is allowed for one's own messages, and for owners for all", () =>
		inPair(async (room, ann, bob) => {
			const [hers, his] = [said(room, ann, "Hers"), said(room, bob, "@claude His")];
			await room.call.text("Yes");
			await room.call.end();
			const reply = bob.last("chat:message").message;
			expect(refused(room, bob, () => deleted(room, bob, hers.id))).toBe("forbidden");
			expect(refused(room, bob, () => deleted(room, bob, reply.id))).toBe("forbidden");
			expect(refused(room, bob, () => deleted(room, bob, "m9-00000000"))).toBe("not_found");
			deleted(room, ann, hers.id);
			expect(refused(room, bob, () => deleted(room, bob, hers.id))).toBe("forbidden");
			for (const { id } of [his, reply]) deleted(room, ann, id);
			expect(room.contents()).toEqual(["", "", ""]);
		}));

	it("is allowed to a reader for messages from before they were a reader", () =>
		inPair((room, ann, bob) => {
			const [his, hers] = [said(room, bob, "His"), said(room, ann, "Hers")];
			room.store.members.setRole("bob", "reader");
			expect(refused(room, bob, () => deleted(room, bob, hers.id))).toBe("forbidden");
			deleted(room, bob, his.id);
			expect(room.contents()).toEqual(["", "Hers"]);
		}));

	it("changes nothing if it is repeated", () =>
		inPair((room, _ann, bob) => {
			const message = said(room, bob, "Secret");
			deleted(room, bob, message.id);
			room.now += 5_000;
			unchanged(room, bob, message, () => deleted(room, bob, message.id));
		}));

	it("is not undone by a resend of the message", () =>
		inPair((room, ann, bob) => {
			const message = said(room, bob, "Secret", { clientId: "k" });
			deleted(room, bob, message.id);
			const count = ann.received.length;
			expect(said(room, bob, "Secret", { clientId: "k" })).toMatchObject({ id: message.id, content: "", clientId: "k" });
			expect(room.contents()).toEqual([""]);
			expect(ann.received).toHaveLength(count);
		}));

	it("updates the lists", () =>
		inPair((room, _ann, bob) => {
			const [first] = [said(room, bob, "one"), said(room, bob, "two")];
			room.listed.length = 0;
			deleted(room, bob, first.id);
			deleted(room, bob, first.id);
			expect(room.listed).toEqual(["bob"]);
		}));

	it("of a running reply stops it first; a question asked meanwhile is answered without it", () =>
		inPair(async (room, ann) => {
			said(room, ann, "@claude Hi");
			await room.call.text("Bad words");
			const { signal } = room.call;
			const { messageId } = ann.last("chat:thinking");
			said(room, ann, "@claude And?");
			const from = ann.received.length;
			deleted(room, ann, messageId);
			expect(signal.aborted).toBe(true);
			expect(ann.types().slice(from)).toEqual(["chat:streaming", "chat:message", "chat:complete", "chat:updated", "chat:thinking"]);
			expect(ann.last("chat:updated").message).toMatchObject({ id: messageId, content: "", status: "complete" });
			expect(room.call.messages.map(({ content }) => content)).toEqual(["@claude Hi", "", "@claude And?"]);
			await room.call.end();
			expect(room.contents()).toEqual(["@claude Hi", "", "@claude And?", ""]);
		}));

	it("of a waiting question withdraws the question", () =>
		inPair(async (room, ann) => {
			said(room, ann, "@claude Hi");
			const second = said(room, ann, "@claude And?");
			deleted(room, ann, second.id);
			await room.call.end();
			await settled();
			expect(room.calls).toHaveLength(1);
		}));
});

describe("a message that quotes another", () => {
	it("shows the current beginning of the quoted message, until that is deleted", () =>
		inPair((room, ann, bob) => {
			const question = said(room, ann, `😀${"x".repeat(limits.excerpt)}`);
			const answer = said(room, bob, "Noon", { replyTo: question.id });
			const quoted = { author: ann.person, content: `😀${"x".repeat(limits.excerpt - 1)}`, seq: question.seq };
			expect(ann.last("chat:message").message).toEqual(answer);
			expect(answer).toMatchObject({ replyTo: question.id, quoted });
			expect(stored(room, answer)).toEqual(answer);
			does(room, ann, "chat:edit", { messageId: question.id, content: "When is lunch?" });
			expect(stored(room, answer).quoted).toEqual({ author: ann.person, content: "When is lunch?", seq: question.seq });
			does(room, ann, "chat:delete", { messageId: question.id });
			expect(stored(room, answer)).toMatchObject({ replyTo: question.id, quoted: { author: ann.person, content: "" } });
		}));

	it("is refused if the quoted message is unknown or deleted", () =>
		inPair((room, ann) => {
			const message = said(room, ann, "Lunch?");
			does(room, ann, "chat:delete", { messageId: message.id });
			for (const replyTo of [message.id, "m9-00000000", "claude"]) {
				const act = () => does(room, ann, "chat:send", { content: "Noon", role: "user", clientId: "k", replyTo });
				expect(refused(room, ann, act)).toBe("not_found");
				expect(ann.last("chat:error").clientId).toBe("k");
			}
		}));

	it.each([
		["auto", true],
		["mention", true],
		["always", true],
		["off", false],
	] as const)("asks Claude if it quotes a reply, unless Claude is off: %s", (assistant, asks) =>
		inPair(async (room, ann, bob) => {
			said(room, ann, "@claude Hi");
			await room.call.text("Hello");
			await room.call.end();
			const reply = ann.last("chat:message").message;
			room.store.setAssistant(assistant);
			said(room, bob, "Why?", { replyTo: reply.id });
			expect(room.calls).toHaveLength(asks ? 2 : 1);
		}),
	);

	it("does not ask Claude if it quotes a person", () =>
		inPair((room, ann, bob) => {
			said(room, bob, "Noon", { replyTo: said(room, ann, "When?").id });
			expect(room.calls).toHaveLength(0);
		}));
});

describe("mentions", () => {
	it("are stored with the message, and counted once for each member except its author", () =>
		inPair(async (room, ann, bob, state) => {
			const message = said(room, ann, "@bob @Bob and @Ann, @claude");
			expect(message.mentions).toEqual([
				{ userId: "bob", offset: 0, length: 4 },
				{ userId: "bob", offset: 5, length: 4 },
				{ userId: "ann", offset: 14, length: 4 },
			]);
			expect(stored(room, message)).toEqual(message);
			await room.call.text("@Bob, hello");
			await room.call.end();
			said(room, bob, "Yes", { replyTo: message.id });
			said(room, bob, "To myself", { replyTo: bob.last("chat:message").message.id });
			said(room, ann, "To Claude", { replyTo: bob.last("chat:complete").messageId });
			expect(namedIn(state)).toEqual(["bob 1", "ann 3"]);
		}));

	it("can be marked by the sender if two members share a name", () =>
		inPair((room, ann, _bob, state) => {
			room.store.members.add({ userId: "bob2", username: "Bob", role: "member" }, room.now);
			expect(said(room, ann, "@Bob").mentions).toBeUndefined();
			const mentions = [{ userId: "bob2", offset: 0, length: 4 }];
			expect(said(room, ann, "@Bob", { mentions }).mentions).toEqual(mentions);
			expect(namedIn(state)).toEqual(["bob2 2"]);
		}));

	it("follow edits and deletions", () =>
		inPair((room, ann, bob, state) => {
			room.membership.join(cleo, true);
			const question = said(room, bob, "Who?");
			const { id } = said(room, ann, "@Cleo", { replyTo: question.id });
			expect(namedIn(state)).toEqual(["bob 2", "cleo 2"]);
			does(room, ann, "chat:edit", { messageId: id, content: "Not @Bob", mentions: [{ userId: "cleo", offset: 0, length: 4 }] });
			expect(stored(room, { id }).mentions).toEqual([{ userId: "bob", offset: 4, length: 4 }]);
			expect(namedIn(state)).toEqual(["bob 2"]);
			does(room, ann, "chat:edit", { messageId: id, content: "Nobody" });
			expect(stored(room, { id }).mentions).toBeUndefined();
			expect(namedIn(state)).toEqual(["bob 2"]);
			does(room, ann, "chat:delete", { messageId: id });
			expect(namedIn(state)).toEqual([]);
		}));
});
