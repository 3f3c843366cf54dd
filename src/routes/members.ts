// Who belongs to a conversation: members, and the invites that let more in.

import { Hono } from "hono";
import * as v from "valibot";
import { memberSchema, roleSchema } from "../protocol/conversation.ts";
import { sha256 } from "../protocol/hash.ts";
import { limits } from "../protocol/limits.ts";
import { rangeText } from "../protocol/number-text.ts";
import { idSchema } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { type App, answer, answerDone, bodyUpTo, call, pass, readBody, refuse } from "./http.ts";
import { describe } from "./operation.ts";

export const members = new Hono<App>();

describe("GET /conversations/:id/members", { is: "The members.", answers: { 200: v.object({ members: v.array(memberSchema) }) } });
members.get("/conversations/:id/members", async (c) => answer(c, await call(c, (calls) => calls.members()), (all) => all));

const roleChangeSchema = v.object({ role: roleSchema });

describe("PATCH /conversations/:id/members/:userId", {
	is: "Gives a member another role; for owners.",
	body: roleChangeSchema,
	answers: { 200: v.object({ member: memberSchema }) },
	refuses: ["forbidden", "last_owner"],
});
members.patch("/conversations/:id/members/:userId", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, roleChangeSchema);
	if (!body) return refuse(c, "bad_request", "A role is owner, member or reader.");
	return answer(c, await call(c, (calls) => calls.setRole(c.req.param("userId"), body.role)), (member) => ({ member }));
});

describe("DELETE /conversations/:id/members/:userId", {
	is: "Removes a member, or leaves where it is oneself.",
	answers: { 204: "nothing" },
	refuses: ["forbidden", "last_owner"],
});
members.delete("/conversations/:id/members/:userId", async (c) => {
	const userId = c.req.param("userId");
	if (!v.is(idSchema, userId)) return refuse(c, "not_found");
	return answerDone(c, await call(c, (calls) => calls.remove(userId)));
});

const inviteSchema = v.object({
	expiresInSeconds: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(limits.invite.seconds.min), v.maxValue(limits.invite.seconds.max)),
		limits.invite.seconds.default,
	),
	maxUses: v.optional(v.pipe(v.number(), v.integer(), v.minValue(limits.invite.uses.min), v.maxValue(limits.invite.uses.max))),
	role: v.optional(v.picklist(["member", "reader"]), "member"),
});

describe("POST /conversations/:id/invites", {
	is: "An invite that lets whoever has its link in.",
	body: inviteSchema,
	answers: { 201: v.object({ invite: v.object({ token: v.string(), url: v.string(), expiresAt: v.string() }) }) },
	refuses: ["forbidden", "too_many", "rate_limited"],
});
members.post("/conversations/:id/invites", bodyUpTo(limits.bodyBytes), async (c) => {
	const tooFast = await pass(c, "INVITES", c.get("identity").userId);
	if (tooFast) return tooFast;
	const body = await readBody(c, inviteSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`expiresInSeconds is ${rangeText(limits.invite.seconds)}, maxUses ${rangeText(limits.invite.uses)}, role member or reader.`,
		);
	const secret = randomId();
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const invited = await call(c, async (calls) =>
		calls.invite({ id: await sha256(secret), role: body.role, expiresAt, maxUses: body.maxUses ?? null }),
	);
	const token = `${c.req.param("id")}.${secret}`;
	const url = new URL(`/invite/${encodeURIComponent(token)}`, c.req.header("origin") ?? c.req.url);
	return answer(c, invited, () => ({ invite: { token, url: url.href, expiresAt: new Date(expiresAt).toISOString() } }), 201);
});

/** An invite as owners see it; times in ISO 8601. The id opens no door. */
const liveInviteSchema = v.object({
	id: v.string(),
	role: roleSchema,
	createdBy: idSchema,
	createdAt: v.string(),
	expiresAt: v.string(),
	maxUses: v.nullable(v.number()),
	uses: v.number(),
});

describe("GET /conversations/:id/invites", {
	is: "The invites that still let somebody in; for owners.",
	answers: { 200: v.object({ invites: v.array(liveInviteSchema) }) },
	refuses: ["forbidden"],
});
members.get("/conversations/:id/invites", async (c) => answer(c, await call(c, (calls) => calls.invites()), (live) => live));

describe("DELETE /conversations/:id/invites/:inviteId", {
	is: "Revokes an invite; for owners.",
	answers: { 204: "nothing" },
	refuses: ["forbidden"],
});
members.delete("/conversations/:id/invites/:inviteId", async (c) =>
	answerDone(c, await call(c, (calls) => calls.revoke(c.req.param("inviteId")))),
);

describe("POST /invites/:token/accept", {
	is: "Comes in by an invite.",
	answers: { 200: v.object({ conversationId: idSchema }) },
	refuses: ["invite_expired", "too_many", "rate_limited"],
});
members.post("/invites/:token/accept", async (c) => {
	const tooFast = await pass(c, "INVITES", c.get("identity").userId);
	if (tooFast) return tooFast;
	const token = c.req.param("token");
	const dot = token.lastIndexOf(".");
	const conversationId = token.slice(0, Math.max(0, dot));
	if (!v.is(idSchema, conversationId)) return refuse(c, "not_found");
	const { userId, username } = c.get("identity");
	const accepted = await c.env.CONVERSATIONS.getByName(conversationId).accept({ userId, username }, await sha256(token.slice(dot + 1)));
	return answer(c, accepted, () => ({ conversationId }));
});
