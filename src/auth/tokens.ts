// Verifies JSON Web Tokens and issues our own. Contains the checks that are stricter than jose's
// defaults. Must not depend on requests.

import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { limits } from "../protocol/limits.ts";
import { guestPrefix, isAccountId, isGuestId, type NamedPerson, type Person } from "../protocol/person.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { Scope } from "../protocol/token.ts";
import type { Settings } from "../settings.ts";
import { accountClaim, aheadOf, clockTolerance, guestClaim, hasClaim, readClaims } from "./claims.ts";
import { issuerKeys, KeysUnavailable } from "./keys.ts";

/**
 * The bearer of a token. `expiresAt` in ms; `grants` are the conversations that the issuer admits
 * the bearer to, `["*"]` for all. `kind`: a guest of this deployment, somebody whom an issuer
 * vouches for, or a program that acts for a person by a personal token. An account is somebody who
 * has signed in here with a provider. Guests and accounts have sessions.
 * `network`: where a guest, or a guest's program, comes from.
 * `issuedAt`: in ms, 0 if the issuer does not say. `isAdministrator`: by a claim of the token.
 */
export type Identity = { userId: string; username: string; expiresAt: number; grants: readonly string[]; network?: string } & (
	| { kind: "guest"; session: string; program?: undefined }
	| { kind: "account"; session: string; program?: undefined }
	| { kind: "issued"; issuedAt: number; isAdministrator?: boolean; program?: undefined }
	| { kind: "program"; program: Program }
);
/**
 * `scopes` and `conversations` limit what the program may do; without them it may do all that
 * programs may. `until`: when its owner's standing ends, in ms, if nobody hears of the owner. `epoch`:
 * the deployment's, when the token was verified; the release before this one names none.
 */
export type Program = {
	tokenId: string;
	name: string;
	scopes?: readonly Scope[];
	conversations?: readonly string[];
	until?: number;
	epoch?: string;
	/** Whether the owner is still a guest. Set only if the owner first came as one. */
	isGuests?: boolean;
	/** It posts by an incoming webhook, which anybody who has its address may call from anywhere. */
	isWebhook?: boolean;
};
/** `retryAfterMs` goes with `unavailable` and `rate_limited`: nobody can tell now whether the token is good. */
export type Verified = { identity: Identity } | { refusal: TokenRefusal };
export type TokenRefusal = Refusal & { code: "unauthorized" | "token_expired" | "suspended" | "unavailable" | "rate_limited" };

/** The person, with the time of the name if an issuer gave it. */
export function personOf(identity: Identity): NamedPerson {
	const { userId, username, kind, program } = identity;
	const isKnown = isGuestId(userId) && (kind === "guest" || kind === "account" || program?.isGuests !== undefined);
	return { userId, username, ...(kind === "issued" && { namedAt: identity.issuedAt }), ...(isKnown && { isAccount: !isGuest(identity) }) };
}

/** True for guests and their programs: the limits of guests apply to them. A guest who signs in with a provider since is none. */
export function isGuest(identity: Identity): boolean {
	return identity.kind === "guest" || identity.program?.isGuests === true;
}

/** By whom the quota of what they store is counted. */
export function writerOf(identity: Identity) {
	return { userId: identity.userId, isGuest: isGuest(identity), network: identity.network };
}

/** The person as responses to them have it. */
export function userOf({ userId, username, kind }: Pick<Identity, "userId" | "username" | "kind">) {
	return { id: userId, name: username, ...(kind === "account" && isGuestId(userId) && { isAccount: true }) };
}

/**
 * Algorithms, the only keys for them, and the claims that a token must have. `ours`: those of its bearers who have signed in here
 * are the ones whose token says so, or nobody.
 */
export type Verifier = {
	algorithms: string[];
	key: JWTVerifyGetKey;
	ours: "marked" | "none";
	issuer?: string;
	audience?: Audience;
	nameClaim?: string;
	/** The claim that makes its bearer an administrator, and its value. */
	adminClaim?: { name: string; value: string };
};
/** The claim that names for whom a token is, and its value. */
export type Audience = { claim: "aud" | "client_id" | "azp"; value: string };

