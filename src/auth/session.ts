// Sessions: a cookie that renews access tokens. Only the refresh call receives it, and
// a key of its own signs it, so that no session passes as an access token and no access token as a
// session. Must not depend on how a person signed in.

import { parse, serialize } from "hono/utils/cookie";
import { limits } from "../protocol/limits.ts";
import type { Person } from "../protocol/person.ts";
import { isLocalhost, type Settings } from "../settings.ts";
import { deriveKey } from "./derive-key.ts";
import { type Identity, issueToken, sign, type TokenRefusal, verify } from "./tokens.ts";

/** `expiresAt` is ISO 8601 and the access token's. `session` belongs in the cookie and nowhere else. */
export type SignIn = { token: string; expiresAt: string; user: { id: string; name: string }; session: string };

const cookieName = "parley_session";

/** A new access token and a new session for a person who is known to be this one. `now` in ms. */
export async function signIn(person: Person, settings: Settings, now: number): Promise<SignIn> {
	const { token, expiresAt } = await issueToken(person, settings, now);
	const session = await sign(person, { key: await sessionKey(settings.jwtSecret), seconds: limits.sessionSeconds }, now);
	return {
		token,
		expiresAt: new Date(expiresAt).toISOString(),
		user: { id: person.userId, name: person.username },
		session: session.token,
	};
}

/**
 * The next access token of a session's person, with a session of full length again. `now` in ms.
 */
export async function refresh(
	session: string,
	settings: Settings,
	now: number,
): Promise<{ identity: Identity; signIn: SignIn } | { refusal: TokenRefusal }> {
	const { jwtSecret } = settings;
	if (jwtSecret === undefined) return { refusal: { code: "unauthorized" } };
	const verified = await verify(session, [{ algorithms: ["HS256"], key: () => sessionKey(jwtSecret), guests: "all" }], now);
	if ("refusal" in verified) return verified;
	const { identity } = verified;
	if (identity.kind === "guest" && !settings.guestSignIn) return { refusal: { code: "unauthorized" } };
	return { identity, signIn: await signIn(identity, settings, now) };
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
	return parse(request.headers.get("cookie") ?? "", cookieName)[cookieName];
}

function cookie(value: string, maxAge: number, url: URL): string {
	const secure = !(url.protocol === "http:" && isLocalhost(url));
	return serialize(cookieName, value, { httpOnly: true, sameSite: "Strict", path: "/api/auth/refresh", maxAge, secure });
}
