// Declares the values that the setup files provide to the tests.

// Only types: a set-up must not load vitest.
import type {} from "vitest";

declare module "vitest" {
	interface ProvidedContext {
		/** The product that browser tests share, and the secret that signs its tokens. */
		product: { url: string; secret: string };
		/** The address of the scripted Messages API. */
		messagesApi: string;
		/** The address of the scripted MCP server. */
		mcpServer: string;
		/** The seeds of the schedules to run: one, or the first and the last of a range (`9-12`). */
		schedules: string;
		/** The fault points to run: `all`, or `some`. */
		faults: string;
	}
}
