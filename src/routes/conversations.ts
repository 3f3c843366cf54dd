// Conversations: their beginning, what they are, what was said in them, and the socket.

import { Hono } from "hono";
import * as v from "valibot";
import { offersChatProtocol } from "../auth/bearer.ts";
import { upgradeRequest } from "../conversation/object.ts";
import { assistantSchema, conversationSchema, memberSchema, titleSchema } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import { messageSchema, versionSchema } from "../protocol/message.ts";
import { rangeText } from "../protocol/number-text.ts";
import { idSchema } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import {
	type App,
	afterAll,
	answer,
	answerDone,
	authenticate,
	bodyUpTo,
	call,
	limitOf,
	pageSchema,
	placeSchema,
	readBody,
	refuse,
	stubOf,
} from "./http.ts";
import { describe } from "./operation.ts";

/** The upgrade comes before what sets headers: a 101 takes none. */
export const sockets = new Hono<App>();

describe("GET /conversations/:id/socket", {
	is: "The conversation's socket: frames of JSON arrays, of ClientEvent up and Event down.",
	query: v.object({ cursor: v.optional(v.string()) }),
	answers: { 101: "nothing" },
	refuses: ["too_many", "upgrade_required", "rate_limited"],
});
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

const beginSchema = v.object({ title: v.optional(titleSchema, "") });
const changeSchema = v.object({ title: v.optional(titleSchema), assistant: v.optional(assistantSchema) });
const answerSchema = v.object({ conversation: conversationSchema });
const describedSchema = v.object({ ...conversationSchema.entries, members: v.array(memberSchema) });
const auditSchema = v.object({ id: v.number(), at: v.string(), action: v.string(), actor: idSchema, subject: v.optional(idSchema) });

describe("POST /conversations", { is: "Begins a conversation of your own.", body: beginSchema, answers: { 201: answerSchema } });
conversations.post("/conversations", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, beginSchema);
	if (!body) return refuse(c, "bad_request", `A title has up to ${limits.title} characters.`);
	const { userId, username } = c.get("identity");
	const created = await c.env.CONVERSATIONS.getByName(randomId()).create({ userId, username }, body.title);
	return c.json({ conversation: created }, 201);
});

describe("GET /conversations/:id", { is: "What it is, and who is in it.", answers: { 200: v.object({ conversation: describedSchema }) } });
conversations.get("/conversations/:id", async (c) =>
	answer(c, await call(c, (calls) => calls.describe()), (conversation) => ({ conversation })),
);

describe("PATCH /conversations/:id", {
	is: "Another title, or another rule for when Claude answers.",
	body: changeSchema,
	answers: { 200: answerSchema },
	refuses: ["forbidden"],
});
conversations.patch("/conversations/:id", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, changeSchema);
	if (!body) return refuse(c, "bad_request", `Give a title of up to ${limits.title} characters, an assistant mode, or both.`);
	return answer(c, await call(c, (calls) => calls.update(body)), (conversation) => ({ conversation }));
});

describe("DELETE /conversations/:id", {
	is: "Ends a conversation for good: its sockets close, and to everybody it is as if it had never been.",
	answers: { 204: "nothing" },
	refuses: ["forbidden"],
});
conversations.delete("/conversations/:id", async (c) => answerDone(c, await call(c, (calls) => calls.end())));

/** One place at most. */
const historySchema = v.pipe(
	v.object({ after: v.optional(placeSchema), around: v.optional(placeSchema), before: v.optional(placeSchema), ...limitOf(limits.page) }),
	v.check(({ before, after, around }) => [before, after, around].filter((place) => place !== undefined).length < 2),
);

describe("GET /conversations/:id/messages", {
	is: "What was said before a place, after one, or on both sides of one, oldest first. Without a place: at the end.",
	query: historySchema,
	answers: { 200: v.object({ messages: v.array(messageSchema), hasMore: v.boolean(), hasNewer: v.boolean() }) },
});
conversations.get("/conversations/:id/messages", async (c) => {
	const query = v.safeParse(historySchema, c.req.query());
	if (!query.success)
		return refuse(
			c,
			"bad_request",
			`Give at most one of \`before\`, \`after\` and \`around\`: a message's seq. \`limit\` is ${rangeText(limits.page)}.`,
		);
	const { before = afterAll, after, around, limit } = query.output;
	const place = after !== undefined ? { after } : around !== undefined ? { around } : { before };
	return answer(c, await call(c, (calls) => calls.history(place, limit)), (page) => page);
});

describe("GET /conversations/:id/messages/:messageId/versions", {
	is: "What a reply said before it was asked for again, oldest first.",
	answers: { 200: v.object({ versions: v.array(versionSchema) }) },
});
conversations.get("/conversations/:id/messages/:messageId/versions", async (c) =>
	answer(c, await call(c, (calls) => calls.versions(c.req.param("messageId"))), (versions) => versions),
);

describe("GET /conversations/:id/audit", {
	is: "What was done to its doors, newest first.",
	query: pageSchema,
	answers: { 200: v.object({ entries: v.array(auditSchema), hasMore: v.boolean() }) },
	refuses: ["forbidden"],
});
conversations.get("/conversations/:id/audit", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", `\`before\` is an entry's id, \`limit\` is ${rangeText(limits.page)}.`);
	return answer(c, await call(c, (calls) => calls.audit(query.output.before, query.output.limit)), (page) => page);
});
