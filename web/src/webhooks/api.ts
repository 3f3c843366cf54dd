// The HTTP calls of webhooks. The page reads only what it shows.

import * as v from "valibot";
import type { WebhookEvent } from "../../../src/protocol/webhooks/webhook.ts";
import { call } from "../api.ts";

const failure = { reason: v.string(), status: v.optional(v.number()) };
const outgoingSchema = v.object({
	id: v.string(),
	url: v.string(),
	status: v.string(),
	lastSuccessAt: v.optional(v.string()),
	lastFailure: v.optional(v.object(failure)),
	nextTryAt: v.optional(v.string()),
});
const incomingSchema = v.object({ id: v.string(), name: v.string(), asksClaude: v.boolean(), lastUsedAt: v.optional(v.string()) });
const pingSchema = v.object({ delivered: v.boolean(), failure: v.optional(v.object(failure)) });

export type Outgoing = v.InferOutput<typeof outgoingSchema>;
export type Incoming = v.InferOutput<typeof incomingSchema>;
export type Failure = NonNullable<Outgoing["lastFailure"]>;

type Kind = "webhooks" | "incoming-webhooks";
const pathOf = (id: string, kind: Kind, rest = "") => `/conversations/${encodeURIComponent(id)}/${kind}${rest}`;

export const outgoingOf = (token: string, id: string) =>
	call(v.object({ webhooks: v.array(outgoingSchema) }), "GET", pathOf(id, "webhooks"), { token });

export const incomingOf = (token: string, id: string) =>
	call(v.object({ webhooks: v.array(incomingSchema) }), "GET", pathOf(id, "incoming-webhooks"), { token });

/** The response has the secret; no later one does. */
export const addOutgoing = (token: string, id: string, body: { url: string; events: WebhookEvent[] }) =>
	call(v.object({ webhook: v.object({ secret: v.string() }) }), "POST", pathOf(id, "webhooks"), { token, body });

/** The response has the address; no later one does. */
export const addIncoming = (token: string, id: string, body: { name: string; asksClaude: boolean }) =>
	call(v.object({ webhook: v.object({ url: v.string() }) }), "POST", pathOf(id, "incoming-webhooks"), { token, body });

export const ping = (token: string, id: string, webhookId: string) =>
	call(pingSchema, "POST", pathOf(id, "webhooks", `/${encodeURIComponent(webhookId)}/ping`), { token });

export const remove = (token: string, id: string, kind: Kind, webhookId: string) =>
	call(v.undefined(), "DELETE", pathOf(id, kind, `/${encodeURIComponent(webhookId)}`), { token });
