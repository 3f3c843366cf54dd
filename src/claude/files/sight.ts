// Learns from a server's refusals whether a model of unknown abilities sees pictures and reads PDFs.
// Pure.

import type { ReadAs } from "../../protocol/files/reading.ts";

/** The kinds of files that a model may be unable to read. Every model reads texts. */
export type Seen = Exclude<ReadAs, "text">;

/** In ms. After so long a model is tried again: a server may serve another one by now, under the same name. */
export const forgetAfter = 3600_000;

type Refusal = { contents: ReadonlySet<string>; at: number };

export class Sight {
	readonly #blindUntil = new Map<Seen, number>();
	/** The last refusal, since when nothing of this kind was read. */
	readonly #refused = new Map<Seen, Refusal>();

	isBlind(kind: Seen, now: number): boolean {
		return now < (this.#blindUntil.get(kind) ?? Number.NEGATIVE_INFINITY);
	}

	/** The server says that the model reads none of this kind. */
	deny(kind: Seen, now: number): void {
		this.#blindUntil.set(kind, now + forgetAfter);
	}

	/**
	 * A request was answered only without files of these contents. A single file may be damaged: the model is blind once others were refused,
	 * too.
	 */
	refuse(kind: Seen, contents: ReadonlySet<string>, now: number): void {
		const before = this.#refused.get(kind);
		const isSecond = before !== undefined && now - before.at < forgetAfter && ![...contents].some((one) => before.contents.has(one));
		if (isSecond) this.deny(kind, now);
		this.#refused.set(kind, { contents, at: now });
	}

	/** The model has read one. */
	see(kind: Seen): void {
		this.#refused.delete(kind);
		this.#blindUntil.delete(kind);
	}
}
