// Presence and typing last only while they are true: they are stored nowhere and sent to nobody afterwards.

import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { evict } from "../support/evict.ts";
import { rowsOf } from "../support/rows.ts";
import { Client, newConversation } from "../support/socket.ts";

const participantsOf = ({ joined }: { joined: Client["events"][number] }) =>
	joined.type === "chat:joined" ? joined.participants.map(({ userId }) => userId).sort() : [];

it("joining, typing and leaving write no row", async () => {
	const id = await newConversation("ann", ["bob"]);
	const before = await rowsOf(id);
	const ann = await Client.join("ann", id);
	const bob = await Client.join("bob", id);
	bob.send({ type: "chat:typing", isTyping: true });
	await ann.next("chat:user-typing");
	bob.send({ type: "chat:typing", isTyping: false });
	await ann.next("chat:user-typing", ({ isTyping }) => !isTyping);
	bob.send({ type: "chat:typing", isTyping: true });
	await ann.next("chat:user-typing", ({ isTyping }) => isTyping);
	expect(await rowsOf(id)).toEqual(before);
	bob.close();
	await ann.next("chat:user-left");
	expect(await rowsOf(id)).toEqual(before);
});

it("a client that joins or returns does not learn who typed before", async () => {
	const id = await newConversation("ann", ["bob"]);
	const ann = await Client.join("ann", id);
	const bob = await Client.join("bob", id);
	bob.send({ type: "chat:typing", isTyping: true });
	await ann.next("chat:user-typing");
	const later = await Client.join("ann", id);
	const back = await Client.join("ann", id, { cursor: ann.joined.cursor });
	await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
	const afterwards = await Client.join("ann", id, { cursor: ann.joined.cursor });
	bob.say("Now");
	for (const client of [later, back, afterwards]) {
		await client.next("chat:message");
		expect(client.all("chat:user-typing")).toEqual([]);
	}
});

it("keeps participants over a sleep; after a crash, only those who reconnected are present", async () => {
	const id = await newConversation("ann", ["bob", "eve"]);
	const bob = await Client.join("bob", id);
	const eve = await Client.join("eve", id);
	await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
	expect(participantsOf(await Client.join("ann", id))).toEqual(["ann", "bob", "eve"]);
	await abortAllDurableObjects();
	await Promise.all([bob.closed, eve.closed]);
	const ann = await Client.join("ann", id);
	expect(participantsOf(ann)).toEqual(["ann"]);
	await Client.join("bob", id);
	expect(await ann.next("chat:user-joined")).toMatchObject({ userId: "bob" });
	expect(participantsOf(await Client.join("bob", id))).toEqual(["ann", "bob"]);
});
