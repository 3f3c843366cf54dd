// Who belongs to a conversation: members, and the invites that let more in.

import { Hono } from "hono";
import * as v from "valibot";
import { limits } from "../protocol/limits.ts";
import { idSchema } from "../protocol/person.ts";
import { describe } from "./description.ts";
import { type App, answer, answerDone, ask, pass, randomId, readBody, refuse, sha256, stubOf } from "./http.ts";

export const members = new Hono<App>();

describe("DELETE /conversations/:id/members/:userId", {
	is: "Removes a member, or leaves where it is oneself.",
	answers: { 204: "nothing" },
	refuses: ["forbidden", "last_owner"],
});
members.delete("/conversations/:id/members/:userId", async (c) => {
	const userId = c.req.param("userId");
	const stub = stubOf(c);
	if (!stub || !v.is(idSchema, userId)) return refuse(c, "not_found");
	return answerDone(c, await stub.remove(c.get("identity"), userId));
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
members.post("/conversations/:id/invites", async (c) => {
	const tooFast = await pass(c, "INVITES", c.get("identity").userId);
	if (tooFast) return tooFast;
	const body = await readBody(c, inviteSchema);
	if (!body) return refuse(c, "bad_request", "expiresInSeconds is 60 to 31,536,000, maxUses 1 to 10,000, role member or reader.");
	const secret = randomId();
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const invited = await ask(c, "invite", { id: await sha256(secret), role: body.role, expiresAt, maxUses: body.maxUses ?? null });
	const token = `${c.req.param("id")}.${secret}`;
	const url = new URL(`/invite/${encodeURIComponent(token)}`, c.req.header("origin") ?? c.req.url);
	return answer(c, invited, () => ({ invite: { token, url: url.href, expiresAt: new Date(expiresAt).toISOString() } }), 201);
});

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
