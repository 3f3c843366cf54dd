// Where an answer that was interrupted goes on: what it says again of its own end is left out. Pure.

/** In UTF-16 units: how much of what comes has to be there to see whether it repeats, and how much of it is no chance. */
const length = { looked: 200, least: 8 };

/**
 * What `next` adds to `text`, without a repetition of the end of `text` at its beginning. `undefined` while more of it could change
 * the answer and more is to come.
 */
export function addedBy(text: string, next: string, isAll: boolean): string | undefined {
	if (next.length < length.looked && !isAll) return undefined;
	for (let repeated = Math.min(next.length, text.length, length.looked); repeated >= length.least; repeated--)
		if (text.endsWith(next.slice(0, repeated))) return next.slice(repeated);
	return next;
}
