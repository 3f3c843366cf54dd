// Reads the keys by which push services recognize this deployment (VAPID). Pure.

import { type Environment, readText } from "./setting-values.ts";

/** A pair of keys in base64url. */
export type PushKeys = { publicKey: string; privateKey: string };

/** `subject`: how a push service reaches the operator. */
export type VapidKeys = PushKeys & { subject: string };

/** Without keys, the deployment makes a pair for itself. */
export type PushSettings = { keys?: PushKeys | undefined; subject?: string };

/** `undefined`: there is no web push. */
export function readPush(env: Environment, problems: string[]): PushSettings | undefined {
	const publicKey = readText(env, "VAPID_PUBLIC_KEY")?.replace(/=+$/, "");
	const privateKey = readText(env, "VAPID_PRIVATE_KEY")?.replace(/=+$/, "");
	const subject = readText(env, "VAPID_SUBJECT");
	if (publicKey?.toLowerCase() === "off") return undefined;
	const url = URL.parse(subject ?? "mailto:@");
	if (!(url?.protocol === "https:" || (url?.protocol === "mailto:" && url.pathname.includes("@")))) {
		problems.push("VAPID_SUBJECT must be your address for push services, such as mailto:you@example.com or https://example.com.");
		return undefined;
	}
	if (publicKey === undefined && privateKey === undefined) return subject === undefined ? {} : { subject };
	if (publicKey === undefined || privateKey === undefined || subject === undefined) {
		problems.push(
			"Set VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT for keys of your own, or neither of the keys. `npm run push-keys` makes them.",
		);
		return undefined;
	}
	// 65 bytes that begin with 4, and 32 bytes.
	if (!/^B[\w-]{86}$/.test(publicKey) || !/^[\w-]{43}$/.test(privateKey)) {
		problems.push("VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be a pair of keys in base64url, as `npm run push-keys` makes them.");
		return undefined;
	}
	return { keys: { publicKey, privateKey }, subject };
}
