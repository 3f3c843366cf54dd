// Invites that limit the people who come by them, over real routes and sockets.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Store } from "../../src/conversation/store/store.ts";
import type { Message } from "../../src/protocol/message.ts";
import { EventReader } from "../support/events.ts";
import { evict } from "../support/evict.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

withSettings(scripted);

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const newPerson = () => `p${crypto.randomUUID()}`;

async function invite(owner: string, id: string, body: object): Promise<string> {
	const { status, body: made } = await as(owner, "POST", `/conversations/${id}/invites`, body);
	expect(status).toBe(201);
	return made.invite.token;
}

const accept = async (who: string, token: string) => (await as(who, "POST", "/invites/accept", { token })).status;
const old = "ancient";

/** Ann's conversation with an old question, its answer and what else an old message can have. Everything old says `ancient`. */
async function withPast(ann: string, bob: string) {
	const id = await newConversation(ann, [bob]);
	await as(ann, "PATCH", `/conversations/${id}`, { assistant: "mention" });
	const stub = env.CONVERSATIONS.getByName(id) as DurableObjectStub<undefined>;
	const messages = await runInDurableObject(stub, (_object, { storage }) => {
		const store = new Store(storage);
		const { log, instructions } = store;
		const now = Date.now();
		const author = { userId: ann, username: "Ann" };
		instructions.add({ text: `${old} rules`, after: 0, userId: ann, username: "Ann", at: "2026-11-24T12:00:00.000Z" });
		const question = log.addMessage({ author, content: `@claude ${old} question`, clientId: "k", asksClaude: true }, now);
		instructions.add({ text: "Be brief.", after: 1, userId: ann, username: "Ann", at: "2026-11-24T12:00:00.000Z" });
		const former = log.finishReply(log.addReply(now, [author]), `${old} draft`, { status: "stopped" }, {});
		const answer = log.finishReply(log.reopenReply(former), `${old} answer`, { status: "complete" }, {});
		log.pinMessage(log.setReactions(question, [{ emoji: "👍", userIds: [ann] }]), { userId: ann, at: "2026-11-24T12:00:00.000Z" });
		store.setTitle(`${old} title`, { from: 1 });
		const columns = "kind, status, from_seq, upto_seq, rests_from, after, at, text, model";
		storage.sql.exec(`INSERT INTO summaries (${columns}) VALUES ('memory', 'made', 1, 2, 1, 2, 0, '${old} summary', 'm')`);
		return { question, answer };
	});
	await evict(stub);
	return { id, ...messages };
}

async function listen(who: string, id: string): Promise<EventReader> {
	const headers = { authorization: `Bearer ${await tokenOf(who)}` };
	const { body } = await exports.default.fetch(`${origin}/api/conversations/${id}/events`, { headers });
	const reader = new EventReader(body as ReadableStream<Uint8Array>);
	await reader.next("chat:joined");
	return reader;
}

const queriesOf: { [end: string]: string[] } = {
	"/messages": ["", "?before=999", "?after=0", "?around=1"],
	"/search": [`?q=${old}`],
	"/export": ["", "?format=html"],
};

/** The answers to every GET that the API describes, for this conversation and each of these messages. */
async function everythingReadBy(who: string, id: string, messageIds: string[]): Promise<{ [path: string]: string }> {
	const { paths } = (await call("GET", "/openapi.json")).body as { paths: { [path: string]: { get?: object } } };
	const token = await tokenOf(who);
	const seen: { [path: string]: string } = {};
	const isRead = (path: string) => paths[path]?.get && !/socket$|events$|\/auth\/|\/admin\//.test(path);
	const addresses = Object.keys(paths)
		.filter(isRead)
		.flatMap((path) => {
			const address = path.replace("/api", "").replace("{id}", id);
			if (path.includes("{messageId}")) return messageIds.map((messageId) => address.replace("{messageId}", messageId));
			const queries = Object.entries(queriesOf).find(([end]) => path.endsWith(end))?.[1] ?? [""];
			return queries.map((query) => `${address.replace(/\{\w+\}/, who)}${query}`);
		});
	for (const address of addresses) {
		const response = await exports.default.fetch(`${origin}/api${address}`, { headers: { authorization: `Bearer ${token}` } });
		seen[address] = await response.text();
	}
	return seen;
}

