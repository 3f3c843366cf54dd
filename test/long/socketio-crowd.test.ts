// Many Socket.IO clients in one conversation.

import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
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

it("more people than are told by name are told as a number, until they are few again", { timeout: 120_000 }, async () => {
	const id = crypto.randomUUID();
	const enter = async (userId: string) => {
		const wire = new Wire(product.url, id, await tokenOf(userId));
		return { wire, joined: await wire.first("chat:joined") };
	};
	const ann = await enter("ann");
	const bob = await SocketIoClient.join(product.url, await tokenOf("bob"), [id]);
	// At once, so that they share frames.
	const others = await Promise.all(Array.from({ length: limits.participants - 2 }, (_, n) => enter(`crowd ${n}`)));
	await ann.wire.first(
		"chat:user-joined",
		() => ann.wire.events.filter(({ type }) => type === "chat:user-joined").length === others.length + 1,
	);
	const first = await enter("first");
	expect(first.joined).toMatchObject({ participantCount: limits.participants + 1 });
	expect(first.joined.participants.length).toBe(limits.participants);
	expect(await ann.wire.first("chat:presence")).not.toHaveProperty("participants");
	await bob.next("chat:presence", ({ participantCount }) => participantCount === limits.participants + 1);

	for (const { wire } of [first, ...others.slice(0, 10)]) wire.close();
	const { participants, participantCount } = await ann.wire.first("chat:presence", (event) => event.participants !== undefined);
	expect(participants?.length).toBe(participantCount);
	await bob.next("chat:presence", (event) => event.participants !== undefined);
	others.at(-1)?.wire.close();
	await bob.next("chat:user-left", ({ userId }) => userId === `crowd ${others.length - 1}`);
	expect(bob.all("chat:user-joined").filter(({ userId }) => userId === "first")).toEqual([]);
	for (const { wire } of [ann, ...others]) wire.close();
	bob.close();
});
