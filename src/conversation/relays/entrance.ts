// Where a new socket goes: to the conversation's object, or to a relay.

import { signInOf } from "../../auth/personal-token.ts";
import type { Identity } from "../../auth/tokens.ts";
import { acceptUpgrade, buildUpgrade, readUpgrade, refuseUpgrade } from "../../platform/upgrade.ts";
import { moveTo } from "../../relay/moved.ts";
import type { Holder } from "../sockets/socket.ts";
import type { Parts } from "../wiring.ts";

/** What the Worker passes on with a socket. `mayMove`: it can take the socket to a relay. */
export type Upgrade = {
	identity: Identity;
	cursor: string | undefined;
	isChatProtocol: boolean;
	holder?: Holder | undefined;
	mayMove?: boolean;
};

export const upgradeRequest = (upgrade: Upgrade): Request => buildUpgrade(upgrade);

/** Answers an `upgradeRequest`. */
export async function enter(parts: Parts, ctx: DurableObjectState, request: Request): Promise<Response> {
	const { identity, cursor, isChatProtocol, holder, mayMove } = readUpgrade<Upgrade>(request);
	const { admission, sockets, clients, relays, store, conversation } = parts;
	const relaysNow = mayMove ? relays.forNewcomers(sockets.size, clients.people) : 0;
	if (relaysNow > 0) return moveTo(relaysNow);
	const person = (await admission.refuseBefore(identity)) ?? admission.connect(identity, holder);
	if ("code" in person) return refuseUpgrade(person);
	const { 0: theirs, 1: ours } = new WebSocketPair();
	ctx.acceptWebSocket(ours);
	const client = sockets.open(ours, { conversationId: store.info.id, person, network: identity.network, holder, ...signInOf(identity) });
	conversation.join(client, cursor);
	sockets.joined(client);
	return acceptUpgrade(theirs, isChatProtocol);
}
