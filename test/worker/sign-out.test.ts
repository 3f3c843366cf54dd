// A person who lost access can neither receive nor send, even if their client ignores the close, and also after a sleep.

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { rowsOf } from "../support/rows.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const ways: [how: string, code: number, expiresIn: number, put: (bob: Client) => unknown][] = [
	[
		"was removed",
		4403,
		600,
		async ({ conversationId }) => call("DELETE", `/conversations/${conversationId}/members/bob`, await tokenOf("ann")),
	],
	["left", 1000, 600, (bob) => bob.send({ type: "chat:leave" })],
	["signed out", 4401, 600, ({ conversationId }) => env.CONVERSATIONS.getByName(conversationId).signOut("bob")],
	["has an expired token", 4401, 1, () => {}],
	[
		"flooded",
		4429,
		600,
		(bob) => {
			for (let n = 0; n < limits.badFramesPerMinute; n++) bob.raw("{");
		},
	],
	["sent an oversize frame", 1009, 600, (bob) => bob.raw(" ".repeat(limits.frameBytes + 1))],
	[
		"opened too many others",
		4409,
		600,
		async ({ conversationId }) => {
			for (let n = 0; n < limits.socketsPerPerson; n++) await Client.join("bob", conversationId);
		},
	],
];

/** All rows but those that Ann's own message changes: the log, its index, the title and her read mark. */
async function rowsBesideAnns(id: string) {
	const rows = (await rowsOf(id)).filter(([table]) => !/^(messages|words|conversation)/.test(table));
	return rows.map(([table, of]) => [table, of.filter(({ user_id }) => user_id !== "ann")]);
}

it.each(ways)("a person who %s can neither receive nor send", async (_how, code, expiresIn, put) => {
	const id = await newConversation("ann", ["bob"]);
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "A room" });
	const ann = await Client.join("ann", id);
	const bob = await Client.join("bob", id, { ignoresClose: true, expiresIn });
	await put(bob);
	expect(await bob.closed).toBe(code);
	const told = bob.frames.length;
	const sleeps = [() => {}, () => evictDurableObject(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" })];
	for (const [nth, sleep] of sleeps.entries()) {
		await sleep();
		const before = await rowsBesideAnns(id);
		bob.say("I am still here");
		bob.send({ type: "chat:typing", isTyping: true });
		bob.send({ type: "chat:auth", token: await tokenOf("bob") });
		bob.send({ type: "chat:join" });
		ann.say(`Number ${nth}`);
		await ann.next("chat:message", ({ message }) => message.content === `Number ${nth}`);
		expect(await rowsBesideAnns(id)).toEqual(before);
	}
	expect(bob.frames).toHaveLength(told);
	expect(ann.all("chat:user-typing")).toEqual([]);
	const said = (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages;
	expect(said.filter(({ role }: { role: string }) => role === "user")).toHaveLength(2);
});
