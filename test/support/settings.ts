// Other settings than the project's own, for all tests of a file: objects read them when they begin to live.

import { env } from "cloudflare:workers";
import { afterAll, beforeAll, inject } from "vitest";
import "./provided.ts";

type Settings = Partial<Record<Extract<keyof typeof env, `${"SEND" | "ANTHROPIC" | "CLAUDE" | "REPLY"}_${string}`>, string>>;

export function withSettings(settings: Settings): void {
	const names = Object.keys(settings) as (keyof Settings)[];
	const before = Object.fromEntries(names.map((name) => [name, env[name]]));
	beforeAll(() => void Object.assign(env, settings));
	afterAll(() => void Object.assign(env, before));
}

/** Where Claude answers as its questions say: `messages-api-script.ts`. */
export const scripted: Settings = { ANTHROPIC_BASE_URL: inject("messagesApi") };

/** Where nobody is too fast. */
export const hurried: Settings = { SEND_BURST: "1000", SEND_PER_SECOND: "1000" };
