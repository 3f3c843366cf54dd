import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { passTime, startClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings(scripted);
afterEach(startClock);

const socketUrl = (id: string) => `${origin}/api/conversations/${id}/socket`;

async function upgrade(id: string, headers: Record<string, string>, query = "") {
	const response = await exports.default.fetch(socketUrl(id) + query, { headers: { upgrade: "websocket", ...headers } });
	response.webSocket?.accept();
	return response;
}

describe("the upgrade", () => {
	it("takes the token from the header, the subprotocol or the query, in this order", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("ann");
		const byHeader = await upgrade(
			id,
			{ authorization: `Bearer ${token}`, "sec-websocket-protocol": "chat.v1, bearer.wrong" },
			"?token=wrong",
		);
		expect([byHeader.status, byHeader.headers.get("sec-websocket-protocol")]).toEqual([101, "chat.v1"]);
		const byProtocol = await upgrade(id, { "sec-websocket-protocol": `chat.v1, bearer.${token}` }, "?token=wrong");
		expect([byProtocol.status, byProtocol.headers.get("sec-websocket-protocol")]).toEqual([101, "chat.v1"]);
		const byQuery = await upgrade(id, {}, `?token=${token}`);
		expect([byQuery.status, byQuery.headers.get("sec-websocket-protocol")]).toEqual([101, null]);
	});

	it("is refused without a token, from another origin, to strangers, and without an upgrade header", async () => {
		const id = await newConversation("ann");
		const authorization = `Bearer ${await tokenOf("ann")}`;
		const answers = [
			await upgrade(id, {}),
			await upgrade(id, { authorization: "Bearer x" }),
			await upgrade(id, { authorization, origin: "https://evil.example" }),
			await upgrade(id, { authorization: `Bearer ${await tokenOf("stranger")}` }),
			await exports.default.fetch(socketUrl(id), { headers: { authorization } }),
		];
		const codes = await Promise.all(
			answers.map(async (answer) => [answer.status, ((await answer.json()) as { error: { code: string } }).error.code]),
		);
		expect(codes).toEqual([
			[401, "unauthorized"],
			[401, "unauthorized"],
			[403, "origin_not_allowed"],
			[404, "not_found"],
			[426, "upgrade_required"],
		]);
	});

	it("ignores a client's own headers and query about its identity", async () => {
		const id = await newConversation("ann");
		const forged = JSON.stringify({ identity: { userId: "ann", username: "Ann", expiresAt: 9e15, grants: ["*"] }, isChatProtocol: false });
		const query = `?upgrade=${encodeURIComponent(forged)}`;
		const response = await upgrade(id, { authorization: `Bearer ${await tokenOf("stranger")}`, upgrade: "websocket" }, query);
		expect(response.status).toBe(404);
	});

	it("is not needed by a granted person, whose first read makes them a member", async () => {
		const id = await newConversation("ann");
		const granted = await tokenOf("ops", { conversations: ["*"] });
		expect((await call("GET", `/conversations/${id}/messages`, granted)).status).toBe(200);
		expect((await call("GET", `/conversations/${id}`, granted)).body.conversation.members).toHaveLength(2);
		expect((await call("PATCH", `/conversations/${id}`, granted, { title: "x" })).body.error.code).toBe("forbidden");
	});

	it("creates a granted conversation on the first join and not before", async () => {
		const id = `room-${crypto.randomUUID()}`;
		const claims = { conversations: [id] };
		expect((await call("GET", `/conversations/${id}`, await tokenOf("ann", claims))).status).toBe(404);
		const ann = await Client.join("ann", id, { claims });
		expect(ann.joined.you).toEqual({ userId: "ann", username: "Ann" });
		const bob = await Client.join("bob", id, { claims: { conversations: ["*"] } });
		expect(bob.joined.participants).toHaveLength(2);
		expect((await call("GET", `/conversations/${id}`, await tokenOf("ann"))).body.conversation.members).toEqual([
			{ userId: "ann", username: "Ann", role: "owner" },
			{ userId: "bob", username: "Bob", role: "member" },
		]);
	});
});

describe("two people", () => {
	it("see each other join, type, send and leave", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		expect(await ann.next("chat:user-joined")).toMatchObject({ userId: "bob", username: "Bob" });
		bob.send({ type: "chat:typing", isTyping: true });
		expect(await ann.next("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: true });
		bob.say("Hi", "k1");
		const { message } = await ann.next("chat:message");
		expect(message).toMatchObject({ content: "Hi", clientId: "k1", author: { userId: "bob", username: "Bob" }, seq: 1 });
		expect((await bob.next("chat:message")).message).toEqual(message);
		bob.send({ type: "chat:leave" });
		expect(await bob.closed).toBe(1000);
		expect(await ann.next("chat:user-left")).toMatchObject({ userId: "bob" });
		expect(ann.all("chat:message")).toHaveLength(1);
		expect((await call("GET", `/conversations/${id}/messages`, await tokenOf("bob"))).body).toEqual({
			messages: [message],
			hasMore: false,
			hasNewer: false,
		});
	});

	it("and Claude hold a conversation, streamed to both and equal for a late joiner", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		ann.say(`@claude !{"tokens":60,"perSecond":100,"hold":"${id}"}`);
		const { messageId } = await bob.next("chat:thinking");
		await bob.next("chat:streaming");
		const late = await Client.join("bob", id);
		const sofar = late.joined.messages.find((message) => message.id === messageId);
		expect(sofar?.status).toBe("streaming");
		await release(id);
		const whole = [await ann.next("chat:complete"), await bob.next("chat:complete"), await late.next("chat:complete")];
		expect(whole.map((event) => event.messageId)).toEqual([messageId, messageId, messageId]);
		const content = (client: Client) => client.all("chat:message").find(({ message }) => message.id === messageId)?.message.content;
		const text = content(ann) as string;
		expect(text.length).toBeGreaterThan(50);
		expect([content(bob), content(late)]).toEqual([text, text]);
		const streamed = (client: Client, before = "") => {
			let sum = before;
			for (const { chunk, offset } of client.all("chat:streaming")) {
				expect(offset).toBe(sum.length);
				sum += chunk;
			}
			return sum;
		};
		expect(streamed(ann)).toBe(text);
		expect(streamed(late, sofar?.content)).toBe(text);
	});
});

