import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

// It waits for three replies at the demo model's pace, which is real time.
it("continues a reply whose object died, although no client comes back", { timeout: 20_000 }, async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	ann.say("table");
	await ann.next("chat:streaming", ({ offset }) => offset > 350);
	await abortAllDurableObjects();
	await ann.closed;
	expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);

	const token = await tokenOf("ann");
	const reply = async () => (await call("GET", `/conversations/${id}/messages`, token)).body.messages[1];
	await expect.poll(reply, { timeout: 10_000 }).toMatchObject({ status: "complete", attempts: [{ reason: "interrupted" }] });
	const { content, attempts, usage, cost } = await reply();
	// The demo model costs nothing, and says nothing of it.
	expect(cost).toBeUndefined();
	expect(attempts[0].offset).toBeGreaterThan(0);
	const other = await Client.join("ann", await newConversation("ann"));
	other.say("table");
	const { message: uninterrupted } = await other.next("chat:message", ({ message }) => message.role === "assistant");
	expect(uninterrupted.content).toBe(content);
	// Both requests read the question; the second one also read what the first had answered.
	expect(usage.input).toBeGreaterThan(2 * (uninterrupted.usage?.input ?? Number.NaN));
});
