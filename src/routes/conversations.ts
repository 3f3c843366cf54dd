// Conversations: creating, reading, changing and deleting them, their history, and their socket.

import { Hono } from "hono";
import * as v from "valibot";
import { offersChatProtocol } from "../auth/bearer.ts";
import { personOf } from "../auth/tokens.ts";
import { upgradeAt } from "../gateway/upgrade.ts";
import { conversationSchema, memberSchema, titleSchema } from "../protocol/conversation.ts";
import { quotaUsedUp } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import { countSchema, messageSchema, versionSchema } from "../protocol/message.ts";
import { maySchema } from "../protocol/people/link.ts";
import { noticeSchema } from "../protocol/people/notice.ts";
import { idSchema } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { numberText, rangeText } from "../protocol/text/number-text.ts";
import {
	type App,
	authenticate,
	bodyUpTo,
	call,
	limitParameter,
	maxPlace,
	pageSchema,
	placeSchema,
	readBody,
	refuse,
	refuseByQuota,
	respond,
	respondEmpty,
	stubOf,
} from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

/** Comes before the middleware that sets headers: a 101 response takes none. */
export const sockets = new Hono<App>();

describe("GET /conversations/:id/socket", {
	tag: "Live",
	summary: "Open a conversation's socket",
	description:
		"Opens a WebSocket that carries everything that happens in the conversation. Each frame is a JSON array of events: the client sends `ClientEvent`s, the server sends `Event`s. The client may also send a single event, or the text `ping`. The first event is `chat:joined`. If the conversation does not exist and the access token grants it, it is created. Browsers pass the token as the subprotocol `bearer.TOKEN`, beside `chat.v1`.",
	access: "member",
	programs: "read",
	query: v.object({ cursor: v.optional(v.string()) }),
	answers: { 101: "nothing" },
	refuses: {
		upgrade_required: "The request does not ask for a WebSocket.",
		too_many: "Too many of the caller's sockets are still closing: the server closed them, but the client has not completed the close.",
		rate_limited:
			"The caller was disconnected for flooding the conversation (sending far too many or invalid frames) within the last minute.",
	},
	sample: {
		lang: "JavaScript",
		source: `const socket = new WebSocket("{address}", ["chat.v1", \`bearer.\${token}\`]);
socket.onmessage = ({ data }) => JSON.parse(data).forEach(console.log);
socket.onopen = () =>
  socket.send(JSON.stringify([{ type: "chat:send", conversationId, role: "user", content: "Hello" }]));`,
	},
});
sockets.get("/conversations/:id/socket", async (c) => {
	const refused = await authenticate(c);
	if (refused) return refused;
	if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return refuse(c, "upgrade_required");
	if (!stubOf(c)) return refuse(c, "not_found");
	// A longer cursor is not one of ours. Cutting it changes nothing: it stays unknown.
	const cursor = c.req.query("cursor")?.slice(0, limits.cursor);
	const upgrade = { identity: c.get("identity"), cursor, isChatProtocol: offersChatProtocol(c.req.raw) };
	return upgradeAt(c.env, c.get("settings"), c.req.param("id"), upgrade);
});

export const conversations = new Hono<App>();

const newConversationSchema = v.object({ title: v.optional(titleSchema, "") });
const conversationAnswerSchema = v.object({ conversation: conversationSchema });
const describedSchema = v.object({
	...conversationSchema.entries,
	members: v.array(memberSchema),
	memberCount: countSchema,
	may: v.optional(maySchema),
});
const auditSchema = v.object({ id: v.number(), at: v.string(), action: v.string(), actor: idSchema, subject: v.optional(idSchema) });

