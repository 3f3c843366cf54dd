// Proves that a request comes from the browser that has a session: cookies that only the calls receive by which a guest's account gains a
// way in. A stolen access token alone must not make one. The session cookie itself goes to the refresh call alone.

import { parse } from "hono/utils/cookie";
import { jwtVerify, SignJWT } from "jose";
import { limits } from "../../protocol/limits.ts";
import type { Settings } from "../../settings.ts";
import { deriveKey } from "../derive-key.ts";
import { cookie, readSession, verifySession } from "../session.ts";

type Session = { userId: string; session: string };

const name = "parley_proof";
const paths = ["/api/auth/passkey/register", "/api/me/device-links", "/api/me/identities"];

/** The `Set-Cookie`s that keep it; `url` is the request's, `now` in ms. */
export async function proofCookies({ userId, session }: Session, settings: Settings, url: URL, now: number): Promise<string[]> {
	const iat = Math.floor(now / 1000);
	const value = await new SignJWT({ sub: userId, sid: session, iat, exp: iat + limits.sessionSeconds })
		.setProtectedHeader({ alg: "HS256" })
		.sign(await keyOf(settings));
	return paths.map((path) => cookie(value, limits.sessionSeconds, url, { name, path }));
}

export function clearedProof(url: URL): string[] {
	return paths.map((path) => cookie("", 0, url, { name, path }));
}

/** A page of an allowed origin sent it, from the browser that has this session. Other origins were refused before. */
export async function provesSession(request: Request, of: Session, settings: Settings, now: number): Promise<boolean> {
	if (!request.headers.has("origin")) return false;
	return (await hasProof(request, of, settings, now)) || (await hasCookie(request, of, settings, now));
}

async function hasProof(request: Request, { userId, session }: Session, settings: Settings, now: number): Promise<boolean> {
	const value = parse(request.headers.get("cookie") ?? "", name)[name];
	if (!value) return false;
	const expected = { algorithms: ["HS256"], currentDate: new Date(now), requiredClaims: ["exp"] };
	const payload = await jwtVerify(value, await keyOf(settings), expected).then(
		(verified) => verified.payload,
		() => undefined,
	);
	return payload?.sub === userId && payload.sid === session;
}

/** Clients without a browser may send the session cookie itself. */
async function hasCookie(request: Request, of: Session, settings: Settings, now: number): Promise<boolean> {
	const value = readSession(request);
	const presented = value ? await verifySession(value, settings, now) : undefined;
	return presented?.userId === of.userId && presented.id === of.session;
}

function keyOf({ jwtSecret }: Settings): Promise<Uint8Array> {
	// Guests sign in only where there is one: `readSettings` demands it.
	return deriveKey(jwtSecret as string, "parley session proof");
}
