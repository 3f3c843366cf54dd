// Finds the type of a file in its first bytes. Names and what the sender says decide nothing, but for a container that holds
// sound or pictures alike. Pure.

import { isoBrands, isoHandlers } from "./iso-boxes.ts";

export const unknownType = "application/octet-stream";
export const textType = "text/plain";

/** The text of bytes, one character for each. */
export const latin = (bytes: Uint8Array, start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));

/** The type of a file that begins like this; `undefined` if it is none that we know. `declared`: what the sender says. */
export function sniff(head: Uint8Array, declared: string): string | undefined {
	const begins = (text: string, at = 0) => latin(head, at, at + text.length) === text;
	if (begins("\x89PNG\r\n\x1a\n")) return "image/png";
	if (begins("\xff\xd8\xff")) return "image/jpeg";
	if (begins("GIF87a") || begins("GIF89a")) return "image/gif";
	if (begins("RIFF") && begins("WEBP", 8)) return "image/webp";
	if (begins("RIFF") && begins("WAVE", 8)) return "audio/wav";
	if (begins("%PDF-")) return "application/pdf";
	if (begins("fLaC")) return "audio/flac";
	if (begins("OggS")) return latin(head, 0, 512).includes("theora") ? "video/ogg" : "audio/ogg";
	if (begins("\x1aE\xdf\xa3")) return matroskaType(head);
	if (begins("ftyp", 4)) return isoType(head, declared);
	if (begins("ID3") || isMp3Frame(head)) return "audio/mpeg";
	return undefined;
}

/** Codecs of pictures have ids that begin with `V_`. */
function matroskaType(head: Uint8Array): string | undefined {
	if (!latin(head, 0, 64).includes("webm")) return undefined;
	return latin(head, 0, 4096).includes("V_") ? "video/webm" : "audio/webm";
}

/** Layer III, with a bit rate and a sample rate that exist. */
function isMp3Frame([first = 0, second = 0, third = 0]: Uint8Array): boolean {
	const rate = third >> 4;
	return first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08 && rate > 0 && rate < 15 && (third & 0x0c) !== 0x0c;
}

/** The tracks may stand behind the samples, out of sight: then the sender says whether there is only sound. */
function isoType(head: Uint8Array, declared: string): string | undefined {
	const brands = isoBrands(head);
	const has = (pattern: RegExp) => brands.some((brand) => pattern.test(brand));
	if (has(/^avi[fs]$/)) return "image/avif";
	if (has(/^(hei[cxms]|hev[cxms]|mif1|msf1)$/)) return "image/heic";
	const handlers = isoHandlers(head);
	const isSound = handlers.length > 0 ? !handlers.includes("vide") : declared.startsWith("audio/") || has(/^M4[AB] $/);
	if (isSound) return "audio/mp4";
	return brands[0] === "qt  " ? "video/quicktime" : "video/mp4";
}

/** Grows with each piece of a file. True as long as everything so far is a text in UTF-8. */
export class TextCheck {
	readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	isText = true;

	add(piece: Uint8Array): void {
		if (!this.isText) return;
		this.isText = !piece.includes(0) && this.#decodes(piece, true);
	}

	end(): boolean {
		return this.isText && this.#decodes(new Uint8Array(), false);
	}

	#decodes(piece: Uint8Array, stream: boolean): boolean {
		try {
			this.#decoder.decode(piece, { stream });
			return true;
		} catch {
			return false;
		}
	}
}

const kinds = [
	[/^image\/(png|jpe?g|gif|webp|avif)$/, "picture"],
	[/^application\/pdf$/, "document"],
	[/^(audio|video)\/(webm|mp4|ogg|mpeg|mp3|wav|x-wav|flac|x-m4a|quicktime)$/, "recording"],
] as const;

const kindOf = (type: string) => kinds.find(([pattern]) => pattern.test(type))?.[1];

/**
 * False if the sender takes the content for another kind than it is: a page that calls itself a picture, for example. A recording
 * or document in a form that we do not know is let pass.
 */
export function isAsDeclared(type: string, declared: string): boolean {
	const said = kindOf(declared);
	if (said === undefined || said === kindOf(type)) return true;
	return said !== "picture" && type === unknownType;
}
