// Guests: sign-in with nothing but a name, and the session that renews it. The session rides in a cookie that the refresh call alone
// receives, and is signed with a key of its own: it never passes as an access token, nor an access token as a session.

import { parse, serialize } from "hono/utils/cookie";
import type { Person } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { isLocalhost, type Settings } from "../settings.ts";
import { derivedKey } from "./derive-key.ts";
import { issueToken, sign, verify } from "./tokens.ts";

/** `expiresAt` is ISO 8601 and the access token's; `session` belongs in the cookie and nowhere else. */
export type GuestSignIn = { token: string; expiresAt: string; user: { id: string; name: string }; session: string };

const sessionSeconds = 30 * 24 * 60 * 60;
const guestPrefix = "guest-";
const cookieName = "parley_session";

/** A new person of this name, one that fits `usernameSchema`. Throws where guest sign-in is off. `now` in ms. */
export function signInGuest(name: string, settings: Settings, now: number): Promise<GuestSignIn> {
	return signIn({ userId: `${guestPrefix}${randomId()}`, username: name }, settings, now);
}

/** A guest by another name, from now on; as `signInGuest`. */
export function renameGuest(userId: string, name: string, settings: Settings, now: number): Promise<GuestSignIn> {
	return signIn({ userId, username: name }, settings, now);
}

/** Whether a person came in as a guest: such a one may have signed out for good. */
export function isGuest(userId: string): boolean {
	return userId.startsWith(guestPrefix);
}

/** The person of a session, signed in again, with a session that begins anew. `now` in ms. */
export async function refreshGuest(
	session: string,
	settings: Settings,
	now: number,
): Promise<GuestSignIn | { refusal: "unauthorized" | "token_expired" }> {
	if (!settings.guestSignIn) return { refusal: "unauthorized" };
	const key = await sessionKey(settings);
	const verified = await verify(session, [{ algorithms: ["HS256"], key: () => key }], now);
	return "refusal" in verified ? verified : signIn(verified.identity, settings, now);
}

async function signIn(person: Person, settings: Settings, now: number): Promise<GuestSignIn> {
	const { token, expiresAt } = await issueToken(person, settings, now);
	const session = await sign(person, { key: await sessionKey(settings), seconds: sessionSeconds }, now);
	return {
		token,
		expiresAt: new Date(expiresAt).toISOString(),
		user: { id: person.userId, name: person.username },
		session: session.token,
	};
}

async function sessionKey({ guestSignIn, jwtSecret }: Settings): Promise<Uint8Array> {
	if (!guestSignIn || !jwtSecret) throw new Error("Guest sign-in is off");
	return derivedKey(jwtSecret, "parley guest session");
}

/** The `Set-Cookie` that keeps a session; `url` is the request's. */
export function sessionCookie(session: string, url: URL): string {
	return cookie(session, sessionSeconds, url);
}

/** The `Set-Cookie` that ends it. */
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
