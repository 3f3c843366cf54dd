// Files of a message in words, as Claude reads of them. Pure. The words stand in prompts that are cached: a change reads them all anew.

import type { MessageFile } from "./file.ts";

/** One line for each file. Empty without any. */
export function fileNotes(files: readonly MessageFile[] = []): string {
	return files.map(noteOf).join("\n");
}

function noteOf({ name, type, size, durationMs, waveform, alt, transcript }: MessageFile): string {
	const length = durationMs === undefined ? [] : [clock(durationMs)];
	const described = alt ? [`described by its sender as: ${alt}`] : [];
	const heard = transcript ? `transcript: ${transcript}` : "no transcript";
	if (waveform) return `[${["voice message", ...length, heard].join(", ")}]`;
	return `[${["file", name, type, `${Math.ceil(size / 1024)} kB`, ...length, ...described, "which you cannot open here"].join(", ")}]`;
}

/** *0:12* */
function clock(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
