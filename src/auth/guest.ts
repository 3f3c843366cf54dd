// Guests: people who sign in with nothing but a name. Must not depend on how a session is kept.

import { claude } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import type { Settings } from "../settings.ts";
import { type SignIn, signIn } from "./session.ts";
import { guestPrefix } from "./tokens.ts";

/**
 * Signs in a new person. `name` must fit `usernameSchema` and not resemble Claude's; `now` in ms. Throws where guest sign-in
 * is off.
 */
export function signInGuest(name: string, settings: Settings, now: number): Promise<SignIn> {
	return renameGuest(`${guestPrefix}${randomId()}`, name, settings, now);
}

/** Signs the same guest in under another name; otherwise as `signInGuest`. */
export async function renameGuest(userId: string, name: string, settings: Settings, now: number): Promise<SignIn> {
	if (!settings.guestSignIn) throw new Error("Guest sign-in is off");
	return signIn({ userId, username: name }, settings, now);
}

/** Tells whether a guest of this name could be taken for Claude. */
export function resemblesClaude(name: string): boolean {
	const seen = name.normalize("NFKC").replace(/[\s\p{Cf}\p{M}]/gu, "");
	return seen.toLowerCase() === claude.username.toLowerCase();
}
