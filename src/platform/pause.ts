// Pauses by a clock that may be set back while they last. Pure. Times in ms.

/** When a pause is over. One that began at a time that has not come yet begins now: it gets no longer. */
export function endOfPause(begunAt: number, length: number, now: number): number {
	return Math.min(begunAt, now) + length;
}
