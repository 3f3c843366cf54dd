import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeFrame, parseServerFrame, type ServerEvent } from "../../src/protocol/events.ts";
import { type Product, startProduct } from "./product.ts";

let product: Product;

beforeAll(async () => {
	product = await startProduct();
});
afterAll(() => product?.stop());

/** The smallest client there can be: everything that came, and a way to wait for more. */
class Wire {
	readonly events: ServerEvent[] = [];
	readonly socket: WebSocket;
	#heard = Promise.withResolvers<void>();

	constructor(conversationId: string, token: string, cursor?: string) {
		const url = new URL(`${product.url}/api/conversations/${conversationId}/socket`);
		if (cursor !== undefined) url.searchParams.set("cursor", cursor);
		this.socket = new WebSocket(url, ["chat.v1", `bearer.${token}`]);
		this.socket.onmessage = ({ data }) => {
			this.events.push(...parseServerFrame(data as string));
			this.#heard.resolve();
			this.#heard = Promise.withResolvers();
		};
	}

	async until<T>(found: (events: ServerEvent[]) => T | undefined): Promise<T> {
		for (;;) {
			const value = found(this.events);
			if (value !== undefined) return value;
			await this.#heard.promise;
		}
	}
}

type Answer = { token: string; conversation: { id: string } };

async function call(path: string, token?: string, body: object = {}): Promise<Answer> {
	const response = await fetch(`${product.url}/api${path}`, {
		method: "POST",
		headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
		body: JSON.stringify(body),
	});
	return (await response.json()) as Answer;
}

it("a server killed in the middle of an answer keeps what was said, ends the answer, and gives it again when asked", async () => {
	const { token } = await call("/auth/guest", undefined, { name: "Ann" });
	const { id } = (await call("/conversations", token)).conversation;
	const before = new Wire(id, token);
	const joined = await before.until((events) => events.find((event) => event.type === "chat:joined"));
	before.socket.send(encodeFrame([{ type: "chat:send", conversationId: id, content: "table", role: "user", clientId: "k1" }]));
	const seen = () => before.events.map((event) => (event.type === "chat:streaming" ? event.chunk : "")).join("");
	// More than one checkpoint's time: something of it is kept.
	await before.until(() => (seen().length > 350 ? true : undefined));
	await product.crash();

	const after = new Wire(id, token, joined.cursor);
	const { messages } = await after.until((events) => events.find((event) => event.type === "chat:joined"));
	expect(messages.map(({ seq, clientId, status }) => [seq, clientId, status])).toEqual([
		[1, "k1", "complete"],
		[2, undefined, "failed"],
	]);
	const [, reply] = messages as [unknown, (typeof messages)[number]];
	expect(reply.reason).toBe("interrupted");
	expect(reply.content.length).toBeGreaterThan(0);
	expect(seen().startsWith(reply.content)).toBe(true);

	after.socket.send(encodeFrame([{ type: "chat:regenerate", conversationId: id, messageId: reply.id }]));
	const whole = await after.until((events) => events.findLast((event) => event.type === "chat:message"));
	expect(whole.message).toMatchObject({ id: reply.id, seq: 2, status: "complete" });
	expect(whole.message.content.startsWith(reply.content)).toBe(true);
	after.socket.close();
});
