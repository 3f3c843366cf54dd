// Tokens: what one has to be to say who its bearer is, and the making of our own. Knows nothing of requests.
// Wherever the wire is stricter than jose's defaults, the check is here.

import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { limits } from "../protocol/limits.ts";
import { claude, idSchema, lineSchema, type Person, usernameSchema } from "../protocol/person.ts";
import type { Settings } from "../settings.ts";
import { issuerKeys } from "./keys.ts";

/**
 * The bearer of a token. `expiresAt` in ms; `grants` are the conversations that the issuer admits the bearer to, `["*"]` for all.
 * `kind`: a guest of this deployment, somebody whom an issuer vouches for, or a program that acts for a person by a personal token.
 */
export type Identity = { userId: string; username: string; expiresAt: number; grants: readonly string[] } & (
	| { kind: "guest" | "issued"; program?: undefined }
	| { kind: "program"; program: Program }
);
export type Program = { tokenId: string; name: string };
export type Verified = { identity: Identity } | { refusal: "unauthorized" | "token_expired" };

/** Algorithms, the only keys that may go with them, and the claims they must come with. */
export type Verifier = { algorithms: string[]; key: JWTVerifyGetKey; issuer?: string; audience?: string };
/** An HS256 key, how long what it signs lives, and claims to put beside the person's. */
export type Signer = { key: Uint8Array; seconds: number; issuer?: string; audience?: string };

/** Begins the id of every guest, and of nobody else whom this deployment signs in. */
export const guestPrefix = "guest-";

const accessTokenSeconds = 15 * 60;
/** How far, in seconds, an issuer's clock may be ahead of ours. */
const clockTolerance = 5;
/** The last moment that a `Date` can tell, in ms. */
const endOfTime = 8.64e15;

const timeSchema = v.pipe(v.number(), v.finite());
const grantsSchema = v.union([
	v.strictTuple([v.literal("*")]),
	v.pipe(v.array(v.pipe(idSchema, v.notValue("*"))), v.maxLength(limits.grants)),
]);

/** The id of somebody who may sign in. */
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

/** Whose access token this is, at `now` in ms. Refuses, and never throws, whatever the token may be. */
export function verifyToken(token: string, settings: Settings, now: number): Promise<Verified> {
	const { jwtSecret, jwksUrl, jwtIssuer: issuer, jwtAudience: audience } = settings;
	const verifiers: Verifier[] = [];
	if (jwtSecret) verifiers.push({ algorithms: ["HS256"], key: () => new TextEncoder().encode(jwtSecret), issuer, audience });
	if (jwksUrl) verifiers.push({ algorithms: ["RS256", "ES256", "EdDSA"], key: issuerKeys(jwksUrl), issuer, audience });
	return verify(token, verifiers, now);
}

/** An access token of our own; throws where the deployment has no secret to sign with. `expiresAt` and `now` in ms. */
export function issueToken(person: Person, settings: Settings, now: number): Promise<{ token: string; expiresAt: number }> {
	const { jwtSecret, jwtIssuer: issuer, jwtAudience: audience } = settings;
	if (!jwtSecret) throw new Error("No JWT_SECRET to sign a token with");
	return sign(person, { key: new TextEncoder().encode(jwtSecret), seconds: accessTokenSeconds, issuer, audience }, now);
}

/** An HS256 token that says who the person is. `expiresAt` and `now` in ms. */
export async function sign({ userId, username }: Person, signer: Signer, now: number): Promise<{ token: string; expiresAt: number }> {
	const iat = Math.floor(now / 1000);
	const exp = iat + signer.seconds;
	const claims = { sub: userId, name: username, iss: signer.issuer, aud: signer.audience, iat, exp };
	const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(signer.key);
	return { token, expiresAt: exp * 1000 };
}

/** As `verifyToken`. The header's `alg` does no more than choose one of the verifiers, each with its own algorithms and keys. */
export async function verify(token: string, verifiers: Verifier[], now: number): Promise<Verified> {
	const algorithm = readAlgorithm(token);
	const verifier = verifiers.find(({ algorithms }) => algorithm !== undefined && algorithms.includes(algorithm));
	if (!verifier) return { refusal: "unauthorized" };
	const { key, ...expected } = verifier;
	try {
		const { payload } = await jwtVerify(token, key, { ...expected, clockTolerance, currentDate: new Date(now) });
		return identify(payload, now);
	} catch (error) {
		// Thrown last of all: the rest of the token is verified, and is to be right before its end is told.
		return error instanceof errors.JWTExpired ? identify(error.payload, now) : { refusal: "unauthorized" };
	}
}

/** The `alg` of a token that has the form of one. `crit` is left to jose, which knows no extension but `b64`. */
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

/** Whether a segment is the one way to write its bytes: no padding, no white space, no stray bits in its last character. */
function isCanonical(segment: string): boolean {
	return segment !== "" && /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/.test(segment);
}

/** Reads claims whose signature, issuer, audience and `nbf` are verified. */
function identify(payload: JWTPayload, now: number): Verified {
	const claims = v.safeParse(claimsSchema, payload);
	if (!claims.success) return { refusal: "unauthorized" };
	const { sub, name = nameFrom(sub), exp, iat, conversations } = claims.output;
	if (name === "" || (iat !== undefined && iat > now / 1000 + clockTolerance)) return { refusal: "unauthorized" };
	const expiresAt = Math.min(Math.floor(exp * 1000), endOfTime);
	// jose gives `exp` the tolerance that `nbf` needs; with it a socket would end in the moment it opened.
	if (expiresAt <= now) return { refusal: "token_expired" };
	const kind = sub.startsWith(guestPrefix) ? "guest" : "issued";
	return { identity: { kind, userId: sub, username: name, expiresAt, grants: conversations } };
}

/** For want of a name, as much of the id as a name may have, without half a character at its end. */
function nameFrom(sub: string): string {
	return sub
		.slice(0, limits.username)
		.replace(/[\uD800-\uDBFF]$/, "")
		.trim();
}
