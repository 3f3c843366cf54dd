// Changes settings for all tests of a file. Objects read them when they start.

import { env } from "cloudflare:workers";
import { afterAll, beforeAll, inject } from "vitest";
import type { Environment } from "../../src/setting-values.ts";
import "./provided.ts";

type Settings = { readonly [N in keyof Environment]?: string };

export function withSettings(settings: Settings): void {
	const names = Object.keys(settings) as (keyof Settings)[];
	const before = Object.fromEntries(names.map((name) => [name, (env as Environment)[name]]));
	beforeAll(() => void Object.assign(env, settings));
	afterAll(() => void Object.assign(env, before));
}

/** Claude's replies follow the script in the question; see `messages-api-script.ts`. */
export const scripted: Settings = { ANTHROPIC_BASE_URL: inject("messagesApi") };

/** Lets Claude go on with what scripts hold back under this name. */
export const release = (name: string) => fetch(`${inject("messagesApi")}/release/${name}`, { method: "POST" });

/** Send limits that no test reaches. */
export const unlimitedSends: Settings = { SEND_BURST: "1000", SEND_PER_SECOND: "1000" };
