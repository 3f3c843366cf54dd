// Whether the page is before somebody's eyes, as far as the browser knows.

import { useSyncExternalStore } from "react";

export function useIsLooking(): boolean {
	return useSyncExternalStore(subscribe, () => document.visibilityState === "visible");
}

function subscribe(listener: () => void): () => void {
	document.addEventListener("visibilitychange", listener);
	return () => document.removeEventListener("visibilitychange", listener);
}
