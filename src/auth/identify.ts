// Who the bearer of a token is, whatever kind of token it is: what every way into the house asks, once. Knows nothing of requests.

import { sha256 } from "../protocol/hash.ts";
import type { Settings } from "../settings.ts";
import { isGuest } from "./guest.ts";
import { isPersonal, ownerOf } from "./personal-token.ts";
import { type Identity, type Verified, verifyToken } from "./tokens.ts";

type Users = Cloudflare.Env["USERS"];

/** As `verifyToken`, also of personal tokens; and a guest's may have ended before its time. `now` in ms. */
export async function identify(token: string | undefined, settings: Settings, users: Users, now: number): Promise<Verified> {
	if (token === undefined) return { refusal: "unauthorized" };
	const verified = isPersonal(token) ? await verifyPersonal(token, users, now) : await verifyToken(token, settings, now);
	if ("refusal" in verified) return verified;
	return (await isSignedOut(verified.identity.userId, users)) ? { refusal: "unauthorized" } : verified;
}

/** Asks the object of whom the token says to speak for, which knows it by its hash. */
async function verifyPersonal(token: string, users: Users, now: number): Promise<Verified> {
	const userId = ownerOf(token);
	if (userId === undefined) return { refusal: "unauthorized" };
	const tokenId = await sha256(token);
	const shown = await users.getByName(userId).showToken(tokenId);
	if (!shown) return { refusal: "unauthorized" };
	const { name, username, expiresAt } = shown;
	if (expiresAt <= now) return { refusal: "token_expired" };
	return { identity: { userId, username, expiresAt, grants: [], program: { tokenId, name } } };
}

/** Whether who was identified before would be now: a personal token may have been revoked since, a guest may have signed out. */
export async function isStillSignedIn({ userId, program }: Identity, users: Users): Promise<boolean> {
	if (program && !(await users.getByName(userId).showToken(program.tokenId))) return false;
	return !(await isSignedOut(userId, users));
}

/** Whether a guest has signed out: their tokens would live on for minutes. */
export async function isSignedOut(userId: string, users: Users): Promise<boolean> {
	return isGuest(userId) && users.getByName(userId).isSignedOut();
}
