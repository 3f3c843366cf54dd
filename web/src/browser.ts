// What the browser lends to the rules: its clock, its sockets, its network, chance, focus, the clipboard, idle moments, what the device keeps.

import type { Clock, OpenSocket } from "./live/connection.ts";

export const clock: Clock = {
	now: () => Date.now(),
	after: (ms, call) => {
		const timer = setTimeout(call, ms);
		return () => clearTimeout(timer);
	},
};

/** Names this build of the page: its file is called by what is in it. */
export const build = new URL(import.meta.url).pathname;

/** Whether the device says so: what it denies may still be there, on the device itself. */
export const hasNetwork = () => navigator.onLine;

export const openSocket: OpenSocket = (url, protocols, listener) => {
	const socket = new WebSocket(url, protocols);
	socket.addEventListener("open", () => listener.open());
	socket.addEventListener("message", ({ data }) => listener.message(data));
	socket.addEventListener("close", ({ code }) => listener.close(code));
	return {
		// A socket that is closing takes no more; its close event follows.
		send: (text) => {
			if (socket.readyState === WebSocket.OPEN) socket.send(text);
		},
		close: () => socket.close(),
	};
};

/** The device knows best when its network comes and goes, and when somebody looks again after a sleep, or no more. Answers how to stop. */
export function followNetwork(client: { wake(): void; lostNetwork(): void; rest(): void }): () => void {
	const stop = new AbortController();
	const { signal } = stop;
	window.addEventListener("online", () => client.wake(), { signal });
	window.addEventListener("offline", () => client.lostNetwork(), { signal });
	const look = () => (document.visibilityState === "visible" ? client.wake() : client.rest());
	document.addEventListener("visibilitychange", look, { signal });
	return () => stop.abort();
}

/** Calls when the page has nothing more urgent to do. Not every browser says when. */
export function whenIdle(call: () => void): void {
	if ("requestIdleCallback" in window) requestIdleCallback(call, { timeout: 5_000 });
	else clock.after(2_000, call);
}

/** 128 random bits. Not `randomUUID`, which a page without https does not have, such as one on a phone in a developer's network. */
export function newId(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As a `ref`: a keyboard reaches what scrolls, also where nothing in it can have the focus. */
export function reachable(scroller: HTMLElement | null): void {
	if (scroller) scroller.tabIndex = 0;
}

/** Copies text; whether it could. */
export async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}

/** What this device keeps under a name. Where that is forbidden, nothing was kept. */
export function recall(name: string): string | null {
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

/** Where that is forbidden, or the device is full, it holds as long as the page. */
export function remember(name: string, text: string): void {
	try {
		localStorage.setItem(name, text);
	} catch {}
}
