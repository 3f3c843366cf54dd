// What an action is made of: a conversation of several people, the objects that it reaches, and ways to act.

import { env } from "cloudflare:workers";
import { purseName } from "../../src/money/object.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import type { Stub } from "./fault.ts";
import type { Objects } from "./rest.ts";
import { people, type Said, type Seen, saidTo, seenBy } from "./seen.ts";

/** In ms. Files that no message names go after a day. */
export const day = 25 * 3600_000;

/** `isDone`: whoever acts knows that it is done. `repeats`: what the same action, once more, makes of what is there. */
export type World = {
	objects: Objects;
	act(): Promise<{ isDone: boolean }>;
	see(): Promise<Seen>;
	/** What people have said, without replies. It is looked at at once, and is never half there. */
	said(): Promise<Said>;
	repeats: "completes it" | "changes nothing";
};

export const conversationOf = (id: string) => () => env.CONVERSATIONS.getByName(id) as unknown as Stub;
export const userOf = (id: string) => () => env.USERS.getByName(id) as unknown as Stub;
export const filesOf = (id: string) => () => env.CONVERSATION_FILES.getByName(id) as unknown as Stub;
export const purseOf = (userId: string) => () => env.LEDGER.getByName(purseName({ userId })) as unknown as Stub;

export const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);

/** A conversation of Ann's with Bob, without Claude, in which she has said something. */
export async function talking() {
	const { ann, bob, cyd, all } = people();
	const id = await newConversation(ann, [bob]);
	await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off", title: "Tea" });
	const first = (await as(ann, "POST", `/conversations/${id}/messages`, { content: "First", clientId: "first" })).body.message;
	return {
		...{ ann, bob, cyd, all, id, first },
		objects: { conversation: conversationOf(id), bob: userOf(bob), files: filesOf(id) },
		see: () => seenBy(all, id),
		said: () => saidTo(all, id),
	};
}

/** Sends an event on a new socket, and waits for its effect, a refusal, or the end of the connection. */
export async function over(
	who: string,
	id: string,
	event: Parameters<Client["send"]>[0],
	isEffect: (received: Client["events"][number]) => boolean,
) {
	const client = await Client.join(who, id);
	client.send(event);
	const isDone = await Promise.race([
		client.next("chat:message", isEffect).then(() => true),
		client.next("chat:updated", isEffect).then(() => true),
		client.next("chat:error").then(() => false),
		client.closed.then(() => false),
	]);
	client.close();
	return { isDone };
}
