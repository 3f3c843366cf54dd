// The session of whoever has signed in here: its renewal by cookie, and its end. Must not depend on
// how a person signs in.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { clearedSession, continueSession, readSession, refuseSession, type SignIn, sessionCookie, verifySession } from "../auth/session.ts";
import { limits } from "../protocol/limits.ts";
import { userSchema } from "../protocol/person.ts";
import { durationText } from "../protocol/text/number-text.ts";
import { type App, refuse } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

/** Open without an access token. */
export const refreshes = new Hono<App>();

export const signedInSchema = v.object({ token: v.string(), expiresAt: v.string(), user: userSchema });
/** Descriptions of its fields. */
export const signedInFields = { token: "The access token.", expiresAt: "When the access token expires. ISO 8601, in UTC." };

describe("POST /auth/refresh", {
	tag: "Sign-in",
	summary: "Renew an access token",
	description: `Returns a new access token and extends the session: it ends ${durationText(limits.sessionSeconds)} after the latest renewal. Each response replaces the cookie. The cookie before the newest is accepted until the newest has been used, and any for 10 seconds after it was replaced. An older one is a copy, so it is refused and ends the session, with the personal tokens that the session created. Without a session cookie, nobody is signed in and the response is 204. A cookie that is not accepted is removed.`,
	access: "session",
	answers: { 200: { schema: signedInSchema, example: examples.signedIn }, 204: "nothing" },
	fields: signedInFields,
	refuses: { unauthorized: "The session has expired, or the guest has signed out." },
});
refreshes.post("/auth/refresh", async (c) => {
	const session = readSession(c.req.raw);
	// Every first visit asks, and finding nobody signed in is no error then.
	if (!session) return c.body(null, 204);
	const settings = c.get("settings");
	const presented = await verifySession(session, settings, Date.now());
	const renewed = presented && (await c.env.USERS.getByName(presented.userId).renewSession(presented, presented.username));
	if (renewed) {
		const { userId, id } = presented;
		const { username, version } = renewed;
		return signedIn(c, await continueSession({ userId, username }, { id, version }, settings, Date.now()), 200);
	}
	if (presented) refuseSession("its session has ended, or its guest has signed out");
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

describe("POST /auth/sign-out", {
	tag: "Sign-in",
	summary: "Sign out for good",
	description:
		"Ends the guest's session. From then on, none of the guest's access tokens and personal tokens is accepted. Their sockets are closed (4401). They leave all conversations; where the guest was the only owner, another member becomes one. Conversations in which nobody else is left are deleted. This cannot be undone: signing in again creates another guest.",
	access: "guest",
	answers: { 204: "nothing" },
});
signOuts.post("/auth/sign-out", async (c) => {
	const { userId, kind } = c.get("identity");
	if (kind !== "guest") return refuse(c, "forbidden", "Only guests sign out here. End other sign-ins where they were issued.");
	await c.env.USERS.getByName(userId).signOut();
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.body(null, 204);
});
