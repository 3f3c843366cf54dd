// The HTTP calls, one function each. A failure is a value, and a response is checked by the schemas
// of the protocol. Knows no session and keeps no state. Calls that only a dialog needs are in the
// `api.ts` beside it.

import * as v from "valibot";
import {
	conversationSchema,
	type ListEntry,
	type ListEntryChange,
	listEntrySchema,
	type MemberRole,
	memberSchema,
} from "../../src/protocol/conversation.ts";
import type { ErrorCode } from "../../src/protocol/errors.ts";
import { readLeniently } from "../../src/protocol/lenient.ts";
import { limits } from "../../src/protocol/limits.ts";
import { type PersonalSettings, settingsSchema } from "../../src/protocol/me.ts";
import { messageSchema, replaceMessage, versionSchema } from "../../src/protocol/message.ts";
import type { Allows } from "../../src/protocol/people/link.ts";
import { noticeSchema } from "../../src/protocol/people/notice.ts";
import { assistantHeader, markHeader } from "../../src/protocol/text/assistant-name.ts";
import { refusalText } from "./languages/catalogue.ts";
import { currentStrings } from "./languages/currentLanguage.ts";
import { meetAssistant } from "./languages/followAssistant.ts";
import type { PagePosition } from "./live/paging.ts";

/** `retryAfterMs`: the server takes it then. */
export type ApiError = { code: ErrorCode | "unreachable"; message: string; retryAfterMs?: number | undefined };
export type Result<T> = { value: T } | { error: ApiError };

const idAndName = v.object({ id: v.string(), name: v.string() });
/** Arrives as ISO 8601 and is kept in ms. */
const timeSchema = v.pipe(
	v.string(),
	v.transform((text) => Date.parse(text)),
	v.number(),
);
const signedInSchema = v.object({
	token: v.string(),
	expiresAt: timeSchema,
	user: v.object({ ...idAndName.entries, isAccount: v.optional(v.boolean()) }),
});
const describedSchema = v.object({
	...conversationSchema.entries,
	members: v.array(memberSchema),
	memberCount: v.optional(v.number()),
});
const pageSchema = v.object({
	messages: v.array(messageSchema),
	hasMore: v.boolean(),
	hasNewer: v.optional(v.boolean(), false),
	members: v.optional(v.array(memberSchema)),
});
const noticesSchema = v.object({ notices: v.array(noticeSchema) });
const versionsSchema = v.object({ versions: v.array(versionSchema) });
const listPageSchema = v.object({ conversations: v.array(listEntrySchema), hasMore: v.boolean() });
/**
 * `failed`: conversations that could not be reached. `remaining`: conversations still to come. Both
 * follow by themselves.
 */
const erasedSchema = v.object({
	conversations: v.number(),
	messages: v.number(),
	reactions: v.number(),
	deletedConversations: v.number(),
	failed: v.number(),
	remaining: v.number(),
});
const errorSchema = v.object({
	error: v.object({ code: v.string(), message: v.string(), retryAfterMs: v.optional(v.number()), requestId: v.optional(v.string()) }),
});

export type Erased = v.InferOutput<typeof erasedSchema>;
export type SignedIn = v.InferOutput<typeof signedInSchema>;

export const signInAsGuest = (name: string) => call(signedInSchema, "POST", "/auth/guest", { body: { name } });

/** By the session cookie, which this code cannot read. */
export const refresh = () => call(signedInSchema, "POST", "/auth/refresh", {});

/** Gives a guest another name. */
export const rename = (token: string, name: string) => call(signedInSchema, "PATCH", "/me", { token, body: { name } });

/** Ends the session: a guest's for good. `signOutUrl`: where the same sign-in ends elsewhere. */
export const signOut = (token: string) => call(v.optional(v.object({ signOutUrl: v.string() })), "POST", "/auth/sign-out", { token });

const methodsSchema = v.object({
	guest: v.boolean(),
	passkey: v.boolean(),
	oidc: v.array(idAndName),
	signInUrl: v.optional(v.string()),
});
export type SignInMethods = v.InferOutput<typeof methodsSchema>;

/** The ways to sign in that this deployment has. */
export const signInMethods = () => call(methodsSchema, "GET", "/auth/methods", {});

/** Everything of one's own, everywhere; what was done. */
export const eraseMe = async (token: string): Promise<Result<Erased>> => {
	const result = await call(v.object({ erased: erasedSchema }), "DELETE", "/me", { token });
	return "value" in result ? { value: result.value.erased } : result;
};

/** Settings that all devices of a person share. */
export const changeSettings = (token: string, change: PersonalSettings) =>
	call(v.object({ settings: settingsSchema }), "PATCH", "/me/settings", { token, body: change });

/** The owner of a token. */
export const whoAmI = (token: string) => call(v.object({ user: idAndName, expiresAt: timeSchema }), "GET", "/me", { token });

/** A page of conversations, the most recently active first: after `before`, or from the start. */
export const conversationsBefore = (token: string, before: ListEntry | undefined) =>
	call(listPageSchema, "GET", `/conversations${before ? `?before=${encodeURIComponent(`${before.lastActivityAt},${before.id}`)}` : ""}`, {
		token,
	});

export const createConversation = (token: string) =>
	call(v.object({ conversation: conversationSchema }), "POST", "/conversations", { token, body: {} });

export const describeConversation = (token: string, id: string) =>
	call(v.object({ conversation: describedSchema }), "GET", `/conversations/${encodeURIComponent(id)}`, { token });

