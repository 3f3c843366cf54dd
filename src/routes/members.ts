// The members of a conversation, and the invites that admit others.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { originForLinks } from "../auth/origins.ts";
import { personOf } from "../auth/tokens.ts";
import { memberSchema, roleSchema } from "../protocol/conversation.ts";
import { sha256 } from "../protocol/hash.ts";
import { limits } from "../protocol/limits.ts";
import { idSchema } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { numberText, rangeText } from "../protocol/text/number-text.ts";
import { passLinkGate } from "./gates.ts";
import { type App, bodyUpTo, call, readBody, refuse, respond, respondEmpty } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const members = new Hono<App>();

describe("GET /conversations/:id/members", {
	tag: "Members",
	summary: "List members",
	description: "Lists all members of the conversation with their roles.",
	access: "member",
	programs: "read",
	answers: { 200: { schema: v.object({ members: v.array(memberSchema) }), example: { members: examples.members } } },
});
members.get("/conversations/:id/members", async (c) => respond(c, await call(c, (calls) => calls.members()), (all) => all));

const roleChangeSchema = v.object({ role: roleSchema });

describe("PATCH /conversations/:id/members/:userId", {
	tag: "Members",
	summary: "Change a member's role",
	description:
		"Changes the role of a member. The invites of an owner who becomes something else are revoked. To hand over a conversation, make another member an owner; then change your own role, or leave.",
	access: "owner",
	programs: "manage",
	body: { schema: roleChangeSchema, example: { role: "reader" } },
	answers: {
		200: { schema: v.object({ member: memberSchema }), example: { member: { ...examples.members[1], role: "reader" } } },
	},
	refuses: {
		last_owner: "The member is the only owner.",
		not_found: "There is no such conversation or member, or the caller may not enter the conversation.",
	},
});
members.patch("/conversations/:id/members/:userId", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, roleChangeSchema);
	if (!body) return refuse(c, "bad_request", "A role is owner, member or reader.");
	return respond(c, await call(c, (calls) => calls.setRole(c.req.param("userId"), body.role)), (member) => ({ member }));
});

export const removalSchema = v.object({ revokeInvites: v.optional(v.picklist(["used"])) });

/** How a removal is to be carried out; `undefined` if the query is not valid. */
export function readRemoval(c: Context<App>): { revokesUsedInvites: boolean } | undefined {
	const query = v.safeParse(removalSchema, c.req.query());
	return query.success ? { revokesUsedInvites: query.output.revokeInvites === "used" } : undefined;
}

describe("DELETE /conversations/:id/members/:userId", {
	tag: "Members",
	summary: "Remove a member, or leave",
	description:
		"Owners can remove anybody. Every member can leave, by removing themselves. A removed member is disconnected at once (4403). Tokens that grant the conversation no longer admit them; only an invite created after the removal does. Invites that the member created are revoked.",
	access: "member",
	programs: "manage",
	query: removalSchema,
	answers: { 204: "nothing" },
	refuses: { forbidden: "Only owners may remove others.", last_owner: "The member is the only owner." },
});
members.delete("/conversations/:id/members/:userId", async (c) => {
	const userId = c.req.param("userId");
	if (!v.is(idSchema, userId)) return refuse(c, "not_found");
	const how = readRemoval(c);
	if (!how) return refuse(c, "bad_request", "`revokeInvites` is `used`, or is left out.");
	return respondEmpty(c, await call(c, (calls) => calls.remove(userId, how)));
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
	tag: "Members",
	summary: "Create an invite",
	description:
		"Creates an invite link. Anybody who has it can join the conversation, until the invite expires, is used up or is revoked. It ends when its creator is no longer an owner.",
	access: "owner",
	programs: "manage",
	body: { schema: inviteSchema, example: { expiresInSeconds: 604_800, maxUses: 10, role: "member" } },
	answers: {
		201: {
			schema: v.object({ invite: v.object({ token: v.string(), url: v.string(), expiresAt: v.string() }) }),
			example: { invite: examples.invite },
		},
	},
	refuses: {
		too_many: `The conversation already has ${limits.invites} live invites. Revoke one first.`,
		rate_limited: "The caller has created or accepted too many invites within a minute.",
	},
	fields: {
		expiresInSeconds: "How long the invite can be used, in seconds.",
		role: "The role of everybody who joins with it.",
	},
});
members.post("/conversations/:id/invites", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, inviteSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`expiresInSeconds is ${rangeText(limits.invite.seconds)}, maxUses ${rangeText(limits.invite.uses)}, role member or reader.`,
		);
	const secret = randomId();
	const token = `${c.req.param("id")}.${secret}`;
	const origin = originForLinks(c.req.header("origin") ?? null, new URL(c.req.url), c.get("settings"));
	// Browsers send no fragment to a server, so that the secret is in nobody's log.
	const url = new URL(`/invite#${encodeURIComponent(token)}`, origin);
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const invited = await call(c, async (calls) =>
		calls.invite({ id: await sha256(secret), role: body.role, expiresAt, maxUses: body.maxUses ?? null }),
	);
	return respond(c, invited, (invite) => ({ invite: { token, url: url.href, expiresAt: new Date(invite.expiresAt).toISOString() } }), 201);
});

