// Lets a socket into a relay as the conversation has answered, and sends it `chat:joined`.

import { signInOf } from "../auth/personal-token.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Answer, Entry, Facts, Page } from "../conversation/relays/delivery.ts";
import type { Holder, Socket } from "../conversation/sockets/socket.ts";
import type { Sockets } from "../conversation/sockets/sockets.ts";
import { acceptUpgrade, refuseUpgrade } from "../platform/upgrade.ts";
import { encodeFrame } from "../protocol/encode-frame.ts";
import { closeCodes } from "../protocol/errors.ts";
import { randomId } from "../protocol/random-id.ts";
import { moveTo } from "./moved.ts";

export type Upgrade = { identity: Identity; cursor?: string | undefined; isChatProtocol: boolean; holder?: Holder | undefined };

type Dependencies = { conversationId: string; sockets: Sockets; accept: (socket: WebSocket) => void };

export class Entrance {
	readonly #with: Dependencies;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/** `page`: the messages as of the answer, for whoever may enter. */
	open({ identity, isChatProtocol, holder }: Upgrade, entry: Entry, page: Page | undefined, { cursor, at, feed }: Answer): Response {
		if ("refusal" in entry) return refuseUpgrade(entry.refusal);
		if ("elsewhere" in entry || !page) return moveTo(0);
		const { conversationId, sockets, accept } = this.#with;
		if (!sockets.makeRoom(identity.userId, holder)) return refuseUpgrade({ code: "too_many" });
		const { 0: theirs, 1: ours } = new WebSocketPair();
		accept(ours);
		const client = sockets.open(ours, {
			conversationId,
			person: entry.facts.you,
			network: identity.network,
			holder,
			...signInOf(identity),
			relayed: { id: randomId(), at, feed },
		});
		client.send(joinedFrame(entry.facts, page, cursor));
		sockets.joined(client);
		return acceptUpgrade(theirs, isChatProtocol);
	}

	/** Somebody who is connected asked again, or may have missed something. */
	goOn(client: Socket, entry: Entry, page: Page | undefined, { cursor }: Answer): void {
		if ("refusal" in entry) client.close(closeCodes.removed, "no longer a member");
		else if ("elsewhere" in entry || !page) client.close(closeCodes.resync, "another place");
		else client.send(joinedFrame(entry.facts, page, cursor));
	}
}

function joinedFrame(facts: Facts, page: Page, cursor: string): string {
	return encodeFrame([{ ...facts, cursor, ...page }]);
}
