// Draws a text as a QR code, as ISO/IEC 18004 defines it: bytes, error correction M, up to version 10, which holds 213 bytes. Pure.

/** Rows of dark (true) and light modules, without the quiet zone. */
export type QrCode = readonly (readonly boolean[])[];

/** For each version from 1: error correction codewords of a block, and the data codewords of each of its blocks. */
const blocksOf: readonly { correction: number; data: readonly number[] }[] = [
	{ correction: 10, data: [16] },
	{ correction: 16, data: [28] },
	{ correction: 26, data: [44] },
	{ correction: 18, data: [32, 32] },
	{ correction: 24, data: [43, 43] },
	{ correction: 16, data: [27, 27, 27, 27] },
	{ correction: 18, data: [31, 31, 31, 31] },
	{ correction: 22, data: [38, 38, 39, 39] },
	{ correction: 22, data: [36, 36, 36, 37, 37] },
	{ correction: 26, data: [43, 43, 43, 43, 44] },
];
const alignmentsOf = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

/** `undefined` if the text is too long. */
export function qrCodeOf(text: string): QrCode | undefined {
	const bytes = new TextEncoder().encode(text);
	const index = blocksOf.findIndex(({ data }, at) => bytes.length + (at < 9 ? 2 : 3) <= sum(data));
	const blocks = blocksOf[index];
	if (!blocks) return undefined;
	const version = index + 1;
	const codewords = interleaved(dataCodewords(bytes, version, sum(blocks.data)), blocks);
	const drawn = masks.map((_, mask) => draw(codewords, version, mask));
	return drawn.reduce((best, other) => (penaltyOf(other) < penaltyOf(best) ? other : best));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** The mode, the length and the bytes; then zeros to a whole byte, and padding. */
function dataCodewords(bytes: Uint8Array, version: number, count: number): number[] {
	const bits: number[] = [];
	const push = (value: number, length: number) => {
		for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
	};
	push(0b0100, 4);
	push(bytes.length, version < 10 ? 8 : 16);
	for (const byte of bytes) push(byte, 8);
	push(0, Math.min(4, count * 8 - bits.length));
	while (bits.length % 8 > 0) bits.push(0);
	const words = Array.from({ length: bits.length / 8 }, (_, at) => bits.slice(at * 8, at * 8 + 8).reduce((word, bit) => word * 2 + bit, 0));
	for (let at = 0; words.length < count; at++) words.push(at % 2 === 0 ? 0xec : 0x11);
	return words;
}

function interleaved(words: readonly number[], { correction, data }: { correction: number; data: readonly number[] }): number[] {
	let from = 0;
	const blocks = data.map((length) => {
		from += length;
		return words.slice(from - length, from);
	});
	const corrections = blocks.map((block) => correctionOf(block, correction));
	const columns = (rows: readonly number[][]) =>
		Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, at) =>
			rows.flatMap((row) => (at < row.length ? [row[at] as number] : [])),
		).flat();
	return [...columns(blocks), ...columns(corrections)];
}

/** Powers of 2 in the field of 256 elements, and their exponents. */
const powers: number[] = [];
const exponents: number[] = [];
for (let exponent = 0, power = 1; exponent < 255; exponent++) {
	powers[exponent] = power;
	exponents[power] = exponent;
	power = (power * 2) ^ (power >= 128 ? 0x11d : 0);
}
const times = (one: number, other: number) =>
	one === 0 || other === 0 ? 0 : (powers[((exponents[one] as number) + (exponents[other] as number)) % 255] as number);

/** Reed-Solomon: the remainder of the block by the generator of that degree. */
function correctionOf(block: readonly number[], degree: number): number[] {
	let generator = [1];
	for (let root = 0; root < degree; root++) {
		const shifted = [...generator, 0];
		generator = shifted.map((factor, at) => factor ^ times(generator[at - 1] ?? 0, powers[root] as number));
	}
	const rest = [...block, ...Array<number>(degree).fill(0)];
	for (let at = 0; at < block.length; at++) {
		const factor = rest[at] as number;
		for (const [offset, coefficient] of generator.entries()) rest[at + offset] = (rest[at + offset] as number) ^ times(coefficient, factor);
	}
	return rest.slice(block.length);
}

