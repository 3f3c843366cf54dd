// The client of the server that answers: Anthropic's API, another one that speaks it, or the demo model.

import Anthropic from "@anthropic-ai/sdk";
import type { Settings } from "../settings.ts";
import { demoFetch } from "./demo.ts";

const anthropicUrl = "https://api.anthropic.com";

/** Identifies a server and a model, for what is known about both. */
export function serverKey({ baseUrl, model }: Settings["claude"]): string {
	return `${baseUrl} ${model}`;
}

export function isDemo({ apiKey, baseUrl }: Settings["claude"]): boolean {
	return apiKey === undefined && baseUrl === undefined;
}

export function clientOf(settings: Settings["claude"]): Anthropic {
	const { apiKey, baseUrl } = settings;
	const send = isDemo(settings) ? demoFetch : fetch;
	return new Anthropic({
		// Local servers demand a key and do not check it.
		apiKey: apiKey ?? "none",
		baseURL: baseUrl ?? anthropicUrl,
		// Following a redirect would send the conversation to an unknown host, and cost another round trip per request.
		fetch: (input, init) => send(input, { ...init, redirect: "manual" }),
		// Replies decide about retries, because people see that a reply waits.
		maxRetries: 0,
		// The SDK's log would contain what people wrote.
		logLevel: "off",
	});
}
