// A jump wins over the reader's scroll in progress. Browsers carry that scroll on from wherever the log is put, and nothing cancels it.

/** In ms: after a key, a turn of the wheel or a swipe, the log moves for less than this. */
const longestScroll = 1_000;

export class Jumps {
	/** As `performance.now()`. */
	#scrolledAt = Number.NEGATIVE_INFINITY;
	#jumpedAt = Number.NEGATIVE_INFINITY;

	/** Notes the reader's scrolls until the signal. */
	follow(frame: HTMLElement, signal: AbortSignal): void {
		const onInput = (event: Event) => {
			// At the document, where it is known whether a key was meant for something else.
			if (!event.defaultPrevented && frame.contains(event.target as Node)) this.#scrolledAt = performance.now();
		};
		for (const type of ["wheel", "touchmove", "keydown"]) document.addEventListener(type, onInput, { passive: true, signal });
		// Whoever takes the scroll bar scrolls from here.
		frame.addEventListener("pointerdown", () => (this.#jumpedAt = Number.NEGATIVE_INFINITY), { signal });
	}

	onJump(): void {
		this.#jumpedAt = performance.now();
	}

	/** True if what scrolls now was begun before the last jump. */
	get isOverriding(): boolean {
		return this.#jumpedAt > this.#scrolledAt && performance.now() < this.#scrolledAt + longestScroll;
	}
}
