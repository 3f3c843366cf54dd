// Personal tokens on the wire, and what their scopes permit.

import * as v from "valibot";
import type { ClientEvent } from "./events.ts";
import { limits } from "./limits.ts";
import { idSchema, usernameSchema } from "./person.ts";
import { isReservedName } from "./text/look-alikes.ts";

/**
 * What a personal token permits. `write`: sending and changing messages, and creating conversations.
 * `manage`: members, invites and settings of conversations. None includes another.
 */
export const scopes = ["read", "write", "manage"] as const;
export type Scope = (typeof scopes)[number];

const scopesSchema = v.array(v.picklist(scopes));
/** Ids, or all conversations of the owner. */
const conversationsSchema = v.union([v.literal("all"), v.array(idSchema)]);

export const tokenSchema = v.object({
	id: idSchema,
	name: v.string(),
	/** ISO 8601, UTC. */
	createdAt: v.string(),
	expiresAt: v.string(),
	/** Exact to the hour. */
	lastUsedAt: v.optional(v.string()),
	scopes: scopesSchema,
	conversations: conversationsSchema,
});

/** The request for a new token. People see its name behind its owner's, so it must not look like Claude's or the service's. */
export const newTokenSchema = v.object({
	name: v.pipe(
		usernameSchema,
		v.check((name) => !isReservedName(name)),
	),
	expiresInSeconds: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(limits.token.seconds.min), v.maxValue(limits.token.seconds.max)),
		limits.token.seconds.default,
	),
	scopes: v.optional(
		v.pipe(
			scopesSchema,
			v.minLength(1),
			v.transform((named) => scopes.filter((scope) => named.includes(scope))),
		),
		["read", "write"],
	),
	conversations: v.optional(
		v.union([v.literal("all"), v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(limits.token.conversations))]),
		"all",
	),
});

export type PersonalToken = v.InferOutput<typeof tokenSchema>;

/**
 * The scope that each event of a client needs, or `null` if no program may send it. A socket whose token can only read receives, and
 * sends nothing that others see. A read mark says what a person has read. A program's sign-in is its token: it renews none.
 */
export const eventScopes = {
	"chat:join": "read",
	"chat:leave": "read",
	"chat:auth": null,
	"chat:ack": "read",
	"chat:send": "write",
	"chat:edit": "write",
	"chat:delete": "write",
	"chat:withdraw": "write",
	"chat:react": "write",
	"chat:read": null,
	"chat:list-members": "read",
	"chat:typing": "write",
	"chat:stop": "write",
	"chat:regenerate": "write",
	"chat:continue": "write",
	"chat:pin": "write",
	"chat:ask-privately": "write",
	"chat:stop-aside": "write",
	"chat:share": "write",
	"chat:approve": "write",
} as const satisfies Record<ClientEvent["type"], Scope | null>;

/** True unless a personal token lacks the scope. `granted`: the token's scopes; without a personal token, everything is permitted. */
export function hasScope(granted: readonly Scope[] | undefined, scope: Scope | null): boolean {
	return granted === undefined || (scope !== null && granted.includes(scope));
}
