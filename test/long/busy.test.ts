// A conversation in which many talk at once: what came while a frame was sent to everybody shares the next one.

import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { jwtSecret, openConversation } from "../bench/servers.ts";
import { type Product, startProduct } from "../e2e/product.ts";

const people = 60;
const inFlight = 8;
const saysEach = 50;

let product: Product;
beforeAll(async () => {
	product = await startProduct({ JWT_SECRET: jwtSecret, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });
});
afterAll(() => product?.stop());

it("delivers everything once and in order, in far fewer frames than messages", async () => {
	const room = await openConversation(product.url, people, "off");
	const heard = await Promise.all(room.people.map(({ url, headers }) => listen(url, headers, room.id)));
	for (const one of heard) one.begin();
	await Promise.all(heard.map(({ isDone }) => isDone));
	const [first] = heard;
	const places = first?.places as number[];
	expect(places).toEqual(Array.from(places, (_, nth) => (places[0] as number) + nth));
	for (const one of heard) expect(one.places).toEqual(places);
	expect(first?.frames).toBeLessThan((people * saysEach) / 10);
});

/** A person who says the next thing when they hear their own. */
async function listen(url: string, headers: Record<string, string>, conversationId: string) {
	const socket = new WebSocket(url, ["chat.v1"], { headers });
	const joined = Promise.withResolvers<void>();
	const done = Promise.withResolvers<void>();
	const own = new Set<string>();
	const heard = { frames: 0, places: [] as number[], isDone: done.promise, begin: () => {} };
	const say = () => {
		if (own.size === saysEach) return;
		const clientId = crypto.randomUUID();
		own.add(clientId);
		socket.send(encodeFrame([{ type: "chat:send", conversationId, content: "Something said by one of many", role: "user", clientId }]));
	};
	heard.begin = () => {
		for (let n = 0; n < inFlight; n++) say();
	};
	socket.on("error", joined.reject);
	socket.on("message", (data) => {
		const events = parseServerFrame(String(data));
		if (events.some(({ type }) => type === "chat:joined")) joined.resolve();
		const said = events.flatMap((event) => (event.type === "chat:message" ? [event.message] : []));
		if (said.length > 0) heard.frames++;
		for (const { seq, clientId } of said) {
			heard.places.push(seq);
			if (clientId !== undefined && own.has(clientId)) say();
		}
		if (heard.places.length === people * saysEach) done.resolve();
	});
	await joined.promise;
	return heard;
}
