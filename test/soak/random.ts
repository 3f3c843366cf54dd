// Replayable random numbers: the same seed gives the same sequence. Pure.

export type Random = {
	/** A number from 0 up to 1. */
	next(): number;
	/** A whole number below `most`. */
	below(most: number): number;
	chance(probability: number): boolean;
};

/** The mulberry32 generator. */
export function randomOf(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return { next, below: (most) => Math.floor(next() * most), chance: (probability) => next() < probability };
}
