// Cloudflare Access: who it lets through to this deployment. It signs an assertion for every request.

import type { JWTPayload } from "jose";
import type { Person } from "../protocol/person.ts";
import type { Settings } from "../settings.ts";
import { issuerKeys, KeysUnavailable } from "./keys.ts";
import { accountOf } from "./oidc/account.ts";
import { refuseToken, type TokenRefusal, verifySignature } from "./tokens.ts";

/** `undefined` where Access is not used or has not let anybody through. `now` in ms. */
export async function readAccess(
	request: Request,
	{ access, jwtNameClaim }: Settings,
	now: number,
): Promise<{ person: Person; claims: JWTPayload } | { refusal: TokenRefusal } | undefined> {
	const assertion = request.headers.get("cf-access-jwt-assertion");
	if (!access || !assertion) return undefined;
	try {
		const expected = { issuer: access.issuer, audience: { claim: "aud", value: access.audience } } as const;
		const claims = await verifySignature(
			assertion,
			{ algorithms: ["RS256"], key: issuerKeys(access.keys, "ACCESS_TEAM"), ...expected },
			now,
		);
		// jose checks it where there is one.
		if (claims.exp === undefined) return refuseToken("the assertion of Cloudflare Access does not expire");
		return { person: await accountOf(access.issuer, claims, jwtNameClaim), claims };
	} catch (error) {
		if (error instanceof KeysUnavailable)
			return refuseToken("the keys of ACCESS_TEAM cannot be fetched", { code: "unavailable", retryAfterMs: error.retryAfterMs });
		const reason = error instanceof Error ? error.message : "it cannot be used";
		return refuseToken(`the assertion of Cloudflare Access: ${reason}`);
	}
}

/** The address at which Access signs people out. */
export const accessSignOut = ({ issuer }: NonNullable<Settings["access"]>) => `${issuer}/cdn-cgi/access/logout`;