/** The algorithms of public keys. A key serves only those of its kind, and only its own `alg` if it has one. */
export const publicKeyAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
/** Keys that are tried for a token that does not name its key. */
const mostKeys = 16;

/** True unless a personal token is limited to other conversations. */
export function covers({ program }: Identity, conversationId: string): boolean {
	return program?.conversations?.includes(conversationId) ?? true;
}

export function isGranted(identity: Identity, conversationId: string): boolean {
	return identity.grants.includes("*") || identity.grants.includes(conversationId);
}

/** Verifies an access token. Never throws, whatever the token is. `now` in ms. */
export function verifyToken(token: string, settings: Settings, now: number): Promise<Verified> {
	const { jwtSecret, jwksUrl, jwtIssuer: issuer, audience, jwtNameClaim: nameClaim } = settings;
	const expected = { issuer, audience, nameClaim, adminClaim: settings.administrators.claim };
	const verifiers: Verifier[] = [];
	if (jwtSecret) verifiers.push({ algorithms: ["HS256"], key: () => new TextEncoder().encode(jwtSecret), ours: "marked", ...expected });
	if (jwksUrl) verifiers.push({ algorithms: publicKeyAlgorithms, key: issuerKeys(jwksUrl), ours: "none", ...expected });
	return verify(token, verifiers, now);
}

/**
 * Issues an access token of a session, which expires at `until` at the latest. Throws if the deployment has no secret to
 * sign with. Times in ms.
 */
export async function issueToken(
	{ userId, username }: Person,
	settings: Settings,
	now: number,
	session: string,
	until = Number.POSITIVE_INFINITY,
): Promise<{ token: string; expiresAt: number }> {
	const { jwtSecret, jwtIssuer: iss, audience } = settings;
	if (!jwtSecret) throw new Error("No JWT_SECRET to sign a token with");
	const iat = Math.floor(now / 1000);
	const exp = Math.min(iat + limits.accessTokenSeconds, Math.floor(until / 1000));
	const marks = {
		...(audience && { [audience.claim]: audience.value }),
		...(userId.startsWith(guestPrefix) && { [guestClaim]: session }),
		...(isAccountId(userId) && { [accountClaim]: session }),
	};
	const token = await new SignJWT({ sub: userId, name: username, iss, ...marks, iat, exp })
		.setProtectedHeader({ alg: "HS256" })
		.sign(new TextEncoder().encode(jwtSecret));
	return { token, expiresAt: exp * 1000 };
}

/**
 * Like `verifyToken`. The header's `alg` only selects a verifier, and each verifier has its own
 * algorithms and keys. Every refusal is one line in the log.
 */
export async function verify(token: string, verifiers: Verifier[], now: number): Promise<Verified> {
	if (token.length > limits.tokenBytes) return refuseToken(`it has ${token.length} bytes, more than ${limits.tokenBytes}`);
	const header = readHeader(token);
	if (!header) return refuseToken("it is not a well-formed JSON Web Token");
	const verifier = verifiers.find(({ algorithms }) => algorithms.includes(header.alg));
	if (!verifier)
		return refuseToken(`its alg ${quote(header.alg)} is not one of ${verifiers.flatMap(({ algorithms }) => algorithms).join(", ")}`);
	try {
		const payload = await verifySignature(token, verifier, now);
		return identityIn(payload, verifier, now);
	} catch (error) {
		// jose checks expiry last, so everything else is verified. A token with wrong claims must
		// not be called expired.
		if (error instanceof errors.JWTExpired) return identityIn(error.payload, verifier, now);
		const { retryAfterMs } = error instanceof KeysUnavailable ? error : {};
		const reason = `${reasonOf(error, now)} (alg ${quote(header.alg)}, kid ${quote(header.kid)})`;
		return refuseToken(reason, retryAfterMs === undefined ? { code: "unauthorized" } : { code: "unavailable", retryAfterMs });
	}
}

