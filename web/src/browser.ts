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

/**
 * False if loading a part of the page is sure to fail. Most browsers never repeat a failed import before the page is reloaded, so ask
 * before each import. With a service worker, all parts are on the device.
 */
export const canLoadParts = () => hasNetwork() || Boolean(navigator.serviceWorker?.controller);

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

/** Copies text. Returns whether that worked. To be called while a click or a key is handled. */
export async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copySelected(text);
	}
}

/** A page without https, such as one on a phone in a developer's network, has no clipboard, but may copy what is selected. */
function copySelected(text: string): boolean {
	const copy = (event: ClipboardEvent) => {
		event.clipboardData?.setData("text/plain", text);
		event.preventDefault();
		// A dialog or the composer has listeners of its own.
		event.stopImmediatePropagation();
	};
	document.addEventListener("copy", copy, { capture: true, once: true });
	try {
		return document.execCommand("copy");
	} catch {
		return false;
	} finally {
		document.removeEventListener("copy", copy, { capture: true });
	}
}

/**
 * Changes the text of a field as if it were typed, so that it can be undone, and tells the field's listeners. Returns false where the
 * browser cannot.
 */
export function typeInto(field: HTMLTextAreaElement, text: string): boolean {
	const { value } = field;
	const [start, end] = changedPart(value, text);
	field.focus();
	field.setSelectionRange(start, value.length - end);
	const inserted = text.slice(start, text.length - end);
	return document.execCommand(inserted === "" ? "delete" : "insertText", false, inserted);
}

/** How much two texts have in common at their beginnings and at their ends, in UTF-16 units. Neither is the half of a character. */
export function changedPart(before: string, after: string): [start: number, end: number] {
	const most = Math.min(before.length, after.length);
	let start = 0;
	while (start < most && before[start] === after[start]) start++;
	if (/[\uD800-\uDBFF]/.test(before[start - 1] ?? "")) start--;
	let end = 0;
	while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
	if (end > 0 && /[\uDC00-\uDFFF]/.test(before.at(-end) ?? "")) end--;
	return [start, end];
}

/** A soft keyboard has no Shift for a new line: there Enter never sends. */
export function hasSoftKeyboard(): boolean {
	return matchMedia("(pointer: coarse) and (hover: none)").matches;
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
