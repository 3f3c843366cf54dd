import { afterAll, beforeAll, expect, it } from "vitest";
import { type Product, startProduct } from "./product.ts";
import { guestWithConversation, Wire } from "./wire.ts";

let product: Product;

beforeAll(async () => {
	product = await startProduct();
});
afterAll(() => product?.stop());

it("keeps a reply whose server is killed in the middle, and continues it to the letter", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const before = new Wire(product.url, id, token);
	const { cursor } = await before.first("chat:joined");
	before.say("table", "k1");
	// Longer than the time between two checkpoints, so that some text is stored.
	await before.first("chat:streaming", ({ offset }) => offset > 350);
	await product.crash();

	const after = new Wire(product.url, id, token, cursor);
	const { messages } = await after.first("chat:joined");
	expect(messages.map(({ seq, clientId, status }) => [seq, clientId, status])).toEqual([
		[1, "k1", "complete"],
		[2, undefined, "streaming"],
	]);
	const [, kept] = messages as [unknown, (typeof messages)[number]];
	expect(kept.content.length).toBeGreaterThan(0);
	// The last chunk before the crash may have been stored and not sent.
	const [shorter, longer] = [before.streamed, kept.content].sort((one, other) => one.length - other.length) as [string, string];
	expect(longer.startsWith(shorter)).toBe(true);

	const whole = await after.reply("complete");
	expect(whole).toMatchObject({ id: kept.id, seq: 2, attempts: [{ reason: "interrupted" }] });
	expect(kept.content + after.streamed).toBe(whole.content);
	after.say("table");
	const again = await after.first("chat:message", ({ message }) => message.seq === 4);
	expect(again.message.content).toBe(whole.content);
	// The demo model counts words: five in the question's envelope, which both requests read, and more in the second request.
	expect(whole.usage?.input).toBeGreaterThan(10);
	after.close();
});
