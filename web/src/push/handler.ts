// The service worker's part in web push: shows what is pushed, closes what was read elsewhere, and opens the conversation that
// somebody clicks. Must not depend on the page.

import type { PushMessage } from "../../../src/protocol/push/message.ts";

/** Only what is used: the library of worker types would add them to every file of the page. */
type Notifications = Pick<ServiceWorkerRegistration, "showNotification" | "getNotifications">;
type Tab = { readonly url: string; readonly visibilityState: string; focus(): Promise<unknown>; postMessage(message: unknown): void };
type Tabs = {
	matchAll(options: { type: "window"; includeUncontrolled: true }): Promise<readonly Tab[]>;
	openWindow(url: string): Promise<unknown>;
};

/** What a tab is asked to show after a click on a notification. */
export type OpenMessage = { open: string };

export async function handlePush(data: unknown, registration: Notifications, origin: string): Promise<void> {
	if (!isMessage(data)) return;
	if ("clear" in data) {
		for (const shown of await registration.getNotifications({ tag: data.clear })) shown.close();
		return;
	}
	const { title, body, tag, navigate } = data.notification;
	// Without `renotify`, a phone stays silent for the second message of a conversation.
	const options = { body, tag, renotify: true, icon: "/icon-192.png", data: { path: pathIn(navigate, origin) } };
	await registration.showNotification(title, options);
}

export async function handleClick(notification: Pick<Notification, "data" | "close">, tabs: Tabs, origin: string): Promise<void> {
	notification.close();
	const path = pathIn(String((notification.data as { path?: unknown } | null)?.path ?? "/"), origin);
	const open = await tabs.matchAll({ type: "window", includeUncontrolled: true });
	const tab =
		open.find(({ url }) => pathIn(url, origin) === path) ?? open.find(({ visibilityState }) => visibilityState === "visible") ?? open[0];
	if (!tab) {
		await tabs.openWindow(path);
		return;
	}
	if (pathIn(tab.url, origin) !== path) tab.postMessage({ open: path } satisfies OpenMessage);
	await tab.focus();
}

/**
 * A newer server may send more than this build knows. Read by hand: the library of schemas would double the service worker, which
 * every page loads.
 */
function isMessage(data: unknown): data is PushMessage {
	const { clear, web_push: mark, notification } = (data ?? {}) as Record<string, unknown>;
	if (typeof clear === "string") return true;
	const { title, body, tag, navigate } = (notification ?? {}) as Record<string, unknown>;
	return mark === 8030 && [title, body, tag, navigate].every((text) => typeof text === "string");
}

/** The path of an address of this page; the list for any other address. */
function pathIn(address: string, origin: string): string {
	const url = URL.parse(address, origin);
	return url?.origin === origin ? `${url.pathname}${url.search}` : "/";
}
