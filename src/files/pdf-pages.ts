// Counts the pages of a PDF while its bytes come, without reading it as a whole: each is paid for. Pages are objects, which stand in the
// file as they are or in compressed streams of objects. The greatest of three counts holds: the pages, what the tree of pages says, and
// the children in it. A file that hides any of them has no count, so that Claude reads only its name. Claude's API takes 600 pages in a
// request, and 100 with a context of 200,000 tokens (platform.claude.com/docs/en/build-with-claude/pdf-support).

import { othersTurn } from "../platform/others-turn.ts";

/**
 * Bytes of one stream of objects, and of all of them without compression. Files with more, or with more streams, are not counted. A stream
 * has a hundred objects or more.
 */
const longest = { stream: 4_000_000, inflated: 32_000_000 };
const mostStreams = 2_000;
/** After so much work, others on the same thread have a turn. A unit is about a microsecond: a match, or a hundred bytes without compression. */
const turn = 5_000;
const workOfStream = 500;
/** In bytes: what marks a page is shorter, and so is what stands between the type of a stream and its beginning. */
const overlap = 64;
const longestHead = 1_024;

const page = /\/Type\s*\/Page(?!\w)/g;
/** What a node of the tree says about the pages below it. */
const said = /\/Count\s+(\d+)/g;
const kids = /\/Kids\s*\[([\d\sR]*)\]/g;
const openKids = /\/Kids\s*\[/;
/** Names may be written with the codes of their letters. Nobody writes these so except to hide them. */
const escaped = /\/(?:\w|#[0-9a-f]{2}){4,24}/gi;
const telling = new Set(["/Type", "/Page", "/Pages", "/Kids", "/Count", "/ObjStm", "/Encrypt"]);
/** Objects that are compressed in another way than we read, or in two ways. */
const otherFilter = /\/Filter\s*(?:\[\s*\/\w+\s*\/|(?:\[\s*)?\/(?!FlateDecode\b|Fl\b))|\/Predictor\s+(?!1\b)/;

export class PdfPages {
	#rest = new Uint8Array();
	#pages = 0;
	#said = 0;
	readonly #children = new Set<string>();
	#inflated = 0;
	#streams = 0;
	/** Since others had a turn. */
	#work = 0;
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
		const pages = Math.max(this.#pages, this.#said, this.#children.size);
		return this.#isUnknown || this.#pages === 0 || !Number.isSafeInteger(pages) ? undefined : pages;
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
			// No further back than the stream before: each byte is looked at once.
			const before = Math.max(from, type - longestHead);
			if (end < 0 && !isEnd && (head || text.length - type < longestHead)) {
				await this.#count(text.slice(from, type), before - from);
				return before;
			}
			if (end < 0) break;
			const object = text.slice(before, type).lastIndexOf(" obj");
			// What is compressed in another way may say so further back.
			this.#isUnknown ||= object < 0 && type - before === longestHead;
			this.#isUnknown ||= otherFilter.test(text.slice(before + Math.max(0, object), start));
			await this.#count(text.slice(from, type));
			// A line end belongs to the mark that follows: the compressed bytes must not have one behind them.
			await this.#readStream(bytes.slice(start, start + text.slice(start, end).replace(/\r?\n$/, "").length));
			from = end;
		}
		// A mark at the end may go on in the next piece: it is counted with that.
		const last = isEnd ? text.length : Math.max(from, text.length - overlap);
		// Looked for behind the last end of a list, so that many beginnings are each looked at once.
		const closed = Math.max(from, text.lastIndexOf("]") + 1);
		const open = isEnd ? -1 : text.slice(closed).search(openKids);
		const until = open < 0 ? last : Math.min(last, closed + open);
		await this.#count(text.slice(from), until - from);
		return until;
	}

	/** Counts what begins before a place. */
	async #count(text: string, until = text.length): Promise<void> {
		for (const pattern of [page, said, kids, escaped])
			for (const { index, 0: match, 1: number = "" } of text.matchAll(pattern)) {
				if (this.#isTurnOver(1)) await othersTurn();
				if (pattern === escaped) this.#isUnknown ||= match.includes("#") && telling.has(unescaped(match));
				else if (index >= until) break;
				else if (pattern === page) this.#pages += 1;
				else if (pattern === said) this.#said = Math.max(this.#said, Number(number));
				else await this.#countChildren(number);
			}
	}

	#isTurnOver(work: number): boolean {
		this.#work += work;
		if (this.#work < turn) return false;
		this.#work = 0;
		return true;
	}

	/** A child of two nodes is shown twice with all that is below it. So the tree of a few nodes may have any number of pages. */
	async #countChildren(list: string): Promise<void> {
		// A long row of digits is looked at once, and not from each of its digits on.
		for (const [, number = "", generation] of list.matchAll(/(?<!\d)(\d+)\s+(\d+)\s+R/g)) {
			if (this.#isTurnOver(1)) await othersTurn();
			const child = `${Number(number)} ${generation}`;
			this.#isUnknown ||= this.#children.has(child);
			this.#children.add(child);
		}
	}

	async #readStream(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
		this.#streams += 1;
		this.#isUnknown ||= this.#streams > mostStreams;
		if (this.#isUnknown) return;
		let text = "";
		if (this.#isTurnOver(workOfStream)) await othersTurn();
		try {
			for await (const chunk of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))) {
				this.#inflated += chunk.length;
				text += textOf(chunk);
				if (this.#isTurnOver(chunk.length / 100)) await othersTurn();
				if (this.#inflated > longest.inflated) break;
			}
		} catch {
			// The last byte may have been taken for a line end: everything else was read.
		}
		this.#isUnknown ||= text === "" || this.#inflated > longest.inflated;
		await this.#count(text);
	}
}

const unescaped = (name: string) => name.replace(/#([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** One character for each byte. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
