// The session of whoever has signed in here: its renewal by cookie, and its end. Must not depend on
// how a person signs in.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { accessSignOut, readAccess } from "../auth/access.ts";
import { deviceOf } from "../auth/device.ts";
import { signOutAddress } from "../auth/oidc/exchange.ts";
import { providerOf } from "../auth/oidc/provider.ts";
import { originForLinks } from "../auth/origins.ts";
import { clearedProof, proofCookies } from "../auth/passkey/session-proof.ts";
import {
	clearedIdToken,
	clearedSession,
	continueSession,
	hasSeveralSessions,
	kindOfGuest,
	readIdToken,
	readSession,
	refuseSession,
	type SignIn,
	sessionCookie,
	verifySession,
} from "../auth/session.ts";
import { userOf } from "../auth/tokens.ts";
import { limits } from "../protocol/limits.ts";
import { claude, isGuestId, userSchema } from "../protocol/person.ts";
import { assistantHeader, assistantMark, markHeader } from "../protocol/text/assistant-name.ts";
import { durationText } from "../protocol/text/number-text.ts";
import { type App, forgetFiles, refuse } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";
import { beginSession } from "./sign-in/begin.ts";

/** The provider of whoever Cloudflare Access lets through, for people. */
const accessName = "Cloudflare Access";

/** Whose sign-in it is cannot be told. The cookies stay, so that the person loses nothing once the other one is gone. */
const severalSessions =
	"This browser has two session cookies for this service. Another site of the same domain may have set one. Delete the cookies of this domain in your browser.";

/** Open without an access token. */
export const refreshes = new Hono<App>();

export const signedInSchema = v.object({ token: v.string(), expiresAt: v.string(), user: userSchema });
/** Descriptions of its fields. */
export const signedInFields = { token: "The access token.", expiresAt: "When the access token expires. ISO 8601, in UTC." };

describe("POST /auth/refresh", {
	tag: "Sign-in",
	summary: "Renew an access token",
	description: `Returns a new access token and extends the session: it ends ${durationText(limits.sessionSeconds)} after the latest renewal. Each response replaces the cookie. The cookie before the newest is accepted until the newest has been used, and any for 10 seconds after it was replaced. An older one is a copy, so it is refused and ends the session, with the personal tokens that the session created. Without a session cookie, nobody is signed in and the response is 204; behind Cloudflare Access, whoever it has let through is signed in. A cookie that is not accepted is removed. The header \`Parley-Assistant\` of every response names the assistant of this deployment, percent-encoded. \`Parley-Assistant-Mark\` is its mark, if it has one of its own.`,
	access: "session",
	answers: { 200: { schema: signedInSchema, example: examples.signedIn }, 204: "nothing" },
	fields: signedInFields,
	refuses: {
		bad_request: "The request has two session cookies. One may be from another site of the same domain, so that neither counts.",
		suspended: "An administrator has suspended the person. The cookie stays, and is accepted again once they are restored.",
		unauthorized: "The session has ended, or the assertion of Cloudflare Access is not accepted.",
		unavailable: "The keys of Cloudflare Access cannot be fetched, or the caller has just joined an identity in another tab.",
	},
});
refreshes.post("/auth/refresh", async (c) => {
	// Every page asks this first, signed in or not.
	c.header(assistantHeader, encodeURIComponent(claude.username));
	const mark = assistantMark();
	if (mark !== undefined) c.header(markHeader, encodeURIComponent(mark));
	if (hasSeveralSessions(c.req.raw)) return refuse(c, "bad_request", severalSessions);
	const session = readSession(c.req.raw);
	const settings = c.get("settings");
	const access = await readAccess(c.req.raw, settings, Date.now());
	if (access && "refusal" in access) return refuse(c, access.refusal);
	// Every first visit asks, and finding nobody signed in is no error then.
	if (!session) return access ? signedIn(c, await beginSession(c, access.person, access.claims, accessName), 200) : c.body(null, 204);
	const presented = await verifySession(session, settings, Date.now());
	// Somebody else has signed in at Access since, in the same browser.
	if (access && !settings.oidc && presented?.userId !== access.person.userId && !isGuestId(presented?.userId ?? "")) {
		if (presented) await c.env.USERS.getByName(presented.userId).signOutHere(presented.id);
		return signedIn(c, await beginSession(c, access.person, access.claims, accessName), 200);
	}
	const renewed =
		presented && (await c.env.USERS.getByName(presented.userId).renewSession(presented, presented.username, deviceOf(c.req.raw)));
	// The cookie stays: whoever is restored goes on with it.
	if (renewed === "suspended") return refuse(c, "suspended");
	if (renewed === "replaced")
		return refuse(c, { code: "unavailable", text: "You are being signed in anew. Try again.", retryAfterMs: 1_000 });
	const kind = presented && isGuestId(presented.userId) ? kindOfGuest(renewed?.isAccount, settings) : "account";
	if (renewed && (kind === "account" || settings.guestSignIn)) {
		const { userId, id } = presented;
		const { username, version } = renewed;
		const next = await continueSession({ userId, username }, { id, version }, settings, Date.now());
		return signedIn(c, { ...next, user: userOf({ userId, username, kind }) }, 200);
	}
	if (presented) refuseSession("its session has ended, or its guest has signed out or cannot sign in");
	if (access) return signedIn(c, await beginSession(c, access.person, access.claims, accessName), 200);
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return refuse(c, "unauthorized");
});

