// What people do while something breaks, and what can be seen of it from outside. An action may be repeated with the same ids.

import { env } from "cloudflare:workers";
import { issueImportToken } from "../../src/auth/import-token.ts";
import { download, png, upload } from "../support/files.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { asideActions } from "./actions/asides.ts";
import { forkActions } from "./actions/forks.ts";
import { legalActions } from "./actions/legal.ts";
import { relayActions } from "./actions/relays.ts";
import { retentionActions } from "./actions/retention.ts";
import { webhookActions } from "./actions/webhooks.ts";
import { browserOf, devicesOf, subscribe } from "./push.ts";
import { goOn, rest } from "./rest.ts";
import { exportedLines, filesIn, people, type Seen, saidTo, seenBy, storedFiles } from "./seen.ts";
import { as, conversationOf, day, over, purseOf, talking, userOf, type World } from "./world.ts";

async function send(): Promise<World> {
	const { ann, id, objects, see, said } = await talking();
	const event = { type: "chat:send", role: "user", content: "Second", clientId: "second" } as const;
	const act = () => over(ann, id, event, (received) => received.type === "chat:message" && received.message.clientId === "second");
	return { objects, act, see, said, repeats: "completes it" };
}

async function edit(): Promise<World> {
	const { ann, id, first, objects, see, said } = await talking();
	const changed = { type: "chat:edit", messageId: first.id, content: "First, edited" } as const;
	const act = () => over(ann, id, changed, (event) => event.type === "chat:updated");
	return { objects, act, see, said, repeats: "completes it" };
}

/** Deletes a message that has a file. */
async function remove(): Promise<World> {
	const { ann, id, objects, see, said } = await talking();
	const { file } = await upload(ann, id, png(), { type: "image/png" });
	const { message } = (await as(ann, "POST", `/conversations/${id}/messages`, { content: "Look", files: [file.id] })).body;
	const act = () => over(ann, id, { type: "chat:delete", messageId: message.id }, (event) => event.type === "chat:updated");
	const seeFile = async () => ({ ...(await see()), file: (await download(ann, id, file.id)).status, stored: await storedFiles(id) });
	return { objects, act, see: seeFile, said, repeats: "completes it" };
}

/** Asks Claude. Somebody pays for the reply. A question is answered once or refused, so that its repetition changes nothing. */
async function ask(): Promise<World> {
	const { ann, all } = people();
	const id = await newConversation(ann);
	await as(ann, "PATCH", `/conversations/${id}`, { title: "Costs" });
	const text = ["a", "b", "c", "d"].map((letter) => letter.repeat(900)).join(" ");
	const act = async () => {
		const client = await Client.join(ann, id);
		client.say(`!${JSON.stringify({ text })}`, "question");
		const isDone = await Promise.race([
			client.next("chat:complete").then(() => true),
			client.next("chat:error").then(() => false),
			client.closed.then(() => false),
			...(client.joined.messages.length > 0 ? [client.next("chat:message").then(() => true)] : []),
		]);
		client.close();
		return { isDone };
	};
	const see = async (): Promise<Seen> => {
		const { log, ...seen } = await seenBy(all, id);
		const [spent, own] = [await as(ann, "GET", `/conversations/${id}/usage?period=day`), await as(ann, "GET", "/me/usage?period=day")];
		const reserved = spent.body.reservedUsd + own.body.reservedUsd;
		return {
			...seen,
			log: log.filter(({ role }) => role === "assistant"),
			purse: { reserved, replies: own.body.replies, isEven: own.body.usd === spent.body.usd },
		};
	};
	return {
		objects: { conversation: conversationOf(id), purse: purseOf(ann), ann: userOf(ann) },
		act,
		see,
		said: () => saidTo(all, id),
		repeats: "changes nothing",
	};
}

/** Removes a member. No grant admits them any more. */
async function expel(): Promise<World> {
	const { ann, bob, id, objects, see, said } = await talking();
	const act = async () => {
		const { status } = await as(ann, "DELETE", `/conversations/${id}/members/${bob}`);
		return { isDone: status < 300 || status === 404 };
	};
	const seeGrant = async () => {
		const seen = await see();
		const granted = await call("GET", `/conversations/${id}/messages`, await tokenOf(bob, { conversations: [id] }));
		return { ...seen, granted: granted.status };
	};
	return { objects, act, see: seeGrant, said, repeats: "completes it" };
}

