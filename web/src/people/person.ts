// The colour of a person: one of those in `tokens.css`, always the same for the same id.

const hues = 8;

/** 0 to 7. */
export function hueOf(userId: string): number {
	let hash = 7;
	for (let index = 0; index < userId.length; index += 1) hash = (hash * 31 + userId.charCodeAt(index)) >>> 0;
	return hash % hues;
}
