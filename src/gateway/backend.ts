// The rest of the server for a client whose connection the Worker holds: verifies tokens and opens conversations, and counts both as
// requests.

import { passGate, passNetworkGate } from "../auth/gates.ts";
import { identify, refusalOf } from "../auth/identify.ts";
import type { Identity, Verified } from "../auth/tokens.ts";
import { type FileToTake, takeFile } from "../files/upload.ts";
import { type HeldBy, type Hold, heldBytes, heldPackets, streamOf } from "../platform/held-bytes.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import type { Settings } from "../settings.ts";
import { type Holder, openSocket } from "./native-socket.ts";

/** The longest file that may come over a socket, in bytes. */
export const mostBytesOf = ({ files }: Settings): number => Math.min(files.maxBytes, fileLimits.inMemory.person);

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
		return refusal ?? openSocket(this.#env, this.settings, conversationId, identity, cursor, holder);
	}

	get mostBytes(): number {
		return mostBytesOf(this.settings);
	}

	/** Holds what comes over a socket until it is stored. `of`: `undefined` while nobody is known. */
	hold(of: HeldBy | undefined): Hold {
		return heldBytes.hold(of ?? { userId: `${crypto.randomUUID()} of nobody`, network: this.#network });
	}

	/** Holds packets until a client can be sent them. */
	holdPackets(of: HeldBy): Hold {
		return heldPackets.hold(of);
	}

	/** Stores the files of a message, one after the other, and returns what the message names them by. */
	async storeFiles(
		identity: Identity,
		conversationId: string,
		files: readonly (FileToTake | { id: unknown })[],
	): Promise<{ files: unknown[] } | Refusal> {
		const busy = (await this.#passNetwork()) ?? (await this.#passPerson(identity));
		if (busy) return busy;
		const sender = { env: this.#env, settings: this.settings, identity, conversationId };
		const names: unknown[] = [];
		for (const file of files) {
			if ("id" in file) {
				names.push(file.id);
				continue;
			}
			const { bytes, ...upload } = file;
			const taken = await takeFile(sender, { ...upload, length: bytes.length }, streamOf(bytes));
			if (isRefusal(taken)) return taken;
			names.push(taken.file.id);
		}
		return { files: names };
	}

	#passNetwork() {
		return passNetworkGate(this.#env, "NETWORKS", this.#network);
	}

	#passPerson({ userId }: Identity) {
		return passGate(this.#env, "PEOPLE", userId);
	}
}
