import { afterAll, beforeAll, expect, it } from "vitest";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";
import { type Product, startProduct } from "./product.ts";
import { guestWithConversation, Wire } from "./wire.ts";

let api: MessagesApi;
let product: Product;

beforeAll(async () => {
	api = await startMessagesApi();
	product = await startProduct({ ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted" });
});
afterAll(async () => {
	await product?.stop();
	await api?.close();
});

/** Of the reply before and after the kill. */
const [beginning, rest] = ["word ".repeat(100), "And the rest of it, to the **end**."];

it("keeps a reply whose server is killed in the middle, and continues it to the letter", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const before = new Wire(product.url, id, token);
	const { cursor } = await before.first("chat:joined");
	// It stands still before its end, so that the kill meets it there. The pace takes longer than the time between two checkpoints.
	api.script({ text: beginning, fault: "stall", after: 100, perSecond: 50 }, { text: rest, perSecond: 50 });
	before.say("table", "k1");
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
	// Claude was given what is stored, and its answer follows to the letter.
	const [, { body }] = api.requests as [unknown, (typeof api.requests)[number]];
	const [said] = body.messages.slice(-2) as { role: string; content: { text: string }[] }[];
	expect([said?.role, whole.content]).toEqual(["assistant", `${said?.content[0]?.text}${rest}`]);
	expect(beginning.startsWith(said?.content[0]?.text ?? "")).toBe(true);
	// Both requests read the prompt.
	expect(whole.usage?.input).toBe(22);
	after.close();
});
