// The form of personal tokens, by which programs act for a person. A token contains its owner's id,
// so that the owner's object can be asked; that object alone knows by the token's hash what it
// permits, and this file decides whether it still does. Must not depend on requests or storage.

import { base64url } from "jose";
import * as v from "valibot";
import { type Author, isGuestId, type Person } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { markReserved } from "../protocol/text/look-alikes.ts";
import { hasScope, type Scope } from "../protocol/token.ts";
import type { Settings } from "../settings.ts";
import { subSchema } from "./claims.ts";
import { deriveKey } from "./derive-key.ts";
import { hasAccounts, kindOfGuest } from "./session.ts";
import { type Identity, refuseToken, type Verified } from "./tokens.ts";

const form = /^parley_([\w-]+)\.[\w-]{22}$/;

/** True if a token has the prefix of a personal token. All others are JSON Web Tokens. */
export function isPersonal(token: string): boolean {
	return token.startsWith("parley_");
}

/** Creates a token with 128 random bits. */
export function makePersonalToken(userId: string): string {
	return `parley_${base64url.encode(userId)}.${randomId()}`;
}

/**
 * The id of the owner that the token names, unverified. `undefined` if it does not have the form of
 * our tokens.
 */
export function ownerOf(token: string): string | undefined {
	const encoded = form.exec(token)?.[1];
	if (encoded === undefined) return undefined;
	try {
		const userId = new TextDecoder().decode(base64url.decode(encoded));
		return base64url.encode(userId) === encoded && v.is(subSchema, userId) ? userId : undefined;
	} catch {
		return undefined;
	}
}

/**
 * The deployment's epoch, which every token carries. Another `JWT_SECRET` or `TOKEN_EPOCH` begins
 * a new one, and ends all tokens at once.
 */
export async function tokenEpoch({ jwtSecret = "", tokens }: Settings): Promise<string> {
	return base64url.encode((await deriveKey(jwtSecret, `parley personal token ${tokens.epoch}`)).subarray(0, 16));
}

/** A token as its owner's object knows it. Times in ms; null in tokens of earlier versions. */
type KnownToken = {
	name: string;
	username: string;
	expiresAt: number;
	ownerKind: string | null;
	/** When the owner last showed a token of their issuer's. */
	ownerSeenAt: number | null;
	epoch: string | null;
	scopes: Scope[];
	conversations: "all" | string[];
	/** Its owner is suspended. */
	isSuspended?: boolean;
	/** Its owner came as a guest, and signs in with a provider since. */
	isAccount?: boolean;
};

/**
 * Reads the rights that a token has now. A guest's token ends where guests cannot sign in. The token of
 * an issuer's person ends when they have not been seen for long, because an issuer does not say whom it
 * has let go. `now` in ms.
 */
export async function readKnownToken(
	{ userId, tokenId }: { userId: string; tokenId: string },
	known: KnownToken | undefined,
	settings: Settings,
	now: number,
): Promise<Verified> {
	if (!known) return refuseToken("it is no personal token of its owner, or was revoked");
	const epoch = await tokenEpoch(settings);
	if (known.epoch !== epoch) return refuseToken("it is a personal token of an earlier epoch");
	const { name, username, expiresAt, scopes, conversations } = known;
	if (expiresAt <= now) return refuseToken("it is a personal token and has expired", { code: "token_expired" });
	const ownerKind = isGuestId(userId) ? kindOfGuest(known.isAccount, settings) : known.ownerKind;
	if (ownerKind === "guest" && !settings.guestSignIn) return refuseToken("it is a guest's, and guests cannot sign in");
	if (ownerKind === "account" && !hasAccounts(settings)) return refuseToken("it is a person's whose provider is not used any more");
	if (known.isSuspended) return refuseToken("it is a personal token of somebody who is suspended", { code: "suspended" });
	const until = ownerKind === "guest" ? undefined : (known.ownerSeenAt ?? 0) + settings.tokens.ownerAbsence;
	if (until !== undefined && until <= now) return refuseToken("it is a personal token of somebody not seen for too long");
	const program = {
		tokenId,
		name,
		scopes,
		epoch,
		...(conversations !== "all" && { conversations }),
		...(until !== undefined && { until }),
		...((ownerKind === "guest" || isGuestId(userId)) && { isGuests: ownerKind === "guest" }),
	};
	return { identity: { kind: "program", userId, username, expiresAt, grants: [], program } };
}

/** The part of a sign-in that the socket stores which it opens. */
export function signInOf(identity: Identity) {
	const { expiresAt, program } = identity;
	return {
		expiresAt: Math.min(expiresAt, program?.until ?? expiresAt),
		tokenId: program?.tokenId,
		scopes: program?.scopes,
		session: "session" in identity ? identity.session : undefined,
	};
}

/** False for a program whose token lacks the scope. */
export function mayRead({ program }: Identity): boolean {
	return hasScope(program?.scopes, "read");
}

/** The author that others see. A program's name stands behind its owner's: *Ann (deploy bot)*. Both together are nobody else's. */
export function authorOf({ userId, username }: Person, { program }: Identity): Author {
	if (!program) return { userId, username };
	return { userId, username: markReserved(`${username} (${program.name})`), program: { name: program.name } };
}
