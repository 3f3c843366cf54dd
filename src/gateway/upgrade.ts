// Opens a socket of a conversation: at its object, or at the relay that the conversation names. Knows for a moment which conversations have
// relays, so that newcomers of a large one do not all ask it first.

import { BoundedMap } from "../auth/bounded-map.ts";
import { refusalOf } from "../auth/identify.ts";
import { upgradeRequest } from "../conversation/object.ts";
import { refuseUpgrade } from "../platform/upgrade.ts";
import { closeCodes } from "../protocol/errors.ts";
import { movedTo } from "../relay/moved.ts";
import { relayName, relayOf } from "../relay/placement.ts";
import type { Settings } from "../settings.ts";

type Upgrade = Parameters<typeof upgradeRequest>[0];
type Objects = { getByName(name: string): { fetch(request: Request): Promise<Response> } };
type Bindings = { CONVERSATIONS: Objects; RELAYS: Objects; USERS: Cloudflare.Env["USERS"] };

/** In ms. A conversation that has become small again gets its newcomers back after this. */
const knownFor = 30_000;
const relaysOf = new BoundedMap<string, { relays: number; until: number }>(1_000);

/**
 * Answers with the socket, or says why the conversation refuses it. A sign-in that ends closes only the sockets that are open by then, so
 * it is asked for once more when this one is open.
 */
export async function upgradeAt(
	env: Bindings,
	settings: Settings,
	conversationId: string,
	upgrade: Omit<Upgrade, "mayMove">,
): Promise<Response> {
	const answer = await openAt(env, conversationId, upgrade, Date.now());
	const { webSocket } = answer;
	if (!webSocket) return answer;
	const hangUp = () => {
		webSocket.accept();
		webSocket.close(closeCodes.token, "the sign-in has ended");
	};
	try {
		const refused = await refusalOf(upgrade.identity, settings, env.USERS, Date.now());
		if (!refused) return answer;
		hangUp();
		return refuseUpgrade(refused);
	} catch (error) {
		hangUp();
		throw error;
	}
}

async function openAt(env: Bindings, conversationId: string, upgrade: Omit<Upgrade, "mayMove">, now: number): Promise<Response> {
	const conversation = env.CONVERSATIONS.getByName(conversationId);
	const known = relaysOf.get(conversationId);
	let relays = known && now < known.until ? known.relays : 0;
	if (relays === 0) {
		const answer = await conversation.fetch(upgradeRequest({ ...upgrade, mayMove: true }));
		const moved = movedTo(answer);
		if (moved === undefined) return answer;
		relays = moved;
		relaysOf.set(conversationId, { relays, until: now + knownFor });
	}
	const relay = env.RELAYS.getByName(relayName(conversationId, relayOf(upgrade.identity.userId, relays)));
	const answer = await relay.fetch(upgradeRequest(upgrade));
	// This person's sockets are the conversation's own.
	return movedTo(answer) === undefined ? answer : conversation.fetch(upgradeRequest(upgrade));
}
