import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { ConversationObject } from "../../src/conversation/object.ts";
import { beforeSleep } from "../../src/platform/before-sleep.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings(scripted);

it("continues a reply whose object died, although no client comes back", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	// The first three words are so long that they are stored before any more comes.
	const text = `${["a", "b", "c"].map((letter) => letter.repeat(900)).join(" ")} and what is held back.`;
	ann.say(`${id} !${JSON.stringify({ text, hold: id })}`);
	const stored = () =>
		runInDurableObject(env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>, (_object, { storage: { sql } }) =>
			sql.exec<{ content: string }>("SELECT content FROM messages WHERE seq = 2").toArray(),
		);
	await expect.poll(stored).toEqual([{ content: expect.stringMatching(/^aaa/) }]);
	const [before] = await stored();
	await abortAllDurableObjects();
	await ann.closed;
	await release(id);
	expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);

	const token = await tokenOf("ann");
	const reply = async () => (await call("GET", `/conversations/${id}/messages`, token)).body.messages[1];
	await expect.poll(reply).toMatchObject({ status: "complete", attempts: [{ reason: "interrupted" }] });
	const { content, attempts, usage } = await reply();
	const { offset } = attempts[0];
	expect(content.slice(0, offset)).toBe(before?.content);
	// The scripted API says again what it was asked.
	expect(content.slice(offset)).toMatch(/^You said: The connection broke off/);
	// Of both requests, as the API reports it.
	expect(usage).toMatchObject({ input: 2 * 11, cacheRead: 2 * 22, cacheWrite: 2 * 33 });
});

it("loses no word of a reply where the runtime announces that it replaces the object", async () => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	ann.say(`${id} !${JSON.stringify({ text: "Three first words and what is held back.", hold: id })}`);
	await ann.next("chat:streaming", ({ chunk }) => chunk.includes("words"));
	const stub = env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<ConversationObject>;
	await runInDurableObject(stub, (object) => object[beforeSleep]());
	await abortAllDurableObjects();
	await ann.closed;
	await release(id);
	expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);
	const reply = async () => (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages[1];
	await expect.poll(reply).toMatchObject({
		status: "complete",
		content: expect.stringMatching(/^Three first words/),
		attempts: [{ reason: "interrupted", offset: "Three first words ".length }],
	});
});
