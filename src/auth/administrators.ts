// Decides who may use the administration: people whom the settings name by id, by a claim, or by the verified address or the subject that
// a provider gave. Programs never may. Must not know what administrators do.

import { base64url, type JWTPayload } from "jose";
import type { Settings } from "../settings.ts";
import { hasClaim } from "./claims.ts";
import { deriveKey } from "./derive-key.ts";
import { verifiedAddress } from "./oidc/account.ts";
import type { Identity } from "./tokens.ts";

/**
 * Says by what somebody who signs in is an administrator; `undefined` if they are none. It is kept with the person, and holds as long
 * as the settings name it.
 */
export function markOf(claims: JWTPayload, { oidc, administrators: { claim } }: Settings): string | undefined {
	const address = verifiedAddress(claims);
	const marks = [
		...(typeof claims.sub === "string" ? [`subject ${claims.sub}`] : []),
		...(address === undefined ? [] : [`address ${address}`]),
	];
	const named = (oidc?.admins ?? []).map(markOfEntry);
	return marks.find((mark) => named.includes(mark)) ?? (claim && hasClaim(claims, claim) ? markOfClaim(claim) : undefined);
}

/** A subject is never compared with an address: some providers let people choose theirs. */
function markOfEntry(entry: string): string {
	return entry.includes("@") ? `address ${entry.toLowerCase()}` : `subject ${entry}`;
}

function markOfClaim({ name, value }: { name: string; value: string }): string {
	return `claim ${name}=${value}`;
}

function isNamed(mark: string, { oidc, administrators: { claim } }: Settings): boolean {
	return (oidc?.admins ?? []).some((entry) => markOfEntry(entry) === mark) || (claim !== undefined && markOfClaim(claim) === mark);
}

export async function isAdministrator(identity: Identity, settings: Settings, users: Cloudflare.Env["USERS"]): Promise<boolean> {
	if (identity.program) return false;
	if (settings.administrators.users.includes(identity.userId)) return true;
	if (identity.kind === "issued") return identity.isAdministrator === true;
	if (identity.kind !== "account") return false;
	const mark = await users.getByName(identity.userId).administrator(identity.session);
	return mark !== undefined && isNamed(mark, settings);
}

/**
 * Everything that vouches for an administrator: the id, the identities of a provider, and the address or the subject that the settings name.
 * Two who have one of them in common may be the same human. A claim is common to many.
 */
export async function vouchersOf(
	{ kind, userId, session }: Identity & { session?: string },
	users: Cloudflare.Env["USERS"],
): Promise<string[]> {
	if (kind !== "account") return [userId];
	const { identities, mark } = await users.getByName(userId).vouchers(session);
	return [...new Set([userId, ...identities, ...(mark === undefined || mark.startsWith("claim ") ? [] : [mark])])];
}

/** The same in a form that tells nobody what vouched, and only whether two have something in common. `jwtSecret`: the deployment's. */
export async function sealVouchers(vouchers: readonly string[], jwtSecret: string | undefined): Promise<string[]> {
	// Without a secret nobody signs in with a provider: the id alone vouches, and it is known anyway.
	if (jwtSecret === undefined) return [];
	const hmac = { name: "HMAC", hash: "SHA-256" };
	const key = await crypto.subtle.importKey("raw", await deriveKey(jwtSecret, "parley administrators' vouchers"), hmac, false, ["sign"]);
	const seal = async (voucher: string) =>
		base64url.encode(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(voucher))));
	return Promise.all(vouchers.map(seal));
}
