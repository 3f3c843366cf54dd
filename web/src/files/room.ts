// The room that files take in a message, known before they are loaded, so that nothing moves. Pure.

import type { MessageFile } from "../../../src/protocol/files/file.ts";

/** In rem. `tile`: a side of each of several pictures. */
export const room = { longest: 20, shortest: 3, tile: 9.75, card: 3.5, gap: 0.25 };

type Sized = Pick<MessageFile, "type" | "width" | "height">;

/** Formats that every browser shows. Another picture is a file like any other. */
export const isShown = ({ type }: Pick<MessageFile, "type">) => /^image\/(png|jpeg|gif|webp|avif)$/.test(type);

/** The size of a single picture in rem: within a square, and never larger than it is. */
export function sizeOf({ width = 1280, height = 960 }: Sized): { width: number; height: number } {
	const scale = Math.min(1 / 16, room.longest / width, room.longest / height);
	return { width: Math.max(room.shortest, width * scale), height: Math.max(room.shortest, height * scale) };
}

/** The height of files in a message, in rem. */
export function heightOf(files: readonly Sized[]): number {
	const pictures = files.filter(isShown);
	const [only] = pictures;
	const rows = Math.ceil(pictures.length / 2);
	const shown = only && pictures.length === 1 ? sizeOf(only).height + room.gap : rows * (room.tile + room.gap);
	return shown + (files.length - pictures.length) * (room.card + room.gap);
}
