// A conversation in which nothing happens costs nothing: its object can sleep, whatever went before. Nothing that it began keeps it awake.

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, newConversation } from "../support/socket.ts";

withSettings(scripted);

const before: [what: string, happen: (ann: Client) => Promise<unknown>][] = [
	["somebody came", async () => {}],
	// The timer that bounds this must not outlive it.
	[
		"its first answer, after which Claude is asked for a title",
		async (ann) => {
			ann.say("How are you?");
			await ann.next("chat:complete");
		},
	],
	[
		"an answer that was stopped",
		async (ann) => {
			ann.say('!{"tokens":1000,"perSecond":50}');
			await ann.next("chat:streaming");
			ann.send({ type: "chat:stop" });
			await ann.next("chat:complete");
		},
	],
	[
		"an answer that failed",
		async (ann) => {
			ann.say("!spend");
			await ann.next("chat:complete");
		},
	],
	[
		"much that was said at once",
		async (ann) => {
			for (let n = 0; n < 8; n++) ann.say(`Number ${n}`);
			await ann.next("chat:message", ({ message }) => message.content === "Number 7");
			await ann.next("chat:complete");
		},
	],
	[
		"typing, and a token that was refused",
		async (ann) => {
			ann.send({ type: "chat:typing", isTyping: true });
			ann.send({ type: "chat:auth", token: "x" });
			await ann.next("chat:error");
		},
	],
];

// Evicting waits for as long as anything of the object's is under way.
it.each(before)("sleeps after %s", async (_what, happen) => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await happen(ann);
	await evictDurableObject(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
	ann.send({ type: "chat:join" });
	expect(await ann.next("chat:joined")).toMatchObject({ participants: [{ userId: "ann" }] });
});
