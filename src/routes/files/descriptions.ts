// The HTTP call that has Claude propose the description of a picture.

import { Hono } from "hono";
import * as v from "valibot";
import * as fileLimits from "../../protocol/files/limits.ts";
import { limits } from "../../protocol/limits.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import { type App, bodyUpTo, call, endOfSignIn, readBody, refuse } from "../http.ts";
import { describe } from "../operation.ts";

export const descriptions = new Hono<App>();

/** It becomes part of what Claude is asked: nothing but the form of a tag is let through. */
const languageSchema = v.pipe(v.string(), v.maxLength(fileLimits.languageTag), v.regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i));
const wishSchema = v.object({ language: v.optional(languageSchema, "en") });

describe("POST /conversations/:id/files/:fileId/description", {
	tag: "Files",
	summary: "Propose a picture's description",
	description:
		"Asks Claude for one or two sentences that describe a picture to people who cannot see it. The caller pays for the request. Nothing is stored: send the text as `alt` with the file, as it is or changed. A personal token needs the scope `read` as well.",
	access: "writer",
	programs: "write",
	body: { schema: wishSchema, example: { language: "en" } },
	answers: {
		200: { schema: v.object({ text: v.string() }), example: { text: "Three fishing boats lie in a harbour at dusk." } },
	},
	refuses: {
		bad_request: "`language` is no language tag.",
		unsupported_type: "The file is no picture of a type that Claude reads.",
		too_large: "The picture is larger than Claude takes.",
		forbidden: "The caller may not ask Claude here, or Claude is turned off.",
		budget_exceeded: "Nobody can pay for the description. The sentence says whose budget is used up, and until when.",
		rate_limited: "The caller asks too fast, a picture is being described for them here, too many are at once, or Claude is busy.",
		unavailable: "Claude has not described the picture, or the model that answers sees none. The demo model sees none.",
		not_found: "There is no such conversation, the caller may not enter it, or there is no such file for them.",
	},
	fields: {
		language: "The tag of the language to write in, such as `de` or `pt-BR`. Default: `en`.",
		text: `One line without Markdown, of up to ${numberText(fileLimits.alt)} characters.`,
	},
});
descriptions.post("/conversations/:id/files/:fileId/description", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, wishSchema);
	if (!body) return refuse(c, "bad_request", "`language` is a language tag, such as de.");
	const described = await call(c, (calls) => calls.aboutFiles().describe(c.req.param("fileId"), body.language));
	// It took a while, and the sign-in may have ended meanwhile.
	const ended = await endOfSignIn(c);
	if (ended) return refuse(c, ended);
	if (isRefusal(described)) return refuse(c, described);
	if ("notice" in described) return refuse(c, described.notice, described.notice.error);
	return c.json({ text: described.text });
});
