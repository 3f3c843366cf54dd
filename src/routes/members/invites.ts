// The invites that admit people to a conversation, and what they allow.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { originForLinks } from "../../auth/origins.ts";
import { personOf } from "../../auth/tokens.ts";
import { roleSchema } from "../../protocol/conversation.ts";
import { sha256 } from "../../protocol/hash.ts";
import { limits } from "../../protocol/limits.ts";
import { allowsSchema, linkLimits, usedSchema } from "../../protocol/people/link.ts";
import { idSchema } from "../../protocol/person.ts";
import { randomId } from "../../protocol/random-id.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { numberText, rangeText } from "../../protocol/text/number-text.ts";
import { passLinkGate } from "../gates.ts";
import { type App, bodyUpTo, call, readBody, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";

/** Those for the owners of a conversation, and for whoever accepts one. */
export const invites = new Hono<App>();
/** What an invite offers, for anybody who has its secret. */
export const invitePreviews = new Hono<App>();

const inviteSchema = v.object({
	expiresInSeconds: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(limits.invite.seconds.min), v.maxValue(limits.invite.seconds.max)),
		limits.invite.seconds.default,
	),
	maxUses: v.optional(v.pipe(v.number(), v.integer(), v.minValue(limits.invite.uses.min), v.maxValue(limits.invite.uses.max))),
	role: v.optional(v.picklist(["member", "reader"]), "member"),
	allows: v.optional(allowsSchema, {}),
});

/** Why an invite cannot say that; `undefined` if it can. */
function problemOf({ role, allows }: v.InferOutput<typeof inviteSchema>, now: number): string | undefined {
	const { questions, usd, until } = allows;
	if (role === "reader" && (questions !== undefined || usd !== undefined)) return "A reader asks nothing: leave out `questions` and `usd`.";
	if (until === undefined) return undefined;
	const seconds = (Date.parse(until) - now) / 1000;
	const { min, max } = linkLimits.seconds;
	return seconds >= min && seconds <= max ? undefined : "`until` is a time in the future, within ten years.";
}

describe("POST /conversations/:id/invites", {
	tag: "Members",
	summary: "Create an invite",
	description:
		"Creates an invite link. Anybody who has it can join the conversation, until the invite expires, is used up or is revoked. It ends when its creator is no longer an owner. `allows` limits what the people who come by it may do, all together; it holds for as long as they are members, also after the invite has ended.",
	access: "owner",
	programs: "manage",
	body: {
		schema: inviteSchema,
		example: { expiresInSeconds: 604_800, maxUses: 10, role: "member", allows: { questions: 20, usd: 2, history: "new" } },
	},
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
invites.post("/conversations/:id/invites", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, inviteSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`expiresInSeconds is ${rangeText(limits.invite.seconds)}, maxUses ${rangeText(limits.invite.uses)}, role member or reader; in allows, questions is ${rangeText(linkLimits.questions)}, usd ${rangeText(linkLimits.usd)}, until a time in UTC, history all or new.`,
		);
	const problem = problemOf(body, Date.now());
	if (problem) return refuse(c, "bad_request", problem);
	const secret = randomId();
	const token = `${c.req.param("id")}.${secret}`;
	const origin = originForLinks(c.req.header("origin") ?? null, new URL(c.req.url), c.get("settings"));
	// Browsers send no fragment to a server, so that the secret is in nobody's log.
	const url = new URL(`/invite#${encodeURIComponent(token)}`, origin);
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const invited = await call(c, async (calls) =>
		calls.invite({ id: await sha256(secret), role: body.role, expiresAt, maxUses: body.maxUses ?? null, allows: body.allows }),
	);
	return respond(c, invited, (invite) => ({ invite: { token, url: url.href, expiresAt: new Date(invite.expiresAt).toISOString() } }), 201);
});

/** An invite as owners see it. Nobody can join by its id. */
const knownInviteSchema = v.object({
	id: v.string(),
	role: roleSchema,
	createdBy: idSchema,
	createdAt: v.string(),
	expiresAt: v.string(),
	maxUses: v.nullable(v.number()),
	uses: v.number(),
	allows: allowsSchema,
	used: usedSchema,
	isLive: v.boolean(),
});

const listSchema = v.object({ ended: v.optional(v.picklist(["true"])) });

