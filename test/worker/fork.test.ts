// Forking a conversation over real routes, and what an erasure finds in forks.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Import } from "../../src/conversation/archive/import.ts";
import { Store } from "../../src/conversation/store/store.ts";
import { purseName } from "../../src/money/object.ts";
import { aboveQuota, quotaUsedUp } from "../../src/protocol/errors.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { erasedName } from "../../src/protocol/person.ts";
import { randomId } from "../../src/protocol/random-id.ts";
import { evict } from "../support/evict.ts";
import { retryJobs } from "../support/jobs.ts";
import { expectLog } from "../support/log.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const fork = (who: string, id: string, body: object) => as(who, "POST", `/conversations/${id}/fork`, body);
const messagesOf = async (who: string, id: string): Promise<Message[]> =>
	(await as(who, "GET", `/conversations/${id}/messages`)).body.messages;
const newPerson = () => `p${crypto.randomUUID()}`;

/** Writes beside the object, which reads it all anew afterwards. */
async function inConversation(id: string, work: (store: Store, storage: DurableObjectStorage) => void): Promise<void> {
	const stub = env.CONVERSATIONS.getByName(id) as DurableObjectStub<undefined>;
	await runInDurableObject(stub, (_object, { storage }) => work(new Store(storage), storage));
	await evict(stub);
}

/** Writes messages of these people into a conversation: more than one piece holds. */
const fill = (id: string, people: string[], count: number) =>
	inConversation(id, ({ log }) => {
		for (let n = 0; n < count; n++) {
			const userId = people[n % people.length] as string;
			log.addMessage({ author: { userId, username: userId.slice(0, 9) }, content: `secret ${n}`, asksClaude: false }, Date.now());
		}
	});

/** What a message holds besides its place in a conversation. */
const lasting = ({ conversationId: _, revision: __, ...message }: Message) => message;

