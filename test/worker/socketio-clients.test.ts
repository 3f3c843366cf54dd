// Socket.IO clients that are not the published JavaScript one: what they send, packet by packet.

import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { heldPackets, packetLimits } from "../../src/platform/held-bytes.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { passTime, startClock } from "../support/clock.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { openPolling, SocketIoClient, url } from "../support/socketio.ts";

const argumentsOf = (packet: string): unknown[] => JSON.parse(packet.slice(packet.indexOf("[")));
const textsIn = async (id: string): Promise<string[]> => {
	const { messages } = (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body as { messages: Message[] };
	return messages.map(({ content }) => content);
};
const chatSend = (conversationId: string, content: string, ackId: number | "" = "") =>
	`42${ackId}${JSON.stringify(["chat:send", { conversationId, content, role: "user" }])}`;

describe("a client that does not ask for recovery", () => {
	it("is sent no pid, and events with one argument", async () => {
		const id = await newConversation("ann", ["bob"]);
		const client = await SocketIoClient.open("ann");
		expect(client.received.at(-1)?.packet).toMatch(/^40\{"sid":"[\w-]+"\}$/);
		client.emit("chat:join", { conversationId: id }, 0);
		await client.acknowledged(0);
		client.sendMessage(id, "@claude hello", 1);
		await client.acknowledged(1);
		client.sendMessage(id, " ");
		await client.next(({ name }) => name === "chat:streaming");
		client.emit("chat:stop", { conversationId: id });
		await client.next(({ name }) => name === "chat:complete");
		client.emit("chat:leave", { conversationId: id });
		await client.next(({ name }) => name === "chat:left");
		const events = client.received.filter(({ name }) => name !== undefined);
		expect(new Set(events.map(({ name }) => name))).toEqual(
			new Set([
				"chat:joined",
				"chat:message",
				"chat:thinking",
				"chat:streaming",
				"chat:complete",
				"chat:error",
				"chat:left",
				...events.flatMap(({ name = "" }) => (/^chat:(conversation|updated|user-.*)$/.test(name) ? [name] : [])),
			]),
		);
		for (const { packet } of events) expect(argumentsOf(packet)).toHaveLength(2);
		client.close();
	});

	it("starts without conversations when it comes back, also with a pid and an offset", async () => {
		const id = await newConversation("ann", ["bob"]);
		const asked = await SocketIoClient.join("ann", id, { recovery: true });
		asked.sendMessage(id, "before");
		await asked.nextMessage("before");
		const { pid } = JSON.parse(asked.received.find(({ packet }) => packet.startsWith("40"))?.packet.slice(2) as string);
		const offset = argumentsOf(asked.received.findLast(({ name }) => name !== undefined)?.packet as string)[2];
		expect([pid, offset]).toEqual([expect.stringMatching(/.{20,}/), expect.stringContaining(id)]);
		asked.close();
		for (const [recovery, answer] of [
			[true, { content: "after" }],
			["true", { code: "not_joined" }],
			[undefined, { code: "not_joined" }],
		] as const) {
			const back = await SocketIoClient.open("ann", { pid, offset, recovery });
			back.sendMessage(id, "after", 1);
			expect(await back.acknowledged(1)).toMatchObject(answer);
			back.close();
		}
	});
});

describe("a client that comes back", () => {
	it("starts without conversations if memory has no room for what it missed, and leaves none taken", async () => {
		const id = await newConversation("ann", ["bob"]);
		const asked = await SocketIoClient.join("ann", id, { recovery: true });
		asked.sendMessage(id, "before");
		await asked.nextMessage("before");
		const { pid } = JSON.parse(asked.received.find(({ packet }) => packet.startsWith("40"))?.packet.slice(2) as string);
		const offset = argumentsOf(asked.received.findLast(({ name }) => name !== undefined)?.packet as string)[2];
		asked.close();
		await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "x".repeat(2_000) });
		const others = heldPackets.hold({ userId: "ann" });
		expect(others.add(packetLimits.person - 2_000)).toBe(true);
		const back = await SocketIoClient.open("ann", { pid, offset, recovery: true });
		back.sendMessage(id, "after", 1);
		expect(await back.acknowledged(1)).toMatchObject({ code: "not_joined" });
		expect(others.add(2_000)).toBe(true);
		others.release();
		const again = await SocketIoClient.open("ann", { pid, offset, recovery: true });
		expect((await again.nextMessage("x".repeat(2_000))).payload.message.author.userId).toBe("bob");
		expect(others.add(packetLimits.person)).toBe(true);
		others.release();
		for (const client of [back, again]) client.close();
	});
});

