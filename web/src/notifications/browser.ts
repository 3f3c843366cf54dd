// What the browser lends to notifications: leave to show them, and the showing; and locks, by which tabs know of each other.

import type { Permission } from "./notifier.ts";

/** One for each conversation: the next one takes its place. */
export type Shown = { tag: string; title: string; body: string; path: string };

export function permission(): Permission {
	return "Notification" in window ? Notification.permission : "none";
}

/** To be called when somebody has just pressed something. */
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
		// Android has them from a service worker alone, which leads to the path by itself.
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

/** Holds a lock from when it is free, or at once where it is `shared`, until it is told to stop. */
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
