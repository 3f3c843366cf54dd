// Budgets, with the objects that hold them: what is reserved, charged and refused.

import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { purseName } from "../../src/money/object.ts";
import type { Message } from "../../src/protocol/message.ts";
import { retryJobs } from "../support/jobs.ts";
import { expectLog } from "../support/log.ts";
import { countRows } from "../support/rows.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

withSettings({
	...scripted,
	ANTHROPIC_API_KEY: "a key",
	GUEST_CLAUDE: "on",
	CLAUDE_MODELS: "claude-unheard-of",
	BUDGET_USD_PER_DAY: "1000",
	BUDGET_USD_PER_PERSON_PER_DAY: "0.2",
	BUDGET_USD_PER_GUEST_PER_DAY: "0",
});

/** Of a reply of `words` words, as the scripted API reports it: 11 tokens of input, 22 read from the cache, 33 written. */
const costOf = (words: number) => Math.ceil(11 * 2 + 22 * 0.1 + 33 * 2.5 + words * 10);

let people = 0;
const somebody = () => `payer-${++people}`;

/** With a title, so that Claude is not asked for one. */
async function titled(owner: string): Promise<string> {
	const id = await newConversation(owner);
	await call("PATCH", `/conversations/${id}`, await tokenOf(owner), { title: "Costs" });
	return id;
}

const sums = (owner: "deployment" | { userId: string }) =>
	runInDurableObject(env.LEDGER.getByName(purseName(owner)), async (ledger) => (await ledger.report("day")).report?.sums);

async function replied(client: Client) {
	return (await client.next("chat:message", ({ message }) => message.role === "assistant")).message;
}

it("charges the conversation, the person and the deployment what a reply has cost", async () => {
	const ann = somebody();
	const id = await titled(ann);
	const before = (await sums("deployment"))?.microUsd ?? 0;
	const client = await Client.join(ann, id);
	client.say('!{"tokens":50}');
	const reply = await replied(client);
	expect(reply.cost).toEqual({ usd: costOf(50) / 1_000_000 });
	await expect.poll(async () => (await sums({ userId: ann }))?.microUsd).toBe(costOf(50));
	await expect.poll(async () => ((await sums("deployment"))?.microUsd ?? 0) - before).toBe(costOf(50));
	expect(await sums({ userId: ann })).toMatchObject({ reserved: 0, replies: 1, output: 50, cacheRead: 22 });
});

it("holds for a model without a price, at the dearest one", async () => {
	const ann = somebody();
	const id = await titled(ann);
	expect((await call("PATCH", `/conversations/${id}`, await tokenOf(ann), { model: "claude-unheard-of" })).status).toBe(200);
	const client = await Client.join(ann, id);
	client.say('!{"tokens":2000}');
	await replied(client);
	await expect.poll(async () => (await sums({ userId: ann }))?.reserved).toBe(0);
	expect((await sums({ userId: ann }))?.microUsd).toBeGreaterThan(2_000 * 50);
	client.say("And again");
	await client.next("chat:message", ({ message }) => message.content === "And again");
	client.say('!{"tokens":2000}');
	expect(await client.next("chat:error")).toMatchObject({ code: "budget_exceeded", scope: "person" });
});

it("keeps a question whose budget is used up, and says so in the response and on the socket", async () => {
	const ann = somebody();
	const id = await titled(ann);
	const client = await Client.join(ann, id);
	// What is left after it pays for a prompt, and not for 500 tokens.
	client.say('!{"tokens":19000}');
	await replied(client);
	await expect.poll(async () => (await sums({ userId: ann }))?.reserved).toBe(0);
	const { status, body } = await call("POST", `/conversations/${id}/messages`, await tokenOf(ann), { content: "And now?" });
	expect(status).toBe(201);
	expect(body.message).toMatchObject({ content: "And now?" });
	expect(body.message).not.toHaveProperty("asksClaude");
	const notice = {
		code: "budget_exceeded",
		scope: "person",
		error: expect.any(String),
		messageId: body.message.id,
		resetsAt: expect.stringMatching(/T00:00:00.000Z$/),
	};
	expect(body.notice).toEqual(notice);
	expect(await client.next("chat:error")).toEqual({ type: "chat:error", conversationId: id, ...notice });
});

