// The rest of the server as Socket.IO sees it: verifies tokens and opens conversations. No other file
// of this folder does.

import { identify, refusalOf } from "../../auth/identify.ts";
import type { Identity, Verified } from "../../auth/tokens.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Settings } from "../../settings.ts";
import { type Holder, openSocket } from "../native-socket.ts";

export class Backend {
	readonly settings: Settings;
	readonly #env: Env;

	constructor(env: Env, settings: Settings) {
		this.#env = env;
		this.settings = settings;
	}

	identify(token: string | undefined): Promise<Verified> {
		return identify(token, this.settings, this.#env.USERS, Date.now());
	}

	/** Opens a native socket to a conversation, or returns why it is refused. */
	async open(identity: Identity, conversationId: string, cursor: string | undefined, holder: Holder): Promise<WebSocket | Refusal> {
		// The client was identified when it connected, which may be long ago. Signing out closes
		// only the sockets that are open by then.
		const refusal = await refusalOf(identity, this.settings, this.#env.USERS, Date.now());
		return refusal ?? openSocket(this.#env.CONVERSATIONS.getByName(conversationId), identity, cursor, holder);
	}
}
