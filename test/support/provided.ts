// What a run's set-up hands to its tests, by name.

// Only types: a set-up must not load vitest.
import type {} from "vitest";

declare module "vitest" {
	interface ProvidedContext {
		/** The product that browser tests share, and the secret that signs its tokens. */
		product: { url: string; secret: string };
		/** The address of the scripted Messages API. */
		messagesApi: string;
		/** Seeds of the schedules that are to be played: one, or the first and the last. */
		schedules: string;
	}
}
