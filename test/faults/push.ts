// A push service, and browsers that subscribe to it.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { FakePushService, vapidKeys } from "../support/push-service.ts";
import { call, origin, tokenOf } from "../support/socket.ts";
import type { Stub } from "./fault.ts";

const keys = vapidKeys();
export const pushSettings = { ...keys, VAPID_SUBJECT: "mailto:operator@example.com" };

const service = new FakePushService();

/** Answers requests to the push service, and passes on all others. */
export const pushFetch = service.fetch;

type Browser = ReturnType<typeof browserOf>;

export function browserOf() {
	const browser = service.subscribe(keys.VAPID_PUBLIC_KEY);
	return {
		subscription: browser.subscription,
		/** The object of whoever owns the subscription. */
		owner: async (): Promise<() => Stub> => {
			const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(browser.subscription.endpoint));
			const id = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
			return () => env.PUSH_ENDPOINTS.getByName(id) as unknown as Stub;
		},
		isNotified: () => browser.unread.length > 0,
	};
}

export async function subscribe(person: string, { subscription }: Browser): Promise<number> {
	return (await call("POST", "/me/push", await tokenOf(person), { subscription }, { origin })).status;
}

export function devicesOf(person: string): Promise<number> {
	return runInDurableObject(env.USERS.getByName(person), (_object, { storage: { sql } }) => {
		const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'push_devices'").toArray().length > 0;
		return exists ? sql.exec("SELECT id FROM push_devices").toArray().length : 0;
	});
}