/** An invite as owners see it. Nobody can join by its id. */
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
	tag: "Members",
	summary: "List live invites",
	description: "Lists the live invites, which are those that can still be used, without their secrets.",
	access: "owner",
	programs: "manage",
	answers: { 200: { schema: v.object({ invites: v.array(liveInviteSchema) }), example: { invites: [examples.liveInvite] } } },
});
members.get("/conversations/:id/invites", async (c) => respond(c, await call(c, (calls) => calls.invites()), (live) => live));

describe("DELETE /conversations/:id/invites/:inviteId", {
	tag: "Members",
	summary: "Revoke an invite",
	description: "Revokes the invite, so that nobody can join with it any more. People who have joined with it stay members.",
	access: "owner",
	programs: "manage",
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such conversation, the caller may not enter it, or the invite is not live." },
});
members.delete("/conversations/:id/invites/:inviteId", async (c) =>
	respondEmpty(c, await call(c, (calls) => calls.revoke(c.req.param("inviteId")))),
);

const acceptSchema = v.object({ token: v.pipe(v.string(), v.maxLength(limits.inviteToken)) });
const acceptedSchema = v.object({ conversationId: idSchema });
const acceptRefusals = {
	invite_expired: "The invite has expired, is used up or was revoked, or was created before an owner removed the caller.",
	too_many: `The conversation already has ${numberText(limits.members)} members.`,
	rate_limited:
		"The caller has created or accepted too many invites within a minute, or too many people of one network have used this one.",
	not_found: "There is no such invite.",
	forbidden: "The caller is banned from the conversation.",
};

describe("POST /invites/accept", {
	tag: "Members",
	summary: "Accept an invite",
	description:
		"Makes the caller a member of the conversation, with the invite's role. A person counts as one use, however often they come back. If the caller is already a member, nothing changes and no use is counted. But a reader who accepts an invite for `member` becomes a `member`, which counts as a use.",
	access: "token",
	programs: "manage",
	needsAllConversations: true,
	body: { schema: acceptSchema, example: { token: examples.invite.token } },
	answers: { 200: { schema: acceptedSchema, example: { conversationId: examples.conversation.id } } },
	refuses: acceptRefusals,
	fields: { token: "The `token` of the invite, which follows the `#` in its link." },
});
members.post("/invites/accept", bodyUpTo(limits.bodyBytes), async (c) => {
	// The address of an invite of the token `.`, which nobody has.
	if ((await c.req.text()) === "") return refuse(c, "not_found");
	const body = await readBody(c, acceptSchema);
	return body ? accept(c, body.token) : refuse(c, "bad_request", "Give the `token` of an invite.");
});

describe("POST /invites/:token/accept", {
	tag: "Members",
	summary: "Accept an invite by its address",
	description: "Does the same as `POST /api/invites/accept`, for links and clients from before it. Logs may keep the secret.",
	access: "token",
	programs: "manage",
	needsAllConversations: true,
	answers: { 200: { schema: acceptedSchema, example: { conversationId: examples.conversation.id } } },
	refuses: acceptRefusals,
	fields: { token: "The invite's secret." },
});
members.post("/invites/:token/accept", (c) => accept(c, c.req.param("token")));

async function accept(c: Context<App>, token: string) {
	const dot = token.lastIndexOf(".");
	const conversationId = token.slice(0, Math.max(0, dot));
	if (!v.is(idSchema, conversationId)) return refuse(c, "not_found");
	const inviteId = await sha256(token.slice(dot + 1));
	const limited = await passLinkGate(c, inviteId);
	if (limited) return refuse(c, limited);
	const identity = c.get("identity");
	const invited = { ...personOf(identity), network: identity.network };
	const accepted = await c.env.CONVERSATIONS.getByName(conversationId).accept(invited, inviteId);
	return respond(c, accepted, () => ({ conversationId }));
}
