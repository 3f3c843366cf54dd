// Opens a socket of a conversation: at its object, or at the relay that the conversation names. Knows for a moment which conversations have
// relays, so that newcomers of a large one do not all ask it first.

import { BoundedMap } from "../auth/bounded-map.ts";
import { upgradeRequest } from "../conversation/object.ts";
import { movedTo } from "../relay/moved.ts";
import { relayName, relayOf } from "../relay/placement.ts";

type Upgrade = Parameters<typeof upgradeRequest>[0];
type Objects = { getByName(name: string): { fetch(request: Request): Promise<Response> } };

/** In ms. A conversation that has become small again gets its newcomers back after this. */
const knownFor = 30_000;
const relaysOf = new BoundedMap<string, { relays: number; until: number }>(1_000);

export async function upgradeAt(
	env: { CONVERSATIONS: Objects; RELAYS: Objects },
	conversationId: string,
	upgrade: Omit<Upgrade, "mayMove">,
	now: number,
): Promise<Response> {
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
