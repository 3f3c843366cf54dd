// Begins the session of somebody whom a provider vouches for. Must not depend on which provider.

import type { Context } from "hono";
import type { JWTPayload } from "jose";
import { markOf } from "../../auth/administrators.ts";
import { deviceOf } from "../../auth/device.ts";
import { type SignIn, signIn } from "../../auth/session.ts";
import { userOf } from "../../auth/tokens.ts";
import type { Person } from "../../protocol/person.ts";
import type { App } from "../http.ts";

/** Signs in somebody whom a provider has just vouched for by these claims. Their identity may lead to somebody who came as a guest. */
export async function beginSession(
	c: Context<App>,
	person: Person,
	claims: JWTPayload,
	provider: string,
): Promise<SignIn | { code: "suspended" }> {
	const settings = c.get("settings");
	const mark = markOf(claims, settings);
	const own = c.env.USERS.getByName(person.userId);
	const signedIn = await signIn(person, settings, Date.now());
	const begin = () => own.beginSession(signedIn.sessionId, person.username, mark);
	let begun = await begin();
	if (typeof begun === "object") {
		const { leadsTo } = begun;
		const joined = await signIn({ userId: leadsTo, username: person.username }, settings, Date.now());
		const identity = { id: person.userId, provider, name: person.username, mark };
		const asker = { session: joined.sessionId, device: deviceOf(c.req.raw) };
		const there = await c.env.USERS.getByName(leadsTo).beginJoined(identity, asker);
		if (there === "begun") return { ...joined, user: userOf({ userId: leadsTo, username: person.username, kind: "account" }) };
		if (there === "suspended") return { code: there };
		// That person is gone, or has removed the identity.
		await own.releaseIdentity(leadsTo);
		begun = await begin();
	}
	return begun === "begun" ? signedIn : { code: "suspended" };
}
