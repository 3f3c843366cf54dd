// Sending messages without a socket, and the pinned ones.

import { Hono } from "hono";
import * as v from "valibot";
import { messageInputSchema } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { messageSchema } from "../protocol/message.ts";
import { noticeSchema } from "../protocol/money/notice.ts";
import { isRefusal } from "../protocol/refusal.ts";
import { numberText } from "../protocol/text/number-text.ts";
import { type App, bodyUpTo, call, readJson, refuse, respond } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const messages = new Hono<App>();

const messageAnswerSchema = v.object({ message: messageSchema, notice: v.optional(noticeSchema) });

describe("POST /conversations/:id/messages", {
	tag: "Messages",
	summary: "Send a message",
	description:
		"Stores a message and sends it to everybody in the conversation. With a `clientId`, a request can be repeated safely: if the message is already stored, the response is 200 with the stored message. The conversation's `assistant` mode decides whether Claude replies. The reply is a message of its own. If the message asks Claude and nobody can pay for the reply, it is stored all the same, and `notice` says why there is no reply.",
	access: "writer",
	programs: "write",
	body: {
		schema: messageInputSchema,
		example: { content: examples.message.content, clientId: examples.message.clientId },
	},
	answers: {
		201: { schema: messageAnswerSchema, example: { message: examples.message } },
		200: { schema: messageAnswerSchema, example: { message: examples.message } },
	},
	refuses: {
		conflict: "The caller has used this `clientId` for a message with another text.",
		too_large: `The content is longer than ${numberText(limits.content)} characters.`,
		rate_limited:
			"The caller is sending too fast in this conversation, or was disconnected for flooding it (sending far too many or invalid frames) within the last minute.",
		not_found: "There is no such conversation, the caller may not enter it, or `replyTo` names no message or a deleted one.",
	},
});
messages.post("/conversations/:id/messages", bodyUpTo(limits.frameBytes, "too_large"), async (c) => {
	const body = v.safeParse(messageInputSchema, await readJson(c));
	if (!body.success) {
		const isTooLong = body.issues.some(({ type, path }) => type === "max_length" && path?.[0].key === "content");
		return isTooLong
			? refuse(c, "too_large")
			: refuse(c, "bad_request", `Give content of up to ${numberText(limits.content)} characters, not only spaces.`);
	}
	const said = await call(c, (calls) => calls.say(body.output));
	return isRefusal(said)
		? refuse(c, said)
		: c.json({ message: said.message, ...(said.notice && { notice: said.notice }) }, said.isNew ? 201 : 200);
});

describe("GET /conversations/:id/pins", {
	tag: "Messages",
	summary: "List pinned messages",
	description: `Lists the pinned messages, the latest pin first. A conversation has up to ${limits.pins}. Members pin with the event \`chat:pin\`.`,
	access: "member",
	programs: "read",
	answers: {
		200: {
			schema: v.object({ messages: v.array(messageSchema) }),
			example: { messages: [{ ...examples.message, pinned: { userId: "ben", at: "2026-11-24T12:05:00.000Z" } }] },
		},
	},
});
messages.get("/conversations/:id/pins", async (c) => respond(c, await call(c, (calls) => calls.pins()), (pins) => pins));
