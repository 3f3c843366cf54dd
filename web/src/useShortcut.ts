// Shortcuts that work anywhere on the page, except in a dialog, which has keys of its own.

import { useEffect, useRef } from "react";
import type { Catalogue } from "./languages/catalogue.ts";

/** Pressed with Ctrl, or with ⌘ on Apple devices. */
export type Shortcut = { key: string; shift?: boolean };

export const switchKeys: Shortcut = { key: "k" };
export const searchKeys: Shortcut = { key: "f", shift: true };
/** Those of the browser's own search. */
export const findKeys: Shortcut = { key: "f" };
export const privateKeys: Shortcut = { key: "l", shift: true };
export const steerKeys: Shortcut = { key: "enter", shift: true };

/** Apple devices use Ctrl with a letter for editing. */
const isApple = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);

export function isPressed({ key, shift = false }: Shortcut, event: KeyboardEvent): boolean {
	const isHeld = isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
	return isHeld && !event.altKey && event.shiftKey === shift && event.key.toLowerCase() === key;
}

/** The names of its keys, one each. */
export function keysOf({ key, shift = false }: Shortcut, names: Catalogue["keys"]): string[] {
	const [hold, also] = isApple ? ["⌘", "⇧"] : [names.ctrl, names.shift];
	return [hold, ...(shift ? [also] : []), key.toUpperCase()];
}

/** For `aria-keyshortcuts`. */
export function ariaKeysOf({ key, shift = false }: Shortcut): string {
	return `${isApple ? "Meta" : "Control"}+${shift ? "Shift+" : ""}${key.toUpperCase()}`;
}

export function useShortcut(shortcut: Shortcut, act: () => void, isWanted = true): void {
	const latest = useRef(act);
	useEffect(() => {
		latest.current = act;
	});
	useEffect(() => {
		const listen = (event: KeyboardEvent) => {
			if (!isWanted || !isPressed(shortcut, event) || document.querySelector("dialog:modal")) return;
			event.preventDefault();
			hold();
			latest.current();
		};
		addEventListener("keydown", listen);
		return () => removeEventListener("keydown", listen);
	}, [shortcut, isWanted]);
}

/**
 * The dialog may have to be loaded. Until it has the focus, typed keys must not reach the field
 * behind it.
 */
function hold(): void {
	const held = new AbortController();
	const { signal } = held;
	const swallow = (event: KeyboardEvent) => {
		if (event.key === "Escape") return held.abort();
		event.preventDefault();
		event.stopImmediatePropagation();
	};
	addEventListener("keydown", swallow, { capture: true, signal });
	addEventListener("focusin", () => held.abort(), { signal });
}
