// The HTTP calls of a conversation's dialogs, one function each.

import * as v from "valibot";
import { mcpServerSchema, mcpServersSchema, modelsSchema } from "../../../../src/protocol/claude/choices.ts";
import { type ClaudeChange, instructionsVersionSchema } from "../../../../src/protocol/claude-settings.ts";
import {
	type AssistantMode,
	conversationSchema,
	type MemberRole,
	memberSchema,
	roleSchema,
} from "../../../../src/protocol/conversation.ts";
import { messageSchema } from "../../../../src/protocol/message.ts";
import { allowsSchema, usedSchema } from "../../../../src/protocol/people/link.ts";
import { call } from "../../api.ts";

const inviteSchema = v.object({
	id: v.string(),
	role: roleSchema,
	createdBy: v.string(),
	expiresAt: v.string(),
	maxUses: v.nullable(v.number()),
	uses: v.number(),
	/** An older server does not send these. */
	allows: v.optional(allowsSchema, {}),
	used: v.optional(usedSchema, { people: 0, questions: 0, usd: 0 }),
	isLive: v.optional(v.boolean(), true),
});
const banSchema = v.object({ userId: v.string(), username: v.optional(v.string()), bannedAt: v.string() });
export type Ban = v.InferOutput<typeof banSchema>;

/** For responses without a body. */
const done = v.undefined();

export type LiveInvite = v.InferOutput<typeof inviteSchema>;

export const updateConversation = (token: string, id: string, change: ClaudeChange & { title?: string; assistant?: AssistantMode }) =>
	call(v.object({ conversation: conversationSchema }), "PATCH", `/conversations/${encodeURIComponent(id)}`, { token, body: change });

const choicesSchema = v.object({
	models: modelsSchema,
	mcp: v.optional(v.array(mcpServerSchema), []),
	mayAsk: v.optional(v.boolean(), true),
});
export type Choices = v.InferOutput<typeof choicesSchema>;

/** The models that conversations may choose, the default first, and the MCP servers that they may turn on. `mayAsk`: the person may ask Claude. */
export const choicesOf = (token: string) => call(choicesSchema, "GET", "/models", { token });

/** With their tools. */
export const mcpServersOf = (token: string) => call(mcpServersSchema, "GET", "/mcp-servers", { token });

/** All versions of the instructions for Claude, newest first. */
export const instructionsOf = (token: string, id: string) =>
	call(v.object({ versions: v.array(instructionsVersionSchema) }), "GET", `/conversations/${encodeURIComponent(id)}/instructions`, {
		token,
	});

export const deleteConversation = (token: string, id: string) =>
	call(done, "DELETE", `/conversations/${encodeURIComponent(id)}`, { token });

export const fork = (token: string, id: string, body: { upTo: number; title: string }) =>
	call(v.object({ conversation: conversationSchema }), "POST", `/conversations/${encodeURIComponent(id)}/fork`, { token, body });

/** The latest pin first. */
export const pinsOf = (token: string, id: string) =>
	call(v.object({ messages: v.array(messageSchema) }), "GET", `/conversations/${encodeURIComponent(id)}/pins`, { token });

/** `revokesInvites`: also revokes the invites by which the person joined. */
const removalQuery = (revokesInvites: boolean) => (revokesInvites ? "?revokeInvites=used" : "");

/** Removing oneself is leaving. */
export const removeMember = (token: string, id: string, userId: string, revokesInvites = false) =>
	call(done, "DELETE", `/conversations/${encodeURIComponent(id)}/members/${encodeURIComponent(userId)}${removalQuery(revokesInvites)}`, {
		token,
	});

const bansPath = (id: string, userId = "") => `/conversations/${encodeURIComponent(id)}/bans${userId && `/${encodeURIComponent(userId)}`}`;

/** Newest first. */
export const bansOf = (token: string, id: string) => call(v.object({ bans: v.array(banSchema) }), "GET", bansPath(id), { token });

/** Also removes a member. */
export const ban = (token: string, id: string, userId: string, revokesInvites: boolean) =>
	call(v.object({ ban: banSchema }), "PUT", `${bansPath(id, userId)}${removalQuery(revokesInvites)}`, { token });

export const liftBan = (token: string, id: string, userId: string) => call(done, "DELETE", bansPath(id, userId), { token });

export const changeRole = (token: string, id: string, userId: string, role: MemberRole) =>
	call(v.object({ member: memberSchema }), "PATCH", `/conversations/${encodeURIComponent(id)}/members/${encodeURIComponent(userId)}`, {
		token,
		body: { role },
	});

/** The invites that are still valid, and those by which somebody is here. */
export const invitesOf = (token: string, id: string) =>
	call(v.object({ invites: v.array(inviteSchema) }), "GET", `/conversations/${encodeURIComponent(id)}/invites?ended=true`, { token });

/** `withPeople`: also removes the people who came by it. */
export const revokeInvite = (token: string, id: string, inviteId: string, withPeople = false) =>
	call(
		done,
		"DELETE",
		`/conversations/${encodeURIComponent(id)}/invites/${encodeURIComponent(inviteId)}${withPeople ? "?people=remove" : ""}`,
		{ token },
	);
