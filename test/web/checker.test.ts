import { describe, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";
import { check, type History } from "../soak/checker.ts";
import { conversationId } from "./fakes.ts";

function stored(seq: number, fields: Partial<Message> = {}): Message {
	return {
		id: `m${seq}`,
		conversationId,
		role: "user",
		content: `text ${seq}`,
		createdAt: "2026-11-24T12:00:00.000Z",
		author: { userId: "ann", username: "Ann" },
		status: "complete",
		seq,
		revision: seq,
		clientId: `k${seq}`,
		...fields,
	};
}
const reply = (seq: number, fields: Partial<Message> = {}) =>
	stored(seq, { role: "assistant", author: claude, clientId: undefined, content: "One two", ...fields });

/** Two sent messages, a reply, and one client that received everything. */
function sound(): History {
	const messages = [stored(1), stored(2), reply(3)];
	const sent = [1, 2].map((n) => ({ userId: "ann", clientId: `k${n}`, content: `text ${n}` }));
	return {
		sent,
		acknowledged: sent.map((one, index) => ({ ...one, id: `m${index + 1}`, seq: index + 1 })),
		clients: [
			{
				name: "ann",
				received: messages.map(({ id, seq, content }) => ({ id, seq, content })),
				chunks: [
					{ messageId: "m3", offset: 0, chunk: "One " },
					{ messageId: "m3", offset: 4, chunk: "two" },
				],
				view: messages,
			},
		],
		stored: messages,
		requests: 1,
	};
}

const withStored = (...messages: Message[]): History => ({ ...sound(), stored: messages, clients: [], requests: 0 });
const withClient = (fields: Partial<History["clients"][number]>): History => {
	const history = sound();
	return { ...history, clients: history.clients.map((client) => ({ ...client, ...fields })) };
};

describe("the checker", () => {
	it("reports nothing for a correct history", () => {
		expect(check(sound())).toEqual([]);
	});

	it.each<[what: string, history: History, kinds: string[]]>([
		["a lost acknowledged message", withStored(stored(1)), ["lost"]],
		["a message that was never acknowledged", { ...sound(), acknowledged: sound().acknowledged.slice(1) }, ["lost"]],
		[
			"a message that changed its place",
			withStored(stored(1, { id: "m2", clientId: "k2", content: "text 2" }), stored(2, { id: "m1", clientId: "k1", content: "text 1" })),
			["misplaced", "misplaced"],
		],
		["a message that was stored twice", withStored(stored(1), stored(2), stored(3, { clientId: "k2", content: "text 2" })), ["doubled"]],
		["a gap in the sequence", withStored(stored(1), stored(2), reply(4)), ["wrong"]],
		["a text that nobody sent", withStored(stored(1), stored(2, { content: "other" })), ["wrong", "misplaced"]],
		[
			"a message under somebody else's name",
			withStored(stored(1), stored(2), stored(3, { author: { userId: "bob", username: "Bob" } })),
			["wrong"],
		],
		["a reply that never ended", withStored(stored(1), stored(2), reply(3, { status: "streaming" })), ["wrong"]],
		[
			"a reply with too many attempts",
			withStored(stored(1), stored(2), reply(3, { attempts: Array(20).fill({ offset: 0, reason: "interrupted" }) })),
			["wrong"],
		],
		["more requests than the replies account for", { ...sound(), requests: 2 }, ["wrong"]],
		[
			"a client that received another message at a place",
			withClient({ received: [{ id: "m9", seq: 1, content: "text 1" }] }),
			["misplaced"],
		],
		["a client that received another text", withClient({ received: [{ id: "m1", seq: 1, content: "other" }] }), ["misplaced"]],
		["a piece of a reply at the wrong offset", withClient({ chunks: [{ messageId: "m3", offset: 1, chunk: "One " }] }), ["wrong"]],
		["a view without the last message", withClient({ view: [stored(1), stored(2)] }), ["misplaced"]],
		["a view with a message twice", withClient({ view: [stored(1), stored(1), stored(2), reply(3)] }), ["misplaced"]],
		[
			"a view with a reply that is still streaming",
			withClient({ view: [stored(1), stored(2), reply(3, { status: "streaming" })] }),
			["misplaced"],
		],
		[
			"somebody who received a message after access had ended",
			{ ...sound(), former: [{ name: "guest", received: [{ id: "m2", seq: 2, content: "text 2" }], chunks: [], until: 2 }] },
			["wrong"],
		],
		[
			"somebody who received a reply after access had ended",
			{ ...sound(), former: [{ name: "guest", received: [], chunks: [{ messageId: "m3", offset: 0, chunk: "One " }], until: 3 }] },
			["wrong"],
		],
	])("reports %s", (_what, history, kinds) => {
		expect(check(history).map(({ kind }) => kind)).toEqual(kinds);
	});

	it("accepts what somebody did not get to send, or received, before access ended", () => {
		const history = sound();
		const sent = [...history.sent, { userId: "guest", clientId: "g1", content: "Too late", mayBeUnsent: true }];
		const former = [{ name: "guest", received: [{ id: "m2", seq: 2, content: "text 2" }], chunks: [], until: 3 }];
		expect(check({ ...history, sent, former })).toEqual([]);
	});

	it("accepts a view that starts later, and text of an attempt that failed", () => {
		expect(check(withClient({ view: [stored(2), reply(3)] }))).toEqual([]);
		const history = withClient({ chunks: [{ messageId: "m3", offset: 4, chunk: "gone" }] });
		const wentOn = reply(3, { attempts: [{ offset: 4, reason: "interrupted" }] });
		expect(
			check({
				...history,
				stored: [stored(1), stored(2), wentOn],
				clients: history.clients.map((client) => ({ ...client, view: [wentOn] })),
			}),
		).toEqual([]);
	});
});
