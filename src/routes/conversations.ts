// Conversations: their beginning, what they are, what was said in them, and the socket.

import { Hono } from "hono";
import * as v from "valibot";
import { offersChatProtocol } from "../auth/request.ts";
import { upgradeRequest } from "../conversation/object.ts";
import { assistantSchema, titleSchema } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import { type App, answer, answerDone, ask, authenticate, pageSchema, randomId, readBody, refuse, stubOf } from "./http.ts";

/** The upgrade comes before what sets headers: a 101 takes none. */
export const sockets = new Hono<App>();

sockets.get("/conversations/:id/socket", async (c) => {
	const refusal = await authenticate(c);
	if (refusal) return refuse(c, refusal);
	if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return refuse(c, "upgrade_required");
	const stub = stubOf(c);
	if (!stub) return refuse(c, "not_found");
	// One that is too long is none of ours: any other that is none does as well, and is shorter.
	const cursor = c.req.query("cursor")?.slice(0, limits.cursor);
	return stub.fetch(upgradeRequest({ identity: c.get("identity"), cursor, isChatProtocol: offersChatProtocol(c.req.raw) }));
});

export const conversations = new Hono<App>();

conversations.post("/conversations", async (c) => {
	const body = await readBody(c, v.object({ title: v.optional(titleSchema, "") }));
	if (!body) return refuse(c, "bad_request", "A title is text of at most 200 characters.");
	const { userId, username } = c.get("identity");
	const created = await c.env.CONVERSATIONS.getByName(randomId()).create({ userId, username }, body.title);
	return c.json({ conversation: created }, 201);
});

conversations.get("/conversations/:id", async (c) => answer(c, await ask(c, "describe"), (conversation) => ({ conversation })));

conversations.patch("/conversations/:id", async (c) => {
	const body = await readBody(c, v.object({ title: v.optional(titleSchema), assistant: v.optional(assistantSchema) }));
	if (!body) return refuse(c, "bad_request", "Give a title of at most 200 characters, an assistant mode, or both.");
	return answer(c, await ask(c, "update", body), (conversation) => ({ conversation }));
});

conversations.delete("/conversations/:id", async (c) => {
	const stub = stubOf(c);
	return stub ? answerDone(c, await stub.end(c.get("identity"))) : refuse(c, "not_found");
});

conversations.get("/conversations/:id/messages", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`before` is a message's seq, `limit` a number from 1 to 200.");
	return answer(c, await ask(c, "history", query.output.before, query.output.limit), (page) => page);
});

conversations.get("/conversations/:id/messages/:messageId/versions", async (c) =>
	answer(c, await ask(c, "versions", c.req.param("messageId")), (versions) => versions),
);

conversations.get("/conversations/:id/audit", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`before` is an entry's id, `limit` a number from 1 to 200.");
	return answer(c, await ask(c, "audit", query.output.before, query.output.limit), (page) => page);
});
