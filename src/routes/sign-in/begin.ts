// Begins the session of somebody whom a provider vouches for. Must not depend on which provider.

import type { Context } from "hono";
import { signIn } from "../../auth/session.ts";
import type { Person } from "../../protocol/person.ts";
import type { App } from "../http.ts";

/** Signs in somebody whom a provider has just vouched for. */
export async function beginSession(c: Context<App>, person: Person) {
	const signedIn = await signIn(person, c.get("settings"), Date.now());
	await c.env.USERS.getByName(person.userId).beginSession(signedIn.sessionId, person.username);
	return signedIn;
}
