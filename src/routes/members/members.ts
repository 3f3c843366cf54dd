// The members of a conversation and their roles.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { memberSchema, roleSchema } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import { memberPageSchema, memberQueryEntries } from "../../protocol/people/members.ts";
import { idSchema } from "../../protocol/person.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import { type App, bodyUpTo, call, limitParameter, readBody, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";

export const members = new Hono<App>();

const listSchema = v.object({ ...memberQueryEntries, ...limitParameter(limits.memberPage) });

describe("GET /conversations/:id/members", {
	tag: "Members",
	summary: "List members",
	description: `Lists the members of the conversation with their roles, by name. With up to ${limits.namedMembers} members, the first page has all of them. With \`q\`, only those in whose names every word of \`q\` begins a word; a page may then be short of members although another follows.`,
	access: "member",
	programs: "read",
	query: listSchema,
	answers: {
		200: {
			schema: memberPageSchema,
			example: { members: examples.members, memberCount: examples.members.length },
		},
	},
	fields: {
		q: `Words of a name, in any case and with or without accents. Up to ${limits.search.query} characters.`,
		after: "The `next` of the page before. Without it, you get the first page.",
		members: "The members of this page, by name.",
		next: "Where the next page begins. Left out on the last page.",
	},
});
members.get("/conversations/:id/members", async (c) => {
	const query = v.safeParse(listSchema, c.req.query());
	if (!query.success)
		return refuse(
			c,
			"bad_request",
			`\`q\` has up to ${limits.search.query} characters, \`after\` is the \`next\` of the page before, \`limit\` is ${rangeText(limits.memberPage)}.`,
		);
	return respond(c, await call(c, (calls) => calls.members(query.output)), (page) => page);
});

const memberChangeSchema = v.pipe(
	v.object({ role: v.optional(roleSchema), may: v.optional(v.null()) }),
	v.check(({ role, may }) => role !== undefined || may === null),
);

describe("PATCH /conversations/:id/members/:userId", {
	tag: "Members",
	summary: "Change what a member may do",
	description:
		"Changes the role of a member, or lifts the limits of the invite that they came by (`may: null`), so that they are an ordinary member. No limit holds for an owner. The invites of an owner who becomes something else are revoked. To hand over a conversation, make another member an owner; then change your own role, or leave.",
	access: "owner",
	programs: "manage",
	body: { schema: memberChangeSchema, example: { role: "reader" } },
	answers: {
		200: { schema: v.object({ member: memberSchema }), example: { member: { ...examples.members[1], role: "reader" } } },
	},
	refuses: {
		last_owner: "The member is the only owner.",
		not_found: "There is no such conversation or member, or the caller may not enter the conversation.",
	},
});
members.patch("/conversations/:id/members/:userId", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, memberChangeSchema);
	if (!body) return refuse(c, "bad_request", "A role is owner, member or reader. `may` is null, which lifts the limits of an invite.");
	return respond(c, await call(c, (calls) => calls.changeMember(c.req.param("userId"), body)), (member) => ({ member }));
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