async function accept(): Promise<World> {
	const { ann, cyd, id, objects, see, said } = await talking();
	const { invite } = (await as(ann, "POST", `/conversations/${id}/invites`, { maxUses: 2 })).body;
	const act = async () => {
		const { status } = await as(cyd, "POST", `/invites/${encodeURIComponent(invite.token)}/accept`);
		return { isDone: status < 300 };
	};
	const seeInvite = async () => {
		const { invites } = (await as(ann, "GET", `/conversations/${id}/invites`)).body;
		return { ...(await see()), uses: invites.reduce((sum: number, { uses }: { uses: number }) => sum + uses, 0) };
	};
	return { objects: { ...objects, cyd: userOf(cyd) }, act, see: seeInvite, said, repeats: "completes it" };
}

/** Deletes the conversation. */
async function end(): Promise<World> {
	const { ann, id, objects, see, said } = await talking();
	const act = async () => {
		const { status } = await as(ann, "DELETE", `/conversations/${id}`);
		return { isDone: status < 300 || status === 404 };
	};
	return { objects: { ...objects, ann: userOf(ann) }, act, see, said, repeats: "completes it" };
}

/** Bob erases himself. */
async function erase(): Promise<World> {
	const { bob, id, objects, see, said } = await talking();
	await as(bob, "POST", `/conversations/${id}/messages`, { content: "A secret of Bob's" });
	const act = async () => {
		const { status, body } = await as(bob, "DELETE", "/me");
		return { isDone: status < 300 && body.erased.remaining === 0 };
	};
	return { objects, act, see, said, repeats: "completes it" };
}

/** Imports a conversation from its export, in two parts. */
async function restore(): Promise<World> {
	const { ann, all, id: from } = await talking();
	const id = crypto.randomUUID();
	const text = await exportedLines(ann, from);
	const token = await issueImportToken(id, env.JWT_SECRET as string);
	const part = (at: number, to?: number) => call("POST", `/import/${id}?from=${at}&as=${ann}`, token, text.slice(at, to).join("\n"));
	const act = async () => {
		// One that was broken off begins again, and learns if the conversation is there.
		const isThere = (await part(0, 2)).body.error?.code === "conflict";
		return { isDone: isThere || (await part(2)).body.conversation !== undefined };
	};
	return {
		objects: { conversation: conversationOf(id), ann: userOf(ann) },
		act,
		see: () => seenBy(all, id),
		said: () => saidTo(all, id),
		repeats: "completes it",
	};
}

/** Uploads a file and sends it. After a day, no other bytes are left. */
async function attach(): Promise<World> {
	const { ann, id, objects, see, said } = await talking();
	const act = async () => {
		const { status, file } = await upload(ann, id, png(), { type: "image/png" });
		if (status !== 201) return { isDone: false };
		const sent = await as(ann, "POST", `/conversations/${id}/messages`, { content: "Look", files: [file.id], clientId: "look" });
		return { isDone: sent.status < 300 };
	};
	const seeFiles = async () => {
		await goOn({ files: objects.files }, day);
		return { ...(await see()), files: await filesIn(ann, id), stored: await storedFiles(id) };
	};
	return { objects, act, see: seeFiles, said, repeats: "completes it" };
}

/** Bob's browser subscribes to web push. */
async function subscribed(): Promise<World> {
	const { bob, objects, see, said } = await talking();
	const browser = browserOf();
	const act = async () => ({ isDone: (await subscribe(bob, browser)) === 204 });
	const seeDevices = async () => ({ ...(await see()), devices: await devicesOf(bob) });
	return { objects: { ...objects, endpoint: await browser.owner() }, act, see: seeDevices, said, repeats: "completes it" };
}

/** Bob's browser is notified of what Ann sends. It may be notified twice: each notification takes the place of the one before. */
async function notify(): Promise<World> {
	const { ann, bob, id, objects, see, said } = await talking();
	// The first message is in his list, and he is not notified of it.
	await rest(objects);
	const browser = browserOf();
	await subscribe(bob, browser);
	const act = async () => {
		const sent = await as(ann, "POST", `/conversations/${id}/messages`, { content: "Second", clientId: "second" });
		return { isDone: sent.status < 300 };
	};
	const seeNotice = async () => ({ ...(await see()), isNotified: browser.isNotified() });
	return { objects, act, see: seeNotice, said, repeats: "completes it" };
}

export const actions = {
	...{ send, edit, remove, ask, expel, accept, end, erase, restore, attach, subscribed, notify },
	...{ ...webhookActions, ...asideActions, ...forkActions, ...legalActions, ...retentionActions, ...relayActions },
};
export type Action = keyof typeof actions;
