// Identifies the bearer of a token of any kind, once for every way in, and tells later whether that
// sign-in still holds. Must not depend on requests.

import { sha256 } from "../protocol/hash.ts";
import { isGuestId } from "../protocol/person.ts";
import type { Settings } from "../settings.ts";
import { BoundedMap } from "./bounded-map.ts";
import { passLookup, rememberAccepted } from "./lookups.ts";
import { isPersonal, ownerOf, readKnownToken } from "./personal-token.ts";
import { hasAccounts, kindOfGuest } from "./session.ts";
import { type Identity, isGuest, refuseToken, type TokenRefusal, type Verified, verifyToken } from "./tokens.ts";

type Users = Cloudflare.Env["USERS"];

/**
 * Like `verifyToken`, for personal tokens too. Refuses whatever `refusalOf` refuses. `network`: where the token was
 * presented; without one, nothing is counted. `now` in ms.
 */
export async function identify(
	token: string | undefined,
	settings: Settings,
	env: Pick<Cloudflare.Env, "USERS" | "LOOKUPS">,
	network: string | undefined,
	now: number,
): Promise<Verified> {
	if (token === undefined) return { refusal: { code: "unauthorized" } };
	const verified = isPersonal(token) ? await lookUp(token, settings, env, network, now) : await verifyToken(token, settings, now);
	if ("refusal" in verified) return verified;
	const { identity } = verified;
	const asked = identity.kind === "program" ? verified : await askPerson(identity, settings, env.USERS, now);
	if ("refusal" in asked) return asked;
	return isGuest(asked.identity) ? { identity: { ...asked.identity, network } } : asked;
}

/** Asks the person's object whether the sign-in holds, and what they are called now: a token of ours may be older than their name. */
async function askPerson(identity: ByPerson, settings: Settings, users: Users, now: number): Promise<Verified> {
	if (!maySignIn(identity, settings) && !mayBeAccount(identity, settings)) return refuseToken("its person cannot sign in here");
	const { end, username, isAccount } = await standingOf(identity, users, identity.username);
	const known = asKnown(identity, isAccount, settings);
	if (!maySignIn(known, settings)) return refuseToken("its person cannot sign in here");
	if (end !== undefined) return refuseEnded(end);
	await noteSeen(known, users, now);
	return { identity: { ...known, username: username ?? known.username } };
}

/** A guest may sign in with a provider since. */
function mayBeAccount({ kind }: ByPerson, settings: Settings): boolean {
	return kind === "guest" && hasAccounts(settings);
}

/** The person's own object knows whether somebody with a guest's id signs in with a provider. */
function asKnown(identity: ByPerson, isAccount: boolean | undefined, settings: Settings): ByPerson {
	return "session" in identity && isGuestId(identity.userId) ? { ...identity, kind: kindOfGuest(isAccount, settings) } : identity;
}

/** An identity that is no program's. */
type ByPerson = Identity & { kind: "guest" | "account" | "issued" };

function maySignIn({ kind }: ByPerson, settings: Settings): boolean {
	if (kind === "issued") return true;
	return kind === "guest" ? settings.guestSignIn : hasAccounts(settings);
}

/** An issuer's person has no session here, but may be suspended. `username`: of somebody who comes now. */
function standingOf(identity: ByPerson, users: Users, username?: string) {
	return users.getByName(identity.userId).standing("session" in identity ? identity.session : undefined, username);
}

const ends = {
	"signed out": "its person has signed out",
	ended: "its session has ended",
	suspended: "its person is suspended",
} as const;

function refuseEnded(end: keyof typeof ends): { refusal: TokenRefusal } {
	return refuseToken(ends[end], { code: end === "suspended" ? "suspended" : "unauthorized" });
}

async function lookUp(
	token: string,
	settings: Settings,
	env: Pick<Cloudflare.Env, "USERS" | "LOOKUPS">,
	network: string | undefined,
	now: number,
): Promise<Verified> {
	const userId = ownerOf(token);
	if (userId === undefined) return refuseToken("it has not the form of a personal token");
	const tokenId = await sha256(token);
	const limited = await passLookup(env, tokenId, network);
	if (limited) return { refusal: limited };
	const verified = await verifyPersonal(userId, tokenId, settings, env.USERS, now);
	if ("identity" in verified) rememberAccepted(tokenId);
	return verified;
}

/** Asks the object of the person whom the token names; it knows the token by its hash. */
async function verifyPersonal(userId: string, tokenId: string, settings: Settings, users: Users, now: number): Promise<Verified> {
	return readKnownToken({ userId, tokenId }, await users.getByName(userId).showToken(tokenId), settings, now);
}

/** True if a personal token is accepted now, also for what its program made. `now` in ms. */
export async function isTokenAccepted(userId: string, tokenId: string, settings: Settings, users: Users, now: number): Promise<boolean> {
	return "identity" in (await verifyPersonal(userId, tokenId, settings, users, now));
}

/**
 * The one check for whatever lasts beyond the request that verified its token: a connection, an
 * export, a search of many conversations. Ask it after reading and before delivering, so that
 * nothing is delivered that was said after the sign-in ended. `undefined`: it still holds. Each refusal is one line in
 * the log. `now` in ms.
 */
export async function refusalOf(identity: Identity, settings: Settings, users: Users, now: number): Promise<TokenRefusal | undefined> {
	const { userId, expiresAt } = identity;
	if (expiresAt <= now) return refuseToken("it has expired since it was accepted", { code: "token_expired" }).refusal;
	if (identity.kind === "program") {
		const verified = await verifyPersonal(userId, identity.program.tokenId, settings, users, now);
		return "refusal" in verified ? verified.refusal : undefined;
	}
	if (!maySignIn(identity, settings) && !mayBeAccount(identity, settings))
		return refuseToken("its person cannot sign in here any more").refusal;
	const { end, isAccount } = await standingOf(identity, users);
	if (!maySignIn(asKnown(identity, isAccount, settings), settings)) return refuseToken("its person cannot sign in here any more").refusal;
	return end && refuseEnded(end).refusal;
}

/** True if an administrator has suspended this person. */
export async function isSuspended(userId: string, users: Users): Promise<boolean> {
	return (await users.getByName(userId).standing()).end === "suspended";
}

/** When each person was last noted, in ms, so that a note costs one call an hour. */
const notedAt = new BoundedMap<string, number>(10_000);
const noteEvery = 3600_000;

/** Notes that a person's issuer still vouches for them, on which their personal tokens depend. */
async function noteSeen({ kind, userId }: ByPerson, users: Users, now: number): Promise<void> {
	if (kind === "guest" || now - (notedAt.get(userId) ?? 0) < noteEvery) return;
	try {
		await users.getByName(userId).ownerSeen();
		notedAt.set(userId, now);
	} catch (error) {
		// Their request does not depend on it, and the next one tries again.
		console.error("A person could not be noted as seen", error);
	}
}