describe("a member who came by a link from now on", () => {
	it("receives no word from before, by any route, event or list", async () => {
		const [ann, bob, eve] = [newPerson(), newPerson(), newPerson()];
		const { id, question, answer } = await withPast(ann, bob);
		const token = await invite(ann, id, { allows: { history: "new" } });
		const preview = await call("POST", "/invites/preview", undefined, { token });
		expect(preview.body).toEqual({
			invite: { title: "", invitedBy: expect.any(String), role: "member", expiresAt: expect.any(String), allows: { history: "new" } },
		});
		expect(await accept(eve, token)).toBe(200);

		const [eves, stream, socketIo, anns] = [
			await Client.join(eve, id),
			await listen(eve, id),
			await SocketIoClient.join(eve, id),
			await Client.join(ann, id),
		];
		expect(eves.joined).toMatchObject({ messages: [], hasMore: false, may: { fromSeq: 3 }, conversation: { title: "" } });
		const at = (messageId: string) => ({ messageId });
		anns.send({ type: "chat:edit", ...at(question.id), content: `@claude ${old} edit` });
		anns.send({ type: "chat:react", ...at(question.id), emoji: "🎉", on: true });
		anns.send({ type: "chat:pin", ...at(answer.id), on: true });
		anns.send({ type: "chat:regenerate", ...at(answer.id) });
		await anns.next("chat:complete");
		anns.send({ type: "chat:send", role: "user", content: "modern reply", replyTo: question.id });
		const { message } = await anns.next("chat:message", ({ message }) => message.content === "modern reply");
		expect(message.quoted?.content).toBe(`@claude ${old} edit`);

		for (const event of [
			{ type: "chat:react", ...at(question.id), emoji: "👀", on: true, whole: true },
			{ type: "chat:edit", ...at(question.id), content: "mine" },
			{ type: "chat:pin", ...at(question.id), on: false },
			{ type: "chat:regenerate", ...at(answer.id) },
			{ type: "chat:send", role: "user", content: "what?", replyTo: question.id },
		] as const) {
			eves.send(event);
			expect(await eves.next("chat:error")).toMatchObject({ code: "not_found" });
		}
		eves.send({ type: "chat:read", upTo: 0, unread: true });
		eves.send({ type: "chat:join" });
		const joined = await eves.next("chat:joined");
		expect(joined.messages.map(({ content, quoted, replyTo }) => [content, quoted, replyTo])).toEqual([
			["modern reply", undefined, undefined],
		]);
		eves.say("@claude modern question");
		const reply = (await eves.next("chat:message", ({ message }) => message.role === "assistant")).message;
		eves.send({ type: "chat:join", cursor: anns.joined.cursor });
		await eves.next("chat:joined");

		const seen = await everythingReadBy(eve, id, [question.id, answer.id, message.id, reply.id]);
		expect(seen[`/conversations/${id}/messages`]).toContain("modern reply");
		expect(seen[`/conversations/${id}/search?q=${old}`]).toContain('"results":[]');
		expect(seen[`/conversations/${id}/export`]).toContain("modern reply");
		expect(seen[`/conversations/${id}/messages/${reply.id}/prompt`]).toContain('"fromSeq":3');
		expect(seen[`/conversations/${id}/messages/${answer.id}/versions`]).toContain("not_found");
		expect(JSON.parse(seen["/conversations"] as string).conversations).toMatchObject([{ id, title: "" }]);
		for (const [path, text] of Object.entries(seen)) expect([path, text.includes(old)]).toEqual([path, false]);

		const fork = await as(eve, "POST", `/conversations/${id}/fork`, { upTo: message.seq });
		expect(fork.status).toBe(201);
		expect((await as(eve, "POST", `/conversations/${id}/fork`, { upTo: 1 })).status).toBe(404);
		const copy = (await as(eve, "GET", `/conversations/${fork.body.conversation.id}/messages`)).body.messages as Message[];
		expect(copy.map(({ seq, content }) => [seq, content])).toEqual([[1, "modern reply"]]);
		expect((await as(eve, "POST", `/conversations/${id}/catch-up`, { after: 0 })).status).toBe(400);

		await socketIo.next(({ name }) => name === "chat:complete");
		expect(JSON.stringify([eves.frames, stream.events, socketIo.received, copy, fork.body])).not.toContain(old);
		// Refusals name what Eve asked for.
		const told = JSON.stringify(eves.events.filter(({ type }) => type !== "chat:error"));
		for (const { id: messageId } of [question, answer]) expect(told).not.toContain(messageId);
		expect(JSON.stringify(anns.frames)).toContain(`${old} edit`);
		for (const client of [eves, anns, socketIo]) client.close();
	});

	it("sees everything once an owner lifts the limits, and nothing before", async () => {
		const [ann, bob, eve] = [newPerson(), newPerson(), newPerson()];
		const { id, question } = await withPast(ann, bob);
		await accept(eve, await invite(ann, id, { allows: { history: "new", questions: 2 } }));
		const eves = await Client.join(eve, id);
		const lift = (who: string, body: object) => as(who, "PATCH", `/conversations/${id}/members/${eve}`, body);
		expect((await lift(eve, { may: null })).status).toBe(403);
		expect((await lift(ann, {})).status).toBe(400);
		expect((await lift(ann, { may: { questionsLeft: 3 } })).status).toBe(400);
		expect((await lift(ann, { may: null })).body).toEqual({ member: { userId: eve, username: expect.any(String), role: "member" } });
		const joined = await eves.next("chat:joined", ({ messages }) => messages.length > 0);
		expect(joined).toMatchObject({ reset: true, conversation: { title: `${old} title` } });
		expect(joined.may).toBeUndefined();
		expect(joined.messages[0]?.id).toBe(question.id);
		eves.close();
	});
});

