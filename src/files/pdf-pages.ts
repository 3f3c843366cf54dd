// Counts the pages of a PDF while its bytes come, without reading it as a whole: Claude pays for each. Pages are objects, which stand in the
// file as they are or in compressed streams of objects.

/** Bytes of one stream of objects, and of all of them without compression. Files with more are not counted. */
const longest = { stream: 4_000_000, inflated: 64_000_000 };
/** In bytes: what marks a page is shorter, and so is what stands between the type of a stream and its beginning. */
const overlap = 64;
const longestHead = 1_024;

const page = /\/Type\s*\/Page(?!\w)/g;

export class PdfPages {
	#rest = new Uint8Array();
	#pages = 0;
	#inflated = 0;
	/** Encrypted, damaged, or in a form that we do not know. */
	#isUnknown = false;

	async add(piece: Uint8Array): Promise<void> {
		if (this.#isUnknown) return;
		const bytes = new Uint8Array(this.#rest.length + piece.length);
		bytes.set(this.#rest);
		bytes.set(piece, this.#rest.length);
		this.#rest = bytes.slice(await this.#read(bytes, false));
		this.#isUnknown ||= this.#rest.length > longest.stream;
	}

	/** `undefined` if they cannot be counted. */
	async end(): Promise<number | undefined> {
		if (!this.#isUnknown) await this.#read(this.#rest, true);
		this.#rest = new Uint8Array();
		return this.#isUnknown || this.#pages === 0 ? undefined : this.#pages;
	}

	/** Returns the number of bytes that need not be read again. */
	async #read(bytes: Uint8Array, isEnd: boolean): Promise<number> {
		const text = textOf(bytes);
		if (/\/Encrypt\b/.test(text)) this.#isUnknown = true;
		let from = 0;
		while (!this.#isUnknown) {
			const type = text.indexOf("/ObjStm", from);
			if (type < 0) break;
			const head = /stream\r?\n/.exec(text.slice(type, type + longestHead));
			const start = head ? type + head.index + head[0].length : -1;
			const end = head ? text.indexOf("endstream", start) : -1;
			if (end < 0 && !isEnd && (head || text.length - type < longestHead)) {
				this.#count(text.slice(from, type));
				return type;
			}
			if (end < 0) break;
			this.#count(text.slice(from, type));
			// A line end belongs to the mark that follows: the compressed bytes must not have one behind them.
			await this.#readStream(bytes.slice(start, start + text.slice(start, end).replace(/\r?\n$/, "").length));
			from = end;
		}
		// A mark at the end may go on in the next piece: it is counted with that.
		const until = isEnd ? text.length : Math.max(from, text.length - overlap);
		this.#count(text.slice(from), until - from);
		return until;
	}

	/** Counts the marks that begin before a place. */
	#count(text: string, until = text.length): void {
		for (const { index } of text.matchAll(page)) if (index < until) this.#pages += 1;
	}

	async #readStream(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
		let text = "";
		try {
			for await (const chunk of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))) {
				this.#inflated += chunk.length;
				text += textOf(chunk);
				if (this.#inflated > longest.inflated) break;
			}
		} catch {
			// The last byte may have been taken for a line end: everything else was read.
		}
		this.#isUnknown ||= text === "" || this.#inflated > longest.inflated;
		this.#count(text);
	}
}

/** One character for each byte. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