export const changeListEntry = (token: string, id: string, change: ListEntryChange) =>
	call(v.object({ conversation: listEntrySchema }), "PATCH", `/me/conversations/${encodeURIComponent(id)}`, { token, body: change });

/** The previous versions of a regenerated reply, oldest first. */
export const versionsOf = (token: string, id: string, messageId: string) =>
	call(versionsSchema, "GET", `/conversations/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/versions`, { token });

/** Messages in a page of history. */
const pageOf = 100;

/** Messages before, after or around a place, oldest first. */
export const messagesAt = (token: string, id: string, place: PagePosition) =>
	call(pageSchema, "GET", `/conversations/${encodeURIComponent(id)}/messages${queryOf({ ...place, limit: pageOf })}`, { token });

export const noticesAt = (token: string, id: string, place: { after: number; before?: number }) =>
	call(noticesSchema, "GET", `/conversations/${encodeURIComponent(id)}/notices${queryOf(place)}`, { token });

/** Defaults of the server: a week, any number of people, as members. */
export type InviteTerms = { expiresInSeconds?: number; maxUses?: number; role?: Exclude<MemberRole, "owner">; allows?: Allows };

export const createInvite = (token: string, id: string, terms: InviteTerms = {}) =>
	call(
		v.object({ invite: v.object({ url: v.string(), expiresAt: v.string() }) }),
		"POST",
		`/conversations/${encodeURIComponent(id)}/invites`,
		{
			token,
			body: terms,
		},
	);

export const acceptInvite = (token: string, invite: string) =>
	call(v.object({ conversationId: v.string() }), "POST", "/invites/accept", { token, body: { token: invite } });

/** The address of a conversation's socket, for a client that has everything up to the cursor. */
export function socketUrl(id: string, cursor: string | undefined): string {
	const url = webSocketOf(`/conversations/${encodeURIComponent(id)}/socket`);
	if (cursor !== undefined) url.searchParams.set("cursor", cursor);
	return url.href;
}

/** The address of a person's list socket. */
export function meSocketUrl(): string {
	return webSocketOf("/me/socket").href;
}

function webSocketOf(path: string): URL {
	const url = addressOf(path);
	url.protocol = url.protocol.replace("http", "ws");
	return url;
}

export function queryOf(fields: Record<string, string | number>): string {
	return `?${new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))}`;
}

let apiUrl: string | undefined;

/**
 * Sets the address of the API if the build did not with `VITE_API_URL`. Call it before anything
 * else.
 */
export function setApiUrl(url: string): void {
	apiUrl = url;
}

export function addressOf(path: string): URL {
	return new URL(`/api${path}`, apiUrl ?? (import.meta.env?.VITE_API_URL || location.origin));
}

/** `within`: how long an answer may take, in ms. */
export async function call<T extends v.GenericSchema>(
	schema: T,
	method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
	path: string,
	{ token, body, within = 15_000 }: { token?: string; body?: object; within?: number },
): Promise<Result<v.InferOutput<T>>> {
	const request = {
		method,
		headers: {
			...(token !== undefined && { authorization: `Bearer ${token}` }),
			...(body && { "content-type": "application/json" }),
		},
		...(body && { body: JSON.stringify(body) }),
	};
	let response: { isOk: boolean; answer: unknown };
	try {
		response = await send(path, request, within);
		// It has changed nothing while it was refused.
		for (let left = limits.patience, pause = pauseIn(response.answer); pause <= left; left -= pause, pause = pauseIn(response.answer)) {
			await new Promise((resolve) => setTimeout(resolve, pause));
			response = await send(path, request, within);
		}
	} catch {
		return { error: { code: "unreachable", message: currentStrings().unreachable } };
	}
	const { isOk, answer } = response;
	const value = isOk ? readLeniently(schema, answer, replaceMessage) : undefined;
	// A response without a body is read as `undefined`.
	if (value !== undefined || (isOk && v.is(schema, answer))) return { value: value as v.InferOutput<T> };
	// 204 where a value was expected: nobody is signed in.
	if (isOk && answer === undefined) return { error: { code: "unauthorized", message: "" } };
	return { error: refusalIn(answer) };
}

async function send(path: string, request: RequestInit, within: number): Promise<{ isOk: boolean; answer: unknown }> {
	const response = await fetch(addressOf(path), { ...request, credentials: "include", signal: AbortSignal.timeout(within) });
	const assistant = response.headers.get(assistantHeader);
	const mark = response.headers.get(markHeader) ?? "";
	if (assistant) void meetAssistant(decodeURIComponent(assistant), decodeURIComponent(mark)).catch(() => {});
	return { isOk: response.ok, answer: response.status === 204 ? undefined : await response.json() };
}

/** How long to wait before a request that was refused as too fast is made again, in ms. Never for any other answer. */
function pauseIn(answer: unknown): number {
	const { code, retryAfterMs } = refusalIn(answer);
	return (code === "rate_limited" && retryAfterMs) || Number.POSITIVE_INFINITY;
}

export function refusalIn(answer: unknown): ApiError {
	const refusal = v.safeParse(errorSchema, answer);
	if (!refusal.success) return { code: "internal", message: currentStrings().unexpectedAnswer };
	const { code, message, retryAfterMs, requestId } = refusal.output.error;
	const text = refusalText(currentStrings(), { code, text: message });
	// Whoever runs the service finds it in the log.
	return { code: code as ErrorCode, message: requestId === undefined ? text : `${text} (${requestId})`, retryAfterMs };
}
