// Sends the JSON of a request with files in it. Their bytes are read while it is sent, so that none of them is in memory as a whole.

/** Stored bytes of a known size. */
type Source = { size: number; open: () => Promise<ReadableStream<Uint8Array>> };

/** `mark`, the number of a source and a semicolon stand in the JSON where its base64 belongs. Nobody else knows the mark. */
export type Upload = { mark: string; sources: Source[] };

/** The body, with a length that is known beforehand: servers may refuse one without. */
export function streamed(json: string, { mark, sources }: Upload): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	// Texts and numbers of sources in turns.
	const parts = json
		.split(new RegExp(`${mark}:(\\d+);`))
		.map((part, index) => (index % 2 === 0 ? encoder.encode(part) : (sources[Number(part)] as Source)));
	const length = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : base64Length(part.size)), 0);
	const { readable, writable } = new FixedLengthStream(length);
	// A failure reaches whoever reads.
	void write(writable, parts).catch(() => {});
	return readable;
}

async function write(writable: WritableStream<Uint8Array>, parts: readonly (Uint8Array | Source)[]): Promise<void> {
	const writer = writable.getWriter();
	try {
		for (const part of parts) {
			if (part instanceof Uint8Array) await writer.write(part);
			else for await (const piece of base64Of(await part.open())) await writer.write(piece);
		}
		await writer.close();
	} catch (error) {
		await writer.abort(error);
		throw error;
	}
}

const base64Length = (size: number) => Math.ceil(size / 3) * 4;

/** Base64 of a stream, in pieces that can stand one after another. */
async function* base64Of(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	const encoder = new TextEncoder();
	let rest = new Uint8Array();
	for await (const chunk of stream) {
		const bytes = new Uint8Array(rest.length + chunk.length);
		bytes.set(rest);
		bytes.set(chunk, rest.length);
		const whole = bytes.length - (bytes.length % 3);
		rest = bytes.slice(whole);
		if (whole > 0) yield encoder.encode(toBase64(bytes.subarray(0, whole)));
	}
	if (rest.length > 0) yield encoder.encode(toBase64(rest));
}

/** The compiler does not know this method yet. */
const toBase64 = (bytes: Uint8Array) => (bytes as Uint8Array & { toBase64(): string }).toBase64();
