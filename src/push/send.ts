// Sends a message to a browser's push service: encrypts it for the browser, signs it with the deployment's keys, and reads what
// became of it. Must not know what the message says.

import { buildPushPayload } from "@block65/webcrypto-web-push";
import { readRetryAfter } from "../platform/retry-after.ts";
import { sha256 } from "../protocol/hash.ts";
import * as pushLimits from "../protocol/push/limits.ts";
import { isPublicEndpoint, type Subscription } from "../protocol/push/subscription.ts";
import type { VapidKeys } from "../push-settings.ts";

/** In ms. A push service that does not answer within it counts as one that failed. */
const answerWithin = 10_000;

/** The push service asks for patience, or has failed. */
export class PushDelayed extends Error {
	readonly retryAfterMs: number | undefined;

	constructor(reason: string, retryAfterMs?: number) {
		super(reason);
		this.retryAfterMs = retryAfterMs;
	}
}

/**
 * `topic`: a message that waits for a device that is off is replaced by a newer one of the same topic. `gone`: there is no such
 * subscription any more. Rejects with `PushDelayed` if the message is to be sent again. One that the service refuses is dropped.
 */
export async function push(subscription: Subscription, data: string, topic: string, vapid: VapidKeys): Promise<"sent" | "gone"> {
	const { endpoint } = subscription;
	// It was checked when it was stored, perhaps by a release that knew less.
	if (!isPublicEndpoint(endpoint)) return "gone";
	const options = { ttl: pushLimits.ttl / 1000, urgency: "high", topic: (await sha256(topic)).slice(0, 32) } as const;
	const request = await buildPushPayload({ data, options }, { ...subscription, expirationTime: null }, vapid);
	const response = await fetch(endpoint, {
		...request,
		// Nothing leads from a public address to a private one.
		redirect: "manual",
		signal: AbortSignal.timeout(answerWithin),
	}).catch(() => {
		throw new PushDelayed("The push service cannot be reached");
	});
	await response.body?.cancel();
	return readOutcome(response);
}

function readOutcome(response: Response): "sent" | "gone" {
	const { status, ok } = response;
	if (ok) return "sent";
	if (status === 404 || status === 410) return "gone";
	if (status === 429 || status >= 500) throw new PushDelayed(`The push service answered ${status}`, readRetryAfter(response));
	console.warn("A push service refused a message", status);
	return "sent";
}

/** True if messages can be encrypted for this subscription: its key is a point of the curve. */
export async function hasUsableKey({ keys }: Subscription): Promise<boolean> {
	try {
		const bytes = Uint8Array.from(atob(keys.p256dh.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "")), (byte) => byte.charCodeAt(0));
		await crypto.subtle.importKey("raw", bytes, { name: "ECDH", namedCurve: "P-256" }, false, []);
		return true;
	} catch {
		return false;
	}
}
