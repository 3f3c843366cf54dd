// Many Socket.IO clients in one conversation.

import { afterAll, beforeAll, expect, it } from "vitest";
import { type Product, startProduct } from "../e2e/product.ts";
import { Wire } from "../e2e/wire.ts";
import { SocketIoClient, secret, tokenOf } from "./socketio-client.ts";

let product: Product;

beforeAll(async () => {
	product = await startProduct({ JWT_SECRET: secret, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });
});
afterAll(() => product?.stop());

it("200 clients in one conversation receive everything once and in order", async () => {
	const id = crypto.randomUUID();
	const people = await Promise.all(Array.from({ length: 40 }, (_, n) => tokenOf(`p${n}`)));
	const native = new Wire(product.url, id, await tokenOf("ann"));
	await native.first("chat:joined");
	const clients: SocketIoClient[] = [];
	for (let n = 0; n < 200; n += 20)
		clients.push(
			...(await Promise.all(
				Array.from({ length: 20 }, (_, k) =>
					SocketIoClient.join(product.url, people[(n + k) % 40] as string, [id], { transports: k % 4 === 0 ? ["polling"] : ["websocket"] }),
				),
			)),
		);
	const texts = Array.from({ length: 20 }, (_, n) => `number ${n}`);
	for (const text of texts) native.say(text);
	await Promise.all(clients.map((client) => client.next("chat:message", ({ message }) => message.content === texts.at(-1))));
	for (const client of clients) expect(client.contents).toEqual(texts);
	for (const one of [native, ...clients]) one.close();
});
