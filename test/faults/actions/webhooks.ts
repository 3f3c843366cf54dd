// Webhooks: owners add and remove them, they are told of what happens, and programs post by them.

import { exports } from "cloudflare:workers";
import { origin } from "../../support/socket.ts";
import { newReceiver } from "../outside.ts";
import { as, talking, userOf, type World } from "../world.ts";

/** A conversation of Ann's, and what she sees of its webhooks. */
async function hooking() {
	const { ann, id, objects, see, said } = await talking();
	const path = `/conversations/${id}/webhooks`;
	const receiver = newReceiver();
	const add = async () => {
		const { status, body } = await as(ann, "POST", path, { url: receiver.url });
		if (status === 201) receiver.secret = body.webhook.secret;
		return { isDone: status === 201 };
	};
	const list = async (): Promise<{ id: string; status: string }[]> => (await as(ann, "GET", path)).body.webhooks;
	const seeHooks = async () => ({
		...(await see()),
		webhooks: (await list()).map(({ status }) => status),
		tokens: (await as(ann, "GET", "/me/tokens")).body.tokens.length,
	});
	return { ann, id, path, receiver, objects: { ...objects, ann: userOf(ann) }, add, list, see: seeHooks, said };
}

/** Adds one, unless it is there: its secret is shown once, so that a second one would be of use. */
async function addWebhook(): Promise<World> {
	const { objects, add, list, see, said } = await hooking();
	const act = async () => ((await list()).length > 0 ? { isDone: true } : add());
	return { objects, act, see, said, repeats: "completes it" };
}

async function removeWebhook(): Promise<World> {
	const { ann, id, path, objects, add, list, see, said } = await hooking();
	await add();
	const [webhook] = await list();
	const act = async () => {
		const { status } = await as(ann, "DELETE", `${path}/${webhook?.id}`);
		return { isDone: status < 300 || status === 404 };
	};
	const seeAudit = async () => {
		const { entries } = (await as(ann, "GET", `/conversations/${id}/audit`)).body;
		return { ...(await see()), removals: entries.filter(({ action }: { action: string }) => action === "webhook_removed").length };
	};
	return { objects, act, see: seeAudit, said, repeats: "completes it" };
}

/** An address is told of a message. It may be told twice: the id is the same, by which the receiver knows. */
async function tellWebhook(): Promise<World> {
	const { ann, id, receiver, objects, add, see, said } = await hooking();
	await add();
	const act = async () => {
		const sent = await as(ann, "POST", `/conversations/${id}/messages`, { content: "Second", clientId: "second" });
		return { isDone: sent.status < 300 };
	};
	const seeReceived = async () => ({
		...(await see()),
		received: receiver.received.map(({ type, data }) => [type, data.message?.content]),
	});
	return { objects, act, see: seeReceived, said, repeats: "completes it" };
}

/** A program posts by an address, and repeats its key. */
async function postByWebhook(): Promise<World> {
	const { ann, id, objects, see, said } = await hooking();
	const { url } = (await as(ann, "POST", `/conversations/${id}/incoming-webhooks`, { name: "builds" })).body.webhook;
	const act = async () => {
		const headers = { "content-type": "application/json", "idempotency-key": "build-1" };
		const request = { method: "POST", headers, body: JSON.stringify({ text: "Second" }) };
		const response = await exports.default.fetch(url.replace(/^https:\/\/[^/]+/, origin), request);
		await response.text();
		return { isDone: response.ok };
	};
	// The key is mixed with the webhook's id.
	const seePosted = async () => {
		const { log, ...seen } = await see();
		return { ...seen, log: log.map(({ clientId: _, ...message }) => message) };
	};
	return { objects, act, see: seePosted, said, repeats: "completes it" };
}

export const webhookActions = { addWebhook, removeWebhook, tellWebhook, postByWebhook };
