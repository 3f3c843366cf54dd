// Recognizes messages that a client sends again. Pure.

import { randomId } from "../../protocol/random-id.ts";
import { textHash } from "./text-hash.ts";

/**
 * A message whose sender may not know yet that it is acknowledged; `ping`: the sender knows once
 * this one is answered.
 */
type Unread = { hash: string; clientId: string; sentAt: number; ping?: number };

/** `base`: of the client's `pid`, if it has one. `sendsOnce`: see `Resends.sendsOnce`. */
export type ResendsState = { base: string; acknowledged: number; unread: Unread[]; sendsOnce?: boolean };

/** In ms. No client gives up on an acknowledgement sooner, nor sooner than this after a round trip. */
const shortestPatience = { always: 50, afterRoundTrip: 20 };
/** Unacknowledged messages that are remembered. */
const maxUnread = 256;

/**
 * If two texts share a hash, the second message is refused with `conflict`.
 *
 * A client repeats a message that was not acknowledged in time (`retries`, `ackTimeout`), and
 * nothing in a packet distinguishes that from equal words sent twice. So a message's id consists of
 * what its sender knew when it sent it: its connection, how many acknowledgements it had received,
 * and the words. Equal words that arrive within a round trip are two messages. Times in ms.
 */
export class Resends {
	readonly #base: string;
	#acknowledged: number;
	#unread: Unread[];
	#sendsOnce: boolean;
	/** The times for which the last two messages waited here for their acknowledgements. */
	#answerTimes: [number, number] = [0, 0];

	constructor({ base, acknowledged, unread, sendsOnce = false }: ResendsState) {
		this.#base = base;
		this.#acknowledged = acknowledged;
		this.#sendsOnce = sendsOnce;
		// Pings belong to one transport: nobody will report that those of an earlier one were
		// answered.
		this.#unread = unread.map(({ ping, ...message }) => (ping === undefined ? message : { ...message, ping: Number.POSITIVE_INFINITY }));
	}

	get state(): ResendsState {
		return { base: this.#base, acknowledged: this.#acknowledged, unread: this.#unread, sendsOnce: this.#sendsOnce };
	}

	get acknowledged(): number {
		return this.#acknowledged;
	}

	/**
	 * The client does not use `retries`: with it, every event asks for an acknowledgement, and the
	 * next one waits for that. Equal words are then always different messages.
	 */
	sendsOnce(): void {
		this.#sendsOnce = true;
	}

	/** The `clientId` for a message, given as one text. `roundTrip`: to the client and back. */
	idOf(text: string, now: number, roundTrip: number): string {
		const hash = textHash(text);
		if (this.#unread.some((message) => message.ping === undefined && message.hash !== hash)) this.sendsOnce();
		const last = this.#unread.findLast((message) => message.hash === hash);
		if (last && !this.#sendsOnce && now - last.sentAt >= this.#patience(roundTrip)) {
			last.sentAt = now;
			return last.clientId;
		}
		// A client that sends something new has received the acknowledgements before it.
		this.#unread = this.#unread.filter(({ ping }) => ping === undefined).slice(-maxUnread);
		const clientId = last || this.#sendsOnce ? randomId() : `${this.#base}.${this.#acknowledged}.${hash}.0`;
		this.#unread.push({ hash, clientId, sentAt: now });
		return clientId;
	}

	/** The least time after which the client may send a message again. */
	#patience(roundTrip: number): number {
		return Math.max(shortestPatience.always, roundTrip + shortestPatience.afterRoundTrip + Math.min(...this.#answerTimes));
	}

	/** The message is about to be acknowledged. `ping` sends one and returns its number. */
	acknowledge(clientId: string, ping: () => number, now: number): void {
		const message = this.#unread.find((unread) => unread.clientId === clientId);
		if (!message) return;
		if (message.ping === undefined) {
			this.#acknowledged += 1;
			this.#answerTimes = [this.#answerTimes[1], now - message.sentAt];
		}
		message.ping = ping();
	}

	pongReceived(ping: number): void {
		this.#unread = this.#unread.filter((message) => message.ping === undefined || message.ping > ping);
	}
}