describe("a fork", () => {
	it("has everything up to a message, for the caller alone; what was deleted stays deleted", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await as(ann, "PATCH", `/conversations/${id}`, { title: "Rome", assistant: "mention" });
		await inConversation(id, ({ log }) => {
			const now = Date.now();
			const [anna, ben] = [
				{ userId: ann, username: "Anna" },
				{ userId: bob, username: "Ben" },
			];
			const first = log.addMessage({ author: anna, content: "first", clientId: "k", asksClaude: true }, now);
			const answer = log.finishReply(log.addReply(now, [anna]), "former", { status: "stopped" }, { stoppedBy: ben });
			log.finishReply(log.reopenReply(answer), "answer", { status: "complete" }, { model: "m" });
			log.deleteMessage(log.addMessage({ author: ben, content: "gone", asksClaude: false }, now), now);
			const quote = log.addMessage({ author: ben, content: "me too", asksClaude: true, replyTo: first }, now);
			log.pinMessage(log.setReactions(quote, [{ emoji: "👍", userIds: [ann] }]), { userId: bob, at: "2026-11-24T12:00:00.000Z" });
			log.addMessage({ author: ben, content: "later", asksClaude: false }, now);
			// A question that waits would be asked when the conversation wakes.
			log.finishReply(log.addReply(now, [ben]), "to both", { status: "complete" }, {});
		});
		const originals = await messagesOf(ann, id);
		const { status, body } = await fork(bob, id, { upTo: 4 });
		expect(status).toBe(201);
		expect(body.conversation).toMatchObject({ title: "Rome", assistant: "mention", forkedFrom: { conversationId: id, seq: 4 } });
		const copy = body.conversation.id;
		const copied = (await messagesOf(bob, copy)).map(lasting);
		// Nobody asked the last question here.
		const expected = originals.slice(0, 4).map(lasting);
		expect(copied).toEqual(
			expected.map(({ asksClaude, ...rest }) => (rest.seq === 4 ? rest : { ...rest, ...(asksClaude && { asksClaude }) })),
		);
		expect(copied[2]).toMatchObject({ content: "", deletedAt: expect.any(String) });
		const path = `/conversations/${copy}/messages/${originals[1]?.id}/versions`;
		expect((await as(bob, "GET", path)).body.versions).toMatchObject([{ content: "former", status: "stopped" }]);
		expect((await as(bob, "GET", `/conversations/${copy}/pins`)).body.messages).toHaveLength(1);
		expect((await as(bob, "GET", `/conversations/${copy}`)).body.conversation.members).toMatchObject([{ userId: bob, role: "owner" }]);
		expect((await as(ann, "GET", `/conversations/${copy}`)).status).toBe(404);
		// Both are as old as their last message, to the millisecond: either may be the first.
		const listed = (await as(bob, "GET", "/conversations")).body.conversations;
		expect(listed.find((one: { id: string }) => one.id === copy)).toMatchObject({ unread: 0, title: "Rome" });
		expect((await as(bob, "GET", `/conversations/${copy}/audit`)).body.entries).toMatchObject([{ action: "created", actor: bob }]);
		expect((await as(ann, "GET", `/conversations/${id}/audit`)).body.entries[0]).toMatchObject({ action: "forked", actor: bob });
		expect((await as(bob, "GET", `/conversations/${copy}/search?q=too`)).body.results).toHaveLength(1);
		// It goes on by itself.
		const client = await Client.join(bob, copy);
		client.say("on we go");
		expect((await client.next("chat:message")).message.seq).toBe(5);
		expect(await messagesOf(ann, id)).toHaveLength(6);
	});

	it("has the instructions that held up to its place, and none that were given after it", async () => {
		const ann = newPerson();
		const id = await newConversation(ann);
		const instruct = (instructions: string) => as(ann, "PATCH", `/conversations/${id}`, { instructions });
		await fill(id, [ann], 2);
		await instruct("Early");
		await fill(id, [ann], 3);
		await instruct("Late");
		const { conversation } = (await fork(ann, id, { upTo: 4 })).body;
		expect(conversation.instructions).toBe("Early");
		const { versions } = (await as(ann, "GET", `/conversations/${conversation.id}/instructions`)).body;
		expect(versions.map(({ text }: { text: string }) => text)).toEqual(["Early"]);
		expect((await fork(ann, id, { upTo: 5 })).body.conversation.instructions).toBe("Late");
		expect((await fork(ann, id, { upTo: 1 })).body.conversation.instructions ?? "").toBe("");
	});

	it("needs the scopes read and write of a personal token", async () => {
		const ann = newPerson();
		const id = await newConversation(ann);
		await fill(id, [ann], 1);
		const answers = await Promise.all(
			[["write"], ["read"], ["read", "write"]].map(async (scopes) => {
				const { token } = (await as(ann, "POST", "/me/tokens", { name: "Bot", scopes })).body;
				return call("POST", `/conversations/${id}/fork`, token.secret, { upTo: 1 });
			}),
		);
		expect(answers.map(({ status }) => status)).toEqual([403, 403, 201]);
		expect(JSON.stringify(answers[0]?.body)).not.toContain("secret");
	});

	it("is refused to strangers, beyond the last message, with bad input, and for more messages than one request can copy", async () => {
		const ann = newPerson();
		const id = await newConversation(ann);
		await fill(id, [ann], 1);
		const codes = async (who: string, body: object) => (await fork(who, id, body)).body.error?.code;
		expect(await codes(newPerson(), { upTo: 1 })).toBe("not_found");
		expect(await codes(ann, { upTo: 2 })).toBe("not_found");
		for (const body of [{}, { upTo: 0 }, { upTo: 1.5 }, { upTo: "1" }, { upTo: 1, title: "x".repeat(limits.title + 1) }])
			expect(await codes(ann, body)).toBe("bad_request");
		expect(await codes(ann, { upTo: limits.fork.messages + 1 })).toBe("too_large");
		expect((await as(ann, "GET", "/conversations")).body.conversations).toHaveLength(1);
	});

	it("copies a long conversation piece by piece, under a title of its own", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann);
		await fill(id, [ann, bob], limits.exportPiece.messages * 2 + 10);
		const upTo = limits.exportPiece.messages * 2 + 5;
		const { body } = await fork(ann, id, { upTo, title: "Mine" });
		expect(body.conversation.title).toBe("Mine");
		const { messages, hasMore } = (await as(ann, "GET", `/conversations/${body.conversation.id}/messages?limit=200`)).body;
		expect([messages.length, messages.at(-1).seq, hasMore]).toEqual([200, upTo, true]);
	});

	it("takes no title from a message that it does not have, and loses one with its message", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await fill(id, [bob, ann], 3);
		await inConversation(id, (store) => store.setTitle("From the third", { from: 3 }));
		const early = (await fork(ann, id, { upTo: 2 })).body.conversation;
		expect(early.title).toBe("secret 0");
		await as(bob, "DELETE", "/me");
		const after = (await as(ann, "GET", `/conversations/${early.id}`)).body.conversation;
		expect(after.title).toBe("secret 1");
	});
});

