// Engine.IO 4 and Socket.IO 5 in detail: the cases of the protocols' conformance suites that apply
// to a chat, with the short times that they ask for; packets that no client sends; and the
// heartbeats of an hour, in seconds.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../e2e/product.ts";
import { Wire } from "../e2e/wire.ts";
import { SocketIoClient, secret, tokenOf } from "./socketio-client.ts";

/**
 * Two servers: one pings as seldom as in a deployment, so that no ping comes between other packets, however slow the machine is. The
 * other one pings soon. The suites ask for 300 and 200 there, but a busy machine takes longer than that to answer.
 */
const calmTimes = { pingInterval: 25_000, pingTimeout: 20_000 };
const pingInterval = 500;
const pingTimeout = 5_000;
let product: Product;
let beating: Product;
let token = "";

beforeAll(async () => {
	[product, beating] = await Promise.all([
		startProduct({ JWT_SECRET: secret }),
		startProduct({
			JWT_SECRET: secret,
			SOCKETIO_PING_INTERVAL_SECONDS: String(pingInterval / 1000),
			SOCKETIO_PING_TIMEOUT_SECONDS: String(pingTimeout / 1000),
		}),
	]);
	token = await tokenOf("ann");
});
afterAll(async () => {
	await product?.stop();
	await beating?.stop();
});

const address = (query: string, at = product) => `${at.url}/socket.io/?${query}`;
const polling = (sid?: string, at = product) => address(`EIO=4&transport=polling${sid === undefined ? "" : `&sid=${sid}`}`, at);
const poll = (sid: string, at = product) => fetch(polling(sid, at));
const post = (sid: string, body: string, headers = {}, at = product) => fetch(polling(sid, at), { method: "POST", body, headers });
const openPolling = async (at = product): Promise<string> => JSON.parse((await (await fetch(polling(undefined, at))).text()).slice(1)).sid;

/** A WebSocket that keeps everything it receives. */
class Raw {
	readonly socket: WebSocket;
	readonly opened: Promise<unknown>;
	readonly closed: Promise<unknown>;
	/** Then pings are not among the received packets. */
	readonly answersPings: boolean;
	readonly #received: string[] = [];
	#more = Promise.withResolvers<void>();

	constructor(query = "EIO=4&transport=websocket", answersPings = true, at = product) {
		this.answersPings = answersPings;
		this.socket = new WebSocket(address(query, at));
		this.opened = new Promise((resolve) => this.socket.addEventListener("open", resolve));
		this.closed = new Promise((resolve) => this.socket.addEventListener("close", resolve));
		this.socket.addEventListener("message", ({ data }) => {
			if (data === "2" && answersPings) return this.send("3");
			this.#received.push(data);
			this.#more.resolve();
			this.#more = Promise.withResolvers();
		});
	}

	/** A WebSocket to the server that pings soon, and that gets no answer. */
	static deaf(): Raw {
		return new Raw(undefined, false, beating);
	}

	/** A WebSocket that is connected to a namespace. */
	static async connected(nsp = ""): Promise<Raw> {
		const raw = new Raw();
		await raw.next();
		raw.send(`40${nsp}${JSON.stringify({ token })}`);
		expect(await raw.next()).toMatch(/^40/);
		return raw;
	}

	send(data: string | Uint8Array<ArrayBuffer>): void {
		this.socket.send(data);
	}

