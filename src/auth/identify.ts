// Identifies the bearer of a token of any kind, once for every way in, and tells later whether that
// sign-in still holds. Must not depend on requests.

import { sha256 } from "../protocol/hash.ts";
import { isGuestId } from "../protocol/person.ts";
import type { Settings } from "../settings.ts";
import { BoundedMap } from "./bounded-map.ts";
import { passLookup, rememberAccepted } from "./lookups.ts";
import { isPersonal, ownerOf, readKnownToken } from "./personal-token.ts";
import { hasAccounts } from "./session.ts";
import { type Identity, refuseToken, type TokenRefusal, type Verified, verifyToken } from "./tokens.ts";

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
	if (identity.kind === "issued" || identity.kind === "account") await noteSeen(identity.userId, env.USERS, now);
	const named = "session" in identity ? await askPerson(identity, settings, env.USERS) : identity;
	if (!named) return refuseToken("its person has signed out, or cannot sign in here");
	return { identity: isGuestId(named.userId) ? { ...named, network } : named };
}

/** Asks the person's object whether the session holds, and what they are called now: the token may be older than their name. */
async function askPerson(
	identity: Identity & { kind: "guest" | "account" },
	settings: Settings,
	users: Users,
): Promise<Identity | undefined> {
	const mayBeHere = identity.kind === "guest" ? settings.guestSignIn : hasAccounts(settings);
	const person = mayBeHere ? await users.getByName(identity.userId).showGuest(identity.session) : undefined;
	return person && { ...identity, username: person.username ?? identity.username };
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
	switch (identity.kind) {
		case "program": {
			const verified = await verifyPersonal(userId, identity.program.tokenId, settings, users, now);
			return "refusal" in verified ? verified.refusal : undefined;
		}
		case "guest": {
			if (!settings.guestSignIn) return refuseToken("it is a guest's, and guests cannot sign in").refusal;
			const user = users.getByName(userId);
			if (!(await user.isSignedOut(identity.session))) return undefined;
			return refuseToken((await user.isSignedOut()) ? "its guest has signed out" : "its guest's session has ended").refusal;
		}
		case "account": {
			if (!hasAccounts(settings)) return refuseToken("it is a person's whose provider is not used any more").refusal;
			const isOver = await users.getByName(userId).isSignedOut(identity.session);
			return isOver ? refuseToken("its session has ended").refusal : undefined;
		}
		case "issued":
			return undefined;
		default:
			return identity satisfies never;
	}
}

/** When each person was last noted, in ms, so that a note costs one call an hour. */
const notedAt = new BoundedMap<string, number>(10_000);
const noteEvery = 3600_000;

/** Notes that a person's issuer still vouches for them, on which their personal tokens depend. */
async function noteSeen(userId: string, users: Users, now: number): Promise<void> {
	if (now - (notedAt.get(userId) ?? 0) < noteEvery) return;
	try {
		await users.getByName(userId).ownerSeen();
		notedAt.set(userId, now);
	} catch (error) {
		// Their request does not depend on it, and the next one tries again.
		console.error("A person could not be noted as seen", error);
	}
}
