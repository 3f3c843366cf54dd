// One's own account: who one is, the conversations one is in, and the end of it all.

import { Hono } from "hono";
import { clearedSession, isGuest } from "../auth/guest.ts";
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

/** A guest is gone for good with it; for others the token goes on, and they begin with nothing. */
me.delete("/me", async (c) => {
	const { userId } = c.get("identity");
	const erased = await c.env.USERS.getByName(userId).erase(isGuest(userId));
	if (isGuest(userId)) c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.json({ erased });
});
