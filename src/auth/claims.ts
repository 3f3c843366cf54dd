// Reads the claims of a token whose signature is verified: who its bearer is, and until when. Must not
// depend on keys.

import type { JWTPayload } from "jose";
import * as v from "valibot";
import { limits } from "../protocol/limits.ts";
import { claude, idSchema, isAccountId, lineSchema } from "../protocol/person.ts";
import { isReservedName, markReserved } from "../protocol/text/look-alikes.ts";
import { isVisible, sanitizeLine } from "../protocol/text/sanitize.ts";

/**
 * Times in ms; `issuedAt` is 0 if the token does not say. `session`: the token says that it is one of ours, for somebody who has
 * signed in here, with this session.
 */
export type Claims = {
	userId: string;
	username: string;
	expiresAt: number;
	issuedAt: number;
	grants: readonly string[];
	session: string | undefined;
};
/** Why claims are refused, for the log. */
export type ClaimsRefusal = { code: "unauthorized" | "token_expired"; reason: string };

/** The session, in the tokens that this deployment issues to its guests, and to people who signed in with a provider. */
export const guestClaim = "parley_guest";
export const accountClaim = "parley_account";
/** Seconds by which an issuer's clock may be ahead of ours. */
export const clockTolerance = 30;
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
	sub: v.pipe(subSchema, v.check(isVisible)),
	exp: timeSchema,
	iat: v.optional(timeSchema),
});

/** `nameClaim`: the claim that the deployment prefers for names. `now` in ms. */
export function readClaims(payload: JWTPayload, nameClaim: string | undefined, now: number): { claims: Claims } | ClaimsRefusal {
	const read = v.safeParse(claimsSchema, payload);
	if (!read.success) {
		const claim = String(read.issues[0].path?.[0]?.key ?? "sub");
		return { code: "unauthorized", reason: `its claim "${claim}" ${claim in payload ? "has the wrong form" : "is missing"}` };
	}
	const { sub, exp, iat } = read.output;
	if (iat !== undefined && iat > now / 1000 + clockTolerance) return { code: "unauthorized", reason: aheadOf("iat", iat, now) };
	const expiresAt = Math.min(Math.floor(exp * 1000), endOfTime);
	// jose applies the tolerance for `nbf` to `exp` too. A socket would then close at the moment it
	// opened.
	if (expiresAt <= now) return { code: "token_expired", reason: `it expired ${Math.ceil((now - expiresAt) / 1000)} s ago` };
	const username = nameIn(payload, sub, nameClaim);
	const session = payload[isAccountId(sub) ? accountClaim : guestClaim];
	const claims = { userId: sub, username, expiresAt, issuedAt: Math.max(0, Math.floor((iat ?? 0) * 1000)), grants: grantsIn(payload) };
	return { claims: { ...claims, session: typeof session === "string" ? session : undefined } };
}

/**
 * An issuer may have a claim of this name for its own purposes, which must lock nobody out: it grants
 * nothing, and the log says so.
 */
function grantsIn({ conversations = [] }: JWTPayload): readonly string[] {
	const read = v.safeParse(grantsSchema, conversations);
	if (!read.success) console.info('The claim "conversations" of a token has the wrong form, and grants nothing.');
	return read.success ? read.output : [];
}

/** Says by how much an issuer's clock is ahead. `time` in s, `now` in ms. */
export function aheadOf(claim: string, time: number, now: number): string {
	return `its "${claim}" is ${Math.ceil(time - now / 1000)} s ahead of our clock`;
}

/** Claims that hold a name with the issuers in use, the best first. */
const nameClaims = ["name", "preferred_username", "nickname", "given_name family_name", "user_metadata.full_name"];

/**
 * The first usable name, else the id. A display name proves nothing, so a token is never refused
 * for it. A name like Claude's is passed over.
 */
export function nameIn(payload: JWTPayload, sub: string, nameClaim: string | undefined): string {
	const claims = nameClaim === undefined ? nameClaims : [nameClaim, ...nameClaims];
	const names = [...claims.map((claim) => nameFrom(textOf(payload, claim))), nameFrom(sub)];
	return names.find((name) => isVisible(name) && !isReservedName(name)) ?? nameFrom(markReserved(sub));
}

/** The text of one claim, or of several with a space between. A claim may be inside another: `user_metadata.full_name`. */
function textOf(payload: JWTPayload, claims: string): string {
	const texts = claims.split(" ").map((claim) => payload[claim] ?? valueAt(payload, claim.split(".")));
	return texts.filter((text) => typeof text === "string").join(" ");
}

/** True if a claim, which may be inside another, has this value or is a list that contains it. */
export function hasClaim(payload: JWTPayload, { name, value }: { name: string; value: string }): boolean {
	const found = payload[name] ?? valueAt(payload, name.split("."));
	return Array.isArray(found) ? found.includes(value) : found === value;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>((inside, key) => (isRecord(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined), value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}

/** One line of the length that a name may have. It must not end with half a character. */
function nameFrom(text: string): string {
	return sanitizeLine(text)
		.slice(0, limits.username)
		.replace(/[\uD800-\uDBFF]$/, "")
		.trim();
}
