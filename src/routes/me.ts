// The caller's own account: identity, list of conversations, settings, and erasure.

import { Hono } from "hono";
import * as v from "valibot";
import { offersChatProtocol } from "../auth/bearer.ts";
import { signInOf } from "../auth/personal-token.ts";
import { clearedSession } from "../auth/session.ts";
import { userOf } from "../auth/tokens.ts";
import { listEntryChangeSchema, listEntrySchema } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import { settingsChangeSchema, settingsSchema } from "../protocol/me.ts";
import { idSchema, isGuestId, userSchema } from "../protocol/person.ts";
import { isRefusal } from "../protocol/refusal.ts";
import { rangeText } from "../protocol/text/number-text.ts";
import { listUpgradeRequest } from "../user/object.ts";
import { type App, authenticate, bodyUpTo, forgetFiles, limitParameter, readBody, refuse, respond } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

/** Comes before the middleware that sets headers: a 101 response takes none. */
export const listSockets = new Hono<App>();

describe("GET /me/socket", {
	tag: "Live",
	summary: "Open the socket of the caller's list",
	description:
		"Opens a WebSocket that sends the caller's list of conversations and settings: first the beginning of the list, then every change. Each frame is a JSON array of `MeEvent`. The client may send only the text `ping`, and `me:looking` with `looking`: whether its page is visible. While one is, nothing is pushed. The socket closes with 4401 when the token expires; open another with a newer token before that.",
	access: "token",
	programs: "read",
	needsAllConversations: true,
	answers: { 101: "nothing" },
	refuses: {
		upgrade_required: "The request does not ask for a WebSocket.",
		too_many:
			"Too many of the caller's list sockets are still closing: the server closed them, but the client has not completed the close.",
		rate_limited: "The caller was disconnected for sending too many frames other than `ping` within the last minute.",
	},
	sample: {
		lang: "JavaScript",
		source: `const socket = new WebSocket("{address}", ["chat.v1", \`bearer.\${token}\`]);
socket.onmessage = ({ data }) => JSON.parse(data).forEach(console.log);`,
	},
});
listSockets.get("/me/socket", async (c) => {
	const refused = await authenticate(c);
	if (refused) return refused;
	if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return refuse(c, "upgrade_required");
	const identity = c.get("identity");
	const upgrade = { ...signInOf(identity), isChatProtocol: offersChatProtocol(c.req.raw) };
	return c.env.USERS.getByName(identity.userId).fetch(listUpgradeRequest(upgrade));
});

export const me = new Hono<App>();

describe("GET /me", {
	tag: "Account",
	summary: "Get the caller's identity",
	description:
		"Returns the user whom the token identifies, and when the token expires. For a personal token, it also returns the token's id and name.",
	access: "token",
	programs: "any",
	answers: {
		200: {
			schema: v.object({ user: userSchema, expiresAt: v.string(), token: v.optional(v.object({ id: idSchema, name: v.string() })) }),
			example: {
				user: { id: "ann", name: "Ann" },
				expiresAt: examples.token.expiresAt,
				token: { id: examples.token.id, name: examples.token.name },
			},
		},
	},
	fields: {
		expiresAt: "When the token of the request expires. ISO 8601, in UTC.",
		token: "The personal token, if the request was made with one.",
	},
});
me.get("/me", (c) => {
	const identity = c.get("identity");
	const { expiresAt, program } = identity;
	const token = program && { id: program.tokenId, name: program.name };
	return c.json({ user: userOf(identity), expiresAt: new Date(expiresAt).toISOString(), ...(token && { token }) });
});

/**
 * `before` is a conversation's `lastActivityAt`, a comma and its id. Without the id, conversations
 * of exactly that time are left out.
 */
const listPageSchema = v.object({
	before: v.optional(
		v.pipe(
			v.string(),
			v.maxLength(limits.id + 32),
			v.transform((text) => {
				const comma = `${text},`.indexOf(",");
				return { at: Date.parse(text.slice(0, comma)), id: text.slice(comma + 1) };
			}),
			v.check(({ at }) => !Number.isNaN(at)),
		),
	),
	...limitParameter(limits.listPage),
});

describe("GET /conversations", {
	tag: "Conversations",
	summary: "List the caller's conversations",
	description:
		"Lists the caller's conversations, those with the latest activity first. For the next page, set `before` to `lastActivityAt,id` of the last conversation on this page.",
	access: "token",
	programs: "read",
	query: listPageSchema,
	answers: {
		200: {
			schema: v.object({ conversations: v.array(listEntrySchema), hasMore: v.boolean() }),
			example: { conversations: [examples.listed], hasMore: false },
		},
	},
	fields: {
		before: "`lastActivityAt,id` of the last conversation on the page before. Without it, you get the first page.",
		hasMore: "Whether there are more conversations, with older activity.",
	},
	example: { before: `${examples.listed.lastActivityAt},${examples.listed.id}` },
});
me.get("/conversations", async (c) => {
	const query = v.safeParse(listPageSchema, c.req.query());
	if (!query.success)
		return refuse(
			c,
			"bad_request",
			`\`before\` is a conversation's lastActivityAt, a comma and its id. \`limit\` is ${rangeText(limits.listPage)}.`,
		);
	const { before, limit } = query.output;
	return c.json(await c.env.USERS.getByName(c.get("identity").userId).page(before, limit, c.get("identity").program?.conversations));
});

