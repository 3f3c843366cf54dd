// Writes and reads tar archives (POSIX, with pax headers for long names) as streams: no content is held whole. Pure.

const blockBytes = 512;
/** The longest pax header that is read: a name takes far less. */
const paxBytes = 16 * 1024;
/** What the field of a header takes: 8 GB less one byte, far above any file of ours. */
const largest = 8 ** 11 - 1;

/** Two blocks of zeros. An archive without them was cut short. */
export const tarEnd = new Uint8Array(2 * blockBytes);

/** What follows content of so many bytes. */
export const tarPadding = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array((blockBytes - (size % blockBytes)) % blockBytes);

/** What comes before the content of a file. `time` in ms. */
export function tarHeader(path: string, size: number, time: number): Uint8Array<ArrayBuffer> {
	if (size > largest) throw new Error("A file is too large for the archive.");
	const isPlain = path.length <= 100 && /^[\x20-\x7e]*$/.test(path);
	const header = block(isPlain ? path : path.replace(/[^\x20-\x7e]/g, "_").slice(0, 100), "0", size, time);
	if (isPlain) return header;
	const pax = new TextEncoder().encode(paxLine("path", path));
	return joined([block("pax", "x", pax.length, time), pax, tarPadding(pax.length), header]);
}

function block(path: string, type: "0" | "x", size: number, time: number): Uint8Array<ArrayBuffer> {
	const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
	const before = [path.padEnd(100, "\0"), octal(0o644, 8), octal(0, 8), octal(0, 8), octal(size, 12), octal(Math.floor(time / 1000), 12)];
	const after = [type, "\0".repeat(100), "ustar\x0000"];
	const header = new Uint8Array(blockBytes);
	const write = (text: string) => new TextEncoder().encodeInto(text, header);
	// The sum is made with spaces in its own place.
	write([...before, " ".repeat(8), ...after].join(""));
	write([...before, `${octal(sumOf(header), 7)} `, ...after].join(""));
	return header;
}

const sumOf = (header: Uint8Array) => header.reduce((sum, byte) => sum + byte, 0);

/** The length at the beginning counts itself. */
function paxLine(name: string, value: string): string {
	const bytes = new TextEncoder().encode(` ${name}=${value}\n`).length;
	let length = bytes;
	while (length !== bytes + String(length).length) length = bytes + String(length).length;
	return `${length} ${name}=${value}\n`;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

/** A file of an archive. `offset`: where its content begins. The content is read in its place, or passed over. */
export type TarEntry = { path: string; size: number; offset: number; content(): AsyncGenerator<Uint8Array> };

export class TarError extends Error {}

/** The files of an archive, in their order. Throws a `TarError` if it is damaged, cut short, or has anything but files. */
export async function* readTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
	const source = new Source(archive);
	let path: string | undefined;
	for (;;) {
		const header = await source.take(blockBytes);
		if (header.every((byte) => byte === 0)) return;
		const entry = readHeader(header);
		if (entry.type === "x") {
			if (entry.size > paxBytes) throw new TarError("A header in the archive is too long.");
			path = pathIn(new TextDecoder().decode(await source.take(entry.size)));
			await source.skip(tarPadding(entry.size).length);
			continue;
		}
		const { size } = entry;
		const end = source.at + size;
		const content = async function* () {
			while (source.at < end) yield await source.some(end - source.at);
		};
		yield { path: path ?? entry.path, size, offset: source.at, content };
		await source.skip(end - source.at + tarPadding(size).length);
		path = undefined;
	}
}

function readHeader(header: Uint8Array): { path: string; size: number; type: "0" | "x" } {
	const field = (start: number, length: number) => new TextDecoder().decode(header.subarray(start, start + length)).replace(/\0.*$/s, "");
	const number = (start: number, length: number) => {
		const text = field(start, length).trim();
		return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
	};
	const blank = header.slice();
	blank.fill(0x20, 148, 156);
	if (number(148, 8) !== sumOf(blank)) throw new TarError("The archive is damaged, or is no tar archive.");
	const type = field(156, 1) || "0";
	const size = number(124, 12);
	if ((type !== "0" && type !== "x") || Number.isNaN(size)) throw new TarError("The archive has something in it that is no file.");
	const prefix = field(345, 155);
	return { path: prefix === "" ? field(0, 100) : `${prefix}/${field(0, 100)}`, size, type };
}

const pathIn = (pax: string): string | undefined => /^\d+ path=([^\n]*)\n/m.exec(pax)?.[1];

/** Bytes of a stream, taken in any lengths. */
class Source {
	readonly #stream: AsyncIterator<Uint8Array>;
	#held: Uint8Array = new Uint8Array();
	at = 0;

	constructor(stream: AsyncIterable<Uint8Array>) {
		this.#stream = stream[Symbol.asyncIterator]();
	}

	/** At least one byte and at most `length`. */
	async some(length: number): Promise<Uint8Array> {
		while (this.#held.length === 0) {
			const { done, value } = await this.#stream.next();
			if (done) throw new TarError("The archive is cut short.");
			this.#held = value;
		}
		const taken = this.#held.subarray(0, length);
		this.#held = this.#held.subarray(taken.length);
		this.at += taken.length;
		return taken;
	}

	async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
		const parts: Uint8Array[] = [];
		for (let left = length; left > 0; left -= (parts.at(-1) as Uint8Array).length) parts.push(await this.some(left));
		return joined(parts);
	}

	async skip(length: number): Promise<void> {
		for (let left = length; left > 0; ) left -= (await this.some(left)).length;
	}
}
