// A client whose socket a relay holds, while one of its frames is handled. What it is sent goes to the relay in the order of everything else.

import type { CloseCode } from "../../protocol/errors.ts";
import type { Author } from "../../protocol/person.ts";
import type { Scope } from "../../protocol/token.ts";
import type { Requester } from "../ports.ts";
import type { FanoutClient } from "../sockets/fanout.ts";
import type { Addressee, Sender } from "./delivery.ts";

export class RelayedClient implements FanoutClient {
	readonly #sender: Sender;
	readonly #relays: { sendFrame(to: Addressee, frame: string): void };
	/** Only people who may see the whole conversation are at relays. */
	readonly readsFrom = 1;

	constructor(sender: Sender, relays: { sendFrame(to: Addressee, frame: string): void }) {
		this.#sender = sender;
		this.#relays = relays;
	}

	get person(): Author {
		return this.#sender.person;
	}

	get requester(): Requester {
		return { userId: this.person.userId, network: this.#sender.network };
	}

	get scopes(): readonly Scope[] | undefined {
		return this.#sender.scopes;
	}

	get tokenId(): string | undefined {
		return this.#sender.tokenId;
	}

	get expiresAt(): number {
		return this.#sender.expiresAt;
	}

	isOpen(now: number): boolean {
		return now < this.expiresAt;
	}

	send(frame: string): void {
		this.#relays.sendFrame({ userId: this.person.userId, socketId: this.#sender.socketId }, frame);
	}

	// The relay does these itself.
	expire(): void {}
	limitTo(): void {}
	renew(): void {}
	acknowledge(): void {}
	close(_code: CloseCode, _reason: string): void {}
}