const masks: readonly ((row: number, column: number) => boolean)[] = [
	(row, column) => (row + column) % 2 === 0,
	(row) => row % 2 === 0,
	(_, column) => column % 3 === 0,
	(row, column) => (row + column) % 3 === 0,
	(row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
	(row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
	(row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
	(row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

function draw(codewords: readonly number[], version: number, mask: number): boolean[][] {
	const size = 17 + 4 * version;
	const modules: (boolean | undefined)[][] = Array.from({ length: size }, () => Array<undefined>(size).fill(undefined));
	const set = (row: number, column: number, isDark: boolean) => {
		const line = modules[row];
		if (line && column >= 0 && column < size) line[column] = isDark;
	};
	drawPatterns(set, (row, column) => modules[row]?.[column] !== undefined, version, size);
	drawFormat(set, mask, size);
	if (version >= 7) drawVersion(set, version, size);
	let bit = 0;
	for (const [row, column] of pathThrough(size)) {
		if (modules[row]?.[column] !== undefined) continue;
		const isDark = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
		bit += 1;
		set(row, column, isDark !== (masks[mask] as (typeof masks)[number])(row, column));
	}
	return modules as boolean[][];
}

type Set = (row: number, column: number, isDark: boolean) => void;

/** The three corners, the lines of alternating modules between them, and the small squares. */
function drawPatterns(set: Set, isSet: (row: number, column: number) => boolean, version: number, size: number): void {
	const square = (row: number, column: number, radius: number, isDark: (ring: number) => boolean) => {
		for (let y = -radius; y <= radius; y++)
			for (let x = -radius; x <= radius; x++) set(row + y, column + x, isDark(Math.max(Math.abs(x), Math.abs(y))));
	};
	for (const [row, column] of [
		[3, 3],
		[3, size - 4],
		[size - 4, 3],
	] as const)
		square(row, column, 4, (ring) => ring !== 2 && ring !== 4);
	const places = alignmentsOf[version - 1] ?? [];
	for (const row of places) for (const column of places) if (!isSet(row, column)) square(row, column, 2, (ring) => ring !== 1);
	for (let at = 8; at < size - 8; at++)
		for (const [row, column] of [
			[6, at],
			[at, 6],
		] as const)
			set(row, column, at % 2 === 0);
}

/** The error correction (00 for M) and the mask, twice, protected by a code of their own. */
function drawFormat(set: Set, mask: number, size: number): void {
	const bits = ((mask << 10) | remainderOf(mask << 10, 0x537, 11)) ^ 0x5412;
	for (let at = 0; at < 15; at++) {
		const isDark = ((bits >> at) & 1) === 1;
		if (at < 6) set(at, 8, isDark);
		else if (at < 8) set(at + 1, 8, isDark);
		else if (at === 8) set(8, 7, isDark);
		else set(8, 14 - at, isDark);
		if (at < 8) set(8, size - 1 - at, isDark);
		else set(size - 15 + at, 8, isDark);
	}
	set(size - 8, 8, true);
}

function drawVersion(set: Set, version: number, size: number): void {
	const bits = (version << 12) | remainderOf(version << 12, 0x1f25, 13);
	for (let at = 0; at < 18; at++) {
		const isDark = ((bits >> at) & 1) === 1;
		const [near, far] = [Math.floor(at / 3), size - 11 + (at % 3)];
		set(near, far, isDark);
		set(far, near, isDark);
	}
}

/** Of a polynomial with coefficients 0 and 1. `length`: the bits of the divisor. */
function remainderOf(value: number, divisor: number, length: number): number {
	let rest = value;
	for (let bit = 31 - Math.clz32(rest); rest >= 1 << (length - 1); bit = 31 - Math.clz32(rest)) rest ^= divisor << (bit - length + 1);
	return rest;
}

/** Up and down in pairs of columns, from the right, past the vertical line. */
function* pathThrough(size: number): Generator<[row: number, column: number]> {
	let isUp = true;
	for (let right = size - 1; right > 0; right -= 2) {
		if (right === 6) right = 5;
		for (let step = 0; step < size; step++) {
			const row = isUp ? size - 1 - step : step;
			yield [row, right];
			yield [row, right - 1];
		}
		isUp = !isUp;
	}
}

/** Long runs of one colour, and squares of it: readers stumble over both. */
function penaltyOf(code: QrCode): number {
	const at = (row: number, column: number) => code[row]?.[column];
	let penalty = 0;
	for (const turned of [false, true])
		for (let line = 0; line < code.length; line++)
			for (let place = 0, run = 0; place < code.length; place++) {
				const colour = turned ? at(place, line) : at(line, place);
				const before = turned ? at(place - 1, line) : at(line, place - 1);
				run = colour === before ? run + 1 : 1;
				if (run >= 5) penalty += run === 5 ? 3 : 1;
			}
	for (let row = 1; row < code.length; row++)
		for (let column = 1; column < code.length; column++) {
			const colour = at(row, column);
			if (colour === at(row - 1, column) && colour === at(row, column - 1) && colour === at(row - 1, column - 1)) penalty += 3;
		}
	return penalty;
}