it("lets a guest whose budget is 0 chat without Claude", async () => {
	const guest = `guest-${"x".repeat(22)}`;
	const id = await titled(guest);
	const client = await Client.join(guest, id);
	client.say("Hi");
	expect(await client.next("chat:error")).toMatchObject({ code: "budget_exceeded", scope: "person" });
	expect((await call("GET", `/conversations/${id}/messages`, await tokenOf(guest))).body.messages).toHaveLength(1);
});

it("tells a Socket.IO client in a literal packet why a question is not answered", async () => {
	const guest = `guest-${"y".repeat(22)}`;
	const id = await titled(guest);
	const client = await SocketIoClient.join(guest, id);
	client.send(`421["chat:send",{"conversationId":"${id}","content":"Hi","role":"user"}]`);
	const { id: messageId, asksClaude } = (await client.acknowledged(1)) as Message;
	expect(asksClaude).toBe(true);
	const { packet, payload } = await client.next(({ name }) => name === "chat:error");
	const { error, resetsAt } = payload as unknown as { error: string; resetsAt: string };
	expect([error, resetsAt]).toEqual([expect.stringMatching(/budget/), expect.stringMatching(/^20.*T00:00:00.000Z$/)]);
	const event = { conversationId: id, code: "budget_exceeded", scope: "person", error, messageId, resetsAt };
	const [name, received] = JSON.parse(packet.slice(2));
	expect([packet.slice(0, 2), name, received]).toEqual(["42", "chat:error", event]);
	client.close();
});

