// Every event that a Socket.IO client can send is acknowledged once, whatever comes of it. A new event needs a row in each table.

import { afterEach, expect, inject, it } from "vitest";
import { Client as GatewayClient } from "../../src/gateway/socketio/client.ts";
import { heldPackets } from "../../src/platform/held-bytes.ts";
import type { ClientEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import { eventScopes } from "../../src/protocol/token.ts";
import { joined } from "../gateway/socketio/fixtures.ts";
import { startClock, stopClock } from "../support/clock.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

const server = { name: "docs", url: `${inject("mcpServer")}/mcp`, token: "mcp-token-of-the-tests" };
withSettings({ ...scripted, SEND_BURST: "90", SEND_PER_SECOND: "20", MCP_SERVERS: JSON.stringify([server]) });

type Name = ClientEvent["type"];
type Payload = Record<string, unknown>;
const names = Object.keys(eventScopes) as Name[];

/** A conversation of Ann's in which Claude replies only to mentions. */
class Stage {
	readonly id: string;
	readonly client: SocketIoClient;
	#acks = 0;

	private constructor(id: string, client: SocketIoClient) {
		this.id = id;
		this.client = client;
	}

	static async open(): Promise<Stage> {
		const id = await newConversation("ann");
		await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "mention", tools: { mcp: ["docs"] } });
		return new Stage(id, await SocketIoClient.join("ann", id));
	}

	/** Sends an event that asks for an acknowledgement, and returns its number. */
	emit(name: Name, payload: Payload): number {
		this.#acks += 1;
		this.client.emit(name, { ...(name !== "chat:auth" && { conversationId: this.id }), ...payload }, this.#acks);
		return this.#acks;
	}

	#answersTo(ack: number): { code?: string }[] {
		const prefix = `43${ack}[`;
		return this.client.received
			.filter(({ packet }) => packet.startsWith(prefix))
			.map(({ packet }) => JSON.parse(packet.slice(prefix.length - 1))[0]);
	}

	/** The acknowledgements, once there is one of each. */
	async answers(acks: readonly number[]): Promise<{ code?: string }[]> {
		const areThere = () => acks.every((ack) => this.#answersTo(ack).length > 0);
		if (!areThere()) await this.client.next(areThere);
		return acks.flatMap((ack) => this.#answersTo(ack));
	}

	/** Everything that was sent is acknowledged, each once. */
	async expectOnce(): Promise<void> {
		const all = Array.from({ length: this.#acks }, (_, n) => n + 1);
		await this.answers(all);
		// Whatever would come twice has come before this.
		await this.answers([this.emit("chat:send", { content: "The end", role: "user" })]);
		expect(all.map((ack) => this.#answersTo(ack).length)).toEqual(all.map(() => 1));
	}

	async say(content: string): Promise<Message> {
		const [message] = await this.answers([this.emit("chat:send", { content, role: "user" })]);
		return message as Message;
	}

	/** Claude's reply to a question, once it has ended. */
	async replied(content: string): Promise<Message> {
		const { seq } = await this.say(`@claude ${content}`);
		const isReply = ({ role, status, seq: at }: Message) => role === "assistant" && status !== "streaming" && at > seq;
		return (await this.client.next(({ name, payload }) => name === "chat:message" && isReply(payload.message))).payload.message;
	}

	/** The id of a private answer that has ended. */
	async asked(clientId: string): Promise<string> {
		this.emit("chat:ask-privately", { content: "Why?", clientId });
		const { payload } = await this.client.next(({ name, payload }) => {
			const aside = (payload as unknown as { aside?: { clientId: string; status: string } } | undefined)?.aside;
			return name === "chat:aside" && aside?.clientId === clientId && aside.status === "complete";
		});
		return (payload as unknown as { aside: { id: string } }).aside.id;
	}
}

/** In an order in which each can be done. */
const valid: Record<Name, (stage: Stage) => Payload | Promise<Payload>> = {
	"chat:join": () => ({}),
	"chat:auth": async () => ({ token: await tokenOf("ann") }),
	"chat:ack": () => ({}),
	"chat:typing": () => ({ isTyping: true }),
	"chat:read": () => ({ upTo: 0 }),
	"chat:list-members": () => ({ clientId: "l1", q: "ann" }),
	"chat:send": () => ({ content: "Hello", role: "user" }),
	"chat:edit": async (stage) => ({ messageId: (await stage.say("Wrong")).id, content: "Right" }),
	"chat:react": async (stage) => ({ messageId: (await stage.say("Nice")).id, emoji: "👍", on: true }),
	"chat:pin": async (stage) => ({ messageId: (await stage.say("Remember")).id, on: true }),
	"chat:delete": async (stage) => ({ messageId: (await stage.say("Forget")).id }),
	"chat:regenerate": async (stage) => ({ messageId: (await stage.replied("Hi")).id }),
	"chat:continue": async (stage) => ({ messageId: (await stage.replied("!max_tokens")).id }),
	"chat:approve": async (stage) => {
		const blocks = [{ call: "docs__write", input: { n: stage.id } }];
		await stage.say(`@claude ${stage.id} !${JSON.stringify({ blocks, stop: "tool_use", next: { text: "Done." } })}`);
		const { payload } = await stage.client.next(
			({ name, payload }) => name === "chat:tool" && (payload as unknown as { tool: { asks?: boolean } }).tool.asks === true,
		);
		const { messageId, tool } = payload as unknown as { messageId: string; tool: { id: string } };
		return { messageId, toolId: tool.id, allow: false };
	},
	// From here on a reply runs.
	"chat:withdraw": async (stage) => {
		await stage.say(`@claude !{"tokens":9,"hold":"${stage.id}"}`);
		return { messageId: (await stage.say("@claude And?")).id };
	},
	"chat:share": async (stage) => ({ asideId: await stage.asked("q1"), clientId: "s1" }),
	"chat:ask-privately": () => ({ content: "What?", clientId: "q2" }),
	"chat:stop-aside": () => ({ asideId: "a-none" }),
	"chat:stop": () => ({}),
	"chat:leave": () => ({}),
};

const unknown = { messageId: "m999-x" };
const refused: Record<Name, [Payload, code: string]> = {
	"chat:join": [{ conversationId: crypto.randomUUID() }, "not_found"],
	"chat:auth": [{ token: "none" }, "unauthorized"],
	"chat:ack": [{ conversationId: 7 }, "bad_event"],
	"chat:typing": [{ isTyping: "yes" }, "bad_event"],
	"chat:read": [{ upTo: -1 }, "bad_event"],
	"chat:list-members": [{ clientId: "l1", after: "none" }, "bad_request"],
	"chat:send": [{ content: "x", role: "user", replyTo: "m999-x" }, "not_found"],
	"chat:edit": [{ ...unknown, content: "x" }, "not_found"],
	"chat:react": [{ ...unknown, emoji: "👍", on: true }, "not_found"],
	"chat:pin": [{ ...unknown, on: true }, "not_found"],
	"chat:delete": [unknown, "not_found"],
	"chat:regenerate": [unknown, "not_found"],
	"chat:continue": [unknown, "not_found"],
	"chat:withdraw": [unknown, "not_found"],
	"chat:stop": [{ messageId: 7 }, "bad_event"],
	"chat:approve": [{ ...unknown, toolId: "x", allow: true }, "not_found"],
	"chat:ask-privately": [{ content: "x", clientId: "q1", follows: "a-none" }, "not_found"],
	"chat:stop-aside": [{ asideId: 7 }, "bad_event"],
	"chat:share": [{ asideId: "a-none", clientId: "s1" }, "not_found"],
	"chat:leave": [{ conversationId: 7 }, "bad_event"],
};

/** One of each event in a valid form, most of them about something that is not there. */
const wellFormed = (name: Name): Payload => {
	const ids = { messageId: "m999-x", asideId: "a-none", toolId: "x", clientId: `k-${name}` };
	return { ...ids, content: "x", role: "user", emoji: "👍", on: true, isTyping: true, upTo: 0, allow: true, token: "none", mentions: [] };
};

/** Closes the gate while the clock stands still: long frames count more, and short ones use up what these leave. */
const flood = [...Array.from({ length: 8 }, () => "x".repeat(900_000)), ...Array.from({ length: 200 }, () => "")];

afterEach(startClock);

it("each event is acknowledged once where it is valid", async () => {
	const stage = await Stage.open();
	expect(Object.keys(valid).sort()).toEqual([...names].sort());
	for (const name of Object.keys(valid) as Name[]) {
		const [answer] = await stage.answers([stage.emit(name, await valid[name](stage))]);
		expect([name, answer]).not.toEqual([name, expect.objectContaining({ code: expect.any(String) })]);
	}
	await stage.expectOnce();
});

it("each event is acknowledged once where it is refused", async () => {
	const stage = await Stage.open();
	for (const name of names) {
		const [payload, code] = refused[name];
		expect([name, ...(await stage.answers([stage.emit(name, payload)]))]).toMatchObject([name, { code }]);
	}
	await stage.expectOnce();
});

it("each event is acknowledged once while its conversation is deleted, and after that", async () => {
	const stage = await Stage.open();
	const deleted = call("DELETE", `/conversations/${stage.id}`, await tokenOf("ann"));
	for (const name of names) if (name !== "chat:leave") stage.emit(name, wellFormed(name));
	await deleted;
	await stage.client.next(({ name, payload }) => name === "chat:error" && payload.code === "not_found" && !("messageId" in payload));
	for (const name of names) stage.emit(name, wellFormed(name));
	await stage.expectOnce();
});

it("each event is acknowledged once while the connection sends too much", async () => {
	const stage = await Stage.open();
	stopClock();
	for (const padding of flood) stage.client.emit("chat:ack", { conversationId: stage.id, padding });
	const acks = names.map((name) => stage.emit(name, wellFormed(name)));
	expect((await stage.answers(acks)).filter(({ code }) => code === "rate_limited").length).toBeGreaterThan(1);
	startClock();
	await stage.expectOnce();
});

it("each event is acknowledged once while another connection of its person sends too much", async () => {
	const stage = await Stage.open();
	const other = await Client.join("ann", stage.id);
	stopClock();
	for (const padding of flood) other.send({ type: "chat:ack", padding } as never);
	await other.next("chat:error");
	startClock();
	for (const name of names) if (name !== "chat:leave") stage.emit(name, wellFormed(name));
	await stage.expectOnce();
});

it("each event is acknowledged once, and before the end, where the token expires before its answer", async () => {
	const packets: string[] = [];
	const { 0: theirs, 1: ours } = new WebSocketPair();
	ours.accept();
	const client = new GatewayClient(
		{
			nsp: "/",
			sid: "s",
			pid: undefined,
			identity: { kind: "issuer", userId: "ann", username: "Ann", expiresAt: 1_000, grants: [] } as never,
			resends: { base: "b", acknowledged: 0, unread: [] },
			rooms: new Map(),
		},
		{
			backend: { open: async () => theirs, holdPackets: () => heldPackets.hold({ userId: "ann" }) } as never,
			hasRoomFor: () => true,
			countBadEvent: () => {},
			clientDisconnected: () => {},
		},
		{ roundTrip: 0, addRoundTrip: () => {}, send: (packet) => void packets.push(packet), ping: () => 1 },
	);
	client.welcome();
	const isJoined = Promise.withResolvers<void>();
	ours.addEventListener("message", () => isJoined.resolve());
	const emit = (name: Name, ackId: number) =>
		client.receive({ type: "event", nsp: "/", name, payload: { ...wellFormed(name), conversationId: "here" }, ackId });
	emit("chat:join", 0);
	ours.send(JSON.stringify([joined([])]));
	emit("chat:read", 1);
	await isJoined.promise;
	const rest = names.filter((name) => name !== "chat:leave" && name !== "chat:auth");
	for (const [n, name] of rest.entries()) emit(name, n + 2);
	client.expire(1_001);
	const answered = packets.flatMap((packet) => /^3(\d+)\[/.exec(packet)?.[1] ?? []).map(Number);
	expect(answered.toSorted((one, other) => one - other)).toEqual(Array.from({ length: rest.length + 2 }, (_, n) => n));
	expect(packets.at(-1)).toBe("1");
	expect(packets.filter((packet) => packet.includes('"token_expired"')).length).toBeGreaterThan(1);
});
