// Reads the boxes of ISO media files, such as MP4, AVIF and HEIC. Reads what there is of a file that is cut off. Pure.

type Box = { type: string; start: number; end: number };

const text = (bytes: Uint8Array, start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));

function* boxesIn(bytes: Uint8Array, from: number, to: number): Generator<Box> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const until = Math.min(to, bytes.length);
	for (let at = from; at + 8 <= until; ) {
		const short = view.getUint32(at);
		const isLong = short === 1 && at + 16 <= until;
		const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? to - at : short;
		const header = isLong ? 16 : 8;
		if (size < header) return;
		yield { type: text(bytes, at + 4, at + 8), start: at + header, end: Math.min(at + size, until) };
		at += size;
	}
}

/** All boxes at a path, such as `moov/trak`. A box whose name ends in `+` has four bytes before its content. */
function boxesAt(bytes: Uint8Array, path: string): Box[] {
	let found: Box[] = [{ type: "", start: 0, end: bytes.length }];
	for (const step of path.split("/")) {
		const type = step.slice(0, 4);
		found = found
			.flatMap(({ start, end }) => [...boxesIn(bytes, start, end)].filter((box) => box.type === type))
			.map((box) => (step.endsWith("+") ? { ...box, start: box.start + 4 } : box));
	}
	return found;
}

/** The major brand, and then the compatible ones. */
export function isoBrands(bytes: Uint8Array): string[] {
	const [ftyp] = boxesAt(bytes, "ftyp");
	if (!ftyp) return [];
	const brands: string[] = [];
	// The minor version stands between them.
	for (let at = ftyp.start; at + 4 <= Math.min(ftyp.end, ftyp.start + 256, bytes.length); at += 4)
		if (at !== ftyp.start + 4) brands.push(text(bytes, at, at + 4));
	return brands;
}

/** The kinds of the tracks, such as `vide` and `soun`. */
export function isoHandlers(bytes: Uint8Array): string[] {
	return boxesAt(bytes, "moov/trak/mdia/hdlr+").map(({ start }) => text(bytes, start + 4, start + 8));
}

/** The size of the largest picture, turned as it says. */
export function isoPictureSize(bytes: Uint8Array): { width: number; height: number } | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const properties = "meta+/iprp/ipco";
	const sizes = boxesAt(bytes, `${properties}/ispe+`)
		.filter(({ start }) => start + 8 <= bytes.length)
		.map(({ start }) => ({ width: view.getUint32(start), height: view.getUint32(start + 4) }));
	const [largest] = sizes.sort((one, other) => other.width * other.height - one.width * one.height);
	const isTurned = boxesAt(bytes, `${properties}/irot`).some(({ start }) => ((bytes[start] ?? 0) & 1) === 1);
	return largest && isTurned ? { width: largest.height, height: largest.width } : largest;
}