describe("a client by polling whose requests have", () => {
	/** Sends requests with this `t`, and returns the packets that it was answered. */
	async function poller(t: () => string) {
		const session = url(`polling&sid=${await openPolling("ann", t())}`);
		const at = () => (t() === "" ? session : `${session}&t=${t()}`);
		const post = async (body: string) => expect(await (await exports.default.fetch(at(), { method: "POST", body })).text()).toBe("ok");
		const get = async () => (await (await exports.default.fetch(at())).text()).split("\x1e");
		const packets: string[] = [];
		return {
			post,
			packets,
			/** Polls until a packet fits, and answers pings. */
			until: async (fits: RegExp) => {
				while (!packets.some((packet) => fits.test(packet))) {
					const received = await get();
					packets.push(...received);
					for (const packet of received) if (packet === "2") await post("3");
				}
			},
		};
	}

	it.each<[string, () => string]>([
		["no t", () => ""],
		["a t of whole seconds", () => "1764355000"],
		["a t of milliseconds", () => "1764355000123"],
		["a constant t", () => "tenant-7"],
		["a short constant t", () => "1"],
	])("%s loses no packet and receives none twice", async (_how, t) => {
		const id = await newConversation("ann", ["bob"]);
		const client = await poller(t);
		await client.post("40");
		await client.until(/^40\{/);
		await client.post(`420${JSON.stringify(["chat:join", { conversationId: id }])}`);
		await client.until(/^430/);
		// Four at once, two of them alike.
		const texts = ["one", "two", "ha", "ha"];
		await Promise.all(texts.map((text) => client.post(chatSend(id, text))));
		await client.until(/^42\["chat:message".*"seq":4\D/);
		await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "from Bob" });
		await client.until(/^42\["chat:message".*"from Bob"/);
		expect((await textsIn(id)).sort()).toEqual([...texts, "from Bob"].sort());
		const received = client.packets.filter((packet) => packet.startsWith('42["chat:message"'));
		expect(received.length).toBe(5);
		for (const kind of ["40{", "430[", '42["chat:joined"'])
			expect(client.packets.filter((packet) => packet.startsWith(kind)).length).toBe(1);
	});

	it("a t of their own are recognized when they are repeated", async () => {
		const id = await newConversation("ann", ["bob"]);
		const session = url(`polling&sid=${await openPolling("ann", "abc0")}`);
		const post = (t: string, body: string) => exports.default.fetch(`${session}&t=${t}`, { method: "POST", body });
		const get = async (t: string) => (await exports.default.fetch(`${session}&t=${t}`)).text();
		await post("abc1", "40");
		const connected = await get("abc2");
		expect(connected).toMatch(/^40\{/);
		expect(await get("abc2")).toBe(connected);
		await post("abc3", `420${JSON.stringify(["chat:join", { conversationId: id }])}`);
		await get("abc4");
		for (let n = 0; n < 2; n++) expect(await (await post("abc5", chatSend(id, "once"))).text()).toBe("ok");
		await post("abc6", chatSend(id, "last"));
		await expect.poll(() => textsIn(id)).toEqual(["once", "last"]);
	});
});

describe("a client with subprotocols", () => {
	const upgrade = async (protocols: string) =>
		exports.default.fetch(url("websocket"), { headers: { upgrade: "websocket", "sec-websocket-protocol": protocols } });

	it.each([
		["chat.v1, bearer.TOKEN", "chat.v1"],
		["bearer.TOKEN, foo, chat.v1", "foo"],
		["foo", "foo"],
		["bearer.TOKEN", null],
	])("is answered with one of %j, never with the token", async (offered, chosen) => {
		const { status, headers, webSocket } = await upgrade(offered);
		expect([status, headers.get("sec-websocket-protocol")]).toEqual([101, chosen]);
		webSocket?.accept();
		webSocket?.close();
	});

	it("is signed in by the token among them", async () => {
		const { webSocket } = await upgrade(`chat.v1, bearer.${await tokenOf("ann")}`);
		const client = new SocketIoClient(webSocket as WebSocket);
		client.send("40/chat");
		await client.next(({ packet }) => packet.startsWith("40/chat,{"));
		client.close();
	});
});

describe("the tabs of one person", () => {
	/** A tab that polls, joins and upgrades, like a browser by default. */
	async function openTab(id: string): Promise<SocketIoClient> {
		const sid = await openPolling("ann");
		const session = url(`polling&sid=${sid}`);
		const packets: string[] = [];
		const exchange = async (body: string, until: string) => {
			await exports.default.fetch(session, { method: "POST", body });
			while (!packets.some((packet) => packet.startsWith(until))) {
				packets.push(...(await (await exports.default.fetch(session)).text()).split("\x1e"));
				if (packets.includes("2")) await exports.default.fetch(session, { method: "POST", body: "3" });
			}
		};
		await exchange("40", "40{");
		await exchange(`42${JSON.stringify(["chat:join", { conversationId: id }])}`, '42["chat:joined"');
		const tab = await SocketIoClient.bare(`websocket&sid=${sid}`);
		tab.send("2probe");
		await tab.next(({ packet }) => packet === "3probe");
		tab.send("5");
		// An event that only the upgraded session answers.
		tab.emit("chat:read", { conversationId: id, upTo: 0 }, 1);
		await tab.acknowledged(1);
		return tab;
	}

	it("all stay in the conversation while they upgrade, up to the limit, and the person never seems to leave", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const tabs = [await openTab(id)];
		for (let n = 1; n < limits.socketsPerPerson; n += 1) tabs.push(await openTab(id));
		bob.say("Good morning");
		for (const tab of tabs) {
			await tab.nextMessage("Good morning");
			expect(tab.received.filter(({ name }) => name === "chat:error")).toEqual([]);
			tab.sendMessage(id, "hello", 2);
			expect(await tab.acknowledged(2)).toMatchObject({ content: "hello" });
		}
		expect(bob.all("chat:user-joined").length).toBe(1);
		expect(bob.all("chat:user-left").length).toBe(0);
		for (const tab of tabs) tab.close();
		await bob.next("chat:user-left");
	});
});

describe("equal words", () => {
	afterEach(startClock);

	it("sent twice within a round trip are two messages, and always from a client that does not use retries", async () => {
		const id = await newConversation("ann", ["bob"]);
		for (const joinAck of ["", 0] as const) {
			const client = await SocketIoClient.open("ann");
			client.emit("chat:join", { conversationId: id }, joinAck);
			await client.next(({ name }) => name === "chat:joined");
			// A client that joins without an acknowledgement never sends again; any other is on a slow
			// network.
			client.answersPings = joinAck === 0;
			client.pongDelay = 800;
			for (const ackId of [11, 12, 13]) {
				client.sendMessage(id, `how far? ${ackId}`, ackId);
				await client.acknowledged(ackId);
				await client.ponged();
			}
			const before = (await textsIn(id)).length;
			for (const ackId of [3, 4, 5]) {
				client.sendMessage(id, "ha", ackId);
				passTime(100);
			}
			await client.acknowledged(5);
			startClock();
			expect((await textsIn(id)).slice(before)).toEqual(["ha", "ha", "ha"]);
			client.close();
		}
	});
});
