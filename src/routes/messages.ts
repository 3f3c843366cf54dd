// What is said without a socket.

import { Hono } from "hono";
import * as v from "valibot";
import { saidSchema } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { messageSchema } from "../protocol/message.ts";
import { numberText } from "../protocol/number-text.ts";
import { isRefusal } from "../protocol/refusal.ts";
import { type App, bodyUpTo, call, readJson, refuse } from "./http.ts";
import { describe } from "./operation.ts";

export const messages = new Hono<App>();

const answerSchema = v.object({ message: messageSchema });

describe("POST /conversations/:id/messages", {
	is: "Says something: 201 when it is kept, 200 when it already was, under the same clientId.",
	body: saidSchema,
	answers: { 201: answerSchema, 200: answerSchema },
	refuses: ["forbidden", "conflict", "too_large", "rate_limited"],
});
messages.post("/conversations/:id/messages", bodyUpTo(limits.frameBytes, "too_large"), async (c) => {
	const body = v.safeParse(saidSchema, await readJson(c));
	if (!body.success) {
		const isTooLong = body.issues.some(({ type, path }) => type === "max_length" && path?.[0].key === "content");
		return isTooLong
			? refuse(c, "too_large")
			: refuse(c, "bad_request", `Give content of up to ${numberText(limits.content)} characters, not only spaces.`);
	}
	const said = await call(c, (calls) => calls.say(body.output));
	return isRefusal(said) ? refuse(c, said) : c.json({ message: said.message }, said.isNew ? 201 : 200);
});
