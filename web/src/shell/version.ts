// The build that this page runs, and a newer one that waits: offered, and taken when somebody wants it, in all tabs at once.
// What is written and what waits to be sent is on the disk by then.

import { clock } from "../browser.ts";

declare global {
	interface Window {
		/** Not in every browser. */
		trustedTypes?: {
			createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
		};
	}
}

const listeners = new Set<() => void>();
let waiting: ServiceWorker | null = null;

/** For `useSyncExternalStore`. */
export const newVersion = {
	subscribe: (listener: () => void) => {
		listeners.add(listener);
		return () => listeners.delete(listener);
	},
	isHere: () => waiting !== null,
	take: () => waiting?.postMessage("take over"),
};

/** In ms: a page may stay open for weeks. */
const lookEvery = 3600_000;

/** Where the browser has no service workers, or allows none, all is as without. */
export async function followVersions(): Promise<void> {
	try {
		const workers: ServiceWorkerContainer | undefined = navigator.serviceWorker;
		if (!workers) return;
		workers.addEventListener("message", ({ data }) => data === "begin anew" && location.reload());
		const registration = await workers.register(address(), { updateViaCache: "none" });
		const look = () => {
			// The very first one is no news.
			const worker = workers.controller && registration.waiting;
			if (worker === waiting) return;
			waiting = worker;
			for (const listener of listeners) listener();
		};
		look();
		registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
		const check = () => {
			registration.update().catch(() => {});
			clock.after(lookEvery, check);
		};
		clock.after(lookEvery, check);
	} catch {
		// Forbidden.
	}
}

/** The policy of this name may answer nothing else: a worker from any other address would be a way into the page. */
function address(): string {
	const path = "/sw.js";
	const policy = window.trustedTypes?.createPolicy("service-worker", { createScriptURL: () => path });
	return (policy?.createScriptURL("") ?? path) as string;
}
