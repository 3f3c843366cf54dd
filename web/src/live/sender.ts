// Sends a conversation's outgoing messages one at a time until each is acknowledged, and keeps them in the outbox meanwhile.
// Of a person's tabs one sends. Must not depend on sockets or React.

import type { Clock } from "./connection.ts";
import type { OpenOutbox, Outbox } from "./outbox.ts";
import { nextToSend, type OutgoingMessage } from "./outgoing.ts";
import type { Action, Transcript } from "./transcript.ts";

export type SenderOptions = {
	clock: Clock;
	openOutbox: OpenOutbox;
	transcript(): Transcript;
	apply(action: Action): void;
	isConnected(): boolean;
	/** False if there is no connection. */
	send(message: OutgoingMessage): boolean;
	/** Replaces a connection that leaves messages unanswered. */
	reconnect(): void;
};

/** In ms: a connection that leaves a message unacknowledged for so long is replaced. */
const acknowledgementTimeout = 15_000;
/** In ms: sending starts without the saved messages if the disk has not answered by then. */
const restoreTimeout = 3_000;

export class Sender {
	readonly #options: SenderOptions;
	#outbox: Outbox | undefined;
	/** Nothing is sent before the outbox was read: saved messages go before new ones. */
	#isRestored = false;
	#isOurTurn = false;
	/** True if, as far as this tab knows, the person wrote last in this tab: then it should be the one to send. */
	#wroteLast = false;
	#cancelRestoring = () => {};
	#cancelTimer = () => {};

	constructor(options: SenderOptions) {
		this.#options = options;
	}

	get isOpen(): boolean {
		return this.#outbox !== undefined;
	}

	open(token: string | null): void {
		const { clock, openOutbox, apply } = this.#options;
		this.#outbox = openOutbox(token, {
			restored: (outgoing) => this.#restore(outgoing),
			saved: (outgoing) => apply({ type: "outbox updated", outgoing }),
			discarded: (clientId) => apply({ type: "discarded", clientId }),
			turnChanged: (isOurs) => this.#setTurn(isOurs),
		});
		this.#cancelRestoring = clock.after(restoreTimeout, () => this.#restore([]));
	}

	close(): void {
		this.#outbox?.close();
		this.#outbox = undefined;
		this.#isRestored = false;
		this.#isOurTurn = false;
		this.#cancelRestoring();
		this.#cancelTimer();
	}

	connected(): void {
		this.#outbox?.requestTurn(this.#wroteLast);
	}

	/** Lets another tab send, which may have a connection. */
	disconnected(): void {
		this.#outbox?.releaseTurn();
		this.#isOurTurn = false;
	}

	/** Saves a message that was written or retried here, and makes this tab the one that sends. */
	save(clientId: string): void {
		const message = this.#find(clientId);
		if (message) this.#outbox?.save(message);
		this.#wroteLast = true;
		if (this.#options.isConnected() && !this.#isOurTurn) this.#outbox?.requestTurn(true);
	}

	discard(clientId: string): void {
		const message = this.#find(clientId);
		if (!message) return;
		this.#options.apply({ type: "discarded", clientId });
		this.#outbox?.discard(message);
	}

	/** True if every unacknowledged message is on disk. */
	get isSaved(): boolean {
		return this.#options.transcript().outgoing.every(({ clientId }) => this.#outbox?.isSaved(clientId));
	}

	/** Compares with the messages before a change: removes those now stored, and saves those now refused. */
	settle(before: readonly OutgoingMessage[]): void {
		for (const one of before) {
			const message = this.#find(one.clientId);
			if (!message) this.#outbox?.remove(one);
			else if (message.state.type === "failed" && one.state.type !== "failed") this.#outbox?.save(message);
		}
	}

	/** To be called after every change of the transcript. */
	sendNext(): void {
		if (!this.#isRestored || !this.#isOurTurn) return;
		const { clock, transcript, send, apply, reconnect } = this.#options;
		const { heldUntil } = transcript();
		const now = clock.now();
		const message = nextToSend(transcript(), now);
		if (!message) {
			if (heldUntil > now) this.#setTimer(heldUntil - now, () => apply({ type: "time passed", now: clock.now() }));
			return;
		}
		if (!send(message)) return;
		const { clientId } = message;
		apply({ type: "sent", clientId });
		this.#setTimer(acknowledgementTimeout, () => {
			if (this.#find(clientId)?.state.type === "sent") reconnect();
		});
	}

	#restore(saved: readonly OutgoingMessage[]): void {
		this.#cancelRestoring();
		this.#isRestored = true;
		this.#options.apply({ type: "outbox restored", outgoing: saved });
		this.settle(saved);
	}

	#setTurn(isOurs: boolean): void {
		this.#isOurTurn = isOurs;
		if (!isOurs) this.#wroteLast = false;
		this.sendNext();
	}

	#find(clientId: string): OutgoingMessage | undefined {
		return this.#options.transcript().outgoing.find((one) => one.clientId === clientId);
	}

	#setTimer(ms: number, call: () => void): void {
		this.#cancelTimer();
		this.#cancelTimer = this.#options.clock.after(ms, call);
	}
}
