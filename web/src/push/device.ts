// Subscribes this browser to web push, renews that, and ends it. Must not depend on React.

import { session } from "../account/currentSession.ts";
import { readStored } from "../browser.ts";
import { askPermission, permission } from "../notifications/browser.ts";
import { addDevice, pushKey, removeDevice } from "./api.ts";
import { isCurrent, isSameKey, type Mark, markOf, pushedMark, writeMark } from "./mark.ts";

/** Why this device cannot be notified while the page is closed; `home screen`: not before it is on the home screen. */
export type Obstacle = "unsupported" | "home screen" | "off" | "denied" | "failed" | "unreachable";

/** `undefined`: nothing stands in the way, as far as that can be told without asking. */
export function obstacle(): Obstacle | undefined {
	if (permission() === "denied") return "denied";
	if ("PushManager" in window && "serviceWorker" in navigator) return undefined;
	// Apple gives web push only to pages that were added to the home screen.
	return "standalone" in navigator && !navigator.standalone ? "home screen" : "unsupported";
}

/** Call it in response to a click: it may ask for the permission. Returns what prevented it. */
export async function turnOn(userId: string): Promise<Obstacle | undefined> {
	const obstructed = obstacle();
	if (obstructed) return obstructed;
	if ((await askPermission()) !== "granted") return "denied";
	return subscribe(userId);
}

/**
 * Subscribes anew if the deployment has other keys by now, or the browser has dropped the subscription. `mark`: nothing is to be
 * done while that is current.
 */
async function subscribe(userId: string, mark?: Mark): Promise<Obstacle | undefined> {
	const known = await session.call(pushKey);
	if ("error" in known) return "unreachable";
	const { publicKey } = known.value;
	if (publicKey === null) return "off";
	try {
		const { pushManager } = await navigator.serviceWorker.ready;
		const key = bytesOf(publicKey);
		const held = await pushManager.getSubscription();
		const heldKey = held?.options.applicationServerKey;
		if (mark && isCurrent(mark, heldKey, key, Date.now())) return undefined;
		if (held && !isSameKey(heldKey, key)) await held.unsubscribe();
		const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
		const added = await session.callAs(userId, (token) => addDevice(token, subscription.toJSON()));
		if ("error" in added) return "unreachable";
		writeMark({ userId, at: Date.now() });
		return undefined;
	} catch (error) {
		console.warn("This browser could not be subscribed to web push", error);
		return "failed";
	}
}

/** Ends it here and, with a session, at the service. */
export async function turnOff(): Promise<void> {
	writeMark(undefined);
	const registration = await navigator.serviceWorker?.getRegistration();
	const held = await registration?.pushManager?.getSubscription();
	if (!held) return;
	await session.attempt((token) => removeDevice(token, held.endpoint));
	await held.unsubscribe().catch(() => {});
}

/** To be called when the page opens. */
export async function renew(userId: string): Promise<void> {
	const mark = markOf(readStored(pushedMark));
	if (mark?.userId !== userId || permission() !== "granted") return;
	await subscribe(userId, mark);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (byte) => byte.charCodeAt(0));
}

declare global {
	interface Navigator {
		/** Only on Apple's phones and tablets: whether the page was opened from the home screen. */
		readonly standalone?: boolean;
	}
}
