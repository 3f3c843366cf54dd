// Verifies JSON Web Tokens and issues our own. Contains the checks that are stricter than jose's
// defaults. Must not depend on requests.

import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { limits } from "../protocol/limits.ts";
import { claude, idSchema, lineSchema, type Person, usernameSchema } from "../protocol/person.ts";
import type { Settings } from "../settings.ts";
import { issuerKeys } from "./keys.ts";

/**
 * The bearer of a token. `expiresAt` in ms; `grants` are the conversations that the issuer admits
 * the bearer to, `["*"]` for all. `kind`: a guest of this deployment, somebody whom an issuer
 * vouches for, or a program that acts for a person by a personal token.
 */
export type Identity = { userId: string; username: string; expiresAt: number; grants: readonly string[] } & (
	| { kind: "guest" | "issued"; program?: undefined }
	| { kind: "program"; program: Program }
);
export type Program = { tokenId: string; name: string };
export type Verified = { identity: Identity } | { refusal: "unauthorized" | "token_expired" };

/** Algorithms, the only key for them, and the claims that a token must have. */
export type Verifier = { algorithms: string[]; key: JWTVerifyGetKey; issuer?: string; audience?: string };
/** An HS256 key, the lifetime of what it signs, and claims to add to the person's. */
export type Signer = { key: Uint8Array; seconds: number; issuer?: string; audience?: string };

/** Begins the id of every guest, and of nobody else whom this deployment signs in. */
export const guestPrefix = "guest-";

/** Seconds by which an issuer's clock may be ahead of ours. */
const clockTolerance = 5;
/** The last time that a `Date` can hold, in ms. */
const endOfTime = 8.64e15;

const timeSchema = v.pipe(v.number(), v.finite());
const grantsSchema = v.union([
	v.strictTuple([v.literal("*")]),
	v.pipe(v.array(v.pipe(idSchema, v.notValue("*"))), v.maxLength(limits.grants)),
]);

/** The id of a person who may sign in. */
export const subSchema = v.pipe(idSchema, lineSchema, v.notValue(claude.userId));

const claimsSchema = v.object({
	sub: subSchema,
	name: v.optional(usernameSchema),
	exp: timeSchema,
	iat: v.optional(timeSchema),
	conversations: v.optional(grantsSchema, []),
});

export function isGranted(identity: Identity, conversationId: string): boolean {
	return identity.grants.includes("*") || identity.grants.includes(conversationId);
}

/** Verifies an access token. Never throws, whatever the token is. `now` in ms. */
export function verifyToken(token: string, settings: Settings, now: number): Promise<Verified> {
	const { jwtSecret, jwksUrl, jwtIssuer: issuer, jwtAudience: audience } = settings;
	const verifiers: Verifier[] = [];
	if (jwtSecret) verifiers.push({ algorithms: ["HS256"], key: () => new TextEncoder().encode(jwtSecret), issuer, audience });
	if (jwksUrl) verifiers.push({ algorithms: ["RS256", "ES256", "EdDSA"], key: issuerKeys(jwksUrl), issuer, audience });
	return verify(token, verifiers, now);
}

/**
 * Issues an access token. Throws if the deployment has no secret to sign with. `expiresAt` and
 * `now` in ms.
 */
export function issueToken(person: Person, settings: Settings, now: number): Promise<{ token: string; expiresAt: number }> {
	const { jwtSecret, jwtIssuer: issuer, jwtAudience: audience } = settings;
	if (!jwtSecret) throw new Error("No JWT_SECRET to sign a token with");
	return sign(person, { key: new TextEncoder().encode(jwtSecret), seconds: limits.accessTokenSeconds, issuer, audience }, now);
}

/** Signs an HS256 token for a person. `expiresAt` and `now` in ms. */
export async function sign({ userId, username }: Person, signer: Signer, now: number): Promise<{ token: string; expiresAt: number }> {
	const iat = Math.floor(now / 1000);
	const exp = iat + signer.seconds;
	const claims = { sub: userId, name: username, iss: signer.issuer, aud: signer.audience, iat, exp };
	const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(signer.key);
	return { token, expiresAt: exp * 1000 };
}

/**
 * Like `verifyToken`. The header's `alg` only selects a verifier, and each verifier has its own
 * algorithms and keys.
 */
export async function verify(token: string, verifiers: Verifier[], now: number): Promise<Verified> {
	const algorithm = readAlgorithm(token);
	const verifier = verifiers.find(({ algorithms }) => algorithm !== undefined && algorithms.includes(algorithm));
	if (!verifier) return { refusal: "unauthorized" };
	const { key, ...expected } = verifier;
	try {
		const { payload } = await jwtVerify(token, key, { ...expected, clockTolerance, currentDate: new Date(now) });
		return readClaims(payload, now);
	} catch (error) {
		// jose checks expiry last, so everything else is verified. A token with wrong claims must
		// not be called expired.
		return error instanceof errors.JWTExpired ? readClaims(error.payload, now) : { refusal: "unauthorized" };
	}
}

/** The `alg` of a well-formed token. jose checks `crit`, and supports no extension but `b64`. */
function readAlgorithm(token: string): string | undefined {
	if (token.length > limits.tokenBytes) return undefined;
	const segments = token.split(".");
	if (segments.length !== 3 || !segments.every(isCanonical)) return undefined;
	try {
		const { alg, b64 } = decodeProtectedHeader(token) as Record<string, unknown>;
		return typeof alg === "string" && b64 === undefined ? alg : undefined;
	} catch {
		return undefined;
	}
}

/**
 * True if a segment is the canonical base64url of its bytes: no padding, no white space, no stray
 * bits in the last character.
 */
function isCanonical(segment: string): boolean {
	return segment !== "" && /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/.test(segment);
}

/** Reads claims whose signature, issuer, audience and `nbf` are verified. */
function readClaims(payload: JWTPayload, now: number): Verified {
	const claims = v.safeParse(claimsSchema, payload);
	if (!claims.success) return { refusal: "unauthorized" };
	const { sub, name = nameFrom(sub), exp, iat, conversations } = claims.output;
	if (name === "" || (iat !== undefined && iat > now / 1000 + clockTolerance)) return { refusal: "unauthorized" };
	const expiresAt = Math.min(Math.floor(exp * 1000), endOfTime);
	// jose applies the tolerance for `nbf` to `exp` too. A socket would then close at the moment it
	// opened.
	if (expiresAt <= now) return { refusal: "token_expired" };
	const kind = sub.startsWith(guestPrefix) ? "guest" : "issued";
	return { identity: { kind, userId: sub, username: name, expiresAt, grants: conversations } };
}

/** The beginning of the id, for people without a name. It must not end with half a character. */
function nameFrom(sub: string): string {
	return sub
		.slice(0, limits.username)
		.replace(/[\uD800-\uDBFF]$/, "")
		.trim();
}
