// One's own account: who one is, the conversations one is in, and the end of it all.

import { Hono } from "hono";
import * as v from "valibot";
import { offersChatProtocol } from "../auth/bearer.ts";
import { clearedSession } from "../auth/session.ts";
import { listEntryChangeSchema, listEntrySchema } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import { settingsChangeSchema, settingsSchema } from "../protocol/me.ts";
import { rangeText } from "../protocol/number-text.ts";
import { idSchema, userSchema } from "../protocol/person.ts";
import { listUpgradeRequest } from "../user/object.ts";
import { type App, answer, authenticate, bodyUpTo, limitOf, readBody, refuse, refuseProgram } from "./http.ts";
import { describe } from "./operation.ts";

/** The upgrade comes before what sets headers: a 101 takes none. */
export const listSockets = new Hono<App>();

describe("GET /me/socket", {
	is: "A WebSocket on your list of conversations and your settings, live. It takes nothing but the text `ping`.",
	answers: { 101: "nothing" },
	refuses: ["upgrade_required", "too_many", "rate_limited"],
});
listSockets.get("/me/socket", async (c) => {
	const refusal = await authenticate(c);
	if (refusal) return refuse(c, refusal);
	if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return refuse(c, "upgrade_required");
	const { userId, expiresAt, program } = c.get("identity");
	const upgrade = { expiresAt, tokenId: program?.tokenId, isChatProtocol: offersChatProtocol(c.req.raw) };
	return c.env.USERS.getByName(userId).fetch(listUpgradeRequest(upgrade));
});

export const me = new Hono<App>();

describe("GET /me", {
	is: "Who you are, and by which personal token if by one.",
	answers: {
		200: v.object({ user: userSchema, expiresAt: v.string(), token: v.optional(v.object({ id: idSchema, name: v.string() })) }),
	},
});
me.get("/me", (c) => {
	const { userId, username, expiresAt, program } = c.get("identity");
	const token = program && { id: program.tokenId, name: program.name };
	return c.json({ user: { id: userId, name: username }, expiresAt: new Date(expiresAt).toISOString(), ...(token && { token }) });
});

/** `before`: the `lastActivityAt` of a conversation, and after a comma its id, without which none of that very time is found. */
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
	...limitOf(limits.listPage),
});

describe("GET /conversations", {
	is: "The conversations you are in, newest activity first; `before`: the lastActivityAt of the last one you have, a comma, and its id.",
	query: listPageSchema,
	answers: { 200: v.object({ conversations: v.array(listEntrySchema), hasMore: v.boolean() }) },
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
	return c.json(await c.env.USERS.getByName(c.get("identity").userId).page(before, limit));
});

describe("PATCH /me/conversations/:id", {
	is: "Mutes, pins or archives a conversation in your own list. What is said brings an archived one back, unless it is muted.",
	body: listEntryChangeSchema,
	answers: { 200: v.object({ conversation: listEntrySchema }) },
	refuses: ["forbidden"],
});
me.patch("/me/conversations/:id", bodyUpTo(limits.bodyBytes), async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const id = c.req.param("id");
	const body = await readBody(c, listEntryChangeSchema);
	if (!body) return refuse(c, "bad_request", "Give muted, pinned or archived, each true or false.");
	if (!v.is(idSchema, id)) return refuse(c, "not_found");
	return answer(c, await c.env.USERS.getByName(c.get("identity").userId).change(id, body), (conversation) => ({ conversation }));
});

describe("GET /me/settings", {
	is: "What you have set for all your devices.",
	answers: { 200: v.object({ settings: settingsSchema }) },
});
me.get("/me/settings", async (c) => c.json({ settings: await c.env.USERS.getByName(c.get("identity").userId).settings() }));

describe("PATCH /me/settings", {
	is: "Sets some of them anew; null removes one.",
	body: settingsChangeSchema,
	answers: { 200: v.object({ settings: settingsSchema }) },
	refuses: ["forbidden", "too_many"],
});
me.patch("/me/settings", bodyUpTo(limits.bodyBytes), async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const body = await readBody(c, settingsChangeSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`A name has 1 to ${limits.settingName} letters. A value is a text of up to ${limits.setting} characters, a number, true, false or null.`,
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
	is: "Erases you: what you said keeps its place and nothing else, in every conversation. What cannot be done at once goes on by itself.",
	answers: { 200: v.object({ erased: erasedSchema }) },
	refuses: ["forbidden"],
});
/** A guest is gone for good with it; for others the token goes on, and they begin with nothing. */
me.delete("/me", async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const { userId, kind } = c.get("identity");
	const erased = await c.env.USERS.getByName(userId).erase(kind === "guest");
	if (kind === "guest") c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.json({ erased });
});
