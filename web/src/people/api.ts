// The HTTP calls about the members of a conversation.

import * as v from "valibot";
import { type Member, memberSchema } from "../../../src/protocol/conversation.ts";
import { call, describeConversation, queryOf, type Result } from "../api.ts";

/** An older server sends everybody at once, and no number. */
const pageSchema = v.object({ members: v.array(memberSchema), memberCount: v.optional(v.number()), next: v.optional(v.string()) });
export type MembersPage = v.InferOutput<typeof pageSchema>;

/** A page of the members by name, with what is left to those whom a link limits. `q`: words of a name; `after`: the `next` of the page before. */
export const membersOf = (token: string, id: string, query: { q?: string; after?: string; limit?: number } = {}) =>
	call(pageSchema, "GET", `/conversations/${encodeURIComponent(id)}/members${queryOf(query)}`, { token });

/** `isPart`: they are oneself, the owners, and the first ones by name of a large conversation. */
export async function knownMembersOf(token: string, id: string): Promise<Result<{ members: Member[]; isPart: boolean }>> {
	const described = await describeConversation(token, id);
	if ("error" in described) return described;
	const { members, memberCount = members.length } = described.value.conversation;
	if (members.length >= memberCount) return { value: { members, isPart: false } };
	const page = await membersOf(token, id);
	if ("error" in page) return page;
	const all = new Map([...page.value.members, ...members].map((member) => [member.userId, member]));
	return { value: { members: [...all.values()], isPart: true } };
}
