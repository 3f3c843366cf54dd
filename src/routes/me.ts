// One's own account: who one is, and the conversations one is in.

import { Hono } from "hono";
import * as v from "valibot";
import { conversationSchema } from "../protocol/conversation.ts";
import { idSchema, userSchema } from "../protocol/person.ts";
import { describe } from "./description.ts";
import type { App } from "./http.ts";

export const me = new Hono<App>();

describe("GET /me", {
	is: "Who you are, and by which personal token if by one.",
	answers: {
		200: v.object({ user: userSchema, expiresAt: v.string(), token: v.optional(v.object({ id: idSchema, name: v.string() })) }),
	},
});
me.get("/me", (c) => {
	const { userId, username, expiresAt, program } = c.get("identity");
	const token = program && { id: program.tokenId, name: program.name };
	return c.json({ user: { id: userId, name: username }, expiresAt: new Date(expiresAt).toISOString(), ...(token && { token }) });
});

describe("GET /conversations", {
	is: "The conversations you are in, newest activity first.",
	answers: { 200: v.object({ conversations: v.array(v.object({ ...conversationSchema.entries, lastActivityAt: v.string() })) }) },
});
me.get("/conversations", async (c) => {
	const conversations = await c.env.USERS.getByName(c.get("identity").userId).conversations();
	return c.json({ conversations });
});
