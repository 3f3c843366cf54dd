// An idle conversation costs nothing: whatever happened before, nothing keeps its object awake.

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, newConversation } from "../support/socket.ts";

withSettings(scripted);

const before: [what: string, happen: (ann: Client) => Promise<unknown>][] = [
	["somebody joined", async () => {}],
	// The timer that bounds the request for a title must not outlive it.
	[
		"its first reply, after which Claude is asked for a title",
		async (ann) => {
			ann.say("How are you?");
			await ann.next("chat:complete");
		},
	],
	[
		"a stopped reply",
		async (ann) => {
			ann.say('!{"tokens":1000,"perSecond":50}');
			await ann.next("chat:streaming");
			ann.send({ type: "chat:stop" });
			await ann.next("chat:complete");
		},
	],
	[
		"a failed reply",
		async (ann) => {
			expectLog(/spend_limit/);
			ann.say("!spend");
			await ann.next("chat:complete");
		},
	],
	[
		"many messages at once",
		async (ann) => {
			for (let n = 0; n < 8; n++) ann.say(`Number ${n}`);
			await ann.next("chat:message", ({ message }) => message.content === "Number 7");
			await ann.next("chat:complete");
		},
	],
	[
		"typing and a refused token",
		async (ann) => {
			ann.send({ type: "chat:typing", isTyping: true });
			ann.send({ type: "chat:auth", token: "x" });
			await ann.next("chat:error");
		},
	],
];

// Eviction waits while anything of the object is under way.
it.each(before)("sleeps after %s", async (_what, happen) => {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	await happen(ann);
	await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
	ann.send({ type: "chat:join" });
	expect(await ann.next("chat:joined")).toMatchObject({ participants: [{ userId: "ann" }] });
});
