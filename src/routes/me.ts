// One's own account: who one is, the conversations one is in, and the end of it all.

import { Hono } from "hono";
import * as v from "valibot";
import { clearedSession, isGuest } from "../auth/guest.ts";
import { conversationSchema } from "../protocol/conversation.ts";
import { idSchema, userSchema } from "../protocol/person.ts";
import { describe } from "./description.ts";
import { type App, refuseProgram } from "./http.ts";

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

const erasedSchema = v.object({
	conversations: v.number(),
	messages: v.number(),
	reactions: v.number(),
	deletedConversations: v.number(),
	failed: v.number(),
	remaining: v.number(),
});

describe("DELETE /me", {
	is: "Erases you: what you said keeps its place and nothing else, in every conversation. What cannot be done at once goes on by itself.",
	answers: { 200: v.object({ erased: erasedSchema }) },
	refuses: ["forbidden"],
});
/** A guest is gone for good with it; for others the token goes on, and they begin with nothing. */
me.delete("/me", async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const { userId } = c.get("identity");
	const erased = await c.env.USERS.getByName(userId).erase(isGuest(userId));
	if (isGuest(userId)) c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.json({ erased });
});
