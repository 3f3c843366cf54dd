// How much Claude may have written of which nothing has come: by the time, and by how fast its text comes. Pure. Times in ms.

import type { ModelEvent } from "../../ports.ts";

/** Claude writes no faster, in tokens a second. */
export const fastest = 150;
/** So long Claude may go on after we have ended a request. */
const endsWithin = 1_000;
/** Text that has come for so long shows how fast Claude writes. It may write so much faster at other times. */
const observedFor = 2_000;
const margin = 1.25;

export class Pace {
	/** How long Claude may have written what nobody sees. */
	#hiddenMs = 0;
	#signAt: number | undefined;
	/** Text comes as it is written. Before anything else, more may have been written than is shown. */
	#isWriting = false;
	/** How long text has come since the last look, and how many tokens of it. */
	#writingMs = 0;
	#written = 0;
	/** The fastest that was seen, in tokens a second. */
	#seen = 0;
	/** What may have been on its way when the request ended. */
	#late = 0;

	/** Claude gave a sign of life. A ping does not say that the text goes on. */
	sign(event: ModelEvent, at: number): void {
		const isPing = event.type === "alive" && event.unshown === undefined;
		if (isPing && this.#isWriting) return;
		const passed = this.#since(at);
		if (this.#isWriting) this.#writingMs += passed;
		else this.#hiddenMs += passed;
		this.#signAt = at;
		if (!isPing) this.#isWriting = event.type === "text" || event.type === "citation";
	}

	/** So many tokens of text have come. */
	receive(tokens: number): void {
		this.#written += tokens;
		if (this.#writingMs < observedFor) return;
		this.#seen = Math.max(this.#seen, (this.#written * 1000) / this.#writingMs);
		this.#writingMs = 0;
		this.#written = 0;
	}

	/** The request is over, and Claude was not. */
	end(at: number): void {
		if (this.#signAt === undefined) return;
		this.#late += tokensIn(this.#since(at) + endsWithin, this.perSecond);
		this.#signAt = at;
		this.#isWriting = true;
	}

	/** At most so many tokens a second. */
	get perSecond(): number {
		return this.#isWriting && this.#seen > 0 ? Math.min(fastest, Math.ceil(margin * this.#seen)) : fastest;
	}

	/** At most so many tokens have been written besides the text that came. */
	unseenAt(at: number): number {
		return tokensIn(this.#hiddenMs + (this.#isWriting ? 0 : this.#since(at)), fastest) + this.#late;
	}

	#since(at: number): number {
		return this.#signAt === undefined ? 0 : Math.max(0, at - this.#signAt);
	}
}

function tokensIn(ms: number, perSecond: number): number {
	return Math.ceil((ms / 1000) * perSecond);
}
