// The colour that stands in a picture's place until it is there, in the form of a thumbhash (https://evanw.github.io/thumbhash) without detail:
// any client that knows the form can read it, and this page needs no more than the colour. Pure.

/** From 0 to 1. */
type Colour = { r: number; g: number; b: number };

/** The mean of pixels, four bytes each; `undefined` if one is not opaque. */
export function meanOf(pixels: Uint8ClampedArray): Colour | undefined {
	const sum = { r: 0, g: 0, b: 0 };
	for (let at = 0; at < pixels.length; at += 4) {
		if (pixels[at + 3] !== 255) return undefined;
		sum.r += pixels[at] ?? 0;
		sum.g += pixels[at + 1] ?? 0;
		sum.b += pixels[at + 2] ?? 0;
	}
	const all = (pixels.length / 4) * 255;
	return { r: sum.r / all, g: sum.g / all, b: sum.b / all };
}

/** The number of cosine terms but the first, of a channel. */
function termsOf(across: number, down: number): number {
	let count = -1;
	for (let y = 0; y < down; y++) count += Math.ceil((across * (down - y)) / down);
	return count;
}

export function thumbhashOf({ r, g, b }: Colour, width: number, height: number): string {
	const longest = Math.max(width, height);
	const [across, down] = [width, height].map((side) => Math.max(1, Math.round((7 * side) / longest))) as [number, number];
	const isLandscape = width > height;
	const header =
		Math.round((63 * (r + g + b)) / 3) | (Math.round(31.5 + 31.5 * ((r + g) / 2 - b)) << 6) | (Math.round(31.5 + 31.5 * (r - g)) << 12);
	const shape = (isLandscape ? down : across) | (isLandscape ? 0x8000 : 0);
	const terms = termsOf(Math.max(3, across), Math.max(3, down)) + 2 * termsOf(3, 3);
	const bytes = [
		header & 255,
		(header >> 8) & 255,
		header >> 16,
		shape & 255,
		shape >> 8,
		...Array<number>(Math.ceil(terms / 2)).fill(0x88),
	];
	return btoa(String.fromCharCode(...bytes));
}

/** The mean colour of any thumbhash, for a style. */
export function colourOf(thumbhash: string): string | undefined {
	try {
		const [low = 0, middle = 0, high = 0] = Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
		const header = low | (middle << 8) | (high << 16);
		const [l, p, q] = [(header & 63) / 63, ((header >> 6) & 63) / 31.5 - 1, ((header >> 12) & 63) / 31.5 - 1];
		const b = l - (2 / 3) * p;
		const r = (3 * l - b + q) / 2;
		const parts = [r, r - q, b].map((part) => Math.round(255 * Math.min(1, Math.max(0, part))));
		return `rgb(${parts.join(" ")})`;
	} catch {
		return undefined;
	}
}
