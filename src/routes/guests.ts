// Guests: sign-in with a name, and another name later.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { renameGuest, signInGuest } from "../auth/guest.ts";
import { limits } from "../protocol/limits.ts";
import { claude, usernameSchema } from "../protocol/person.ts";
import { type App, bodyUpTo, pass, readBody, refuse, refuseProgram } from "./http.ts";
import { describe } from "./operation.ts";
import { signedIn, signedInSchema } from "./session.ts";

/** Open without an access token. */
export const guestSignIns = new Hono<App>();

const guestSchema = v.object({ name: usernameSchema });

describe("POST /auth/guest", {
	is: "Come in with nothing but a name.",
	who: "anyone",
	body: guestSchema,
	answers: { 201: signedInSchema },
	refuses: ["guest_sign_in_disabled", "rate_limited"],
});
guestSignIns.post("/auth/guest", bodyUpTo(limits.bodyBytes), async (c) => {
	const settings = c.get("settings");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const tooFast = await pass(c, "GUESTS", c.req.header("cf-connecting-ip") ?? "");
	if (tooFast) return tooFast;
	const name = await readName(c);
	return typeof name === "string" ? signedIn(c, await signInGuest(name, settings, Date.now()), 201) : name;
});

/** Need an access token. */
export const guestNames = new Hono<App>();

describe("PATCH /me", {
	is: "Another name for a guest, and the token that has it. Where they are a member they are called so from now on; what they said keeps the name it was said under.",
	body: guestSchema,
	answers: { 200: signedInSchema },
	refuses: ["forbidden", "guest_sign_in_disabled", "rate_limited"],
});
guestNames.patch("/me", bodyUpTo(limits.bodyBytes), async (c) => {
	const refused = refuseProgram(c);
	if (refused) return refused;
	const settings = c.get("settings");
	const { userId, kind } = c.get("identity");
	if (kind !== "guest") return refuse(c, "forbidden", "Only guests can be renamed here. Other names come from the token's issuer.");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const tooFast = await pass(c, "TOKENS", userId);
	if (tooFast) return tooFast;
	const name = await readName(c);
	if (typeof name !== "string") return name;
	const renamed = await renameGuest(userId, name, settings, Date.now());
	await c.env.USERS.getByName(userId).rename(name);
	return signedIn(c, renamed, 200);
});

/** The name in the request's body, or the response that refuses it. */
async function readName(c: Context<App>) {
	const body = await readBody(c, guestSchema);
	if (!body) return refuse(c, "bad_request", `Give a name of 1 to ${limits.username} characters.`);
	return looksLikeClaude(body.name) ? refuse(c, "bad_request", "That name is Claude's. Choose another.") : body.name;
}

function looksLikeClaude(name: string): boolean {
	const seen = name.normalize("NFKC").replace(/[\s\p{Cf}\p{M}]/gu, "");
	return seen.toLowerCase() === claude.username.toLowerCase();
}
