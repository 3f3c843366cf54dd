// Files of a message in words, as Claude reads of them. Pure. The words stand in prompts that are cached: a change reads them all anew.

import type { MessageFile } from "./file.ts";
import { type Unread, unreadableFor } from "./reading.ts";

/** The same without whether Claude can read them as themselves: for what is read instead of the messages. */
export function fileNames(files: readonly MessageFile[] = []): string {
	return files.map((file) => noteOf(file)).join("\n");
}

/** Words for what Claude does not read as itself, and why. */
const unreadWords: Record<Unread, string> = {
	type: "which you cannot open here",
	too_large: "which is too large for you to open",
	too_many: "left out because newer files took its place",
	model: "which this model cannot open",
	refused: "which could not be opened",
	gone: "which is not there any more",
	too_costly: "left out because what is left of a budget does not pay for it",
};

/** One line for each file. Empty without any. `unread`: why Claude does not read a file; those that are not in it follow the message. */
export function fileNotes(files: readonly MessageFile[] = [], unread: ReadonlyMap<string, Unread> = new Map()): string {
	return files.map((file) => noteOf(file, placeOf(unread.get(file.id) ?? unreadableFor(file)))).join("\n");
}

const placeOf = (unread: Unread | undefined) => (unread ? unreadWords[unread] : "which follows this message");

function noteOf(file: MessageFile, place?: string): string {
	const { name, type, size, durationMs, waveform, alt, transcript } = file;
	const length = durationMs === undefined ? [] : [clock(durationMs)];
	const described = alt ? [`described by its sender as: ${alt}`] : [];
	const heard = transcript ? `transcript: ${transcript}` : "no transcript";
	if (waveform) return `[${["voice message", ...length, heard].join(", ")}]`;
	return `[${["file", name, type, `${Math.ceil(size / 1024)} kB`, ...length, ...described, ...(place ? [place] : [])].join(", ")}]`;
}

/** *0:12* */
function clock(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
