// One's own account: who one is, and the conversations one is in.

import { Hono } from "hono";
import type { App } from "./http.ts";

export const me = new Hono<App>();

me.get("/me", (c) => {
	const { userId, username, expiresAt } = c.get("identity");
	return c.json({ user: { id: userId, name: username }, expiresAt: new Date(expiresAt).toISOString() });
});

me.get("/conversations", async (c) => {
	const conversations = await c.env.USERS.getByName(c.get("identity").userId).conversations();
	return c.json({ conversations });
});