describe("bad frames", () => {
	it("are answered, and the socket stays open", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const tries: [string | ArrayBuffer, string][] = [
			["{", "bad_frame"],
			[new ArrayBuffer(3), "bad_frame"],
			['{"type":"chat:nonsense"}', "unknown_event"],
			['{"type":"chat:send"}', "bad_event"],
			['{"type":"chat:leave","conversationId":"other"}', "conversation_mismatch"],
		];
		for (const [frame, code] of tries) {
			ann.raw(frame);
			expect(await ann.next("chat:error")).toMatchObject({ code, conversationId: id, error: expect.any(String) });
		}
		ann.say("still here");
		expect((await ann.next("chat:message")).message.content).toBe("still here");
	});

	it("close the socket at fifty a minute, whatever each holds", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		ann.raw(JSON.stringify(Array(200).fill({ type: "chat:nonsense" })));
		ann.say("x".repeat(100_001));
		for (let n = 2; n < limits.badFramesPerMinute; n++) ann.raw("{");
		ann.say("still here");
		expect((await ann.next("chat:message")).message.content).toBe("still here");
		ann.raw("{");
		expect(await ann.closed).toBe(4429);
	});

	it("close the socket unread when one is too large", async () => {
		const ann = await Client.join("ann", await newConversation("ann"));
		ann.raw(`${" ".repeat(limits.frameBytes)}{`);
		expect(await ann.closed).toBe(1009);
	});
});

describe("a token that expires", () => {
	it("closes the socket at the next frame, which is not stored", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id, { expiresIn: 60, ignoresClose: true });
		// The alarm that would close it has not rung by then.
		passTime(120_000);
		ann.say("too late");
		expect((await ann.next("chat:error")).code).toBe("token_expired");
		expect(await ann.closed).toBe(4401);
		expect((await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages).toEqual([]);
	});

	it("can be replaced by a newer one of the same person only", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id, { expiresIn: 60 });
		ann.send({ type: "chat:auth", token: await tokenOf("bob") });
		expect((await ann.next("chat:error")).code).toBe("unauthorized");
		const expiresAt = () =>
			runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) =>
				state.getWebSockets().map((socket) => (socket.deserializeAttachment() as { expiresAt: number }).expiresAt),
			);
		const [before] = await expiresAt();
		ann.send({ type: "chat:auth", token: await tokenOf("ann") });
		await expect.poll(async () => (await expiresAt())[0]).not.toBe(before);
		passTime(120_000);
		ann.say("in time");
		expect((await ann.next("chat:message")).message.content).toBe("in time");
	});
});

describe("hibernation", () => {
	it("keeps sockets and presence, and sending, typing and stopping work after it", async () => {
		const id = await newConversation("ann", ["bob"]);
		const stub = env.CONVERSATIONS.getByName(id);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		ann.say("before");
		const { cursor } = await bob.next("chat:message");
		await evict(stub, { webSockets: "hibernate" });
		bob.send({ type: "chat:typing", isTyping: true });
		expect(await ann.next("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: true });
		await evict(stub, { webSockets: "hibernate" });
		const question = `@claude !{"tokens":9,"hold":"${id}"}`;
		ann.say(question);
		expect((await bob.next("chat:message")).message).toMatchObject({ content: question, seq: 2 });
		await bob.next("chat:streaming");
		bob.send({ type: "chat:stop" });
		expect((await ann.next("chat:message", ({ message }) => message.role === "assistant")).message.status).toBe("stopped");
		await evict(stub, { webSockets: "hibernate" });
		const late = await Client.join("bob", id, { cursor });
		expect(late.joined.messages.map(({ seq, status }) => [seq, status])).toEqual([
			[2, "complete"],
			[3, "stopped"],
		]);
		expect(late.joined.reset).toBe(false);
		expect(late.joined.participants.map(({ userId }) => userId).sort()).toEqual(["ann", "bob"]);
		expect(ann.all("chat:user-joined")).toHaveLength(1);
	});

	it("answers a ping without waking the object", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const stub = env.CONVERSATIONS.getByName(id);
		await evict(stub, { webSockets: "hibernate" });
		ann.raw("ping");
		ann.say("after");
		await ann.next("chat:message");
		expect(ann.frames).toContain("pong");
		expect(ann.events.map(({ type }) => type).slice(0, 2)).toEqual(["chat:joined", "chat:message"]);
	});
});
