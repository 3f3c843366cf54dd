// The rest of the server as Socket.IO sees it: verifies tokens and opens conversations, and counts both as requests. No
// other file of this folder does.

import { passGate, passNetworkGate } from "../../auth/gates.ts";
import { identify, refusalOf } from "../../auth/identify.ts";
import type { Identity, Verified } from "../../auth/tokens.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Settings } from "../../settings.ts";
import { type Holder, openSocket } from "../native-socket.ts";

export class Backend {
	readonly settings: Settings;
	readonly #env: Env;
	readonly #network: string | undefined;

	/** `network`: where the client's connection comes from. */
	constructor(env: Env, settings: Settings, network: string | undefined) {
		this.#env = env;
		this.settings = settings;
		this.#network = network;
	}

	async identify(token: string | undefined): Promise<Verified> {
		const crowded = await this.#passNetwork();
		if (crowded) return { refusal: crowded };
		const verified = await identify(token, this.settings, this.#env, this.#network, Date.now());
		if ("refusal" in verified) return verified;
		const limited = await this.#passPerson(verified.identity);
		return limited ? { refusal: limited } : verified;
	}

	/** Opens a native socket to a conversation, or returns why it is refused. */
	async open(identity: Identity, conversationId: string, cursor: string | undefined, holder: Holder): Promise<WebSocket | Refusal> {
		const limited = (await this.#passNetwork()) ?? (await this.#passPerson(identity));
		if (limited) return limited;
		// The client was identified when it connected, which may be long ago. Signing out closes
		// only the sockets that are open by then.
		const refusal = await refusalOf(identity, this.settings, this.#env.USERS, Date.now());
		return refusal ?? openSocket(this.#env.CONVERSATIONS.getByName(conversationId), identity, cursor, holder);
	}

	#passNetwork() {
		return passNetworkGate(this.#env, "NETWORKS", this.#network);
	}

	#passPerson({ userId }: Identity) {
		return passGate(this.#env, "PEOPLE", userId);
	}
}
