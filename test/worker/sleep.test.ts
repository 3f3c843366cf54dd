// An idle conversation costs nothing: whatever happened before, nothing keeps its object awake.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { EventReader } from "../support/events.ts";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { rowsOf } from "../support/rows.ts";
import { scripted, unlimitedSends, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

withSettings({ ...scripted, ...unlimitedSends });

const before: [what: string, happen: (ann: Client) => Promise<unknown>][] = [
	["somebody joined", async () => {}],
	// The timer that bounds the request for a title must not outlive it.
	[
		"its first reply, after which Claude is asked for a title",
		async (ann) => {
			ann.say("How are you?");
			await ann.next("chat:complete");
		},
	],
	[
		"a stopped reply",
		async (ann) => {
			ann.say('!{"tokens":1000,"perSecond":50}');
			await ann.next("chat:streaming");
			ann.send({ type: "chat:stop" });
			await ann.next("chat:complete");
		},
	],
	[
		"a failed reply",
		async (ann) => {
			expectLog(/spend_limit/);
			ann.say("!spend");
			await ann.next("chat:complete");
		},
	],
	[
		"many messages at once",
		async (ann) => {
			for (let n = 0; n < 8; n++) ann.say(`Number ${n}`);
			await ann.next("chat:message", ({ message }) => message.content === "Number 7");
			await ann.next("chat:complete");
		},
	],
	[
		"typing and a refused token",
		async (ann) => {
			ann.send({ type: "chat:typing", isTyping: true });
			ann.send({ type: "chat:auth", token: "x" });
			await ann.next("chat:error");
		},
	],
];

// Eviction waits while anything of the object is under way.
it.each(before)("sleeps after %s", async (_what, happen) => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await happen(ann);
	await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
	ann.send({ type: "chat:join" });
	expect(await ann.next("chat:joined")).toMatchObject({ participants: [{ userId: "ann" }] });
});

// The runtime refuses to evict an object that does not run, and so tells whether anything has woken it.
it("stays asleep with connected sockets until a token expires: neither pings nor lists nor other conversations wake it", async () => {
	const people = ["ann", "bob"].map((name) => `${name}-${crypto.randomUUID()}`);
	const [ann, bob] = people as [string, string];
	const id = await newConversation(ann, [bob]);
	const stub = env.CONVERSATIONS.getByName(id);
	const [opened, validFor] = [Date.now(), 600];
	const sockets = [await Client.join(ann, id, { expiresIn: validFor }), await Client.join(bob, id, { expiresIn: validFor })];
	sockets[0]?.say("Hello");
	for (const socket of sockets) await socket.next("chat:message");
	const before = await rowsOf(id);
	await evict(stub, { webSockets: "hibernate" });

	for (const socket of sockets) socket.raw("ping");
	for (const { frames } of sockets) await expect.poll(() => frames).toContain("pong");
	const other = await Client.join(ann, await newConversation(ann, [bob]));
	other.say("Somewhere else");
	await other.next("chat:message");
	for (const person of people) expect((await call("GET", "/conversations", await tokenOf(person))).body.conversations).toHaveLength(2);
	await expect(evictDurableObject(stub)).rejects.toThrow("not currently running");

	const alarm = await runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
	// When the first token expires, which is in whole seconds. Nothing else is due.
	expect(alarm).toBeGreaterThanOrEqual(opened + validFor * 1000 - 1000);
	expect(await rowsOf(id)).toEqual(before);
	for (const socket of [...sockets, other]) socket.close();
});

// Frames may still be on their way when it falls asleep, and those that wake it come at once.
it("keeps the order of bursts before and after each sleep, for native sockets, Socket.IO and event streams", async () => {
	const id = await newConversation("ann", ["bob", "cyd"]);
	const [ann, bob] = [await Client.join("ann", id), await SocketIoClient.join("bob", id)];
	const headers = { authorization: `Bearer ${await tokenOf("cyd")}` };
	const { body } = await exports.default.fetch(`${origin}/api/conversations/${id}/events`, { headers });
	const cyd = new EventReader(body as NonNullable<typeof body>);
	await cyd.next("chat:joined");
	const [bursts, size] = [3, 10];
	const sentBy = (who: string) => Array.from({ length: bursts * size }, (_, n) => `${who} ${n}`);
	for (let burst = 0; burst < bursts; burst++) {
		if (burst > 0) {
			// It is awake, and the rest of the burst may not be there yet.
			await ann.next("chat:message", ({ message }) => message.content === `ann ${(burst - 1) * size}`);
			await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		}
		for (let n = burst * size; n < (burst + 1) * size; n++) {
			ann.say(`ann ${n}`);
			bob.sendMessage(id, `bob ${n}`);
		}
	}
	const received: Record<string, () => Message[]> = {
		native: () => ann.all("chat:message").map(({ message }) => message),
		socketIo: () => bob.received.flatMap(({ name, payload }) => (name === "chat:message" ? [payload.message] : [])),
		events: () => cyd.events.filter(({ event }) => event === "chat:message").map(({ data }) => JSON.parse(data).message),
	};
	for (const [dialect, messages] of Object.entries(received)) {
		await expect.poll(() => messages().length, { message: dialect }).toBeGreaterThanOrEqual(2 * bursts * size);
		expect(messages().map(({ seq }) => seq)).toEqual(Array.from({ length: 2 * bursts * size }, (_, n) => n + 1));
		for (const who of ["ann", "bob"]) {
			const own = messages().filter(({ author }) => author.userId === who);
			expect(own.map(({ content }) => content)).toEqual(sentBy(who));
		}
	}
	ann.close();
	bob.close();
	await cyd.leave();
});