describe("GET /conversations/:id/invites", {
	tag: "Members",
	summary: "List invites",
	description:
		"Lists the live invites, which are those that can still be used, without their secrets, and what was used of each. With `ended=true`, also the latest that have ended and by which somebody is a member.",
	access: "owner",
	programs: "manage",
	query: listSchema,
	answers: { 200: { schema: v.object({ invites: v.array(knownInviteSchema) }), example: { invites: [examples.liveInvite] } } },
	fields: { ended: "`true` also lists invites that have ended." },
});
invites.get("/conversations/:id/invites", async (c) => {
	const query = v.safeParse(listSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`ended` is `true`, or is left out.");
	const withEnded = query.output.ended === "true";
	return respond(c, await call(c, (calls) => calls.invites({ withEnded })), (known) => known);
});

const revocationSchema = v.object({ people: v.optional(v.picklist(["remove"])) });

describe("DELETE /conversations/:id/invites/:inviteId", {
	tag: "Members",
	summary: "Revoke an invite",
	description:
		"Revokes the invite, so that nobody can join with it any more. People who have joined with it stay members, with what it allows. With `people=remove` they are removed, but for owners; that also works once the invite has ended.",
	access: "owner",
	programs: "manage",
	query: revocationSchema,
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such conversation, the caller may not enter it, or the invite is not live and nobody came by it." },
	fields: { people: "`remove` also removes the people who joined with it." },
});
invites.delete("/conversations/:id/invites/:inviteId", async (c) => {
	const query = v.safeParse(revocationSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`people` is `remove`, or is left out.");
	const withPeople = query.output.people === "remove";
	return respondEmpty(c, await call(c, (calls) => calls.revoke(c.req.param("inviteId"), { withPeople })));
});

const tokenSchema = v.object({ token: v.pipe(v.string(), v.maxLength(limits.inviteToken)) });
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
		"Makes the caller a member of the conversation, with the invite's role. A person counts as one use, however often they come back. If the caller is already a member, nothing changes and no use is counted. But a member who accepts an invite that gives more of something and less of nothing gets what it gives, which counts as a use: a reader who accepts one for `member` becomes a `member`.",
	access: "token",
	programs: "manage",
	needsAllConversations: true,
	body: { schema: tokenSchema, example: { token: examples.invite.token } },
	answers: { 200: { schema: acceptedSchema, example: { conversationId: examples.conversation.id } } },
	refuses: acceptRefusals,
	fields: { token: "The `token` of the invite, which follows the `#` in its link." },
});
invites.post("/invites/accept", bodyUpTo(limits.bodyBytes), async (c) => {
	// The address of an invite of the token `.`, which nobody has.
	if ((await c.req.text()) === "") return refuse(c, "not_found");
	const body = await readBody(c, tokenSchema);
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
invites.post("/invites/:token/accept", (c) => accept(c, c.req.param("token")));

async function accept(c: Context<App>, token: string) {
	const link = await readLink(c, token);
	if (isRefusal(link)) return refuse(c, link);
	const { conversationId, inviteId } = link;
	const identity = c.get("identity");
	const invited = { ...personOf(identity), network: identity.network };
	const accepted = await c.env.CONVERSATIONS.getByName(conversationId).accept(invited, inviteId);
	return respond(c, accepted, () => ({ conversationId }));
}

/** The invite of a token, once its use is counted. */
async function readLink(c: Context<App>, token: string): Promise<Refusal | { conversationId: string; inviteId: string }> {
	const dot = token.lastIndexOf(".");
	const conversationId = token.slice(0, Math.max(0, dot));
	if (!v.is(idSchema, conversationId)) return { code: "not_found" };
	const inviteId = await sha256(token.slice(dot + 1));
	return (await passLinkGate(c, inviteId)) ?? { conversationId, inviteId };
}

const previewSchema = v.object({
	title: v.string(),
	invitedBy: v.string(),
	role: roleSchema,
	expiresAt: v.string(),
	allows: allowsSchema,
});

describe("POST /invites/preview", {
	tag: "Members",
	summary: "Show what an invite offers",
	description:
		"Returns who invites to what, and what the invite allows, before anybody accepts it. It uses nothing up. The title is empty if the invite hides it: if it was made from messages that the invite does not show.",
	access: "anyone",
	body: { schema: tokenSchema, example: { token: examples.invite.token } },
	answers: {
		200: {
			schema: v.object({ invite: previewSchema }),
			example: {
				invite: {
					title: examples.conversation.title,
					invitedBy: "Ann",
					role: "member",
					expiresAt: examples.invite.expiresAt,
					allows: { questions: 20, usd: 2, history: "new" },
				},
			},
		},
	},
	refuses: {
		invite_expired: "The invite has expired, is used up or was revoked.",
		rate_limited: "Too many people of one network have used this invite within a minute.",
		not_found: "There is no such invite.",
	},
	fields: {
		token: "The `token` of the invite, which follows the `#` in its link.",
		allows: "What is left of what it allows.",
	},
});
invitePreviews.post("/invites/preview", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, tokenSchema);
	if (!body) return refuse(c, "bad_request", "Give the `token` of an invite.");
	const link = await readLink(c, body.token);
	if (isRefusal(link)) return refuse(c, link);
	const preview = await c.env.CONVERSATIONS.getByName(link.conversationId).preview(link.inviteId);
	return respond(c, preview, (invite) => ({ invite }));
});
