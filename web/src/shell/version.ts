// Detects a newer build of the page, and switches all tabs to it when somebody asks for it.
// Drafts and unsent messages are stored by then.

import { clock } from "../browser.ts";

declare global {
	interface Window {
		/** Missing in some browsers. */
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
	isAvailable: () => waiting !== null,
	activate: () => waiting?.postMessage("take over"),
};

/** In ms. A page may stay open for weeks. */
const updateEvery = 3600_000;

/** Does nothing if the browser has no service workers or forbids them. */
export async function followVersions(): Promise<void> {
	try {
		const workers: ServiceWorkerContainer | undefined = navigator.serviceWorker;
		if (!workers) return;
		workers.addEventListener("message", ({ data }) => data === "begin anew" && location.reload());
		const registration = await workers.register(address(), { updateViaCache: "none" });
		const check = () => {
			// The first worker of all is not a newer version.
			const worker = workers.controller && registration.waiting;
			if (worker === waiting) return;
			waiting = worker;
			for (const listener of listeners) listener();
		};
		check();
		registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", check));
		const update = () => {
			registration.update().catch(() => {});
			clock.after(updateEvery, update);
		};
		clock.after(updateEvery, update);
	} catch {
		// Forbidden.
	}
}

/** The policy must not allow any other address: a worker from elsewhere could take over the page. */
function address(): string {
	const path = "/sw.js";
	const policy = window.trustedTypes?.createPolicy("service-worker", { createScriptURL: () => path });
	return (policy?.createScriptURL("") ?? path) as string;
}
