// Descriptions of the fields of files. They belong to those in fields.ts.

import * as fileLimits from "../../protocol/files/limits.ts";
import { numberText } from "../../protocol/text/number-text.ts";

const sent = `Files to send with the message, up to ${fileLimits.perMessage}: ids, or objects with \`id\` and \`alt\`. The sender has uploaded them to this conversation, and no message has them yet.`;

/** Fields that mean the same wherever they appear. */
export const commonFileFields: Readonly<Record<string, string>> = {
	files: sent,
	file: "The file.",
	fileId: "Id of the file.",
	unreadFiles: `Files of the messages which the reply answers, of which Claude could read only the names, up to ${fileLimits.unread}.`,
};

/** Of a file, in a message or by itself. */
const file: Readonly<Record<string, string>> = {
	id: "Id of the file.",
	name: "The name, without a path.",
	type: "The media type, as it was found in the content: a picture, a recording, `application/pdf`, `text/plain` for any text, or `application/octet-stream`.",
	size: "In bytes.",
	sha256: "SHA-256 of the bytes, in hex.",
	width: "Pictures only: the width in pixels, as it is shown.",
	height: "Pictures only: the height in pixels, as it is shown.",
	pages: "PDFs only: how many pages it has. Left out if they could not be counted.",
	durationMs: "Recordings only: how long it is, in milliseconds, as its sender measured it.",
	waveform: `Recordings only: ${fileLimits.waveform.bars} heights from 0 to ${fileLimits.waveform.highest}, to draw it with.`,
	thumbhash: "Pictures only: a placeholder in the form of thumbhash, in base64.",
	hasThumbnail: "Pictures only: `?size=thumbnail` returns a smaller copy.",
	alt: "A text for people who do not see the picture.",
	transcript: "Recordings only: what is said in it.",
	seq: "The place of its message.",
};

/** Of an upload. */
export const uploadFields: Readonly<Record<string, string>> = {
	name: `The name of the file, up to ${fileLimits.name} characters. Of a path, the last part counts.`,
	durationMs: "Recordings only: how long it is, in milliseconds.",
	waveform: `Recordings only: ${fileLimits.waveform.bars} whole numbers from 0 to ${fileLimits.waveform.highest}, separated by commas.`,
	thumbhash: "Pictures only: a placeholder in the form of thumbhash, in base64.",
	alt: `Pictures only: a text for people who do not see it, up to ${numberText(fileLimits.alt)} characters.`,
};

const of = (owner: string) => Object.fromEntries(Object.entries(file).map(([name, text]) => [`${owner}.${name}`, text]));
function without(fields: Readonly<Record<string, string>>, left: string): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== left));
}

function only(fields: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(fields).filter(([key]) => names.some((name) => key.endsWith(`.${name}`))));
}

export const fileFields: Readonly<Record<string, string>> = {
	...of("files"),
	...without(of("file"), "file.seq"),
	...only(of("attachments"), ["seq", "size", "durationMs"]),
	"attachments.unread":
		"Why Claude read only its name. `type`: it reads none of this kind. `too_large`: it is larger than Claude takes. `too_many`: newer files took its place. `model`: the model reads none of this kind. `refused`: Claude's server could not read it. `gone`: its bytes were not there. `too_costly`: what was left of a budget did not pay for it.",
	"unreadFiles.reason":
		"Why. `type`: Claude reads none of this kind. `too_large`: it is larger than Claude takes. `too_many`: other files took its place. `model`: the model reads none of this kind. `refused`: Claude's server could not read it. `gone`: its bytes were not there. `too_costly`: what was left of a budget did not pay for it.",
	"files.isVoice": "It was recorded to be listened to in its place.",
	"lastMessage.files": "Its files, in brief.",
	"quoted.files": "Its files, in brief.",
	"Message.files": "The files that it was sent with, in their order.",
	"chat:file.clientId": "The `clientId` of the binary frame that brought it.",
};