describe("a link", () => {
	it("shows what it allows before it is accepted, to its people, and what was used of it to owners", async () => {
		const [ann, bob, eve] = [newPerson(), newPerson(), newPerson()];
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { title: "Rome", assistant: "mention" });
		const until = new Date(Date.now() + 3_600_000).toISOString();
		const allows = { questions: 1, usd: 0.5, until };
		const token = await invite(ann, id, { allows });
		expect((await call("POST", "/invites/preview", undefined, { token })).body.invite).toMatchObject({
			title: "Rome",
			role: "member",
			allows,
		});
		expect((await call("POST", "/invites/preview", undefined, { token: `${token}x` })).status).toBe(404);
		for (const who of [bob, eve]) expect(await accept(who, token)).toBe(200);
		const may = { questionsLeft: 1, usdLeft: 0.5, until };
		const described = (await as(bob, "GET", `/conversations/${id}`)).body.conversation;
		expect(described.may).toEqual(may);
		expect(described.members).toContainEqual({ userId: eve, username: expect.any(String), role: "member", may });
		expect((await as(ann, "GET", `/conversations/${id}`)).body.conversation.may).toBeUndefined();

		const [bobs, eves] = [await Client.join(bob, id), await Client.join(eve, id)];
		bobs.say("@claude hello");
		expect((await eves.next("chat:may")).may).toEqual({ ...may, questionsLeft: 0 });
		await bobs.next("chat:complete");
		eves.say("@claude and me?");
		expect(await eves.next("chat:error")).toMatchObject({
			code: "budget_exceeded",
			scope: "conversation",
			error: expect.stringContaining("link"),
		});
		const notice = (await as(eve, "POST", `/conversations/${id}/messages`, { content: "@claude please" })).body;
		expect(notice).toMatchObject({ notice: { code: "budget_exceeded", scope: "conversation" } });
		expect(notice.message.asksClaude).toBeUndefined();
		expect((await as(eve, "POST", `/conversations/${id}/asides`, { content: "psst", clientId: "q" })).status).toBe(402);
		expect((await as(ann, "GET", `/conversations/${id}/invites`)).body.invites).toMatchObject([
			{ allows, used: { people: 2, questions: 1, usd: expect.any(Number) }, isLive: true },
		]);
		expect((await as(bob, "GET", `/conversations/${id}/invites`)).status).toBe(403);
		for (const client of [bobs, eves]) client.close();
	});

	it("refuses what makes no sense, and says why", async () => {
		const ann = newPerson();
		const id = await newConversation(ann);
		const make = async (body: object) => (await as(ann, "POST", `/conversations/${id}/invites`, body)).status;
		expect(await make({ role: "reader", allows: { questions: 1 } })).toBe(400);
		expect(await make({ role: "reader", allows: { history: "new" } })).toBe(201);
		for (const allows of [
			{ questions: -1 },
			{ questions: 1.5 },
			{ usd: -1 },
			{ usd: 1e9 },
			{ until: "tomorrow" },
			{ until: "2020-01-01T00:00:00.000Z" },
			{ until: "2199-01-01T00:00:00.000Z" },
			{ history: "some" },
		])
			expect([allows, await make({ allows })]).toEqual([allows, 400]);
		expect((await as(ann, "GET", `/conversations/${id}/invites`)).body.invites).toHaveLength(1);
	});

	it("is revoked with its people, also after it has ended", async () => {
		const [ann, bob, eve] = [newPerson(), newPerson(), newPerson()];
		const id = await newConversation(ann);
		const token = await invite(ann, id, { maxUses: 2, allows: { questions: 1 } });
		for (const who of [bob, eve]) await accept(who, token);
		await as(ann, "PATCH", `/conversations/${id}/members/${eve}`, { role: "owner" });
		const bobs = await Client.join(bob, id);
		expect((await as(ann, "GET", `/conversations/${id}/invites`)).body.invites).toEqual([]);
		const { invites } = (await as(ann, "GET", `/conversations/${id}/invites?ended=true`)).body;
		expect(invites).toMatchObject([{ used: { people: 2 }, isLive: false }]);
		const revoke = (query: string) => as(ann, "DELETE", `/conversations/${id}/invites/${invites[0].id}${query}`);
		expect((await revoke("")).status).toBe(404);
		expect((await revoke("?people=all")).status).toBe(400);
		expect((await revoke("?people=remove")).status).toBe(204);
		expect(await bobs.closed).toBe(4403);
		await expect.poll(async () => (await as(bob, "GET", "/conversations")).body.conversations).toEqual([]);
		const { members } = (await as(ann, "GET", `/conversations/${id}/members`)).body;
		expect(members.map(({ userId }: { userId: string }) => userId).sort()).toEqual([ann, eve].sort());
	});

	it("ends its people's membership at its date, and lets nobody in after it", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const id = await newConversation(ann);
		const token = await invite(ann, id, { allows: { until: new Date(Date.now() + 3_600_000).toISOString() } });
		await accept(bob, token);
		const bobs = await Client.join(bob, id);
		const stub = env.CONVERSATIONS.getByName(id) as DurableObjectStub<undefined>;
		const past = Date.now() - 1;
		await runInDurableObject(
			stub,
			(_object, { storage }) => void storage.sql.exec("UPDATE members SET ends_at = ? WHERE ends_at > 0", past),
		);
		await evict(stub);
		expect((await as(bob, "GET", `/conversations/${id}/messages`)).status).toBe(404);
		await runDurableObjectAlarm(stub);
		expect(await bobs.closed).toBe(4403);
		await expect.poll(async () => (await as(bob, "GET", "/conversations")).body.conversations).toEqual([]);
		expect((await as(ann, "GET", `/conversations/${id}/audit`)).body.entries[0]).toMatchObject({ action: "ended", actor: bob });
	});

	it("that only reads refuses everything else with one code, and reading and leaving work", async () => {
		const [ann, bob] = [newPerson(), newPerson()];
		const { id, question } = await withPast(ann, newPerson());
		await accept(bob, await invite(ann, id, { role: "reader" }));
		const bobs = await Client.join(bob, id);
		const to = { messageId: question.id };
		for (const event of [
			{ type: "chat:send", role: "user", content: "me" },
			{ type: "chat:edit", ...to, content: "me" },
			{ type: "chat:react", ...to, emoji: "👍", on: true },
			{ type: "chat:pin", ...to, on: true },
			{ type: "chat:typing", isTyping: true },
			{ type: "chat:stop" },
			{ type: "chat:regenerate", ...to },
			{ type: "chat:continue", ...to },
			{ type: "chat:approve", ...to, toolId: "t", allow: true },
			{ type: "chat:ask-privately", clientId: "q", content: "me" },
		] as const) {
			bobs.send(event);
			const { code, error } = await bobs.next("chat:error");
			expect([event.type, code, error.length > 10]).toEqual([event.type, "forbidden", true]);
		}
		expect((await as(bob, "POST", `/conversations/${id}/messages`, { content: "me" })).status).toBe(403);
		expect((await as(bob, "GET", `/conversations/${id}/messages`)).body.messages).toHaveLength(2);
		bobs.send({ type: "chat:read", upTo: 1, unread: true });
		await bobs.next("chat:read");
		expect((await as(bob, "DELETE", `/conversations/${id}/members/${bob}`)).status).toBe(204);
		expect(await bobs.closed).toBe(4403);
	});
});
