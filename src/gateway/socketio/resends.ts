// Which message is which, where a client does not say: it sends again what was not acknowledged in time (`retries`, `ackTimeout`), and nothing
// in a packet tells that from the same words said twice. So a message's id is made of what its sender knew when it was said, which is the same
// when it is said again: whose connection it is, how many acknowledgements it has had, and the words. Pure. Times in ms.

/** Sent, as the hash of it, and not known to have been acknowledged to who sent it; `mark`: it is, once what was sent up to there has been read. */
type Open = { said: string; clientId: string; at: number; mark?: number };

export type SendsState = { base: string; acknowledged: number; open: Open[] };

/** The same words again within this time were said by somebody who did not wait: no client gives an acknowledgement up so soon. */
const impatience = 50;
/** Of those that wait, so many are remembered. */
const most = 256;

export class Sends {
	readonly #base: string;
	#acknowledged: number;
	#open: Open[];

	constructor({ base, acknowledged, open }: SendsState) {
		this.#base = base;
		this.#acknowledged = acknowledged;
		// Marks are a connection's own: of what came by an earlier one it is not known any more whether it was read.
		this.#open = open.map(({ mark, ...sent }) => (mark === undefined ? sent : { ...sent, mark: Number.POSITIVE_INFINITY }));
	}

	get state(): SendsState {
		return { base: this.#base, acknowledged: this.#acknowledged, open: this.#open };
	}

	get acknowledged(): number {
		return this.#acknowledged;
	}

	/** The `clientId` of something said: all of it, as one text. */
	idOf(words: string, now: number): string {
		const said = hash(words);
		const same = this.#open.filter((sent) => sent.said === said);
		const again = same.find(({ at, mark }) => mark !== undefined || now - at >= impatience);
		if (again) return again.clientId;
		// Whoever waits for acknowledgements has had those before this.
		this.#open = this.#open.filter(({ mark }) => mark === undefined).slice(-most);
		const clientId = `${this.#base}.${this.#acknowledged}.${said}.${same.length}`;
		this.#open.push({ said, clientId, at: now });
		return clientId;
	}

	/** It is about to be acknowledged: that will have come when everything up to `mark` has been read. */
	answered(clientId: string, mark: () => number): void {
		const sent = this.#open.find((open) => open.clientId === clientId);
		if (!sent) return;
		if (sent.mark === undefined) this.#acknowledged += 1;
		sent.mark = mark();
	}

	read(mark: number): void {
		this.#open = this.#open.filter((sent) => sent.mark === undefined || sent.mark > mark);
	}
}

/** 53 bits of a text (cyrb53). Whoever finds two texts with the same one is told of a conflict. */
function hash(text: string): string {
	let [high, low] = [0xdeadbeef, 0x41c6ce57];
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		high = Math.imul(high ^ unit, 0x9e3779b1);
		low = Math.imul(low ^ unit, 0x5f356495);
	}
	high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
	low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
	return (4294967296 * (0x1fffff & low) + (high >>> 0)).toString(36);
}