describe("POST /conversations", {
	tag: "Conversations",
	summary: "Create a conversation",
	description:
		"Creates a conversation with the caller as its owner and only member. Without a title, the first words of the conversation become its title. After Claude's first reply, a title that Claude writes replaces it; the demo model writes none.",
	access: "token",
	programs: "write",
	needsAllConversations: true,
	body: { schema: newConversationSchema, example: { title: examples.conversation.title } },
	answers: { 201: { schema: conversationAnswerSchema, example: { conversation: examples.conversation } } },
	refuses: { rate_limited: quotaUsedUp },
});
conversations.post("/conversations", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, newConversationSchema);
	if (!body) return refuse(c, "bad_request", `A title has up to ${limits.title} characters.`);
	const refused = await refuseByQuota(c, limits.written.conversation);
	if (refused) return refused;
	const created = await c.env.CONVERSATIONS.getByName(randomId()).create(personOf(c.get("identity")), body.title);
	return c.json({ conversation: created }, 201);
});

describe("GET /conversations/:id", {
	tag: "Conversations",
	summary: "Get a conversation and its members",
	description: `Returns the conversation with its members, and \`may\`, if the caller came by an invite that limits what they may do. With more than ${limits.namedMembers} members, \`members\` has only the caller and the owners; \`GET /api/conversations/{id}/members\` lists everybody. A conversation that the caller may not see gets the same response as one that does not exist.`,
	access: "member",
	programs: "read",
	answers: {
		200: {
			schema: v.object({ conversation: describedSchema }),
			example: { conversation: { ...examples.conversation, members: examples.members, memberCount: examples.members.length } },
		},
	},
});
conversations.get("/conversations/:id", async (c) =>
	respond(c, await call(c, (calls) => calls.describe()), (conversation) => ({ conversation })),
);

describe("DELETE /conversations/:id", {
	tag: "Conversations",
	summary: "Delete a conversation",
	description:
		"Deletes the conversation with all its messages, for everybody and for good. Its sockets are closed (4404). Its id can never be used again.",
	access: "owner",
	programs: "refused",
	answers: { 204: "nothing" },
});
conversations.delete("/conversations/:id", async (c) => respondEmpty(c, await call(c, (calls) => calls.end())));

/** At most one of the three places. */
const historySchema = v.pipe(
	v.object({
		after: v.optional(placeSchema),
		around: v.optional(placeSchema),
		before: v.optional(placeSchema),
		...limitParameter(limits.page),
	}),
	v.check(({ before, after, around }) => [before, after, around].filter((place) => place !== undefined).length < 2),
);

describe("GET /conversations/:id/messages", {
	tag: "Messages",
	summary: "List messages",
	description:
		"Returns a page of messages, oldest first. Give at most one of `before`, `after` and `around`. With none of them, you get the newest page.",
	access: "member",
	programs: "read",
	query: historySchema,
	answers: {
		200: {
			schema: v.object({
				messages: v.array(messageSchema),
				hasMore: v.boolean(),
				hasNewer: v.boolean(),
				members: v.optional(v.array(memberSchema)),
			}),
			example: { messages: [examples.message, examples.reply], hasMore: true, hasNewer: false },
		},
	},
	fields: {
		before: "Only messages before this `seq`.",
		after: "Only messages after this `seq`.",
		around: "The message with this `seq`, and messages on both sides of it.",
		members: `In conversations of more than ${limits.namedMembers} members: those whose names these messages need, the caller and owners.`,
		hasMore: "Whether there are older messages.",
		hasNewer: "Whether there are newer messages.",
	},
	example: { before: "43", limit: "2" },
});
conversations.get("/conversations/:id/messages", async (c) => {
	const query = v.safeParse(historySchema, c.req.query());
	if (!query.success)
		return refuse(
			c,
			"bad_request",
			`Give at most one of \`before\`, \`after\` and \`around\`: a message's seq. \`limit\` is ${rangeText(limits.page)}.`,
		);
	const { before = maxPlace, after, around, limit } = query.output;
	const place = after !== undefined ? { after } : around !== undefined ? { around } : { before };
	return respond(c, await call(c, (calls) => calls.history(place, limit)), (page) => page);
});

