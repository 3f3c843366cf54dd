// Sessions: a cookie that renews access tokens. Each renewal replaces the cookie, and
// the person's object knows which one is the newest. Only the refresh call receives it, and a key of
// its own signs it, so that no session passes as an access token and no access token as a session.
// Must not depend on how a person signed in.

import { parse, serialize } from "hono/utils/cookie";
import { jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { limits } from "../protocol/limits.ts";
import { guestPrefix, idSchema, isAccountId, type Person, usernameSchema } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { isLocalhost, type Settings } from "../settings.ts";
import { subSchema } from "./claims.ts";
import { deriveKey } from "./derive-key.ts";
import { issueToken } from "./tokens.ts";

/** `expiresAt` is ISO 8601 and the access token's. `session` belongs in the cookie and nowhere else; `sessionId` is the session's. */
export type SignIn = {
	token: string;
	expiresAt: string;
	user: { id: string; name: string; isAccount?: boolean };
	session: string;
	sessionId: string;
};

/** One cookie of a session: `version` is another after each renewal. */
export type SessionVersion = { id: string; version: string };
/** A cookie that somebody presents. `issuedAt` in ms. */
export type PresentedSession = Person & SessionVersion & { issuedAt: number };

/** The only path to which the browser sends a cookie. */
const sessionPlace = { name: "parley_session", path: "/api/auth/refresh" };
const idTokenPlace = { name: "parley_id_token", path: "/api/auth/sign-out" };

/** The version of a cookie that a sign-in sets. Nothing is stored of a session before its first renewal. */
export const firstVersion = "first";
/** The id of a session whose cookie an earlier release set, which named neither an id nor a version. */
export const formerSession: SessionVersion = { id: "former", version: "former" };

const claimsSchema = v.object({
	sub: subSchema,
	name: usernameSchema,
	iat: v.number(),
	sid: v.optional(idSchema, formerSession.id),
	ver: v.optional(idSchema, formerSession.version),
});

/** True where people sign in with a provider. */
export function hasAccounts({ oidc, access }: Settings): boolean {
	return oidc !== undefined || access !== undefined;
}

/** The kind of somebody with a guest's id. Without a provider, whoever signs in with one since is a guest like any other. */
export function kindOfGuest(isAccount: boolean | undefined, settings: Settings): "guest" | "account" {
	return isAccount && hasAccounts(settings) ? "account" : "guest";
}

/** A new access token and a new session for a person who is known to be this one. `now` in ms. */
export function signIn(person: Person, settings: Settings, now: number): Promise<SignIn> {
	return continueSession(person, { id: randomId(), version: firstVersion }, settings, now);
}

/** The next access token of a session's person, with a cookie of full length again. `now` in ms. */
export async function continueSession(person: Person, session: SessionVersion, settings: Settings, now: number): Promise<SignIn> {
	const { token, expiresAt } = await issueToken(person, settings, now, session.id);
	return {
		token,
		expiresAt: new Date(expiresAt).toISOString(),
		user: { id: person.userId, name: person.username },
		session: await signCookie(person, session, settings, now),
		sessionId: session.id,
	};
}

/** The name is for the release before this one, which has no other; this one reads it only until the person's object has a name. */
async function signCookie({ userId, username }: Person, { id, version }: SessionVersion, settings: Settings, now: number): Promise<string> {
	const iat = Math.floor(now / 1000);
	return new SignJWT({ sub: userId, name: username, iat, exp: iat + limits.sessionSeconds, sid: id, ver: version })
		.setProtectedHeader({ alg: "HS256" })
		.sign(await sessionKey(settings.jwtSecret));
}

/**
 * The session of a cookie that this deployment has signed. The person's object decides whether it
 * is still good. `undefined` if the cookie is not accepted. `now` in ms.
 */
export async function verifySession(cookie: string, settings: Settings, now: number): Promise<PresentedSession | undefined> {
	if (settings.jwtSecret === undefined) return refuseSession("there is no JWT_SECRET");
	const key = await sessionKey(settings.jwtSecret);
	const expected = { algorithms: ["HS256"], currentDate: new Date(now), requiredClaims: ["exp"] };
	const verified = await jwtVerify(cookie, key, expected).catch(() => undefined);
	const claims = v.safeParse(claimsSchema, verified?.payload);
	if (!claims.success) return refuseSession(verified ? "its claims have the wrong form" : "it is not signed here, or has expired");
	const { sub: userId, name: username, iat, sid: id, ver: version } = claims.output;
	// Those who sign in with a provider since may: their own object knows.
	if (userId.startsWith(guestPrefix) && !settings.guestSignIn && !hasAccounts(settings)) return refuseSession("guests cannot sign in");
	if (isAccountId(userId) && !hasAccounts(settings)) return refuseSession("there is no provider any more");
	return { userId, username, id, version, issuedAt: iat * 1000 };
}

/** One line in the log. */
export function refuseSession(reason: string): undefined {
	console.info(`A session cookie was refused: ${reason}`);
}

/** The purpose is part of every session that was ever signed: another one would sign everybody out. */
async function sessionKey(jwtSecret: string | undefined): Promise<Uint8Array> {
	if (!jwtSecret) throw new Error("No JWT_SECRET to sign a session with");
	return deriveKey(jwtSecret, "parley guest session");
}

/** The `Set-Cookie` that keeps a session; `url` is the request's. */
export function sessionCookie(session: string, url: URL): string {
	return cookie(session, limits.sessionSeconds, url);
}

/** The `Set-Cookie` that removes it. */
export function clearedSession(url: URL): string {
	return cookie("", 0, url);
}

/** The session in a request's cookie, unverified. */
export function readSession(request: Request): string | undefined {
	return hasSeveralSessions(request) ? undefined : parse(request.headers.get("cookie") ?? "", sessionPlace.name)[sessionPlace.name];
}

/** Another site of the same domain can add a cookie of the same name, with a session of its own. */
export function hasSeveralSessions(request: Request): boolean {
	const cookies = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
	return new Set(cookies.filter((pair) => pair.startsWith(`${sessionPlace.name}=`))).size > 1;
}

/** Keeps a provider's ID token in the browser, to name the sign-in that ends there. One that is too long for a cookie is not kept. */
export function idTokenCookie(idToken: string, url: URL): string[] {
	return idToken.length > limits.idTokenBytes ? [] : [cookie(idToken, limits.sessionSeconds, url, idTokenPlace)];
}

export function clearedIdToken(url: URL): string {
	return cookie("", 0, url, idTokenPlace);
}

export function readIdToken(request: Request): string | undefined {
	return parse(request.headers.get("cookie") ?? "", idTokenPlace.name)[idTokenPlace.name] || undefined;
}

export function cookie(value: string, maxAge: number, url: URL, { name, path } = sessionPlace): string {
	const secure = !(url.protocol === "http:" && isLocalhost(url));
	return serialize(name, value, { httpOnly: true, sameSite: "Strict", path, maxAge, secure });
}
