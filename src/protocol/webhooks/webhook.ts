// Webhooks on the wire: addresses that are told what happens in a conversation, and addresses by which programs post.

import * as v from "valibot";
import { idSchema, usernameSchema } from "../person.ts";
import { isPublicEndpoint } from "../push/subscription.ts";
import { isReservedName } from "../text/look-alikes.ts";
import * as webhookLimits from "./limits.ts";

export const webhookEvents = [
	"message.sent",
	"message.changed",
	"message.deleted",
	"reply.completed",
	"member.joined",
	"member.changed",
	"member.left",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** `maker`: its maker may not read the conversation any more, or is suspended. `status`: the address answered with another status than 2xx. */
export const failureReasons = ["status", "redirect", "gone", "timeout", "unreachable", "maker", "internal"] as const;
export type FailureReason = (typeof failureReasons)[number];

export const failureSchema = v.object({ reason: v.picklist(failureReasons), status: v.optional(v.number()) });
export type Failure = v.InferOutput<typeof failureSchema>;

export const webhookSchema = v.object({
	id: idSchema,
	url: v.string(),
	events: v.array(v.picklist(webhookEvents)),
	createdBy: idSchema,
	createdAt: v.string(),
	/** `failing`: it is tried again, at `nextTryAt`. `broken`: it was given up, until a ping succeeds. */
	status: v.picklist(["active", "failing", "broken"]),
	lastSuccessAt: v.optional(v.string()),
	lastFailure: v.optional(v.object({ at: v.string(), ...failureSchema.entries })),
	nextTryAt: v.optional(v.string()),
});
export type Webhook = v.InferOutput<typeof webhookSchema>;

export const newWebhookSchema = v.object({
	url: v.pipe(v.string(), v.maxLength(webhookLimits.url), v.check(isPublicEndpoint)),
	events: v.optional(
		v.pipe(
			v.array(v.picklist(webhookEvents)),
			v.minLength(1),
			v.transform((wanted) => webhookEvents.filter((event) => wanted.includes(event))),
		),
		[...webhookEvents],
	),
});

export const pingSchema = v.object({ delivered: v.boolean(), failure: v.optional(failureSchema) });
export type Ping = v.InferOutput<typeof pingSchema>;

export const incomingWebhookSchema = v.object({
	id: idSchema,
	name: v.string(),
	asksClaude: v.boolean(),
	createdBy: idSchema,
	createdAt: v.string(),
	/** Exact to the hour. */
	lastUsedAt: v.optional(v.string()),
});
export type IncomingWebhook = v.InferOutput<typeof incomingWebhookSchema>;

/** People see the name behind its maker's, as that of a personal token. */
export const newIncomingWebhookSchema = v.object({
	name: v.pipe(
		usernameSchema,
		v.check((name) => !isReservedName(name)),
	),
	asksClaude: v.optional(v.boolean(), false),
});