describe("the quota of a day", () => {
	/** Uses up all but so much of what one may store today. */
	const leave = async (owner: Parameters<typeof purseName>[0], most: number, left: number) => {
		const ledger = env.LEDGER.getByName(purseName(owner));
		await ledger.addWritten(0, most);
		await runInDurableObject(
			ledger as DurableObjectStub<undefined>,
			(_ledger, { storage }) => void storage.sql.exec("UPDATE written SET count = ?", most - left),
		);
	};
	const { perPerson, perGuest, networkOfGuests, siteOfGuests, conversation, lengthPerRow } = limits.written;

	it("lets a guest copy only so many messages, whatever conversations they are in", async () => {
		const guest = `guest-${randomId()}`;
		const id = await newConversation(guest);
		await fill(id, [guest], 400);
		await leave({ userId: guest }, perGuest, 1_000 + 3 * conversation);
		const forks = [await fork(guest, id, { upTo: 400 }), await fork(guest, id, { upTo: 400 }), await fork(guest, id, { upTo: 400 })];
		expect(forks.map(({ status }) => status)).toEqual([201, 201, 429]);
		expect(forks[2]?.body.error).toMatchObject({ code: "rate_limited", message: quotaUsedUp });
		const retryAfter = Number(forks[2]?.headers.get("retry-after"));
		expect([retryAfter > 0, retryAfter <= 24 * 3600]).toEqual([true, true]);
		// What is left is enough for something smaller.
		expect((await fork(guest, id, { upTo: 100 })).status).toBe(201);
		expect((await as(guest, "GET", "/conversations")).body.conversations).toHaveLength(4);
	});

	it("counts long messages and former versions as what they are", async () => {
		const ann = newPerson();
		const id = await newConversation(ann);
		await inConversation(id, ({ log }) => {
			log.addMessage({ author: { userId: ann, username: "Ann" }, content: "x".repeat(4 * lengthPerRow), asksClaude: false }, Date.now());
			const reply = log.finishReply(log.addReply(Date.now(), []), "one", { status: "complete" }, {});
			log.finishReply(log.reopenReply(reply), "two", { status: "complete" }, {});
		});
		const forkWith = async (left: number) => {
			await leave({ userId: ann }, perPerson, left);
			return (await fork(ann, id, { upTo: 2 })).status;
		};
		await leave({ userId: ann }, perPerson, conversation + 3 + 4 + conversation + 3 + 3);
		expect([(await fork(ann, id, { upTo: 2 })).status, await forkWith(0)]).toEqual([201, 429]);
	});

	it("holds for new conversations, and for those that a grant begins", async () => {
		const ann = newPerson();
		await leave({ userId: ann }, perPerson, conversation);
		expect((await as(ann, "POST", "/conversations", {})).status).toBe(201);
		expect((await as(ann, "POST", "/conversations", {})).status).toBe(429);
		const id = crypto.randomUUID();
		const granted = await tokenOf(ann, { conversations: ["*"] });
		expect((await call("POST", `/conversations/${id}/messages`, granted, { content: "Hello" })).status).toBe(429);
		await expect(Client.openBy(granted, id)).rejects.toThrow("429");
		expect((await call("GET", `/conversations/${id}`, granted)).status).toBe(404);
	});

	it("holds for the guests of a network together, and for those of a site", async () => {
		const create = async (address: string, who = `guest-${randomId()}`) =>
			(await call("POST", "/conversations", await tokenOf(who), {}, { "cf-connecting-ip": address })).status;
		await leave({ network: "192.0.2.44" }, perGuest * networkOfGuests, conversation);
		expect([await create("192.0.2.44"), await create("192.0.2.44"), await create("192.0.2.45")]).toEqual([201, 429, 201]);
		await leave({ network: "2001:db8:44::/48" }, perGuest * siteOfGuests, conversation);
		expect([await create("2001:db8:44:1::1"), await create("2001:db8:44:2::1")]).toEqual([201, 429]);
		expect(await create("192.0.2.44", newPerson())).toBe(201);
		// Nothing of a network stays on the next day.
		const ledger = env.LEDGER.getByName(purseName({ network: "192.0.2.44" })) as DurableObjectStub<undefined>;
		expect(await runDurableObjectAlarm(ledger)).toBe(true);
		expect(await create("192.0.2.44")).toBe(201);
	});

	it("is never enough for more than a day's worth, which is said at once", async () => {
		const guest = `guest-${randomId()}`;
		const id = await newConversation(guest);
		await inConversation(id, (_store, { sql }) => {
			sql.exec(
				`WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?1)
				INSERT INTO messages (seq, id, role, author_id, author_name, content, status, asks, born, revision, created_at)
				SELECT seq, 'm' || seq, 'user', ?2, 'Guest', 'x', 'complete', 0, seq, seq, 0 FROM n`,
				perGuest,
				guest,
			);
		});
		const { status, body } = await fork(guest, id, { upTo: perGuest });
		expect([status, body.error.message]).toEqual([413, aboveQuota]);
	});
});

