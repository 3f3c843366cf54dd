// A person's colour: always the same one for the same id, of those that `tokens.css` has.

const hues = 8;

/** 0 to 7. */
export function hueOf(userId: string): number {
	let hash = 7;
	for (let index = 0; index < userId.length; index += 1) hash = (hash * 31 + userId.charCodeAt(index)) >>> 0;
	return hash % hues;
}
