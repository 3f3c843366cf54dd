// The people who are banned from a conversation.

import { Hono } from "hono";
import * as v from "valibot";
import { limits } from "../../protocol/limits.ts";
import { idSchema } from "../../protocol/person.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import { type App, call, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";
import { readRemoval, removalSchema } from "./members.ts";

export const bans = new Hono<App>();

const banSchema = v.object({
	userId: idSchema,
	username: v.optional(v.string()),
	bannedBy: idSchema,
	bannedAt: v.string(),
});
const answer = { schema: v.object({ ban: banSchema }), example: { ban: examples.ban } };

describe("GET /conversations/:id/bans", {
	tag: "Members",
	summary: "List bans",
	description: "Lists the people who are banned from the conversation, newest first.",
	access: "owner",
	programs: "manage",
	answers: { 200: { schema: v.object({ bans: v.array(banSchema) }), example: { bans: [examples.ban] } } },
});
bans.get("/conversations/:id/bans", async (c) => respond(c, await call(c, (calls) => calls.bans()), (all) => all));

describe("GET /conversations/:id/bans/:userId", {
	tag: "Members",
	summary: "Get a ban",
	description: "Tells whether a person is banned from the conversation.",
	access: "owner",
	programs: "manage",
	answers: { 200: answer },
	refuses: { not_found: "There is no such conversation, the caller is not a member, or the person is not banned." },
});
bans.get("/conversations/:id/bans/:userId", async (c) =>
	respond(c, await call(c, (calls) => calls.banOf(c.req.param("userId"))), (ban) => ({ ban })),
);

describe("PUT /conversations/:id/bans/:userId", {
	tag: "Members",
	summary: "Ban a person",
	description:
		"Removes the person if they are a member, and keeps them out: no invite and no granting token admits them until the ban is lifted. A ban holds for an id. A guest who signs in anew has another id, so also revoke the invites that they know.",
	access: "owner",
	programs: "manage",
	query: removalSchema,
	answers: { 200: answer },
	refuses: {
		bad_request: "An owner cannot ban themselves.",
		too_many: `The conversation has ${numberText(limits.bans)} bans. Lift one first.`,
	},
});
bans.put("/conversations/:id/bans/:userId", async (c) => {
	const userId = c.req.param("userId");
	if (!v.is(idSchema, userId)) return refuse(c, "bad_request", "The path must end with a user's id.");
	if (userId === c.get("identity").userId) return refuse(c, "bad_request", "You cannot ban yourself. Leave the conversation instead.");
	const how = readRemoval(c);
	if (!how) return refuse(c, "bad_request", "`revokeInvites` is `used`, or is left out.");
	return respond(c, await call(c, (calls) => calls.ban(userId, how)), (ban) => ({ ban }));
});

describe("DELETE /conversations/:id/bans/:userId", {
	tag: "Members",
	summary: "Lift a ban",
	description: "Lets the person join again, by an invite that is created after they were removed.",
	access: "owner",
	programs: "manage",
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such conversation, the caller is not a member, or the person is not banned." },
});
bans.delete("/conversations/:id/bans/:userId", async (c) => respondEmpty(c, await call(c, (calls) => calls.unban(c.req.param("userId")))));