it("asks nothing in a fork that waited for a reply, also before an answer that was shared", async () => {
	const [ann, bob] = [newPerson(), newPerson()];
	const id = await newConversation(ann, [bob]);
	await inConversation(id, ({ log }) => {
		log.addMessage({ author: { userId: bob, username: "Bob" }, content: "@claude and me?", asksClaude: true }, Date.now());
		const sharedBy = { userId: ann, username: "Ann" };
		log.addShared({ content: "Tea.", status: "complete", sharedBy, model: "m", usage: undefined, cost: undefined }, Date.now());
	});
	const { conversation } = (await fork(ann, id, { upTo: 2 })).body;
	expect((await messagesOf(ann, conversation.id)).map(({ asksClaude }) => asksClaude)).toEqual([undefined, undefined]);
});

describe("an erasure", () => {
	it("keeps a shared answer from being taken for a reply", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await inConversation(id, ({ log }) => {
			log.addMessage({ author: { userId: ann, username: "Ann" }, content: "Tea?", asksClaude: false }, Date.now());
			const sharedBy = { userId: bob, username: "Bob" };
			log.addShared({ content: "Tea.", status: "complete", sharedBy, model: "m", usage: undefined, cost: undefined }, Date.now());
		});
		expect((await as(bob, "DELETE", "/me")).status).toBe(200);
		const [, answer] = await messagesOf(ann, id);
		expect(answer?.sharedBy?.username).toBe(erasedName);
		expect(JSON.stringify(answer)).not.toContain(bob);
	});

	it("finds the words of a person in forks that they are not in, also in forks of forks", async () => {
		const [ann, bob, eve] = [newPerson(), newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await fill(id, [ann, bob], 4);
		await inConversation(id, ({ log, reader }) => {
			const messages = reader.firstUserMessages(1);
			// Eve was never a member here: only her reaction and her pin came along.
			log.pinMessage(log.setReactions(messages[0] as Message, [{ emoji: "👍", userIds: [eve] }]), {
				userId: eve,
				at: "2026-11-24T12:00:00.000Z",
			});
		});
		const first = (await fork(ann, id, { upTo: 4 })).body.conversation.id;
		const second = (await fork(ann, first, { upTo: 3 })).body.conversation.id;
		expect((await as(bob, "DELETE", "/me")).body.erased).toMatchObject({ conversations: 3, messages: 5, remaining: 0 });
		expect((await as(eve, "DELETE", "/me")).body.erased).toMatchObject({ conversations: 2, reactions: 2, remaining: 0 });
		for (const copy of [id, first, second]) {
			const messages = await messagesOf(ann, copy);
			expect(messages[1]).toMatchObject({ content: "", author: { username: erasedName } });
			if (copy === id) continue;
			expect(messages[0]?.reactions).toBeUndefined();
			expect(messages[0]?.pinned?.userId).toMatch(/^erased-/);
		}
	});

	it.each(["reply", "former version"])("finds who decided about a call in a %s of a fork, and did nothing else there", async (what) => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await inConversation(id, ({ log }) => {
			const now = Date.now();
			const decidedBy = { userId: bob, username: "Bob" };
			const tool = { name: "docs__write", input: "{}", status: "done" as const, id: "toolu_1", decidedBy };
			log.addMessage({ author: { userId: ann, username: "Ann" }, content: "@claude write it", asksClaude: true }, now);
			const reply = log.finishReply(log.addReply(now, []), "Done.", { status: "complete" }, { tools: [tool] });
			if (what !== "reply") log.finishReply(log.reopenReply(reply), "Again.", { status: "complete" }, {});
		});
		const copy = (await fork(ann, id, { upTo: 2 })).body.conversation.id;
		const stored = async () => {
			const path = `/conversations/${copy}/messages/${(await messagesOf(ann, copy))[1]?.id}/versions`;
			return JSON.stringify([await messagesOf(ann, copy), (await as(ann, "GET", path)).body]);
		};
		expect(await stored()).toContain(bob);
		expect((await as(bob, "DELETE", "/me")).body.erased).toMatchObject({ conversations: 2, remaining: 0 });
		expect(await stored()).not.toContain(bob);
	});

	it("finds instructions and titles that a person gave in forks that they are not in", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await fill(id, [ann], 1);
		await as(ann, "PATCH", `/conversations/${id}/members/${bob}`, { role: "owner" });
		await as(bob, "PATCH", `/conversations/${id}`, { title: "Secret title", instructions: "Secret instructions" });
		const copy = (await fork(ann, id, { upTo: 1 })).body.conversation;
		expect(copy).toMatchObject({ title: "Secret title", instructions: "Secret instructions" });
		expect((await as(bob, "DELETE", "/me")).body.erased).toMatchObject({ conversations: 2, remaining: 0 });
		const after = (await as(ann, "GET", `/conversations/${copy.id}`)).body.conversation;
		expect([after.title, after.instructions]).toEqual(["secret 0", ""]);
	});

	it("that comes while a fork is being copied waits until it is whole", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await fill(id, [bob], 2);
		const lines = await forkLines(ann, id, 2);
		const copy = crypto.randomUUID();
		const target = env.CONVERSATIONS.getByName(copy);
		const options = {
			fork: { owner: { userId: ann, username: "Ann" }, title: { title: "Copy" }, forkedFrom: { conversationId: id, seq: 2 } },
		};
		await target.importLines(lines[0] as string, 0, options);
		await target.register([bob]);
		expectLog(/could not be erased/);
		expect((await as(bob, "DELETE", "/me")).body.erased).toMatchObject({ failed: 1, remaining: 1 });
		// Read before the erasure.
		await target.importLines(lines.slice(1).join("\n"), 1, options);
		expect(await messagesOf(ann, copy)).toMatchObject([{ content: "secret 0" }, { content: "secret 1" }]);
		await retryJobs(env.USERS.getByName(bob) as DurableObjectStub<undefined>);
		expect((await messagesOf(ann, copy)).map(({ content, author }) => [content, author.username])).toEqual([
			["", erasedName],
			["", erasedName],
		]);
	});

	it("that is in progress covers a fork that begins meanwhile", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann, [bob]);
		await fill(id, [bob], 2);
		await inConversation(id, (_store, { sql }) => {
			sql.exec("CREATE TRIGGER broken BEFORE UPDATE ON messages BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		});
		expectLog(/broken on purpose|could not be erased/);
		expect((await as(bob, "DELETE", "/me")).body.erased).toMatchObject({ remaining: 1 });
		const copy = (await fork(ann, id, { upTo: 2 })).body.conversation.id;
		expect(await messagesOf(ann, copy)).toMatchObject([{ content: "secret 0" }, { content: "secret 1" }]);
		await inConversation(id, (_store, { sql }) => void sql.exec("DROP TRIGGER broken"));
		await retryJobs(env.USERS.getByName(bob) as DurableObjectStub<undefined>);
		for (const one of [id, copy]) expect((await messagesOf(ann, one)).map(({ content }) => content)).toEqual(["", ""]);
	});
});

