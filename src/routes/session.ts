// The session of whoever has signed in here: its renewal by cookie, and its end. Must not depend on how a person signs in.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { isSignedOut } from "../auth/identify.ts";
import { clearedSession, readSession, refresh, type SignIn, sessionCookie } from "../auth/session.ts";
import { userSchema } from "../protocol/person.ts";
import { type App, refuse } from "./http.ts";
import { describe } from "./operation.ts";

/** Open without an access token. */
export const refreshes = new Hono<App>();

export const signedInSchema = v.object({ token: v.string(), expiresAt: v.string(), user: userSchema });

describe("POST /auth/refresh", {
	is: "The next token of a guest, by the cookie alone; without one, nothing.",
	who: "guest",
	answers: { 200: signedInSchema, 204: "nothing" },
});
refreshes.post("/auth/refresh", async (c) => {
	const session = readSession(c.req.raw);
	// Every first visit asks, and finding nobody signed in is no error then.
	if (!session) return c.body(null, 204);
	const refreshed = await refresh(session, c.get("settings"), Date.now());
	if ("signIn" in refreshed && !(await isSignedOut(refreshed.identity, c.env.USERS))) return signedIn(c, refreshed.signIn, 200);
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return refuse(c, "unauthorized");
});

/** Answers a sign-in, and keeps its session in the cookie. */
export function signedIn(c: Context<App>, { session, ...body }: SignIn, status: 200 | 201) {
	c.header("Set-Cookie", sessionCookie(session, new URL(c.req.url)));
	return c.json(body, status);
}

/** Need an access token. */
export const signOuts = new Hono<App>();

describe("POST /auth/sign-out", { is: "The end of a guest, for good.", answers: { 204: "nothing" }, refuses: ["forbidden"] });
signOuts.post("/auth/sign-out", async (c) => {
	const { userId, kind } = c.get("identity");
	if (kind !== "guest") return refuse(c, "forbidden", "Only guests sign out here. End other sign-ins where they were issued.");
	await c.env.USERS.getByName(userId).signOut();
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.body(null, 204);
});
