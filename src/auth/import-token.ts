// Import tokens, by which whoever runs the deployment imports a conversation. Only the deployment's
// secret can make one, for one conversation and a few minutes. Its own key and audience keep it
// apart from access tokens and sessions. `scripts/import.ts` uses this file too, so it must not
// depend on settings other than the secret.

import { jwtVerify, SignJWT } from "jose";
import { deriveKey } from "./derive-key.ts";

const audience = "parley import of a conversation";
const lifetime = "5m";

/** Permits its bearer to import the conversation of this id. */
export async function issueImportToken(conversationId: string, jwtSecret: string): Promise<string> {
	return new SignJWT()
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(conversationId)
		.setAudience(audience)
		.setIssuedAt()
		.setExpirationTime(lifetime)
		.sign(await deriveKey(jwtSecret, audience));
}

/**
 * Resolves to whether the token permits this import, and never throws. Without a secret, no token
 * does. `now` in ms.
 */
export async function verifyImportToken(
	token: string,
	conversationId: string,
	{ jwtSecret }: { jwtSecret?: string },
	now: number,
): Promise<boolean> {
	if (jwtSecret === undefined) return false;
	const key = await deriveKey(jwtSecret, audience);
	const expected = { algorithms: ["HS256"], audience, subject: conversationId, maxTokenAge: lifetime, currentDate: new Date(now) };
	try {
		await jwtVerify(token, key, { ...expected, requiredClaims: ["exp"], clockTolerance: 5 });
		return true;
	} catch {
		return false;
	}
}
