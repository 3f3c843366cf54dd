// Engine.IO 4 and Socket.IO 5 to the letter: the protocols' own conformance suites as far as they apply to a chat, which echoes nothing,
// with the short times that they ask for; what no client sends; and an hour in which nothing happens, in seconds.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "./product.ts";
import { secret, Talker, tokenOf } from "./socketio-client.ts";
import { Wire } from "./wire.ts";

// The suites ask for 300 and 200: a busy machine takes longer than that to answer.
const pingInterval = 500;
const pingTimeout = 1_500;
let product: Product;
let token = "";

beforeAll(async () => {
	product = await startProduct({
		JWT_SECRET: secret,
		SOCKETIO_PING_INTERVAL_SECONDS: String(pingInterval / 1000),
		SOCKETIO_PING_TIMEOUT_SECONDS: String(pingTimeout / 1000),
	});
	token = await tokenOf("ann");
});
afterAll(() => product?.stop());

const address = (query: string) => `${product.url}/socket.io/?${query}`;
const polling = (sid?: string) => address(`EIO=4&transport=polling${sid === undefined ? "" : `&sid=${sid}`}`);
const poll = (sid: string) => fetch(polling(sid));
const post = (sid: string, body: string, headers = {}) => fetch(polling(sid), { method: "POST", body, headers });
const openPolling = async (): Promise<string> => JSON.parse((await (await fetch(polling())).text()).slice(1)).sid;

/** A WebSocket of which nothing is missed. */
class Raw {
	readonly socket: WebSocket;
	readonly opened: Promise<unknown>;
	readonly closed: Promise<unknown>;
	/** Pings are answered, and not among what came. */
	readonly answersPings: boolean;
	readonly #came: string[] = [];
	#more = Promise.withResolvers<void>();

	constructor(query = "EIO=4&transport=websocket", answersPings = true) {
		this.answersPings = answersPings;
		this.socket = new WebSocket(address(query));
		this.opened = new Promise((resolve) => this.socket.addEventListener("open", resolve));
		this.closed = new Promise((resolve) => this.socket.addEventListener("close", resolve));
		this.socket.addEventListener("message", ({ data }) => {
			if (data === "2" && answersPings) return this.send("3");
			this.#came.push(data);
			this.#more.resolve();
			this.#more = Promise.withResolvers();
		});
	}

	/** Connected to a namespace. */
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
		while (this.#came.length === 0) await this.#more.promise;
		return this.#came.shift() as string;
	}
}

const open = { pingInterval, pingTimeout, maxPayload: 1024 * 1024, sid: expect.stringMatching(/.{20,}/) };

