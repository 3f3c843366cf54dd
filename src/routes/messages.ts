// Sending messages without a socket, the pinned ones, and what Claude saw for a reply.

import { Hono } from "hono";
import * as v from "valibot";
import { messageInputSchema } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { seenSchema } from "../protocol/memory/prompt.ts";
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

describe("GET /conversations/:id/messages/:messageId/prompt", {
	tag: "Messages",
	summary: "Get what Claude saw for a reply",
	description:
		"Returns what the latest request for a reply was made with: the model, the texts, the tools, and the places of the messages. `messages` says which were edited or deleted since, and `omitted` which Claude did not read, and why. Only places are stored: read the words with the other calls. Replies that an earlier version asked for, and those that no server answered, have none.",
	access: "member",
	programs: "read",
	answers: {
		200: {
			schema: seenSchema,
			example: {
				model: "claude-sonnet-5-5",
				system: "You are Claude, taking part in a conversation between several people in a chat room. …",
				instructions: "Answer in French.",
				fromSeq: 1,
				toSeq: 3,
				files: ["f-plan"],
				attachments: [
					{ seq: 1, id: "f-plan", name: "plan.pdf", type: "application/pdf", size: 48_000 },
					{ seq: 1, id: "f-data", name: "data.zip", type: "application/octet-stream", size: 9_000, unread: "type" },
				],
				tools: ["web_search"],
				messages: [
					{ seq: 1, role: "user" },
					{ seq: 3, role: "user", changed: "edited" },
				],
				membership: [{ after: 1, change: "joined", userId: "u-bob", username: "Bob" }],
				omitted: [{ fromSeq: 2, toSeq: 2, reason: "empty" }],
				gone: [],
				maxTokens: 16000,
				askedAt: "2026-11-24T12:00:00.000Z",
			},
		},
	},
	refuses: { not_found: "There is no such conversation or reply, or it is not known what Claude saw for it." },
	fields: {
		model: "The model that was asked.",
		system: "The text that begins the prompt, the same for all conversations.",
		instructions: "The owners' instructions in force. Empty if there were none.",
		fromSeq: "The `seq` of the first message.",
		toSeq: "The `seq` of the last message.",
		files: "Ids of the files that Claude read as themselves.",
		attachments: "The files of the messages, at most the newest 200. Left out if there were none.",
		tools: "The names of the tools that Claude could use.",
		messages: "The messages that Claude read, oldest first.",
		role: "`assistant` for Claude's replies. A deleted reply is a line of the server, so its role is `user`.",
		membership: "Changes of the membership, as Claude read them. People who were erased since are left out.",
		omitted: "Messages whose words Claude did not read, as ranges of places.",
		reason:
			"`deleted`: deleted before. `empty`: it had no text. `declined`: Claude declined to answer it, so later prompts leave it out. `too_long`: it is too far back. `summarized`: Claude read a summary instead.",
		gone: "`instructions`, `summary`: Claude read instructions or a summary that are gone now.",
		summary: "The summary that Claude read instead of the messages up to `uptoSeq`.",
		maxTokens: "The longest reply that was asked for, in tokens.",
		askedAt: "When the request was made. ISO 8601, UTC.",
	},
});
messages.get("/conversations/:id/messages/:messageId/prompt", async (c) =>
	respond(c, await call(c, (calls) => calls.seen(c.req.param("messageId"))), (seen) => seen),
);
