// What rules need from the browser: clock, sockets, network state, random ids, focus, clipboard,
// idle time and local storage.

import type { Clock, OpenSocket } from "./live/connection.ts";

export const clock: Clock = {
	now: () => Date.now(),
	after: (ms, call) => {
		const timer = setTimeout(call, ms);
		return () => clearTimeout(timer);
	},
};

/** Identifies this build of the page: the file name contains a hash of its content. */
export const build = new URL(import.meta.url).pathname;

/** What the device says. A server on the device itself is reachable even when this is false. */
export const hasNetwork = () => navigator.onLine;

export const openSocket: OpenSocket = (url, protocols, listener) => {
	const socket = new WebSocket(url, protocols);
	socket.addEventListener("open", () => listener.open());
	socket.addEventListener("message", ({ data }) => listener.message(data));
	socket.addEventListener("close", ({ code }) => listener.close(code));
	return {
		// A closing socket accepts no more data; its close event follows.
		send: (text) => {
			if (socket.readyState === WebSocket.OPEN) socket.send(text);
		},
		close: () => socket.close(),
	};
};

/**
 * Tells a client when the network comes and goes, and when the page is shown or hidden. Returns how
 * to stop.
 */
export function followNetwork(client: { wake(): void; lostNetwork(): void; rest(): void }): () => void {
	const stop = new AbortController();
	const { signal } = stop;
	window.addEventListener("online", () => client.wake(), { signal });
	window.addEventListener("offline", () => client.lostNetwork(), { signal });
	const follow = () => (document.visibilityState === "visible" ? client.wake() : client.rest());
	document.addEventListener("visibilitychange", follow, { signal });
	return () => stop.abort();
}

/** Calls once the page is idle. Not every browser reports that. */
export function whenIdle(call: () => void): void {
	if ("requestIdleCallback" in window) requestIdleCallback(call, { timeout: 5_000 });
	else clock.after(2_000, call);
}

/**
 * 128 random bits. Not `randomUUID`, which a page without https does not have, such as one on a
 * phone in a developer's network.
 */
export function newId(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A `ref` that lets the keyboard reach a scrollable element, even if nothing in it can have the
 * focus.
 */
export function reachable(scroller: HTMLElement | null): void {
	if (scroller) scroller.tabIndex = 0;
}

/** Copies text. Returns whether that worked. */
export async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}

/** What this device has stored under a name. Nothing if storage is forbidden. */
export function readStored(name: string): string | null {
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

/** Stores a text under a name. Does nothing if storage is forbidden or full. */
export function writeStored(name: string, text: string): void {
	try {
		localStorage.setItem(name, text);
	} catch {}
}
