// Identifies the bearer of a token of any kind, once for every way in. Must not depend on requests.

import { sha256 } from "../protocol/hash.ts";
import type { Settings } from "../settings.ts";
import { isPersonal, ownerOf } from "./personal-token.ts";
import { type Identity, refuseToken, type Verified, verifyToken } from "./tokens.ts";

type Users = Cloudflare.Env["USERS"];

/** Like `verifyToken`, for personal tokens too. Refuses a guest who has signed out. `now` in ms. */
export async function identify(token: string | undefined, settings: Settings, users: Users, now: number): Promise<Verified> {
	if (token === undefined) return { refusal: { code: "unauthorized" } };
	if (isPersonal(token)) return verifyPersonal(token, users, now);
	const verified = await verifyToken(token, settings, now);
	if ("refusal" in verified) return verified;
	return (await isSignedOut(verified.identity, users)) ? refuseToken("its guest has signed out") : verified;
}

/** Asks the object of the person whom the token names; it knows the token by its hash. */
async function verifyPersonal(token: string, users: Users, now: number): Promise<Verified> {
	const userId = ownerOf(token);
	if (userId === undefined) return refuseToken("it has not the form of a personal token");
	const tokenId = await sha256(token);
	const shown = await users.getByName(userId).showToken(tokenId);
	if (!shown) return refuseToken("it is no personal token of its owner, or was revoked");
	const { name, username, expiresAt } = shown;
	if (expiresAt <= now) return refuseToken("it is a personal token and has expired", { code: "token_expired" });
	return { identity: { kind: "program", userId, username, expiresAt, grants: [], program: { tokenId, name } } };
}

/**
 * For a connection that lasts: a personal token may have been revoked since it was verified, and a
 * guest may have signed out.
 */
export async function isStillSignedIn(identity: Identity, users: Users): Promise<boolean> {
	const { kind, program, userId } = identity;
	if (kind === "program") return (await users.getByName(userId).showToken(program.tokenId)) !== undefined;
	return !(await isSignedOut(identity, users));
}

/**
 * Only guests sign out here. Without this check, their access tokens would be accepted until they
 * expire.
 */
export async function isSignedOut({ kind, userId }: Identity, users: Users): Promise<boolean> {
	return kind === "guest" && users.getByName(userId).isSignedOut();
}