describe("Engine.IO: the handshake", () => {
	it("opens a session, by polling and by WebSocket", async () => {
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

describe("Engine.IO: packets", () => {
	it("come in one payload or several, and an answer brings what there is", async () => {
		const sid = await openPolling();
		const answer = await post(sid, `40{"token":"${token}"}\x1e40/chat,{"token":"${token}"}`);
		expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
		let came = "";
		while (came.split("\x1e").filter((packet) => packet.startsWith("40")).length < 2) came += `\x1e${await (await poll(sid)).text()}`;
		expect(came).toContain("40/chat,{");
	});

	it.each([
		["no packet", "abc"],
		["nothing", ""],
		["a ping of the client's", "2"],
		["no packet, after one that is", "3\x1ex"],
	])("of polling that make no sense close the session: %s", async (_what, body) => {
		const sid = await openPolling();
		expect((await post(sid, body)).status).toBe(400);
		expect((await poll(sid)).status).toBe(400);
	});

	it("of polling may not be binary, nor longer than was said", async () => {
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
	])("of a WebSocket that make no sense close it: %j", async (data) => {
		const raw = new Raw();
		await raw.next();
		raw.send(data);
		await raw.closed;
	});

	it("two requests for news at a time close the session", async () => {
		const sid = await openPolling();
		const first = poll(sid);
		const second = await fetch(`${polling(sid)}&t=burst`);
		// Which of the two came first, the network decides.
		const answers = [await first, second];
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
		expect(await answers.find(({ status }) => status === 200)?.text()).toBe("1");
		expect((await poll(sid)).status).toBe(400);
	});

	it("a request for news that was given up closes the session, where another one comes", async () => {
		const sid = await openPolling();
		const going = new AbortController();
		const given = fetch(polling(sid), { signal: going.signal }).catch(() => "given up");
		// It is there before the next one is.
		expect((await post(sid, "6")).status).toBe(200);
		going.abort();
		expect(await given).toBe("given up");
		expect((await poll(sid)).status).toBe(400);
	});

	it("a request that is made again is answered as the first was, and what it says counts once", async () => {
		const sid = await openPolling();
		const twice = `${polling(sid)}&t=1`;
		const said = () => fetch(twice, { method: "POST", body: `40{"token":"${token}"}` });
		expect([await (await said()).text(), await (await said()).text()]).toEqual(["ok", "ok"]);
		const answers = [await (await fetch(twice)).text(), await (await fetch(twice)).text()];
		expect(answers[1]).toBe(answers[0]);
		expect((await (await poll(sid)).text()).startsWith("2")).toBe(true);
	});
});

describe("Engine.IO: the heartbeat", () => {
	it("goes on by polling for as long as it is answered", async () => {
		const sid = await openPolling();
		for (let n = 0; n < 3; n++) {
			expect(await (await poll(sid)).text()).toBe("2");
			expect((await post(sid, "3")).status).toBe(200);
		}
	});

	it("that is not answered ends the session, by polling and by WebSocket", async () => {
		const sid = await openPolling();
		expect(await (await poll(sid)).text()).toBe("2");
		expect(await (await poll(sid)).text()).toBe("1");
		expect((await poll(sid)).status).toBe(400);
		const idle = await openPolling();
		await new Promise((resolve) => setTimeout(resolve, pingInterval + pingTimeout + 100));
		expect((await poll(idle)).status).toBe(400);
		await new Raw(undefined, false).closed;
	});

	it("is answered by those who say something else only, and they are let go", async () => {
		const raw = new Raw(undefined, false);
		await raw.next();
		raw.send(`40${JSON.stringify({ token })}`);
		const timer = setInterval(() => raw.socket.readyState === WebSocket.OPEN && raw.send('42["chat:ack",{"conversationId":"x"}]'), 50);
		await raw.closed;
		clearInterval(timer);
	});

	it("brings a WebSocket three pings", async () => {
		const raw = new Raw(undefined, false);
		await raw.next();
		for (let n = 0; n < 3; n++) {
			expect(await raw.next()).toBe("2");
			raw.send("3");
		}
		raw.socket.close();
	});

	it("whoever polls and vanishes is gone after it, and who is here is told", async () => {
		const id = crypto.randomUUID();
		const native = new Wire(product.url, id, token);
		await native.first("chat:joined");
		const sid = await openPolling();
		await post(sid, `40${JSON.stringify({ token: await tokenOf("bob") })}`);
		expect(await (await poll(sid)).text()).toMatch(/^40/);
		await post(sid, `42["chat:join",{"conversationId":"${id}"}]`);
		await native.first("chat:user-joined", ({ userId }) => userId === "bob");
		await native.first("chat:user-left", ({ userId }) => userId === "bob");
		expect((await poll(sid)).status).toBe(400);
		native.close();
	});
});

describe("Engine.IO: the end, and the upgrade", () => {
	it("a client closes its session", async () => {
		const sid = await openPolling();
		const waiting = poll(sid);
		// Whichever comes first, the request that waits is let go.
		const [answer] = await Promise.all([waiting, post(sid, "1")]);
		expect([answer.status, await answer.text()]).toEqual([200, "6"]);
		expect((await poll(sid)).status).toBe(400);
		const raw = new Raw();
		await raw.next();
		raw.send("1");
		await raw.closed;
	});

	it("a client upgrades, and what it says then is heard", async () => {
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

	it("what was connected by polling is connected after the upgrade, and hears what it has not heard yet", async () => {
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

	it("requests and WebSockets with its id are refused afterwards", async () => {
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

	it("a WebSocket that says something else is none, and polling goes on", async () => {
		const sid = await openPolling();
		await post(sid, `40${JSON.stringify({ token })}`);
		expect(await (await poll(sid)).text()).toMatch(/^40/);
		for (const said of ["4hello", "2", "6"]) {
			const raw = new Raw(`EIO=4&transport=websocket&sid=${sid}`);
			await raw.opened;
			raw.send(said);
			await raw.closed;
			expect(await (await poll(sid)).text()).toBe("2");
			await post(sid, "3");
		}
	});
});

describe("Socket.IO", () => {
	it("connects to both namespaces, and to no other", async () => {
		const raw = new Raw();
		await raw.next();
		const payload = JSON.stringify({ token });
		raw.send(`40${payload}`);
		expect(JSON.parse((await raw.next()).slice(2))).toEqual({ sid: expect.any(String), pid: expect.any(String) });
		raw.send(`40/chat,${payload}`);
		expect(await raw.next()).toMatch(/^40\/chat,\{"sid"/);
		raw.send("40/random");
		expect(await raw.next()).toBe('44/random,{"message":"Invalid namespace"}');
		raw.send("40/chat,{}");
		await raw.closed;
	});

	it("closes what never connects to one", async () => {
		await new Raw().closed;
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

	it("acknowledges with the id that was asked for", async () => {
		const raw = await Raw.connected("/chat,");
		raw.send('42/chat,456["chat:leave",{"conversationId":"x"}]');
		expect(await raw.next()).toBe('43/chat,456[{"conversationId":"x"}]');
		raw.socket.close();
	});

	it("refuses binary packets and reads on; a binary frame that nobody announced closes", async () => {
		const raw = await Raw.connected();
		raw.send('452-7["chat:send",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
		expect(await raw.next()).toMatch(/^437\[\{"error":".+","code":"no_binary"\}\]$/);
		expect(await raw.next()).toMatch(/^42\["chat:error",.*"no_binary"/);
		// Whoever never sends what they announced is not waited for.
		raw.send('428["chat:ack",{"conversationId":"x"}]');
		expect(await raw.next()).toBe('438[{"conversationId":"x"}]');
		for (let n = 0; n < 3; n++) raw.send(Uint8Array.from([1, 2, 3]));
		await raw.closed;
	});

	it.each(["4abc", "42{}", "42[]", '42abc["chat:join",1]', '42["connect"]', "40", "42", "47", '42/chat,["chat:join",{}]'])(
		"closes upon %j",
		async (packet) => {
			const raw = await Raw.connected();
			raw.send(packet);
			await raw.closed;
		},
	);

	it("answers what has the form of an event, whatever is in it", async () => {
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

it("an hour of heartbeats, as many as 25 s apart, in which nothing is said: what is said then still comes", {
	timeout: 120_000,
}, async () => {
	const calm = await startProduct({ JWT_SECRET: secret, SOCKETIO_PING_INTERVAL_SECONDS: "0.05" });
	const id = crypto.randomUUID();
	const [ann, bob, cem] = await Promise.all([
		Talker.join(calm.url, token, [id]),
		Talker.join(calm.url, await tokenOf("bob"), [id]),
		Talker.join(calm.url, await tokenOf("cem"), [id], { transports: ["polling"] }),
	]);
	const anHour = ({ socket }: Talker) => {
		let pings = 0;
		return new Promise<void>((resolve) => socket.io.on("ping", () => ++pings >= 3600 / 25 && resolve()));
	};
	await Promise.all([ann, bob, cem].map(anHour));
	expect(await ann.say(id, "Good morning")).toMatchObject({ content: "Good morning" });
	for (const talker of [bob, cem]) {
		expect(await talker.next("chat:message")).toMatchObject({ message: { content: "Good morning" } });
		expect(talker.all("connect").length + talker.all("disconnect").length).toBe(1);
	}
	for (const talker of [ann, bob, cem]) talker.close();
	await calm.stop();
});
