// The browser's notifications, and the locks by which tabs coordinate.

import type { Permission } from "./notifier.ts";

/** `tag`: the conversation. A newer notification with the same tag replaces this one. */
export type Shown = { tag: string; title: string; body: string; path: string };

export function permission(): Permission {
	return "Notification" in window ? Notification.permission : "none";
}

/** Browsers allow this only in response to a user action. */
export async function askPermission(): Promise<Permission> {
	return "Notification" in window ? Notification.requestPermission() : "none";
}

const shown = new Map<string, Notification>();

export async function show({ tag, title, body, path }: Shown, onClick: () => void): Promise<void> {
	const options = { tag, body, icon: "/icon.svg", data: { path } };
	try {
		const notification = new Notification(title, options);
		shown.set(tag, notification);
		notification.onclick = () => {
			notification.close();
			window.focus();
			onClick();
		};
	} catch {
		// Android shows notifications only from the service worker. Clicking one opens the page at
		// its path.
		await (await registration())?.showNotification(title, options).catch(() => {});
	}
}

export async function withdraw(tag: string): Promise<void> {
	shown.get(tag)?.close();
	shown.delete(tag);
	const others = await (await registration())?.getNotifications({ tag });
	for (const notification of others ?? []) notification.close();
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
	return navigator.serviceWorker?.getRegistration().catch(() => undefined);
}

/**
 * Requests a lock and holds it until the returned function is called. A `shared` lock is held at
 * once.
 */
export function hold(name: string, mode: LockMode, onHeld = () => {}): () => void {
	const stop = new AbortController();
	const { signal } = stop;
	navigator.locks
		?.request(name, { mode, signal }, () => {
			onHeld();
			return new Promise<void>((release) => signal.addEventListener("abort", () => release()));
		})
		.catch(() => {});
	return () => stop.abort();
}

export async function isHeld(name: string): Promise<boolean> {
	const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
	return held.some((lock) => lock.name === name);
}
