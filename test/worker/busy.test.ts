// A reply that waits for a busy Claude: the wait is in storage and in the alarm, not in the object's memory.

import { abortAllDurableObjects } from "cloudflare:test";
import { expect, it } from "vitest";
import { expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, newConversation } from "../support/socket.ts";

withSettings(scripted);

// It waits for the alarm, which is real time.
it("outlives the object, shows in the message, and ends by the alarm", async () => {
	expectLog(/Claude failed: overloaded/);
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	const notBefore = Date.now() + 12_000;
	ann.say(`${id} !${JSON.stringify({ fault: "overloaded", retryAfter: 12, times: 1, text: "Here at last." })}`);
	expect(await ann.next("chat:busy")).toMatchObject({ reason: "overloaded", retryAfterMs: 12_000 });
	await abortAllDurableObjects();
	await ann.closed;
	const back = await Client.join("ann", id);
	expect(back.joined.messages[1]).toMatchObject({ status: "streaming", reason: "overloaded", content: "" });
	const { message } = await back.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message).toMatchObject({ content: "Here at last.", status: "complete", attempts: [{ offset: 0, reason: "overloaded" }] });
	expect(Date.now()).toBeGreaterThanOrEqual(notBefore);
});
