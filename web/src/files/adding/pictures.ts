// Redraws pictures before they are uploaded: upright, not larger than people and Claude can use, and without what the camera noted,
// such as the place. Makes their thumbnails.

import * as fileLimits from "../../../../src/protocol/files/limits.ts";
import type { Redrawn } from "./attached.ts";
import { meanOf, thumbhashOf } from "./tint.ts";

/** In pixels: the longest side. Claude takes no larger pictures where there are many. */
const longest = { picture: 2_000, thumbnail: 640 };
/** The sides of what the colour is taken from. */
const tintPixels = 8;
const quality = { picture: 0.85, thumbnail: 0.7 };

/** Resolves to `undefined` if this is no picture that can be redrawn: an animation would lose its movement. */
export async function redraw(source: Blob, name: string): Promise<Redrawn | undefined> {
	if (!/^image\/(?!gif|svg)/.test(source.type) && !/\.(heic|heif)$/i.test(name)) return undefined;
	if (await isAnimated(source)) return undefined;
	const bitmap = await createImageBitmap(source, { imageOrientation: "from-image" });
	try {
		// Drawings and screenshots stay sharp as PNG.
		const type = source.type === "image/png" || source.type === "image/webp" ? source.type : "image/jpeg";
		const blob = await drawn(bitmap, longest.picture, type, quality.picture);
		const thumbnail = blob.size > fileLimits.thumbnail.original ? await thumbnailOf(bitmap, type) : undefined;
		return { blob, name: named(name, blob.type), thumbnail, thumbhash: tintOf(bitmap) };
	} finally {
		bitmap.close();
	}
}

async function thumbnailOf(bitmap: ImageBitmap, type: string): Promise<Blob | undefined> {
	// JPEG has no transparency.
	const drawing = await drawn(bitmap, longest.thumbnail, type === "image/jpeg" ? type : "image/webp", quality.thumbnail);
	return drawing.size <= fileLimits.thumbnail.bytes ? drawing : undefined;
}

function tintOf(bitmap: ImageBitmap): string | undefined {
	const mean = meanOf(sketched(bitmap, tintPixels, tintPixels).context.getImageData(0, 0, tintPixels, tintPixels).data);
	return mean && thumbhashOf(mean, bitmap.width, bitmap.height);
}

async function drawn(bitmap: ImageBitmap, most: number, type: string, quality: number): Promise<Blob> {
	const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
	const { canvas } = sketched(bitmap, Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
	return new Promise((resolve, reject) => {
		canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be drawn."))), type, quality);
	});
}

function sketched(bitmap: ImageBitmap, width: number, height: number) {
	const canvas = document.createElement("canvas");
	[canvas.width, canvas.height] = [width, height];
	const context = canvas.getContext("2d");
	if (!context) throw new Error("This browser draws nothing.");
	context.imageSmoothingQuality = "high";
	context.drawImage(bitmap, 0, 0, width, height);
	return { canvas, context };
}

/** Frames of a WebP or PNG are announced near its beginning. */
async function isAnimated(source: Blob): Promise<boolean> {
	const head = new Uint8Array(await source.slice(0, 4096).arrayBuffer());
	const text = String.fromCharCode(...head);
	return source.type === "image/webp" ? text.includes("ANIM") : source.type === "image/png" && text.includes("acTL");
}

/** With the ending of what it is now. */
function named(name: string, type: string): string {
	const ending = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" }[type];
	const fits = type === "image/jpeg" ? /\.jpe?g$/i : new RegExp(`\\.${ending}$`, "i");
	return ending === undefined || fits.test(name) ? name : `${name.replace(/\.\w{1,5}$/, "")}.${ending}`;
}
