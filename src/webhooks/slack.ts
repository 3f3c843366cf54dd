// Reads what programs send to Slack's incoming webhooks, in its simple form: a text. Pure.

import * as v from "valibot";
import { contentSchema } from "../protocol/message.ts";

/** Everything else that Slack's form allows is ignored, such as `username` and `icon_emoji`. `asksClaude` is ours. */
export const slackSchema = v.object({
	text: v.pipe(v.string(), v.transform(withMarkdownLinks), contentSchema),
	asksClaude: v.optional(v.boolean()),
});

/** The message in a body of JSON, or in a form's field `payload`; `undefined` if it is neither. */
export function readPayload(body: string): unknown {
	const text = body.trimStart().startsWith("{") ? body : (new URLSearchParams(body).get("payload") ?? "");
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Slack writes links as `<https://example.com|words>`. */
function withMarkdownLinks(text: string): string {
	return text.replace(/<(https?:\/\/[^|<>\s]+)\|([^<>\n]+)>/g, (_, url: string, words: string) => {
		return `[${words.replace(/[[\]\\]/g, "\\$&")}](${url.replace(/[()]/g, encodeURIComponent)})`;
	});
}
