// Removes the overlap where a reply that broke off goes on: Claude may begin by repeating the end of its own text. Pure.

/** In UTF-16 units. Up to `longest` of the new text is compared; a repetition shorter than `shortest` counts as chance. */
const overlap = { longest: 200, shortest: 8 };

/**
 * Returns `next` without the part that repeats the end of `text`, or `undefined` if more of `next` has to arrive before that is known.
 * `isComplete`: nothing more of `next` will arrive.
 */
export function textAfterOverlap(text: string, next: string, isComplete: boolean): string | undefined {
	if (next.length < overlap.longest && !isComplete) return undefined;
	for (let length = Math.min(next.length, text.length, overlap.longest); length >= overlap.shortest; length--)
		if (text.endsWith(next.slice(0, length))) return next.slice(length);
	return next;
}
