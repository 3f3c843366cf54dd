// Guests: people who sign in with nothing but a name. Must not depend on how a session is kept.

import { guestPrefix } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import type { Settings } from "../settings.ts";
import { type SignIn, signIn } from "./session.ts";

/**
 * Signs in a new person. `name` must fit `usernameSchema` and not be a reserved one; `now` in ms. Throws where guest sign-in
 * is off.
 */
export async function signInGuest(name: string, settings: Settings, now: number): Promise<SignIn> {
	if (!settings.guestSignIn) throw new Error("Guest sign-in is off");
	return signIn({ userId: `${guestPrefix}${randomId()}`, username: name }, settings, now);
}
