// Who deploys, as far as they have to prove it: by a token that only the deployment's secret can make, for one import and for minutes.
// It is signed with a key of its own, and is for an audience of its own: it never passes as an access token or a session, nor they as it.
// The script that imports uses this file too: it knows the secret and no other settings.

import { jwtVerify, SignJWT } from "jose";
import { derivedKey } from "./derive-key.ts";

const audience = "parley import of a conversation";
const lifetime = "5m";

/** Lets its bearer restore the conversation of this id. */
export async function issueImportToken(conversationId: string, jwtSecret: string): Promise<string> {
	return new SignJWT()
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(conversationId)
		.setAudience(audience)
		.setIssuedAt()
		.setExpirationTime(lifetime)
		.sign(await derivedKey(jwtSecret, audience));
}

/** `now` in ms. Refuses, and never throws; without a secret there is nobody who could have made one. */
export async function verifyImportToken(
	token: string,
	conversationId: string,
	{ jwtSecret }: { jwtSecret?: string },
	now: number,
): Promise<boolean> {
	if (jwtSecret === undefined) return false;
	const key = await derivedKey(jwtSecret, audience);
	const expected = { algorithms: ["HS256"], audience, subject: conversationId, maxTokenAge: lifetime, currentDate: new Date(now) };
	try {
		await jwtVerify(token, key, { ...expected, requiredClaims: ["exp"], clockTolerance: 5 });
		return true;
	} catch {
		return false;
	}
}
