// Receives the bytes of a file piece by piece, and finds out what they are. Holds one piece at a time.

import type { FileFacts, MessageFile } from "../protocol/files/file.ts";
import { isPicture, isRecording } from "../protocol/files/file.ts";
import { hexOf } from "../protocol/hash.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { piecesOf, type Writing } from "./bytes.ts";
import { PdfPages } from "./pdf-pages.ts";
import { pictureSize } from "./picture-size.ts";
import { isAsDeclared, sniff, TextCheck, textType, unknownType } from "./sniff.ts";

/** A file that is to come. `length`: what the sender says it has. `declared`: the type that the sender says. `by`: their id;
 * `network`: where they come from, if they are a guest. `sha256`: what the bytes must have. */
export type Upload = {
	id: string;
	name: string;
	declared: string;
	length?: number | undefined;
	facts?: FileFacts;
	by?: string;
	network?: string | undefined;
	sha256?: string | undefined;
};

/** Ends the reception of a file that is refused. */
export class Refused extends Error {
	readonly refusal: Refusal;
	constructor(refusal: Refusal) {
		super(refusal.code);
		this.refusal = refusal;
	}
}

/** Throws `Refused`, or whatever breaks the stream off. `most`: the longest file in bytes; `tooLarge`: the refusal of a longer one. */
export async function receive(
	upload: Upload,
	body: AsyncIterable<Uint8Array>,
	{ writing, pieceBytes, most, tooLarge }: { writing: Writing; pieceBytes: number; most: number; tooLarge: Refusal },
): Promise<MessageFile> {
	const { id, name, declared, length, facts = {} } = upload;
	const digest = new crypto.DigestStream("SHA-256");
	const hash = digest.getWriter();
	// A stream that breaks off leaves it waiting, and nobody else looks at it.
	digest.digest.catch(() => {});
	const text = new TextCheck();
	const pdf = new PdfPages();
	let size = 0;
	let known: Pick<MessageFile, "type" | "width" | "height"> | undefined;
	for await (const piece of piecesOf(body, pieceBytes)) {
		if (size === 0) known = describe(piece, declared);
		if (!known) text.add(piece);
		if (known?.type === "application/pdf") await pdf.add(piece);
		size += piece.length;
		if (size > most) throw new Refused(tooLarge);
		await hash.write(piece);
		await writing.write(piece);
	}
	if (length !== undefined && size !== length) throw new Refused({ code: "incomplete_file" });
	if (size === 0) throw new Refused({ code: "empty_file" });
	const found = known ?? { type: text.end() ? textType : unknownType };
	if (!isAsDeclared(found.type, declared)) throw new Refused({ code: "unsupported_type" });
	const pages = known?.type === "application/pdf" ? await pdf.end() : undefined;
	await hash.close();
	const sha256 = hexOf(await digest.digest);
	if (upload.sha256 !== undefined && sha256 !== upload.sha256) throw new Refused({ code: "incomplete_file" });
	return { id, name, ...found, ...(pages !== undefined && { pages }), size, sha256, ...factsOf(found, facts) };
}

function describe(head: Uint8Array, declared: string): Pick<MessageFile, "type" | "width" | "height"> | undefined {
	const type = sniff(head, declared);
	return type === undefined ? undefined : { type, ...pictureSize(head, type) };
}

/** What the sender says, where it fits what came. */
function factsOf(file: Pick<MessageFile, "type">, { durationMs, waveform, thumbhash, alt }: FileFacts): FileFacts {
	return {
		...(isRecording(file) && { ...(durationMs !== undefined && { durationMs }), ...(waveform && { waveform }) }),
		...(isPicture(file) && { ...(thumbhash && { thumbhash }), ...(alt && { alt }) }),
	};
}
