import { describe, expect, it, vi } from "vitest";
import type { CloseCode } from "../../src/protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { Connection, type ConnectionState, type Renewal } from "../../web/src/live/connection.ts";
import { conversationId, FakeNetwork, HandClock, joined, message } from "./fakes.ts";

/** A connection that has begun, with everything around it in the test's hands. */
function connect(
	given: { token?: null; cursor?: string; random?: number; renewal?: Renewal; whyRefused?: CloseCode; hasNetwork?: boolean } = {},
) {
	const clock = new HandClock();
	const network = new FakeNetwork();
	const states: ConnectionState[] = [];
	const events: ServerEvent[] = [];
	const renewals: number[] = [];
	const connection = new Connection<ServerEvent, ClientEvent>({
		token: given.token === undefined ? "token-1" : null,
		cursor: given.cursor,
		hasNetwork: () => given.hasNetwork ?? true,
		parseFrame: parseServerFrame,
		readyEvent: "chat:joined",
		urlFor: (cursor) => `wss://chat.example/socket${cursor === undefined ? "" : `?cursor=${cursor}`}`,
		openSocket: network.open,
		clock,
		random: () => given.random ?? 1,
		renewToken: async () => {
			renewals.push(clock.now());
			return given.renewal ?? { failure: "unreachable" };
		},
		explainRefusal: async () => given.whyRefused,
		onEvents: (more) => events.push(...more),
		onState: (state) => states.push(state),
	});
	connection.start();
	return { connection, clock, network, states, events, renewals, state: () => states.at(-1) };
}

