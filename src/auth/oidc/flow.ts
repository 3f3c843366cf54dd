// One sign-in at a provider, from its begin to the return: what only the browser that began it has. Each has a cookie of its own,
// so that several tabs may sign in at once.

import { parse, serialize } from "hono/utils/cookie";
import { jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { limits } from "../../protocol/limits.ts";
import { randomId } from "../../protocol/random-id.ts";
import { isLocalhost } from "../../settings.ts";
import { deriveKey } from "../derive-key.ts";

const flowSchema = v.object({
	state: v.string(),
	nonce: v.string(),
	verifier: v.string(),
	returnTo: v.string(),
	join: v.optional(v.object({ userId: v.string(), session: v.string() })),
});
/** `verifier`: PKCE's. `returnTo`: a path of our own. `join`: the guest whom the identity joins, and the session that asked for it. */
export type Flow = v.InferOutput<typeof flowSchema>;

export function newFlow(returnTo: string, join?: Flow["join"]): Flow {
	return { state: randomId(), nonce: randomId(), verifier: `${randomId()}${randomId()}`, returnTo, ...(join && { join }) };
}

/** The cookies that keep a flow, and end those of too many others. `url` is the request's. `now` in ms. */
export async function flowCookies(flow: Flow, request: Request, jwtSecret: string, now: number): Promise<string[]> {
	const url = new URL(request.url);
	const iat = Math.floor(now / 1000);
	const signed = await new SignJWT(flow)
		.setProtectedHeader({ alg: "HS256" })
		.setIssuedAt(iat)
		.setExpirationTime(iat + limits.signInSeconds)
		.sign(await keyOf(jwtSecret));
	const others = Object.keys(cookiesOf(request)).filter((name) => name.startsWith(prefixOf(url)));
	const ended = others.length < limits.signInsAtOnce ? [] : others.map((name) => cookie(name, "", 0, url));
	return [...ended, cookie(prefixOf(url) + flow.state, signed, limits.signInSeconds, url)];
}

/** The flow that this browser has begun with that state, if it did. `now` in ms. */
export async function readFlow(state: string, request: Request, jwtSecret: string, now: number): Promise<Flow | undefined> {
	const signed = cookiesOf(request)[prefixOf(new URL(request.url)) + state];
	if (signed === undefined) return undefined;
	const expected = { algorithms: ["HS256"], currentDate: new Date(now), requiredClaims: ["exp"] };
	const verified = await jwtVerify(signed, await keyOf(jwtSecret), expected).catch(() => undefined);
	const read = v.safeParse(flowSchema, verified?.payload);
	return read.success && read.output.state === state ? read.output : undefined;
}

/** Ends a flow: its state is of no use any more. */
export function endedFlow(state: string, url: URL): string {
	return cookie(prefixOf(url) + state, "", 0, url);
}

/**
 * A path of our own, as it was given. `undefined` for whatever a browser could take for another site's address: browsers read a
 * backslash as a slash, and pass over tabs and line breaks.
 */
export function pathWithin(returnTo: string, url: URL): string | undefined {
	if (returnTo.length > limits.returnTo || !/^\/(?![/\\])[^\\\p{Cc}\p{Z}]*$/u.test(returnTo)) return undefined;
	const target = URL.parse(returnTo, url.origin);
	return target?.origin === url.origin && !target.pathname.startsWith("//") ? target.pathname + target.search + target.hash : undefined;
}

const keyOf = (jwtSecret: string) => deriveKey(jwtSecret, "parley sign-in at a provider");

/** Another site of the same domain must not be able to set one, or it could sign people in as somebody else. */
function prefixOf(url: URL): string {
	return isPlain(url) ? "parley_sign_in_" : "__Host-parley_sign_in_";
}

function cookiesOf(request: Request): Record<string, string> {
	return parse(request.headers.get("cookie") ?? "");
}

/** `Lax`: the provider sends people back from another site. */
function cookie(name: string, value: string, maxAge: number, url: URL): string {
	return serialize(name, value, { httpOnly: true, sameSite: "Lax", path: "/", maxAge, secure: !isPlain(url) });
}

const isPlain = (url: URL) => url.protocol === "http:" && isLocalhost(url);
