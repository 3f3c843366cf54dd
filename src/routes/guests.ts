// Guest sign-in, its renewal by cookie, and its end.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import {
	clearedSession,
	type GuestSignIn,
	isGuest,
	readSession,
	refreshGuest,
	renameGuest,
	sessionCookie,
	signInGuest,
} from "../auth/guest.ts";
import { isSignedOut } from "../auth/identify.ts";
import { claude, usernameSchema, userSchema } from "../protocol/person.ts";
import { type App, pass, readBody, refuse, refuseProgram } from "./http.ts";
import { describe } from "./operation.ts";

/** What wants no token. */
export const guests = new Hono<App>();

const guestSchema = v.object({ name: usernameSchema });
const signedInSchema = v.object({ token: v.string(), expiresAt: v.string(), user: userSchema });

describe("POST /auth/guest", {
	is: "Come in with nothing but a name.",
	who: "anyone",
	body: guestSchema,
	answers: { 201: signedInSchema },
	refuses: ["guest_sign_in_disabled", "rate_limited"],
});
guests.post("/auth/guest", async (c) => {
	const settings = c.get("settings");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const tooFast = await pass(c, "GUESTS", c.req.header("cf-connecting-ip") ?? "");
	if (tooFast) return tooFast;
	const name = await readName(c);
	return typeof name === "string" ? signedIn(c, await signInGuest(name, settings, Date.now()), 201) : name;
});

describe("POST /auth/refresh", {
	is: "The next token of a guest, by the cookie alone; without one, nothing.",
	who: "guest",
	answers: { 200: signedInSchema, 204: "nothing" },
});
guests.post("/auth/refresh", async (c) => {
	const session = readSession(c.req.raw);
	// Every first visit asks: that nobody is signed in is no error then.
	if (!session) return c.body(null, 204);
	const refreshed = await refreshGuest(session, c.get("settings"), Date.now());
	if (!("refusal" in refreshed) && !(await isSignedOut(refreshed.user.id, c.env.USERS))) return signedIn(c, refreshed, 200);
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return refuse(c, "unauthorized");
});

/** What wants one. */
export const guestsSignedIn = new Hono<App>();

describe("POST /auth/sign-out", { is: "The end of a guest, for good.", answers: { 204: "nothing" }, refuses: ["forbidden"] });
/** For good: a guest is nobody but their session. */
guestsSignedIn.post("/auth/sign-out", async (c) => {
	const { userId } = c.get("identity");
	if (!isGuest(userId)) return refuse(c, "forbidden", "Only guests sign out here; other tokens are their issuer's to end.");
	await c.env.USERS.getByName(userId).signOut();
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.body(null, 204);
});

describe("PATCH /me", {
	is: "Another name for a guest, and the token that has it. Where they are a member they are called so from now on; what they said keeps the name it was said under.",
	body: guestSchema,
	answers: { 200: signedInSchema },
	refuses: ["forbidden", "guest_sign_in_disabled", "rate_limited"],
});
guestsSignedIn.patch("/me", async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const settings = c.get("settings");
	const { userId } = c.get("identity");
	if (!isGuest(userId)) return refuse(c, "forbidden", "Only guests are named here; of others their issuer says what they are called.");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const tooFast = await pass(c, "TOKENS", userId);
	if (tooFast) return tooFast;
	const name = await readName(c);
	if (typeof name !== "string") return name;
	const renamed = await renameGuest(userId, name, settings, Date.now());
	await c.env.USERS.getByName(userId).rename(name);
	return signedIn(c, renamed, 200);
});

/** The name that a guest gives, or why it is none. */
async function readName(c: Context<App>) {
	const body = await readBody(c, guestSchema);
	if (!body) return refuse(c, "bad_request", "Give a name of 1 to 64 characters.");
	return looksLikeClaude(body.name) ? refuse(c, "bad_request", "That name is Claude's. Choose another.") : body.name;
}

function looksLikeClaude(name: string): boolean {
	const seen = name.normalize("NFKC").replace(/[\s\p{Cf}\p{M}]/gu, "");
	return seen.toLowerCase() === claude.username.toLowerCase();
}

function signedIn(c: Context<App>, { session, ...body }: GuestSignIn, status: 200 | 201) {
	c.header("Set-Cookie", sessionCookie(session, new URL(c.req.url)));
	return c.json(body, status);
}
