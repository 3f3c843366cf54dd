// One's own account: who one is, and the conversations one is in.

import { Hono } from "hono";
import type { App } from "./http.ts";

export const me = new Hono<App>();

me.get("/me", (c) => {
	const { userId, username, expiresAt, program } = c.get("identity");
	const token = program && { id: program.tokenId, name: program.name };
	return c.json({ user: { id: userId, name: username }, expiresAt: new Date(expiresAt).toISOString(), ...(token && { token }) });
});

me.get("/conversations", async (c) => {
	const conversations = await c.env.USERS.getByName(c.get("identity").userId).conversations();
	return c.json({ conversations });
});
