// The person whom a provider vouches for: their id, their name, and whether they may sign in here. Pure but for the hash.

import type { JWTPayload } from "jose";
import { accountPrefix, type Person } from "../../protocol/person.ts";
import { base64url } from "../../protocol/random-id.ts";
import { nameIn } from "../claims.ts";
import { SignInRefused } from "./refusal.ts";

/** Throws `SignInRefused` for an address outside the allowed domains. An address that is not verified may be anybody's. */
export function checkDomain(claims: JWTPayload, allowedDomains: readonly string[]): void {
	if (allowedDomains.length === 0) return;
	const { email } = claims;
	if (typeof email !== "string" || !isVerified(claims))
		throw new SignInRefused("not_verified", "the provider gave no verified address, and only some domains are allowed");
	const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
	if (!allowedDomains.includes(domain)) throw new SignInRefused("other_domain", "the address is of none of OIDC_ALLOWED_DOMAINS");
}

/** Some providers send the word. */
function isVerified({ email_verified }: JWTPayload): boolean {
	return email_verified === true || email_verified === "true";
}

/** In lower case, for comparing. Letters outside ASCII may become others in lower case, so an address with any is none. */
export function verifiedAddress(claims: JWTPayload): string | undefined {
	const { email } = claims;
	return typeof email === "string" && isVerified(claims) && /^[\x21-\x7e]+$/.test(email) ? email.toLowerCase() : undefined;
}

/** Never depends on the address, which may be given to somebody else. */
export async function accountOf(issuer: string, claims: JWTPayload, nameClaim: string | undefined): Promise<Person> {
	const { sub, email } = claims;
	if (typeof sub !== "string" || sub === "") throw new SignInRefused("failed", "its subject is missing");
	const bytes = new TextEncoder().encode(JSON.stringify([issuer, sub]));
	const userId = accountPrefix + base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
	const localPart = typeof email === "string" ? email.replace(/@.*$/s, "") : "";
	return { userId, username: nameIn(claims, localPart || sub, nameClaim) };
}