describe("GET /conversations/:id/messages/:messageId/versions", {
	tag: "Messages",
	summary: "List former versions of a reply",
	description: `Lists the former versions of a regenerated reply, oldest first. The original and the latest ${limits.versions - 1} are kept.`,
	access: "member",
	programs: "read",
	answers: {
		200: {
			schema: v.object({ versions: v.array(versionSchema) }),
			example: { versions: [{ version: 1, content: "The changelog is left to do.", status: "complete", model: examples.reply.model }] },
		},
	},
});
conversations.get("/conversations/:id/messages/:messageId/versions", async (c) =>
	respond(c, await call(c, (calls) => calls.versions(c.req.param("messageId"))), (versions) => versions),
);

/** The places of two messages. */
const noticesQuerySchema = v.object({ after: v.optional(placeSchema, "0"), before: v.optional(placeSchema, String(maxPlace)) });

describe("GET /conversations/:id/notices", {
	tag: "Conversations",
	summary: "List who joined or left, and new titles",
	description: `Lists what happened to the conversation besides its messages, oldest first: who joined, left or was removed, and the titles that people gave it. A notice is an audit event with the names of then, and with the \`seq\` of the last message before it. Of more than ${numberText(limits.notices)}, you get the newest. Nothing is noted of who joins and leaves while a conversation has more than ${limits.namedMembers} members, nor was it before this version. Notices of erased people are gone, and those from before expired messages.`,
	access: "member",
	programs: "read",
	query: noticesQuerySchema,
	answers: {
		200: {
			schema: v.object({ notices: v.array(noticeSchema) }),
			example: {
				notices: [
					{
						id: 6,
						at: "2026-11-24T09:58:00.000Z",
						after: 41,
						action: "title_changed",
						actor: { userId: "ann", username: "Ann" },
						title: "Budget",
					},
					{
						id: 7,
						at: "2026-11-24T10:00:00.000Z",
						after: 42,
						action: "removed",
						actor: { userId: "ann", username: "Ann" },
						subject: { userId: "ben", username: "Ben" },
					},
				],
			},
		},
	},
	fields: {
		notices: "The notices, oldest first.",
		after: "Only notices after the message with this `seq`.",
		before: "Only notices before the message with this `seq`.",
	},
	example: { after: "40" },
});
conversations.get("/conversations/:id/notices", async (c) => {
	const query = v.safeParse(noticesQuerySchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`after` and `before` are each a message's seq.");
	const { after, before } = query.output;
	return respond(c, await call(c, (calls) => calls.notices(after, before)), (found) => found);
});

describe("GET /conversations/:id/audit", {
	tag: "Conversations",
	summary: "List audit events",
	description:
		"Lists audit events, newest first: the creation of the conversation, forks, joins, departures, removals, bans, role changes, new titles, created and revoked invites, changed settings for Claude, calls of MCP servers' tools and decisions about them, refused tokens, and floods. They never contain message text. The newest 1,000 events of each act are kept, and of these the newest 100 about each person. Everybody's latest joining, leaving and removal is kept however old it is.",
	access: "owner",
	programs: "manage",
	query: pageSchema,
	answers: {
		200: {
			schema: v.object({ entries: v.array(auditSchema), hasMore: v.boolean() }),
			example: {
				entries: [{ id: 7, at: "2026-11-24T10:00:00.000Z", action: "removed", actor: "ann", subject: "ben" }],
				hasMore: false,
			},
		},
	},
	fields: {
		before: "Only events older than the one with this `id`.",
		hasMore: "Whether there are older events.",
	},
});
conversations.get("/conversations/:id/audit", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", `\`before\` is an entry's id, \`limit\` is ${rangeText(limits.page)}.`);
	return respond(c, await call(c, (calls) => calls.audit(query.output.before, query.output.limit)), (page) => page);
});
