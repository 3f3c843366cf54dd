// The client of the server that answers: Anthropic's API, another one that speaks it, or the demo model.

import Anthropic from "@anthropic-ai/sdk";
import { bounded } from "../platform/bounded-body.ts";
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

/** In bytes, for everything that is no reply: far more than a title, an error or a list of models. */
const longestAnswer = 1024 * 1024;

/**
 * `isStreaming`: responses may be streams of any length. Errors and what is no stream are bounded in any case. `bodyOf`: makes the body
 * of its JSON.
 */
export function clientOf(
	settings: Settings["claude"],
	{ isStreaming = false, bodyOf }: { isStreaming?: boolean; bodyOf?: (json: string) => BodyInit } = {},
): Anthropic {
	const { apiKey, baseUrl } = settings;
	const send = isDemo(settings) ? demoFetch : fetch;
	return new Anthropic({
		// Local servers demand a key and do not check it.
		apiKey: apiKey ?? "none",
		baseURL: baseUrl ?? anthropicUrl,
		// Following a redirect would send the conversation to an unknown host, and cost another round trip per request.
		fetch: async (input, init) => {
			const response = await send(input, {
				...init,
				redirect: "manual",
				...(bodyOf && typeof init?.body === "string" && { body: bodyOf(init.body) }),
			});
			return isStreaming && isStream(response) ? response : bounded(response, longestAnswer);
		},
		// Replies decide about retries, because people see that a reply waits.
		maxRetries: 0,
		// The SDK's log would contain what people wrote.
		logLevel: "off",
	});
}

/** Some servers leave out the type, or have one of their own. */
export function isStream({ ok, headers }: Response): boolean {
	return ok && !/json|html|xml/.test(headers.get("content-type") ?? "");
}
