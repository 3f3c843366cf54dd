// Private questions to Claude without a socket.

import { Hono } from "hono";
import * as v from "valibot";
import { asideSchema, questionSchema } from "../../protocol/claude/aside.ts";
import { limits } from "../../protocol/limits.ts";
import { clientIdSchema, messageSchema } from "../../protocol/message.ts";
import { noticeSchema } from "../../protocol/money/notice.ts";
import { idSchema } from "../../protocol/person.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import { type App, bodyUpTo, call, limitParameter, readBody, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";

export const asides = new Hono<App>();

const own = "Nobody else sees it, not even owners.";
const perPage = { min: 1, default: limits.asides.kept, max: limits.asides.kept };
const answerSchema = v.object({ aside: asideSchema, notice: v.optional(noticeSchema) });
const sharedSchema = v.object({ messages: v.array(messageSchema) });
const shared = {
	messages: [
		{ ...examples.message, content: examples.aside.question, asksClaude: undefined },
		{ ...examples.reply, content: examples.aside.content, sharedBy: examples.message.author },
	],
};
const fields = { id: "Id of the aside.", content: `The question, up to ${numberText(limits.content)} characters.` };

describe("POST /conversations/:id/asides", {
	tag: "Messages",
	summary: "Ask Claude in private",
	description: `Asks Claude a question about the conversation whose answer only the caller receives. ${own} The response contains the aside as it begins; the answer comes with the events \`chat:aside\` and \`chat:aside-streaming\`, and with *List asides*. A person can have one running answer in a conversation, and keeps the newest ${limits.asides.kept} asides of it. If nobody can pay for the answer, the aside has failed and \`notice\` says why. A personal token needs the scope \`read\` as well.`,
	access: "writer",
	programs: "write",
	body: { schema: questionSchema, example: { content: examples.aside.question, clientId: examples.aside.clientId } },
	answers: {
		201: { schema: answerSchema, example: { aside: examples.aside } },
		200: { schema: answerSchema, example: { aside: examples.aside } },
	},
	refuses: {
		conflict: "The caller has used this `clientId` for an aside with another question.",
		being_answered: "Claude is answering another private question of the caller here.",
		forbidden: "The caller may not ask Claude here.",
		rate_limited: "The caller asks too fast, or too many private questions are being answered here.",
		not_found: "There is no such conversation, the caller may not enter it, or `follows` names no aside of theirs.",
	},
	fields: { ...fields, notice: "Why Claude does not answer." },
});
asides.post("/conversations/:id/asides", bodyUpTo(limits.frameBytes, "too_large"), async (c) => {
	const body = await readBody(c, questionSchema);
	if (!body) return refuse(c, "bad_request", `Give content of up to ${numberText(limits.content)} characters, and a clientId.`);
	const asked = await call(c, (calls) => calls.aboutAsides().ask(body));
	if (isRefusal(asked)) return refuse(c, asked);
	return c.json({ aside: asked.aside, ...(asked.notice && { notice: asked.notice }) }, asked.isNew ? 201 : 200);
});

describe("GET /conversations/:id/asides", {
	tag: "Messages",
	summary: "List asides",
	description: "Lists the caller's own private questions in this conversation with Claude's answers, newest first.",
	access: "member",
	programs: "read",
	query: v.object({ before: v.optional(idSchema), ...limitParameter(perPage) }),
	answers: {
		200: {
			schema: v.object({ asides: v.array(asideSchema), hasMore: v.boolean() }),
			example: { asides: [examples.aside], hasMore: false },
		},
	},
	fields: { before: "The id of an aside: lists those that were asked before it." },
});
asides.get("/conversations/:id/asides", async (c) => {
	const query = v.safeParse(v.object({ before: v.optional(idSchema), ...limitParameter(perPage) }), c.req.query());
	if (!query.success) return refuse(c, "bad_request", `\`before\` is the id of an aside; \`limit\` is 1 to ${limits.asides.kept}.`);
	const { before, limit } = query.output;
	return respond(c, await call(c, (calls) => calls.aboutAsides().page(before, limit)), (page) => page);
});

describe("DELETE /conversations/:id/asides/:asideId", {
	tag: "Messages",
	summary: "Delete an aside",
	description: "Deletes one of the caller's asides. A running answer ends. What it has cost stays counted.",
	access: "member",
	programs: "write",
	answers: { 204: "nothing" },
	refuses: {
		not_found: "There is no such conversation, the caller may not enter it, or they have no such aside.",
		held: "Everything in the conversation is kept for a legal reason.",
	},
});
asides.delete("/conversations/:id/asides/:asideId", async (c) =>
	respondEmpty(c, await call(c, (calls) => calls.aboutAsides().remove(c.req.param("asideId")))),
);

describe("POST /conversations/:id/asides/:asideId/share", {
	tag: "Messages",
	summary: "Share an aside with everybody",
	description:
		"Adds the question as a message of the caller and the answer as one of Claude's, in one step. The message does not ask Claude again, and the aside is gone, unless the conversation is held. With the same `clientId`, a request can be repeated safely.",
	access: "writer",
	programs: "write",
	body: { schema: v.object({ clientId: clientIdSchema }), example: { clientId: "share-1" } },
	answers: { 201: { schema: sharedSchema, example: shared }, 200: { schema: sharedSchema, example: shared } },
	refuses: {
		conflict: "The caller has used this `clientId` for another message.",
		being_answered: "The answer is still being written.",
		bad_event: "The aside has no answer.",
		forbidden: "The caller may not write here.",
		rate_limited: "The caller is sending too fast.",
		not_found: "There is no such conversation, the caller may not enter it, or they have no such aside.",
	},
	fields: { messages: "The question and the answer." },
});
asides.post("/conversations/:id/asides/:asideId/share", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, v.object({ clientId: clientIdSchema }));
	if (!body) return refuse(c, "bad_request", `Give a clientId of up to ${limits.clientId} characters.`);
	const result = await call(c, (calls) => calls.aboutAsides().share(c.req.param("asideId"), body.clientId));
	return respond(c, result, ({ messages }) => ({ messages }), isRefusal(result) || !result.isNew ? 200 : 201);
});
