// The gate of every route. A route that is not named here is counted by network and by person; nothing passes uncounted
// unless this list says so.

import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { type Gate, type Gates, networkOfRequest, passGate, passNetworkGate } from "../auth/gates.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { RouteName } from "./operation.ts";

/** By network before anybody is known, and by person once they are. Where one is missing, the usual one counts. */
type GatesOf = { network?: readonly Gate[]; person?: readonly Gate[] };

const usual = { network: ["NETWORKS"], person: ["PEOPLE"] } as const satisfies GatesOf;

const exceptions: { readonly [route: RouteName]: GatesOf } = {
	// For monitoring, which must not fail because others send much. It does nothing.
	"GET /health": { network: [], person: [] },
	// The conversation counts what each person sends, as the deployment's settings say.
	"POST /conversations/:id/messages": { person: [] },
	"POST /auth/guest": { network: ["NETWORKS", "GUESTS"], person: [] },
	// Asks the provider, with our secret.
	"GET /auth/oidc/:id/callback": { network: ["NETWORKS", "GUESTS"], person: [] },
	"POST /auth/passkey/sign-in/verify": { network: ["NETWORKS", "GUESTS"], person: [] },
	"POST /auth/device-link/open": { network: ["NETWORKS", "GUESTS"], person: [] },
	"POST /me/device-links": { person: ["PEOPLE", "TOKENS"] },
	"POST /me/identities": { person: ["PEOPLE", "TOKENS"] },
	"POST /auth/recover": { network: ["NETWORKS", "GUESTS"], person: [] },
	"POST /auth/passkey/register/options": { person: ["PEOPLE", "TOKENS"] },
	"POST /auth/passkey/register/verify": { person: ["PEOPLE", "TOKENS"] },
	"POST /me/recovery-codes": { person: ["PEOPLE", "TOKENS"] },
	"PATCH /me": { person: ["PEOPLE", "TOKENS"] },
	"POST /me/tokens": { person: ["PEOPLE", "TOKENS"] },
	"POST /me/push": { person: ["PEOPLE", "TOKENS"] },
	"POST /conversations": { network: ["NETWORKS", "NETWORK_CREATIONS"], person: ["PEOPLE", "CREATIONS"] },
	"POST /conversations/:id/fork": { network: ["NETWORKS", "NETWORK_CREATIONS"], person: ["PEOPLE", "CREATIONS", "SEARCHES"] },
	"POST /conversations/:id/invites": { person: ["PEOPLE", "INVITES"] },
	"POST /conversations/:id/webhooks": { person: ["PEOPLE", "TOKENS"] },
	"POST /conversations/:id/webhooks/:webhookId/ping": { person: ["PEOPLE", "TOKENS"] },
	"POST /conversations/:id/incoming-webhooks": { person: ["PEOPLE", "TOKENS"] },
	// The conversation counts what the maker of the webhook sends.
	"POST /hooks/:token": { person: [] },
	// Counted by link and network too, once the link is read.
	"POST /invites/accept": { person: ["PEOPLE", "INVITES"] },
	"POST /invites/:token/accept": { person: ["PEOPLE", "INVITES"] },
	"GET /me/export": { person: ["PEOPLE", "SEARCHES"] },
	"GET /search": { person: ["PEOPLE", "SEARCHES"] },
	"GET /conversations/:id/search": { person: ["PEOPLE", "SEARCHES"] },
	"GET /conversations/:id/export": { person: ["PEOPLE", "SEARCHES"] },
};

export function passNetworkGates(c: Context): Promise<Refusal | undefined> {
	const network = networkOfRequest(c.req.raw);
	return firstRefusal(gatesOf(c).network, (gate) => passNetworkGate(c.env as Gates, gate, network));
}

/** Call it once the request's identity is set. */
export function passPersonGates(c: Context): Promise<Refusal | undefined> {
	const { userId } = c.get("identity") as Identity;
	return firstRefusal(gatesOf(c).person, (gate) => passGate(c.env as Gates, gate, userId));
}

/** Counts a use of a link from one network, which holds many people where they cost nothing. */
export async function passLinkGate(c: Context, inviteId: string): Promise<Refusal | undefined> {
	return passNetworkGate(c.env as Gates, "LINKS", networkOfRequest(c.req.raw), `${inviteId} `);
}

async function firstRefusal(gates: readonly Gate[], pass: (gate: Gate) => Promise<Refusal | undefined>): Promise<Refusal | undefined> {
	for (const gate of gates) {
		const refused = await pass(gate);
		if (refused) return refused;
	}
	return undefined;
}

/** Middleware has no method of its own; the route does. */
function gatesOf(c: Context): Required<GatesOf> {
	const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
	return { ...usual, ...(route && exceptions[`${route.method} ${route.path.replace(/^\/api/, "")}` as RouteName]) };
}