describe("a fork that is broken off", () => {
	it("is visible to nobody, and is dropped soon", async () => {
		const ann = newPerson();
		const id = await newConversation(ann);
		await fill(id, [ann], 2);
		const lines = await forkLines(ann, id, 2);
		const copy = crypto.randomUUID();
		const target = env.CONVERSATIONS.getByName(copy);
		const options = {
			fork: { owner: { userId: ann, username: "Ann" }, title: { title: "Copy" }, forkedFrom: { conversationId: id, seq: 2 } },
		};
		await target.importLines(lines.slice(0, 2).join("\n"), 0, options);
		expect((await as(ann, "GET", `/conversations/${copy}`)).status).toBe(404);
		const stub = target as DurableObjectStub<undefined>;
		const dueAt = await runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
		expect((dueAt ?? 0) - Date.now()).toBeLessThanOrEqual(limits.fork.timeout);
		await runDurableObjectAlarm(stub);
		const isUnderWay = await runInDurableObject(
			stub,
			(_object, { storage }) =>
				new Import({
					storage,
					store: new Store(storage),
					enter: async () => {},
					removals: { removeForEach: async () => {} },
					now: () => Date.now(),
				}).isUnderWay,
		);
		expect(isUnderWay).toBe(false);
	});
});

/** The lines of a fork, as they are read now. */
async function forkLines(who: string, id: string, upTo: number): Promise<string[]> {
	const identity = { userId: who, username: who, expiresAt: Date.now() + 60_000 } as Parameters<
		ReturnType<typeof env.CONVERSATIONS.getByName>["as"]
	>[0];
	const stub = env.CONVERSATIONS.getByName(id);
	const head = await stub.as(identity).forkHead(upTo);
	if ("code" in head || !head.next) throw new Error("It could not begin.");
	const piece = await stub.as(identity).forkPiece(upTo, head.next);
	if ("code" in piece) throw new Error(piece.code);
	return (head.text + piece.text).split("\n").filter((line) => line !== "");
}
