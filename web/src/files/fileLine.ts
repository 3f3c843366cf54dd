// Files in a few words, for lists, quotes and announcements. Pure.

import type { FileBrief } from "../../../src/protocol/files/file.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import { plainLine } from "../list/plainLine.ts";

/** The text of a message and its files on one line. */
export function lineOf({ content, files }: { content: string; files?: readonly FileBrief[] | undefined }, strings: Catalogue): string {
	return [files && filesLine(files, strings), plainLine(content)].filter(Boolean).join(" · ");
}

export function filesLine(files: readonly FileBrief[], strings: Catalogue): string {
	const [file] = files;
	if (!file) return "";
	if (files.every(({ type }) => type.startsWith("image/"))) return strings.photos(files.length);
	if (files.length > 1) return strings.files(files.length);
	return file.isVoice ? [strings.voiceMessage, ...(file.durationMs === undefined ? [] : [clockOf(file.durationMs)])].join(", ") : file.name;
}

/** *0:12* */
export function clockOf(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