/** Lets everything that was promised happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("connecting", () => {
	it("sends the token as a subprotocol, and is connected once the server says so", () => {
		const { network, state, events } = connect();
		expect([network.last.url, network.last.protocols]).toEqual(["wss://chat.example/socket", ["chat.v1", "bearer.token-1"]]);
		expect(state()).toEqual({ type: "connecting" });
		network.last.says(joined());
		expect(state()).toEqual({ type: "connected" });
		expect(events.map(({ type }) => type)).toEqual(["chat:joined"]);
	});

	it("sends nothing before it is connected", () => {
		const { connection, network } = connect();
		expect(connection.send({ type: "chat:typing", conversationId, isTyping: true })).toBe(false);
		network.last.says(joined());
		expect(connection.send({ type: "chat:typing", conversationId, isTyping: true })).toBe(true);
		expect(network.last.events).toEqual([{ type: "chat:typing", conversationId, isTyping: true }]);
	});

	it("resumes from an earlier cursor", () => {
		expect(connect({ cursor: "c1" }).network.last.url).toBe("wss://chat.example/socket?cursor=c1");
	});

	it("is joining while missed events arrive, for up to a minute", async () => {
		const { clock, network, state } = connect();
		network.last.opens();
		expect(state()).toEqual({ type: "joining" });
		clock.advance(59_999);
		expect(state()).toEqual({ type: "joining" });
		network.last.says(joined());
		expect(state()).toEqual({ type: "connected" });
	});

	it("gives up on a server that opens the socket and then sends nothing", async () => {
		const { clock, network, state } = connect();
		network.last.opens();
		clock.advance(60_000);
		await settled();
		expect(network.last.isClosed).toBe(true);
		expect(state()?.type).toBe("waiting");
	});

	it("says so if the first thing it receives is no welcome that it can read, and tries again", () => {
		const { clock, network, state } = connect();
		network.last.opens();
		const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
		network.last.says({ ...joined(), you: null } as never);
		expect(warn).toHaveBeenCalledExactlyOnceWith("An event could not be read", "chat:joined");
		warn.mockRestore();
		expect(network.last.isClosed).toBe(true);
		expect(state()).toEqual({ type: "waiting", until: clock.now() + 500, isUnreadable: true });
		clock.advance(500);
		network.last.says(joined());
		expect(state()).toEqual({ type: "connected" });
	});

	it("gives up on a server that does not answer", async () => {
		const { clock, network, state } = connect();
		clock.advance(10_000);
		await settled();
		expect(network.last.isClosed).toBe(true);
		expect(state()).toEqual({ type: "waiting", until: clock.now() + 500 });
	});
});

describe("reconnecting", () => {
	it.each([1000, 1006, 1009, 1011, 4408, 4429])("happens after %i, with the newest cursor", (code) => {
		const { clock, network, state } = connect();
		network.last.says(joined({ cursor: "c1" }), { type: "chat:message", conversationId, message: message(1), cursor: "c2" });
		network.last.closes(code);
		expect(state()).toEqual({ type: "waiting", until: clock.now() + 500 });
		clock.advance(500);
		expect(network.sockets).toHaveLength(2);
		expect(network.last.url).toBe("wss://chat.example/socket?cursor=c2");
	});

	it("happens after an upgrade that was answered with 503, with the same cursor, until it succeeds", async () => {
		const { clock, network, states, state } = connect({ cursor: "c1" });
		// A browser does not say why an upgrade failed. The question by HTTP is answered with 503 too, which is no end.
		for (const wait of [500, 1000]) {
			network.last.closes(1006);
			await settled();
			expect(state()).toEqual({ type: "waiting", until: clock.now() + wait });
			clock.advance(wait);
		}
		expect(network.sockets.map(({ url }) => url)).toEqual(Array(3).fill("wss://chat.example/socket?cursor=c1"));
		network.last.opens();
		network.last.says(joined());
		expect(state()).toEqual({ type: "connected" });
		expect(states.some(({ type }) => type === "ended")).toBe(false);
	});

	it("waits for a random time up to a bound that grows with each attempt", async () => {
		const { clock, network, state } = connect({ random: 0.5 });
		const waits: number[] = [];
		for (let attempt = 0; attempt < 8; attempt += 1) {
			network.last.closes(1006);
			await settled();
			const now = state();
			if (now?.type !== "waiting") throw new Error(`It is ${now?.type}`);
			waits.push(now.until - clock.now());
			clock.advance(now.until - clock.now());
		}
		expect(waits).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500, 7500]);
	});

	it("resets the bound only after a connection that lasted", () => {
		const { clock, network, state } = connect();
		const wait = () => {
			const now = state();
			return now?.type === "waiting" ? now.until - clock.now() : undefined;
		};
		network.last.says(joined());
		network.last.closes(1006);
		expect(wait()).toBe(500);
		clock.advance(500);
		network.last.says(joined());
		network.last.closes(1006);
		expect(wait()).toBe(1000);
		clock.advance(1000);
		network.last.says(joined());
		clock.advance(5_000);
		network.last.closes(1006);
		expect(wait()).toBe(500);
	});

	it("ignores a socket that it has replaced", () => {
		const { connection, network, events, states } = connect();
		const [first] = network.sockets;
		first?.says(joined());
		connection.lostNetwork();
		const before = [events.length, states.length];
		first?.says(joined());
		first?.closes(1006);
		expect([events.length, states.length]).toEqual(before);
	});
});

describe("a token", () => {
	it("that has expired is renewed, and the connection continues", async () => {
		const { clock, network, state, renewals } = connect({ renewal: { token: "token-2" } });
		network.last.says(joined({ cursor: "c1" }));
		network.last.closes(4401);
		await settled();
		clock.advance(500);
		expect(renewals).toHaveLength(1);
		expect([network.last.url, network.last.protocols[1]]).toEqual(["wss://chat.example/socket?cursor=c1", "bearer.token-2"]);
		network.last.says(joined({ reset: false }));
		expect(state()).toEqual({ type: "connected" });
	});

	it("that cannot be renewed ends the connection", async () => {
		const { clock, network, state } = connect({ renewal: { failure: "signed_out" } });
		network.last.says(joined());
		network.last.closes(4401);
		await settled();
		expect(state()).toEqual({ type: "ended", code: 4401 });
		clock.advance(60_000);
		expect(network.sockets).toHaveLength(1);
	});

	it("that cannot be renewed now is renewed later", async () => {
		const { clock, network, state } = connect({ renewal: { failure: "unreachable" } });
		network.last.says(joined());
		network.last.closes(4401);
		await settled();
		expect(state()?.type).toBe("waiting");
		clock.advance(500);
		expect(network.sockets).toHaveLength(2);
	});

	it("that the upgrade refuses is renewed as well", async () => {
		const { clock, network, renewals } = connect({ whyRefused: 4401, renewal: { token: "token-2" } });
		network.last.closes(1006);
		await settled();
		clock.advance(500);
		expect(renewals).toHaveLength(1);
		expect(network.last.protocols[1]).toBe("bearer.token-2");
	});

	it("that is set later is used for the next connection", () => {
		const { connection, clock, network } = connect();
		network.last.says(joined());
		connection.setToken("token-2");
		network.last.closes(1006);
		clock.advance(500);
		expect(network.last.protocols[1]).toBe("bearer.token-2");
	});
});

describe("without a token", () => {
	it("requests one and then connects at once", async () => {
		const { network, state, renewals } = connect({ token: null, renewal: { token: "token-2" } });
		expect([network.sockets.length, state()]).toEqual([0, { type: "connecting" }]);
		await settled();
		expect(renewals).toHaveLength(1);
		expect(network.last.protocols[1]).toBe("bearer.token-2");
	});

	it("requests one again later, and at once when woken", async () => {
		const { connection, clock, network, state, renewals } = connect({ token: null });
		await settled();
		expect(state()).toEqual({ type: "waiting", until: clock.now() + 500 });
		clock.advance(500);
		await settled();
		expect([renewals.length, network.sockets.length]).toEqual([2, 0]);
		connection.wake();
		await settled();
		expect(renewals).toHaveLength(3);
	});

	it("connects at once, and once, when a token is set", async () => {
		const { connection, clock, network } = connect({ token: null });
		await settled();
		connection.setToken("token-3");
		expect(network.sockets).toHaveLength(1);
		connection.setToken("token-3");
		clock.advance(500);
		expect(network.sockets.map(({ protocols }) => protocols[1])).toEqual(["bearer.token-3"]);
	});
});

describe("an end", () => {
	it.each([4403, 4404] as const)("is final after %i", (code) => {
		const { clock, network, state } = connect();
		network.last.says(joined());
		network.last.closes(code);
		expect(state()).toEqual({ type: "ended", code });
		clock.advance(60_000);
		expect(network.sockets).toHaveLength(1);
	});

	it("by another connection of the person lasts until they come back to this one", () => {
		const { connection, clock, network, state } = connect();
		network.last.says(joined());
		network.last.closes(4409);
		expect(state()).toEqual({ type: "replaced" });
		connection.lostNetwork();
		clock.advance(3_600_000);
		expect(network.sockets).toHaveLength(1);
		connection.wake();
		expect(network.sockets).toHaveLength(2);
		network.last.says(joined());
		expect(state()).toEqual({ type: "connected" });
	});

	it("is found out by HTTP if the upgrade is refused", async () => {
		const { network, state } = connect({ whyRefused: 4404 });
		network.last.closes(1006);
		await settled();
		expect(state()).toEqual({ type: "ended", code: 4404 });
	});

	it("by stop() calls no listener", async () => {
		const { connection, clock, network, states } = connect();
		network.last.says(joined());
		const before = states.length;
		connection.stop();
		network.last.closes(1000);
		clock.advance(60_000);
		await settled();
		expect([network.last.isClosed, network.sockets.length, states.length]).toEqual([true, 1, before]);
	});
});

describe("a dead socket", () => {
	it("is detected by a missing pong", () => {
		const { clock, network, state } = connect();
		network.last.says(joined());
		clock.advance(25_000);
		expect(network.last.sent).toEqual(["ping"]);
		clock.advance(10_000);
		expect(network.last.isClosed).toBe(true);
		expect(state()?.type).toBe("waiting");
	});

	it("is not assumed while pongs or events arrive", () => {
		const { clock, network, state } = connect();
		network.last.says(joined());
		clock.advance(25_000);
		network.last.saysText("pong");
		clock.advance(35_000);
		expect(network.last.sent).toEqual(["ping", "ping"]);
		network.last.says({ type: "chat:complete", conversationId, messageId: "m1" });
		clock.advance(10_000);
		expect(state()).toEqual({ type: "connected" });
		expect(network.sockets).toHaveLength(1);
	});

	it("is checked for at once when woken", () => {
		const { connection, clock, network, state } = connect();
		network.last.says(joined());
		connection.wake();
		expect(network.last.sent).toEqual(["ping"]);
		clock.advance(10_000);
		expect(state()?.type).toBe("waiting");
	});
});

describe("the device's network", () => {
	it("lost means offline at once, and back means connecting at once", () => {
		const { connection, network, state } = connect();
		network.last.says(joined({ cursor: "c1" }));
		connection.lostNetwork();
		expect(state()).toEqual({ type: "offline" });
		expect(network.last.isClosed).toBe(true);
		connection.wake();
		expect(network.sockets).toHaveLength(2);
		expect(network.last.url).toContain("cursor=c1");
	});

	it("reported as lost still leaves an attempt at intervals", () => {
		const { connection, clock, network, state } = connect();
		network.last.says(joined());
		connection.lostNetwork();
		clock.advance(15_000);
		network.last.says(joined({ reset: false }));
		expect(state()).toEqual({ type: "connected" });
	});

	it("missing from the start makes a failed attempt offline", async () => {
		const { clock, network, state } = connect({ hasNetwork: false });
		network.last.closes(1006);
		await settled();
		expect(state()).toEqual({ type: "offline" });
		clock.advance(15_000);
		network.last.says(joined());
		expect(state()).toEqual({ type: "connected" });
	});

	it("back during a wait connects at once, and only once", () => {
		const { connection, clock, network } = connect();
		network.last.says(joined());
		network.last.closes(1006);
		connection.wake();
		expect(network.sockets).toHaveLength(2);
		network.last.says(joined());
		clock.advance(20_000);
		expect(network.sockets).toHaveLength(2);
	});
});
