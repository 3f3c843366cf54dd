// The gate of every route. A route that is not named here is counted by network and by person; nothing passes uncounted
// unless this list says so.

import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { readToken } from "../auth/bearer.ts";
import { BoundedMap } from "../auth/bounded-map.ts";
import { type Gate, type Gates, networkOfRequest, passGate } from "../auth/gates.ts";
import { isPersonal } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import { sha256 } from "../protocol/hash.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { RouteName } from "./operation.ts";

/** By network before anybody is known, and by person once they are. */
type GatesOf = { network: readonly Gate[]; person: readonly Gate[] };

const usual: GatesOf = { network: ["NETWORKS"], person: ["PEOPLE"] };

const exceptions: { readonly [route: RouteName]: GatesOf } = {
	// For monitoring, which must not fail because others send much. It does nothing.
	"GET /health": { network: [], person: [] },
	// The conversation counts what each person sends, as the deployment's settings say.
	"POST /conversations/:id/messages": { network: ["NETWORKS"], person: [] },
	"POST /auth/guest": { network: ["NETWORKS", "GUESTS"], person: [] },
	"PATCH /me": { network: ["NETWORKS"], person: ["PEOPLE", "TOKENS"] },
	"POST /me/tokens": { network: ["NETWORKS"], person: ["PEOPLE", "TOKENS"] },
	"POST /conversations": { network: ["NETWORKS", "NETWORK_CREATIONS"], person: ["PEOPLE", "CREATIONS"] },
	"POST /conversations/:id/invites": { network: ["NETWORKS"], person: ["PEOPLE", "INVITES"] },
	// Counted by link and network too, once the link is read.
	"POST /invites/accept": { network: ["NETWORKS"], person: ["PEOPLE", "INVITES"] },
	"POST /invites/:token/accept": { network: ["NETWORKS"], person: ["PEOPLE", "INVITES"] },
	"GET /search": { network: ["NETWORKS"], person: ["PEOPLE", "SEARCHES"] },
	"GET /conversations/:id/search": { network: ["NETWORKS"], person: ["PEOPLE", "SEARCHES"] },
	"GET /conversations/:id/export": { network: ["NETWORKS"], person: ["PEOPLE", "SEARCHES"] },
};

export async function passNetworkGates(c: Context): Promise<Refusal | undefined> {
	const network = networkOfRequest(c.req.raw);
	return (await passAll(c, gatesOf(c).network, network)) ?? (await passLookup(c, network));
}

/** Call it once the request's identity is set. */
export function passPersonGates(c: Context): Promise<Refusal | undefined> {
	const { userId, program } = c.get("identity") as Identity;
	if (program) accepted.set(program.tokenId, true);
	return passAll(c, gatesOf(c).person, userId);
}

/** Hashes of personal tokens that were accepted here. */
const accepted = new BoundedMap<string, true>(10_000);

/**
 * A personal token names the person whose object knows it, so that a forged one wakes an object. It is counted unless it was
 * accepted here before.
 */
async function passLookup(c: Context, network: string | undefined): Promise<Refusal | undefined> {
	const token = readToken(c.req.raw);
	if (network === undefined || token === undefined || !isPersonal(token) || accepted.get(await sha256(token))) return undefined;
	return passGate(c.env as Gates, "LOOKUPS", network);
}

/** Counts a use of a link from one network, which holds many people where they cost nothing. */
export async function passLinkGate(c: Context, inviteId: string): Promise<Refusal | undefined> {
	const network = networkOfRequest(c.req.raw);
	return passGate(c.env as Gates, "LINKS", network === undefined ? undefined : `${inviteId} ${network}`);
}

async function passAll(c: Context, gates: readonly Gate[], key: string | undefined): Promise<Refusal | undefined> {
	for (const gate of gates) {
		const refused = await passGate(c.env as Gates, gate, key);
		if (refused) return refused;
	}
	return undefined;
}

/** Middleware has no method of its own; the route does. */
function gatesOf(c: Context): GatesOf {
	const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
	return (route && exceptions[`${route.method} ${route.path.replace(/^\/api/, "")}` as RouteName]) ?? usual;
}
