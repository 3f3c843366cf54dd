// The provider's identities by which somebody who came as a guest signs in: joining one, and removing it.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { deviceOf } from "../../auth/device.ts";
import { SignInRefused } from "../../auth/oidc/refusal.ts";
import { identitySchema } from "../../protocol/account/account.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { limits } from "../../protocol/limits.ts";
import { isAccountId } from "../../protocol/person.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { type App, bodyUpTo, readBody, refuse, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";
import { beginFlow } from "./oidc.ts";
import { firstWayIn, guestIn, isProven, refusing } from "./passkeys.ts";
import { refuseSignIn } from "./refusal-page.ts";

/** Need an access token. */
export const identities = new Hono<App>();

const noProof = "The caller did not come as a guest, or has no passkey and the request has no cookie of their session.";
const confirmFirst = "The caller has a passkey, and has not signed in or confirmed with one within ten minutes.";

describe("GET /me/identities", {
	tag: "Account",
	summary: "List joined identities",
	description:
		"Lists the identities at the provider that the caller has joined, oldest first. Empty for everybody who did not come as a guest.",
	access: "person",
	answers: { 200: { schema: v.object({ identities: v.array(identitySchema) }), example: { identities: [examples.identity] } } },
	fields: { identities: "The identities, oldest first." },
});
identities.get("/me/identities", async (c) => c.json({ identities: await c.env.USERS.getByName(c.get("identity").userId).identities() }));

const beginSchema = v.object({ provider: v.string(), returnTo: v.optional(v.string(), "/") });

describe("POST /me/identities", {
	tag: "Account",
	summary: "Begin to join an identity",
	description:
		"For browsers. Returns the address at the provider where the guest signs in, and sets a cookie that lasts ten minutes. When they come back, the identity is a way into the guest's account: the guest keeps their id, conversations and settings, has no guest's limits any more, and gets their name from the provider. Without a passkey as proof, all sessions and personal tokens of the guest end, and the browser goes on in a new session: the response at the way back sets its cookie.",
	access: "guest",
	body: { schema: beginSchema, example: { provider: "default", returnTo: "/" } },
	answers: { 200: { schema: v.object({ url: v.string() }), example: { url: "https://login.example/authorize?client_id=parley" } } },
	fields: {
		provider: "Id of the provider, from `GET /api/auth/methods`.",
		returnTo: "Where the browser goes afterwards: a path of this service.",
		url: "The address to open in this browser.",
	},
	refuses: {
		confirm_first: confirmFirst,
		forbidden: noProof,
		too_many: `The caller has joined ${accountLimits.identities} identities.`,
		not_found: "There is no such provider.",
		unavailable: "The provider cannot be reached.",
		misconfigured: "There is no provider at `OIDC_ISSUER`.",
	},
});
identities.post("/me/identities", bodyUpTo(limits.bodyBytes), (c) =>
	refusing(c, async () => {
		const { userId, session } = guestIn(c);
		const body = await readBody(c, beginSchema);
		if (!body) return refuse(c, "bad_request", "Name a provider, and a path to return to if you like.");
		const may = await c.env.USERS.getByName(userId).mayJoin(session, await isProven(c, userId, session));
		if (isRefusal(may)) return may.code === "forbidden" ? refuse(c, "forbidden", firstWayIn) : refuse(c, may);
		try {
			return c.json({ url: String(await beginFlow(c, body.provider, body.returnTo, { userId, session })) });
		} catch (error) {
			if (error instanceof SignInRefused) return refuseSignIn(c, error, true);
			throw error;
		}
	}),
);

describe("DELETE /me/identities/:identityId", {
	tag: "Account",
	summary: "Remove a joined identity",
	description:
		"Removes the identity: it no longer leads here, and other sessions that began with it end. The caller's own session goes on. Whoever signs in with it gets an account of its own. Without any identity, the caller is a guest again.",
	access: "guest",
	answers: { 204: "nothing" },
	refuses: {
		not_found: "The caller has not joined this identity.",
		last_way_in: "The caller has no other identity and no passkey.",
		confirm_first: confirmFirst,
		forbidden: noProof,
	},
	fields: { identityId: "Id of the identity." },
});
identities.delete("/me/identities/:identityId", (c) =>
	refusing(c, async () => {
		const { userId, session } = guestIn(c);
		const id = identityIdIn(c);
		if (id === undefined) return refuse(c, "not_found");
		const asker = { session, device: deviceOf(c.req.raw) };
		const how = { hasPasskeys: c.get("settings").guestSignIn, isProven: await isProven(c, userId, session) };
		const removed = await c.env.USERS.getByName(userId).removeIdentity(id, how, asker);
		if (isRefusal(removed) && removed.code === "forbidden") return refuse(c, "forbidden", firstWayIn);
		return respondEmpty(c, removed);
	}),
);

function identityIdIn(c: Context<App>): string | undefined {
	const id = c.req.param("identityId") ?? "";
	return isAccountId(id) ? id : undefined;
}
