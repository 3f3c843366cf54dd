// Reads the size of a picture from its first bytes, turned upright as its EXIF data says. Pure.

import * as fileLimits from "../protocol/files/limits.ts";
import { isoPictureSize } from "./iso-boxes.ts";
import { latin } from "./sniff.ts";

type Size = { width: number; height: number };

/** `undefined` if the header does not say it, or says something impossible. */
export function pictureSize(head: Uint8Array, type: string): Size | undefined {
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	const size = read(view, head, type);
	const isPossible = (side: number) => Number.isInteger(side) && side >= 1 && side <= fileLimits.side;
	return size && isPossible(size.width) && isPossible(size.height) ? size : undefined;
}

function read(view: DataView, head: Uint8Array, type: string): Size | undefined {
	try {
		switch (type) {
			case "image/png":
				return latin(head, 12, 16) === "IHDR" ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
			case "image/gif":
				return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
			case "image/jpeg":
				return jpegSize(view, head);
			case "image/webp":
				return webpSize(view, head);
			case "image/avif":
			case "image/heic":
				return isoPictureSize(head);
			default:
				return undefined;
		}
	} catch {
		// The header ends too early.
		return undefined;
	}
}

/** The markers before the picture: the first frame has the size, and EXIF data before it may turn it. */
function jpegSize(view: DataView, head: Uint8Array): Size | undefined {
	let isTurned = false;
	for (let at = 2; at + 4 <= head.length; ) {
		if (view.getUint8(at) !== 0xff) return undefined;
		const marker = view.getUint8(at + 1);
		if (marker === 0xff) {
			at += 1;
			continue;
		}
		const length = view.getUint16(at + 2);
		if (marker === 0xe1 && latin(head, at + 4, at + 10) === "Exif\0\0") isTurned ||= isTurnedBy(head.subarray(at + 10, at + 2 + length));
		const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
		if (isFrame) {
			const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
			return isTurned ? { width: height, height: width } : { width, height };
		}
		at += 2 + length;
	}
	return undefined;
}

/** EXIF data as TIFF: true if its orientation turns the picture by a quarter. */
function isTurnedBy(tiff: Uint8Array): boolean {
	const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
	const isLittle = latin(tiff, 0, 2) === "II";
	const directory = view.getUint32(4, isLittle);
	const count = view.getUint16(directory, isLittle);
	for (let n = 0; n < count; n++) {
		const entry = directory + 2 + n * 12;
		if (view.getUint16(entry, isLittle) === 0x0112) return view.getUint16(entry + 8, isLittle) >= 5;
	}
	return false;
}

function webpSize(view: DataView, head: Uint8Array): Size | undefined {
	const kind = latin(head, 12, 16);
	if (kind === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
	if (kind === "VP8L") {
		const bits = view.getUint32(21, true);
		return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
	}
	if (kind !== "VP8X") return undefined;
	const triple = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536 + 1;
	return { width: triple(24), height: triple(27) };
}
