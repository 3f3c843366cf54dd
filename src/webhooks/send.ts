// Sends one event to the address of a webhook, signed as Standard Webhooks defines it, and reads what became of it. Must not know what
// the event says.

import { readRetryAfter } from "../platform/retry-after.ts";
import { isPublicEndpoint } from "../protocol/push/subscription.ts";
import * as webhookLimits from "../protocol/webhooks/limits.ts";
import type { Failure } from "../protocol/webhooks/webhook.ts";

/** `id`: the same for every try, so that the receiver recognizes one that it has. */
export type Delivery = { id: string; type: string; timestamp: string; data: object };

export class DeliveryFailed extends Error {
	readonly failure: Failure;
	readonly retryAfterMs: number | undefined;
	/** It is not to be tried again. */
	readonly isFinal: boolean;

	constructor(failure: Failure, { retryAfterMs, isFinal = false }: { retryAfterMs?: number | undefined; isFinal?: boolean } = {}) {
		super([failure.reason, failure.status].filter((part) => part !== undefined).join(" "));
		this.failure = failure;
		this.retryAfterMs = retryAfterMs;
		this.isFinal = isFinal;
	}
}

export function newSecret(): string {
	return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
}

/** Rejects with `DeliveryFailed` unless the address answers 2xx. Nothing of the answer is read but its status. `now` in ms. */
export async function deliver({ url, secret }: { url: string; secret: string }, delivery: Delivery, now: number): Promise<void> {
	// It was checked when it was stored, perhaps by a release that knew less.
	if (!isPublicEndpoint(url)) throw new DeliveryFailed({ reason: "unreachable" }, { isFinal: true });
	const { id, ...event } = delivery;
	const body = JSON.stringify(event);
	const timestamp = String(Math.floor(now / 1000));
	const response = await fetch(url, {
		method: "POST",
		headers: {
			"content-type": "application/json",
			"user-agent": "Parley-Webhooks/1",
			"webhook-id": id,
			"webhook-timestamp": timestamp,
			"webhook-signature": `v1,${await sign(secret, `${id}.${timestamp}.${body}`)}`,
		},
		body,
		// Nothing leads from a public address to a private one.
		redirect: "manual",
		signal: AbortSignal.timeout(webhookLimits.answerWithin),
	}).catch((error) => {
		throw new DeliveryFailed({ reason: error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable" });
	});
	await response.body?.cancel();
	const failed = failureOf(response);
	if (failed) throw failed;
}

function failureOf(response: Response): DeliveryFailed | undefined {
	const { status, ok } = response;
	if (ok) return undefined;
	if (status === 410) return new DeliveryFailed({ reason: "gone", status }, { isFinal: true });
	if (status >= 300 && status < 400) return new DeliveryFailed({ reason: "redirect", status });
	return new DeliveryFailed({ reason: "status", status }, { retryAfterMs: readRetryAfter(response) });
}

async function sign(secret: string, text: string): Promise<string> {
	const bytes = Uint8Array.from(atob(secret.slice("whsec_".length)), (character) => character.charCodeAt(0));
	const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
	const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
	return btoa(String.fromCharCode(...new Uint8Array(signature)));
}