describe("PATCH /me/conversations/:id", {
	tag: "Account",
	summary: "Mute, pin or archive a conversation",
	description:
		"Changes how the conversation appears in the caller's own list, and which of its messages notify them. Other members do not see this. A new message unarchives a conversation, unless it is muted.",
	access: "person",
	body: { schema: listEntryChangeSchema, example: { pinned: true } },
	answers: { 200: { schema: v.object({ conversation: listEntrySchema }), example: { conversation: examples.listed } } },
	fields: {
		notifications:
			"Which messages of the conversation notify the caller: `all`, or those that are for them (`mentions`). `null`: as their settings say. For none, set `muted`.",
	},
	refuses: { not_found: "The conversation is not in the caller's list." },
});
me.patch("/me/conversations/:id", bodyUpTo(limits.bodyBytes), async (c) => {
	const id = c.req.param("id");
	const body = await readBody(c, listEntryChangeSchema);
	if (!body)
		return refuse(c, "bad_request", "Give muted, pinned or archived, each true or false, or notifications: mentions, all or null.");
	if (!v.is(idSchema, id)) return refuse(c, "not_found");
	return respond(c, await c.env.USERS.getByName(c.get("identity").userId).change(id, body), (conversation) => ({ conversation }));
});

describe("GET /me/settings", {
	tag: "Account",
	summary: "Get the caller's settings",
	description:
		"Returns the caller's settings: small values that a client keeps for all devices of a person. Parley uses those that say when to notify the person: `notifications` (`off`, `mentions` or `all`; default `mentions`), and quiet hours by `quietFrom`, `quietUntil` (`22:00`) and `timeZone` (`Europe/Berlin`). It stores the others and does not use them.",
	access: "token",
	programs: "read",
	needsAllConversations: true,
	answers: { 200: { schema: v.object({ settings: settingsSchema }), example: { settings: examples.settings } } },
});
me.get("/me/settings", async (c) => c.json({ settings: await c.env.USERS.getByName(c.get("identity").userId).settings() }));

describe("PATCH /me/settings", {
	tag: "Account",
	summary: "Change the caller's settings",
	description: "Sets the given values and keeps the others; `null` removes a setting. All list sockets of the caller receive the result.",
	access: "person",
	body: { schema: settingsChangeSchema, example: { theme: "dark", sound: null } },
	answers: { 200: { schema: v.object({ settings: settingsSchema }), example: { settings: examples.settings } } },
	refuses: { too_many: `The result would have more than ${limits.settings} settings.` },
});
me.patch("/me/settings", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, settingsChangeSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`A setting's name has 1 to ${limits.settingName} letters, a to z in either case. A value is a text of up to ${limits.setting} characters, a number, true, false or null.`,
		);
	const changed = await c.env.USERS.getByName(c.get("identity").userId).changeSettings(body);
	return "code" in changed ? refuse(c, changed.code) : c.json({ settings: changed.settings });
});

const erasedSchema = v.object({
	conversations: v.number(),
	messages: v.number(),
	reactions: v.number(),
	deletedConversations: v.number(),
	failed: v.number(),
	remaining: v.number(),
});

describe("DELETE /me", {
	tag: "Account",
	summary: "Erase the caller's account",
	description:
		"Removes the caller from every conversation that they are or ever were in, and erases their name and the text of their messages; the messages keep their places. Titles that the caller gave are removed too. If the caller was the only owner, another member becomes one. Conversations in which nobody else is left are deleted. If there is too much to do at once, the rest continues in the background. All personal tokens are deleted. Guests are signed out for good; everybody else can start again with an empty account.",
	access: "person",
	answers: {
		200: {
			schema: v.object({ erased: erasedSchema }),
			example: { erased: { conversations: 3, messages: 128, reactions: 17, deletedConversations: 1, failed: 0, remaining: 0 } },
		},
	},
	refuses: { confirm_first: "The caller has a passkey, and has not confirmed with it within ten minutes." },
});
/** Signs a guest out for good. For others the token stays valid, and their account is empty. */
me.delete("/me", async (c) => {
	const identity = c.get("identity");
	const { userId, kind } = identity;
	// Where guests cannot sign in, nobody can confirm with a passkey either.
	const session = "session" in identity && c.get("settings").guestSignIn ? identity.session : undefined;
	const user = c.env.USERS.getByName(userId);
	const erased = await (session === undefined ? user.erase(isGuestId(userId)) : user.eraseFor(session, isGuestId(userId)));
	if (isRefusal(erased)) return refuse(c, erased);
	if (kind === "guest" || kind === "account") c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	forgetFiles(c);
	return c.json({ erased });
});