/** Answers a sign-in, and keeps its session in the cookie. */
export async function signedIn(c: Context<App>, signIn: SignIn | { code: "suspended" }, status: 200 | 201) {
	if ("code" in signIn) return refuse(c, signIn);
	const { session, sessionId, ...body } = signIn;
	const url = new URL(c.req.url);
	c.header("Set-Cookie", sessionCookie(session, url));
	// Others gain no way in here.
	if (isGuestId(body.user.id))
		for (const proof of await proofCookies({ userId: body.user.id, session: sessionId }, c.get("settings"), url, Date.now()))
			c.header("Set-Cookie", proof, { append: true });
	return c.json(body, status);
}

/** Need an access token. */
export const signOuts = new Hono<App>();

describe("POST /auth/sign-out", {
	tag: "Sign-in",
	summary: "Sign out",
	description:
		"Guests sign out for good, unless they have a passkey, have joined an identity or are signed in on another device: none of the guest's access tokens and personal tokens is accepted from then on. Their sockets are closed (4401). They leave all conversations; where the guest was the only owner, another member becomes one. Conversations in which nobody else is left are deleted. This cannot be undone: signing in again creates another guest. For those guests, and for somebody who signed in with a provider, this session ends, and its sockets are closed; they stay a member, their personal tokens and other sessions go on, and they can sign in again. The response then says where the browser ends the sign-in at the provider, if the provider has such an address. Tokens of the deployment's own issuer cannot be signed out here.",
	access: "person",
	answers: {
		200: { schema: v.object({ signOutUrl: v.string() }), example: { signOutUrl: "https://login.example/logout?client_id=parley" } },
		204: "nothing",
	},
	fields: { signOutUrl: "The address that ends the sign-in at the provider. It leads back here." },
});
signOuts.post("/auth/sign-out", async (c) => {
	const identity = c.get("identity");
	if (!("session" in identity))
		return refuse(c, "forbidden", "Only people who signed in here sign out here. End other sign-ins where they were issued.");
	const url = new URL(c.req.url);
	const user = c.env.USERS.getByName(identity.userId);
	await user.signOutHere(identity.session);
	for (const cleared of [clearedSession(url), ...clearedProof(url)]) c.header("Set-Cookie", cleared, { append: true });
	forgetFiles(c);
	const signOutUrl = identity.kind === "account" ? await elsewhere(c, isGuestId(identity.userId)) : undefined;
	if (identity.kind === "account") c.header("Set-Cookie", clearedIdToken(url), { append: true });
	return signOutUrl === undefined ? c.body(null, 204) : c.json({ signOutUrl });
});

/** Where the same sign-in ends outside. Signing out here works without it. `isJoined`: they may have come by something else this time. */
async function elsewhere(c: Context<App>, isJoined: boolean): Promise<string | undefined> {
	const settings = c.get("settings");
	const { oidc, access } = settings;
	if (access && c.req.header("cf-access-jwt-assertion") !== undefined) return accessSignOut(access);
	const idToken = readIdToken(c.req.raw);
	if (!oidc || (isJoined && idToken === undefined)) return undefined;
	const page = originForLinks(c.req.header("origin") ?? null, new URL(c.req.url), settings);
	try {
		return signOutAddress(await providerOf(oidc.issuer), oidc, idToken, `${page}/`)?.href;
	} catch (error) {
		console.info(`A sign-out does not reach the provider: ${error instanceof Error ? error.message : "unknown"}`);
		return undefined;
	}
}