	async next(): Promise<string> {
		while (this.#received.length === 0) await this.#more.promise;
		return this.#received.shift() as string;
	}
}

const open = { ...calmTimes, maxPayload: 1024 * 1024, sid: expect.stringMatching(/.{20,}/) };

describe("the Engine.IO handshake", () => {
	it("opens a session by polling and by WebSocket", async () => {
		const response = await fetch(polling());
		expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/plain; charset=UTF-8"]);
		const packet = await response.text();
		expect([packet[0], JSON.parse(packet.slice(1))]).toEqual(["0", { ...open, upgrades: ["websocket"] }]);
		const raw = new Raw();
		const first = await raw.next();
		expect([first[0], JSON.parse(first.slice(1))]).toEqual(["0", { ...open, upgrades: [] }]);
		raw.socket.close();
	});

	it.each([
		["", "GET", 0],
		["EIO=4", "GET", 0],
		["EIO=4&transport=abc", "GET", 0],
		["EIO=4&transport=webtransport", "GET", 0],
		["transport=polling", "GET", 5],
		["EIO=abc&transport=polling", "GET", 5],
		["EIO=3&transport=polling", "GET", 5],
		["EIO=4&transport=polling", "POST", 2],
		["EIO=4&transport=polling", "PUT", 2],
		["EIO=4&transport=polling&sid=abc", "GET", 1],
		[`EIO=4&transport=polling&sid=${"0".repeat(64)}`, "GET", 1],
		["EIO=4&transport=websocket", "GET", 3],
	])("refuses %j by %s with code %i", async (query, method, code) => {
		const response = await fetch(address(query), { method });
		expect([response.status, await response.json()]).toEqual([400, { code, message: expect.any(String) }]);
	});

	it.each(["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc", "EIO=4&transport=websocket&sid=abc"])(
		"refuses a WebSocket for %j",
		async (query) => {
			await new Raw(query).closed;
		},
	);
});

describe("Engine.IO packets: the server", () => {
	it("accepts several packets in one payload and answers with all that wait", async () => {
		const sid = await openPolling();
		const answer = await post(sid, `40{"token":"${token}"}\x1e40/chat,{"token":"${token}"}`);
		expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
		let received = "";
		while (received.split("\x1e").filter((packet) => packet.startsWith("40")).length < 2)
			received += `\x1e${await (await poll(sid)).text()}`;
		expect(received).toContain("40/chat,{");
	});

	it.each([
		["not a packet", "abc"],
		["an empty payload", ""],
		["a ping", "2"],
		["not a packet, after one that is", "3\x1ex"],
	])("closes a polling session upon a malformed payload: %s", async (_what, body) => {
		const sid = await openPolling();
		expect((await post(sid, body)).status).toBe(400);
		expect((await poll(sid)).status).toBe(400);
	});

	it("rejects binary payloads and payloads longer than maxPayload", async () => {
		const sid = await openPolling();
		expect((await post(sid, `4${"x".repeat(1024 * 1024)}`)).status).toBe(413);
		expect((await post(sid, "4", { "content-type": "application/octet-stream" })).status).toBe(400);
		expect((await poll(sid)).status).toBe(400);
	});

	it.each([
		["abc"],
		[""],
		["2"],
		["b"],
		["bAQIDBA=="],
		[Uint8Array.from([1, 2, 3, 4])],
		[`4${"x".repeat(1024 * 1024)}`],
		["4"],
		["4abc"],
		["40{"],
		["40[]"],
		['42["chat:join",{}]'],
		["41"],
		["43[1]"],
		['44{"message":"x"}'],
		["45"],
		["451-"],
		["450-[]"],
		["4599-[1]"],
		["46abc"],
		["49"],
	])("closes a WebSocket upon the malformed packet %j", async (data) => {
		const raw = new Raw();
		await raw.next();
		raw.send(data);
		await raw.closed;
	});

	it("closes the session upon two simultaneous polls", async () => {
		const sid = await openPolling();
		const first = poll(sid);
		const second = await fetch(`${polling(sid)}&t=burst`);
		// The network decides which of the two came first.
		const answers = [await first, second];
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
		expect(await answers.find(({ status }) => status === 200)?.text()).toBe("1");
		expect((await poll(sid)).status).toBe(400);
	});

	it("closes the session upon a poll after an aborted one", async () => {
		const sid = await openPolling();
		const aborting = new AbortController();
		const aborted = fetch(polling(sid), { signal: aborting.signal }).catch(() => "aborted");
		// It has arrived by now.
		expect((await post(sid, "6")).status).toBe(200);
		aborting.abort();
		expect(await aborted).toBe("aborted");
		expect((await poll(sid)).status).toBe(400);
	});

	it("answers a repeated request like the first, and handles its packets once", async () => {
		const sid = await openPolling();
		const twice = `${polling(sid)}&t=1`;
		const connect = () => fetch(twice, { method: "POST", body: `40{"token":"${token}"}` });
		expect([await (await connect()).text(), await (await connect()).text()]).toEqual(["ok", "ok"]);
		const answers = [await (await fetch(twice)).text(), await (await fetch(twice)).text()];
		expect(answers[1]).toBe(answers[0]);
		await post(sid, '421["chat:ack",{"conversationId":"x"}]');
		expect(await (await poll(sid)).text()).toBe('431[{"conversationId":"x"}]');
	});
});

describe("the Engine.IO heartbeat", () => {
	it("keeps a polling session open while its pings are answered", async () => {
		const sid = await openPolling(beating);
		for (let n = 0; n < 3; n++) {
			expect(await (await poll(sid, beating)).text()).toBe("2");
			expect((await post(sid, "3", {}, beating)).status).toBe(200);
		}
	});

	it("closes the session when a ping is not answered, by polling and by WebSocket", async () => {
		const silent = Raw.deaf();
		const idle = await openPolling(beating);
		const sid = await openPolling(beating);
		expect(await (await poll(sid, beating)).text()).toBe("2");
		expect(await (await poll(sid, beating)).text()).toBe("1");
		expect((await poll(sid, beating)).status).toBe(400);
		// It was opened before the one that is closed now, and did nothing.
		expect((await poll(idle, beating)).status).toBe(400);
		await silent.closed;
	});

	it("closes a client that sends other packets but no pongs", async () => {
		const raw = Raw.deaf();
		await raw.next();
		raw.send(`40${JSON.stringify({ token })}`);
		const timer = setInterval(() => raw.socket.readyState === WebSocket.OPEN && raw.send('42["chat:ack",{"conversationId":"x"}]'), 50);
		await raw.closed;
		clearInterval(timer);
	});

	it("sends a WebSocket three pings", async () => {
		const raw = Raw.deaf();
		await raw.next();
		for (let n = 0; n < 3; n++) {
			expect(await raw.next()).toBe("2");
			raw.send("3");
		}
		raw.socket.close();
	});

	it("tells the others that a polling client has left when it vanishes", async () => {
		const id = crypto.randomUUID();
		const native = new Wire(beating.url, id, token);
		await native.first("chat:joined");
		const sid = await openPolling(beating);
		await post(sid, `40${JSON.stringify({ token: await tokenOf("bob") })}`, {}, beating);
		// The namespace is connected; a ping may have come before.
		expect(await (await poll(sid, beating)).text()).toContain("40{");
		await post(sid, `42["chat:join",{"conversationId":"${id}"}]`, {}, beating);
		await native.first("chat:user-joined", ({ userId }) => userId === "bob");
		await native.first("chat:user-left", ({ userId }) => userId === "bob");
		expect((await poll(sid, beating)).status).toBe(400);
		native.close();
	});
});

describe("an Engine.IO session: the server", () => {
	it("lets a client close its session", async () => {
		const sid = await openPolling();
		const waiting = poll(sid);
		// Whichever arrives first, the poll is answered.
		const [answer] = await Promise.all([waiting, post(sid, "1")]);
		expect([answer.status, await answer.text()]).toEqual([200, "6"]);
		expect((await poll(sid)).status).toBe(400);
		const raw = new Raw();
		await raw.next();
		raw.send("1");
		await raw.closed;
	});

	it("upgrades a client to a WebSocket and receives its packets there", async () => {
		const sid = await openPolling();
		const raw = new Raw(`EIO=4&transport=websocket&sid=${sid}`);
		await raw.opened;
		raw.send("2probe");
		expect(await raw.next()).toBe("3probe");
		expect(await (await poll(sid)).text()).toBe("6");
		raw.send("5");
		raw.send(`40${JSON.stringify({ token })}`);
		expect(await raw.next()).toMatch(/^40\{"sid"/);
		raw.socket.close();
	});

	it("keeps namespaces connected over an upgrade, and sends packets that were not polled yet", async () => {
		const sid = await openPolling();
		await post(sid, `40${JSON.stringify({ token })}`);
		const raw = new Raw(`EIO=4&transport=websocket&sid=${sid}`);
		await raw.opened;
		raw.send("2probe");
		raw.send("5");
		raw.send('42["chat:join",{"conversationId":"there"}]');
		expect(await raw.next()).toBe("3probe");
		expect(await raw.next()).toMatch(/^40\{"sid"/);
		expect(await raw.next()).toMatch(/^42\["chat:joined"/);
		raw.socket.close();
	});

	it("rejects requests and WebSockets with the id of an upgraded session", async () => {
		const sid = await openPolling();
		const query = `EIO=4&transport=websocket&sid=${sid}`;
		const raw = new Raw(query);
		await raw.opened;
		await new Raw(query).closed;
		raw.send("2probe");
		raw.send("5");
		expect((await poll(sid)).status).toBe(400);
		await new Raw(query).closed;
		raw.send(`40${JSON.stringify({ token })}`);
		expect(await raw.next()).toBe("3probe");
		expect(await raw.next()).toMatch(/^40\{"sid"/);
		raw.socket.close();
	});

	it("closes a WebSocket without a probe, and continues by polling", async () => {
		const sid = await openPolling(beating);
		await post(sid, `40${JSON.stringify({ token })}`, {}, beating);
		const first = (await (await poll(sid, beating)).text()).split("\x1e");
		expect(first.filter((packet) => packet.startsWith("40{"))).toHaveLength(1);
		if (first.includes("2")) await post(sid, "3", {}, beating);
		for (const packet of ["4hello", "2", "6"]) {
			const raw = new Raw(`EIO=4&transport=websocket&sid=${sid}`, true, beating);
			await raw.opened;
			raw.send(packet);
			await raw.closed;
			// Only pings: it answers them, and goes on.
			expect(await (await poll(sid, beating)).text()).toMatch(/^2/);
			await post(sid, "3", {}, beating);
		}
	});
});

describe("Socket.IO: the server", () => {
	it("connects to both namespaces and to no other", async () => {
		const raw = new Raw();
		await raw.next();
		const payload = JSON.stringify({ token });
		raw.send(`40${payload}`);
		expect(JSON.parse((await raw.next()).slice(2))).toEqual({ sid: expect.any(String) });
		raw.send(`40/chat,${JSON.stringify({ token, recovery: true })}`);
		const answer = await raw.next();
		expect(answer).toMatch(/^40\/chat,\{"sid"/);
		expect(JSON.parse(answer.slice("40/chat,".length))).toEqual({ sid: expect.any(String), pid: expect.any(String) });
		raw.send("40/random");
		expect(await raw.next()).toBe('44/random,{"message":"Invalid namespace"}');
		raw.send("40/chat,{}");
		await raw.closed;
	});

	it("closes a connection that connects to no namespace", async () => {
		await new Raw(undefined, true, beating).closed;
	});

	it("disconnects from one namespace and stays in the other", async () => {
		const raw = await Raw.connected();
		raw.send(`40/chat,${JSON.stringify({ token })}`);
		await raw.next();
		raw.send("41/chat");
		raw.send('421["chat:ack",{"conversationId":"x"}]');
		expect(await raw.next()).toBe('431[{"conversationId":"x"}]');
		raw.socket.close();
	});

	it("acknowledges with the requested id", async () => {
		const raw = await Raw.connected("/chat,");
		raw.send('42/chat,456["chat:leave",{"conversationId":"x"}]');
		expect(await raw.next()).toBe('43/chat,456[{"conversationId":"x"}]');
		raw.socket.close();
	});

	it("refuses binary packets, and closes upon a binary frame that was not announced", async () => {
		const raw = await Raw.connected();
		raw.send('452-7["chat:typing",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
		expect(await raw.next()).toMatch(/^437\[\{"error":".+","code":"bad_event"\}\]$/);
		expect(await raw.next()).toMatch(/^42\["chat:error",.*"bad_event"/);
		for (let n = 0; n < 2; n++) raw.send(Uint8Array.from([1, 2, 3]));
		raw.send('428["chat:ack",{"conversationId":"x"}]');
		expect(await raw.next()).toBe('438[{"conversationId":"x"}]');
		raw.send(Uint8Array.from([1, 2, 3]));
		await raw.closed;
	});

	it.each(["4abc", "42{}", "42[]", '42abc["chat:join",1]', '42["connect"]', "40", "42", "47", '42/chat,["chat:join",{}]'])(
		"closes upon the packet %j",
		async (packet) => {
			const raw = await Raw.connected();
			raw.send(packet);
			await raw.closed;
		},
	);

	it("answers every well-formed event, whatever is in it", async () => {
		const raw = await Raw.connected();
		const odd = [
			"[1]",
			'["x"]',
			'["chat:join"]',
			'["chat:join",null]',
			'["chat:join",[]]',
			'["chat:join",{"conversationId":7}]',
			'["__proto__",{}]',
		];
		for (const [n, data] of odd.entries()) {
			raw.send(`42${n}${data}`);
			expect(await raw.next()).toMatch(new RegExp(`^43${n}\\[\\{"error":".+","code":"(bad|unknown)_event"\\}\\]$`));
			expect(await raw.next()).toMatch(/^42\["chat:error",/);
		}
		raw.socket.close();
	});
});

it("delivers a message after as many heartbeats as an hour has", async () => {
	const calm = await startProduct({ JWT_SECRET: secret, SOCKETIO_PING_INTERVAL_SECONDS: "0.05" });
	const id = crypto.randomUUID();
	const [ann, bob, cem] = await Promise.all([
		SocketIoClient.join(calm.url, token, [id]),
		SocketIoClient.join(calm.url, await tokenOf("bob"), [id]),
		SocketIoClient.join(calm.url, await tokenOf("cem"), [id], { transports: ["polling"] }),
	]);
	const anHour = ({ socket }: SocketIoClient) => {
		let pings = 0;
		return new Promise<void>((resolve) => socket.io.on("ping", () => ++pings >= 3600 / 25 && resolve()));
	};
	await Promise.all([ann, bob, cem].map(anHour));
	expect(await ann.sendMessage(id, "Good morning")).toMatchObject({ content: "Good morning" });
	for (const client of [bob, cem]) {
		expect(await client.next("chat:message")).toMatchObject({ message: { content: "Good morning" } });
		expect(client.all("connect").length + client.all("disconnect").length).toBe(1);
	}
	for (const client of [ann, bob, cem]) client.close();
	await calm.stop();
});
