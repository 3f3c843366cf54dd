// Guests: sign-in with a name, and another name later.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { signInGuest } from "../auth/guest.ts";
import { issueToken } from "../auth/tokens.ts";
import { limits } from "../protocol/limits.ts";
import { usernameSchema } from "../protocol/person.ts";
import { inName } from "../protocol/text/assistant-name.ts";
import { isReservedName } from "../protocol/text/look-alikes.ts";
import { durationText } from "../protocol/text/number-text.ts";
import { type App, bodyUpTo, readBody, refuse } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";
import { signedIn, signedInFields, signedInSchema } from "./session.ts";

/** Open without an access token. */
export const guestSignIns = new Hono<App>();

const nameDescription = `The name that others see, 1 to ${limits.username} characters on one line. It must not look like Claude's.`;
const guestSchema = v.object({ name: usernameSchema });

describe("POST /auth/guest", {
	tag: "Sign-in",
	summary: "Sign in as a guest",
	description: `Creates a guest with the given name and returns an access token, which is valid for ${durationText(limits.accessTokenSeconds)}. The response also sets a session cookie for ${durationText(limits.sessionSeconds)}; with it, \`POST /api/auth/refresh\` returns new access tokens. A deployment can turn guest sign-in off.`,
	access: "anyone",
	body: { schema: guestSchema, example: { name: "Ann" } },
	answers: { 201: { schema: signedInSchema, example: examples.signedIn } },
	refuses: {
		guest_sign_in_disabled: "This deployment has guest sign-in turned off.",
		rate_limited: "Too many guests have signed in from this IP address within a minute.",
	},
	fields: { ...signedInFields, name: nameDescription },
});
guestSignIns.post("/auth/guest", bodyUpTo(limits.bodyBytes), async (c) => {
	const settings = c.get("settings");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const name = await readName(c);
	return typeof name === "string" ? signedIn(c, await signInGuest(name, settings, Date.now()), 201) : name;
});

/** Need an access token. */
export const guestNames = new Hono<App>();

describe("PATCH /me", {
	tag: "Account",
	summary: "Change a guest's name",
	description:
		"Changes the guest's name in all conversations, and returns an access token with the new name, which expires when the one of the request does. Earlier messages keep the old name. Only guests can change their name here; everybody else's comes from the issuer of their token.",
	access: "guest",
	body: { schema: guestSchema, example: { name: "Ann" } },
	answers: { 200: { schema: signedInSchema, example: examples.signedIn } },
	refuses: {
		rate_limited: "The caller has created personal tokens or changed their name too often within a minute.",
	},
	fields: { ...signedInFields, name: nameDescription },
});
guestNames.patch("/me", bodyUpTo(limits.bodyBytes), async (c) => {
	const settings = c.get("settings");
	const identity = c.get("identity");
	const { userId } = identity;
	if (identity.kind !== "guest")
		return refuse(c, "forbidden", "Only guests can be renamed here. Other names come from the token's issuer.");
	const name = await readName(c);
	if (typeof name !== "string") return name;
	await c.env.USERS.getByName(userId).rename(name);
	// An access token makes neither a session nor a longer life: the cookie stays, and the next renewal brings the name.
	const { token, expiresAt } = await issueToken({ userId, username: name }, settings, Date.now(), identity.session, identity.expiresAt);
	return c.json({ token, expiresAt: new Date(expiresAt).toISOString(), user: { id: userId, name } });
});

/** The name in the request's body, or the response that refuses it. */
async function readName(c: Context<App>) {
	const body = await readBody(c, guestSchema);
	if (!body) return refuse(c, "bad_request", `Give a name of 1 to ${limits.username} characters.`);
	return isReservedName(body.name)
		? refuse(c, "bad_request", inName("That name could be taken for Claude or the service. Choose another."))
		: body.name;
}
