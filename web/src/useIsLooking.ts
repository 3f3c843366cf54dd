// Tells whether the page is visible.

import { useSyncExternalStore } from "react";

export function useIsLooking(): boolean {
	return useSyncExternalStore(subscribe, () => document.visibilityState === "visible");
}

function subscribe(listener: () => void): () => void {
	document.addEventListener("visibilitychange", listener);
	return () => document.removeEventListener("visibilitychange", listener);
}