describe("after the death of all objects", () => {
	it("the reply goes on, and its reservation is charged once", async () => {
		const ann = somebody();
		const id = await titled(ann);
		const client = await Client.join(ann, id);
		client.say(`!{"tokens":100,"hold":"${id}"}`);
		await client.next("chat:streaming");
		expect((await sums({ userId: ann }))?.reserved).toBeGreaterThan(100_000);
		await abortAllDurableObjects();
		await client.closed;
		await release(id);
		expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);
		const back = await Client.join(ann, id);
		const reply = await replied(back);
		expect(reply).toMatchObject({ status: "complete", attempts: [{ reason: "interrupted" }] });
		await expect.poll(async () => (await sums({ userId: ann }))?.reserved).toBe(0);
		expect(await sums({ userId: ann })).toMatchObject({ microUsd: Math.round((reply.cost?.usd ?? 0) * 1_000_000), replies: 1 });
	});

	it("a settlement that did not arrive is delivered by the alarm", async () => {
		expectLog(/A purse could not be settled/);
		const ann = somebody();
		const id = await titled(ann);
		const client = await Client.join(ann, id);
		client.say(`!{"tokens":50,"hold":"${id}"}`);
		await client.next("chat:streaming");
		const ledger = env.LEDGER.getByName(purseName({ userId: ann }));
		// Nothing can be written while the table has another name.
		const rename = (from: string, to: string) =>
			runInDurableObject(ledger, (_object, { storage }) => void storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`));
		await rename("spending", "away");
		await release(id);
		await replied(client);
		const conversation = env.CONVERSATIONS.getByName(id);
		const failed = () =>
			runInDurableObject(conversation as unknown as DurableObjectStub<undefined>, (_object, { storage: { sql } }) =>
				sql.exec("SELECT 1 FROM jobs WHERE tries > 0").toArray(),
			);
		await expect.poll(failed).toHaveLength(1);
		await rename("away", "spending");
		await retryJobs(conversation);
		await expect.poll(async () => (await sums({ userId: ann }))?.microUsd).toBe(costOf(50));
	});
});

it("settles the reply that runs when its conversation is deleted", async () => {
	const ann = somebody();
	const id = await titled(ann);
	const client = await Client.join(ann, id);
	client.say(`!{"tokens":500,"hold":"${id}"}`);
	await client.next("chat:streaming");
	expect((await call("DELETE", `/conversations/${id}`, await tokenOf(ann))).status).toBe(204);
	await expect.poll(async () => (await sums({ userId: ann }))?.reserved).toBe(0);
	expect((await sums({ userId: ann }))?.microUsd).toBeGreaterThan(costOf(1));
	await expect
		.poll(() =>
			runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) =>
				storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'deleted'").toArray(),
			),
		)
		.toHaveLength(1);
});

describe("what Claude has cost", () => {
	it("is reported for the conversation and for oneself", async () => {
		const [ann, bob] = [somebody(), somebody()];
		const id = await newConversation(ann, [bob]);
		const token = await tokenOf(ann);
		await call("PATCH", `/conversations/${id}`, token, { title: "Costs", budget: { usd: 1, period: "month" } });
		const client = await Client.join(ann, id);
		client.say('@claude !{"tokens":50}');
		await replied(client);
		const { status, body } = await call("GET", `/conversations/${id}/usage?period=month`, await tokenOf(bob));
		const usd = costOf(50) / 1_000_000;
		expect(status).toBe(200);
		expect(body).toMatchObject({
			usd,
			reservedUsd: 0,
			replies: 1,
			tokens: { input: 11, output: 50, cacheRead: 22, cacheWrite: 33 },
			cacheHit: 22 / 66,
			budget: {
				usd: 1,
				period: "month",
				leftUsd: (1_000_000 - costOf(50)) / 1_000_000,
				resetsAt: expect.stringMatching(/-01T00:00:00.000Z$/),
			},
			people: [{ userId: ann, usd, replies: 1 }],
			days: [{ usd, replies: 1 }],
		});
		await expect.poll(async () => (await call("GET", "/me/usage", token)).body.usd).toBe(usd);
		const own = (await call("GET", "/me/usage?period=total", token)).body;
		expect(own).toMatchObject({ usd, replies: 1, limitUsd: 0.2, people: [{ userId: ann, usd, replies: 1 }] });
		expect(own.budget).toMatchObject({ usd: 0.2, period: "day", leftUsd: (200_000 - costOf(50)) / 1_000_000 });
	});

	it("is nothing for somebody who has never asked, and nothing is written for them", async () => {
		const ann = somebody();
		const { body } = await call("GET", "/me/usage", await tokenOf(ann));
		expect(body).toMatchObject({ usd: 0, reservedUsd: 0, replies: 0, cacheHit: 0, people: [], days: [], limitUsd: 0.2 });
		await runInDurableObject(env.LEDGER.getByName(purseName({ userId: ann })), (_object, { storage }) => {
			expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'spending'").toArray()).toEqual([]);
		});
	});

	it("is refused for a period that there is not, and for people outside", async () => {
		const [ann, eve] = [somebody(), somebody()];
		const id = await newConversation(ann);
		expect((await call("GET", `/conversations/${id}/usage?period=week`, await tokenOf(ann))).status).toBe(400);
		expect((await call("GET", "/me/usage?period=week", await tokenOf(ann))).status).toBe(400);
		expect((await call("GET", `/conversations/${id}/usage`, await tokenOf(eve))).status).toBe(404);
		expect((await call("GET", `/conversations/${id}/usage`)).status).toBe(401);
	});
});

/** Ten are those of the two messages, of their words, of what Claude saw and of what was read. */
it("writes six rows for the payment of a reply, and two in each of the other purses", async () => {
	const ann = somebody();
	const id = await titled(ann);
	const client = await Client.join(ann, id);
	const [own, deployment] = [{ userId: ann }, "deployment" as const].map((owner) => env.LEDGER.getByName(purseName(owner)));
	const openPayments = () =>
		runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => storage.sql.exec("SELECT id FROM payments").toArray());
	const rows = await countRows();
	let written: number[] = [];
	// The first reply also writes what is written once.
	for (let reply = 0; reply < 2; reply++) {
		// In one piece: whether the first checkpoint holds words, which costs a row, would depend on the time.
		client.say('!{"tokens":50,"burst":true}');
		await client.next("chat:complete");
		await expect.poll(openPayments).toEqual([]);
		written = await Promise.all([id, own, deployment].map(async (of) => (await rows(of as string)).written));
	}
	expect(written).toEqual([10 + 6, 2, 2]);
});

it("settles the title that an object had asked for when it died, by the alarm alone", async () => {
	const ann = somebody();
	const id = await newConversation(ann);
	const client = await Client.join(ann, id);
	client.say('!{"tokens":50,"titleStalls":true}');
	await replied(client);
	// The reply is settled: what is reserved is for the title.
	await expect.poll(() => sums({ userId: ann })).toMatchObject({ replies: 1, reserved: expect.not.toBeOneOf([0]) });
	const { reserved = 0, microUsd = 0 } = (await sums({ userId: ann })) ?? {};
	await abortAllDurableObjects();
	await client.closed;
	expect(await runDurableObjectAlarm(env.CONVERSATIONS.getByName(id))).toBe(true);
	await expect.poll(async () => await sums({ userId: ann })).toMatchObject({ reserved: 0, microUsd: microUsd + reserved });
});