/** The claims of a token whose signature, issuer, `aud` and `nbf` are good. Throws jose's errors and those of the keys. */
export async function verifySignature(
	token: string,
	{ algorithms, key, issuer, audience }: Omit<Verifier, "ours">,
	now: number,
): Promise<JWTPayload> {
	const aud = audience?.claim === "aud" ? audience.value : undefined;
	const expected = { algorithms, issuer, audience: aud, clockTolerance, currentDate: new Date(now) };
	try {
		return (await jwtVerify(token, key, expected)).payload;
	} catch (error) {
		if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
		let tried = 0;
		for await (const candidate of error) {
			if (++tried > mostKeys) break;
			try {
				return (await jwtVerify(token, candidate, expected)).payload;
			} catch (mismatch) {
				if (!(mismatch instanceof errors.JWSSignatureVerificationFailed)) throw mismatch;
			}
		}
		throw new errors.JWSSignatureVerificationFailed();
	}
}

/** The bearer, by claims whose signature, issuer, `aud` and `nbf` are verified. */
function identityIn(payload: JWTPayload, { audience, ours, nameClaim, adminClaim }: Verifier, now: number): Verified {
	if (audience && audience.claim !== "aud" && payload[audience.claim] !== audience.value)
		return refuseToken(`unexpected "${audience.claim}" claim value`);
	const read = readClaims(payload, nameClaim, now);
	if ("reason" in read) return refuseToken(read.reason, { code: read.code });
	const { session, issuedAt, ...person } = read.claims;
	const isMarked = ours === "marked" && session !== undefined;
	if (isMarked && person.userId.startsWith(guestPrefix)) return { identity: { kind: "guest", session, ...person } };
	if (isMarked && isAccountId(person.userId)) return { identity: { kind: "account", session, ...person } };
	// Its bearer would be that person.
	if (isGuestId(person.userId)) return refuseToken("its sub is the id of a guest, but no guest's token");
	if (isAccountId(person.userId)) return refuseToken("its sub is the id of somebody who signs in here, but it is not from here");
	const isAdministrator = adminClaim !== undefined && hasClaim(payload, adminClaim);
	return { identity: { kind: "issued", issuedAt, ...(isAdministrator && { isAdministrator }), ...person } };
}

/** Refuses a token, with one line in the log. `reason` must not contain the token. */
export function refuseToken(reason: string, refusal: TokenRefusal = { code: "unauthorized" }): { refusal: TokenRefusal } {
	console.info(`A token was refused: ${reason}`);
	return { refusal };
}

/** Never contains the token, and of its header and claims only names and times. */
function reasonOf(error: unknown, now: number): string {
	if (error instanceof KeysUnavailable) return "the keys of JWT_JWKS_URL cannot be fetched, so it could not be verified";
	if (error instanceof errors.JWKSNoMatchingKey) return "no key of JWT_JWKS_URL fits it";
	if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature does not fit the key";
	if (error instanceof errors.JWTClaimValidationFailed) {
		const { nbf } = error.payload;
		return error.claim === "nbf" && typeof nbf === "number" ? aheadOf("nbf", nbf, now) : error.message;
	}
	return error instanceof errors.JOSEError ? error.message : "its key cannot be used";
}

/** Text out of a token, as one short line. */
function quote(text: unknown): string {
	return text === undefined ? "none" : JSON.stringify(String(text).slice(0, 64));
}

/** The header of a well-formed token. jose checks `crit`, and supports no extension but `b64`. */
function readHeader(token: string): { alg: string; kid: unknown } | undefined {
	const segments = token.split(".");
	if (segments.length !== 3 || !segments.every(isCanonical)) return undefined;
	try {
		const { alg, kid, b64 } = decodeProtectedHeader(token) as Record<string, unknown>;
		return typeof alg === "string" && b64 === undefined ? { alg, kid } : undefined;
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
