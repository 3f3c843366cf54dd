// What a run's set-up hands to its tests, by name.

import "vitest";

declare module "vitest" {
	interface ProvidedContext {
		/** The address of the scripted Messages API. */
		messagesApi: string;
	}
}
