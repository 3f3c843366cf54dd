// Files for tests: bytes of each kind, and the calls that upload and download them.

import { exports } from "cloudflare:workers";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import { origin, tokenOf } from "./socket.ts";

/** Bytes of a text in which each character stands for one. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (character) => character.charCodeAt(0));

const u32 = (value: number) => String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
const u16 = (value: number) => String.fromCharCode((value >> 8) & 255, value & 255);

/** The beginning of a PNG, which is enough to be one. */
export const png = (width = 3, height = 2): Uint8Array<ArrayBuffer> =>
	bytesOf(`\x89PNG\r\n\x1a\n${u32(13)}IHDR${u32(width)}${u32(height)}\x08\x06\0\0\0`);

/** The beginning of a JPEG. `orientation`: that of its EXIF data. */
export const jpeg = (width: number, height: number, orientation?: number): Uint8Array<ArrayBuffer> => {
	const tiff = `MM\0*${u32(8)}${u16(1)}${u16(0x0112)}${u16(3)}${u32(1)}${u16(orientation ?? 1)}\0\0${u32(0)}`;
	const exif = orientation === undefined ? "" : `\xff\xe1${u16(8 + tiff.length)}Exif\0\0${tiff}`;
	return bytesOf(`\xff\xd8${exif}\xff\xc0${u16(11)}\x08${u16(height)}${u16(width)}\x01\x11\0\xff\xd9`);
};

/** Bytes that are no text and no known format: the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
	const words = new Uint32Array(Math.ceil(length / 4));
	let state = seed;
	for (let at = 0; at < words.length; at++) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		words[at] = state;
	}
	return new Uint8Array(words.buffer, 0, length).slice();
}

type Body = Uint8Array<ArrayBuffer> | string | ReadableStream;

export async function upload(
	userId: string,
	conversationId: string,
	body: Body,
	{ name = "file.bin", type = "application/octet-stream", query = "", headers = {} as Record<string, string> } = {},
) {
	const response = await exports.default.fetch(
		`${origin}/api/conversations/${conversationId}/files?name=${encodeURIComponent(name)}${query}`,
		{
			method: "POST",
			headers: { authorization: `Bearer ${await tokenOf(userId)}`, "content-type": type, ...headers },
			body,
		},
	);
	const answer = (await response.json()) as { file: MessageFile; error: { code: string; message: string } };
	return {
		status: response.status,
		file: answer.file,
		code: answer.error?.code,
		message: answer.error?.message,
		headers: response.headers,
	};
}

export async function download(userId: string, conversationId: string, fileId: string, headers: Record<string, string> = {}, query = "") {
	const response = await exports.default.fetch(`${origin}/api/conversations/${conversationId}/files/${fileId}${query}`, {
		headers: { authorization: `Bearer ${await tokenOf(userId)}`, ...headers },
	});
	return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

export const sha256Of = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

export const codeOf = (bytes: Uint8Array): string => JSON.parse(new TextDecoder().decode(bytes)).error.code;

/** A PDF of so many empty pages. `isCompressed`: its pages are in a stream of objects, as most programs write them. */
export async function pdf(pages: number, { isCompressed = false, isEncrypted = false } = {}): Promise<Uint8Array<ArrayBuffer>> {
	const places = Array.from({ length: pages }, (_, n) => n + 3);
	const kids = places.map((place) => `${place} 0 R`).join(" ");
	const objects = [
		[1, "<</Type /Catalog /Pages 2 0 R>>"],
		[2, `<</Type /Pages /Kids [${kids}] /Count ${pages}>>`],
		...places.map((place) => [place, "<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200]>>"]),
	] as const;
	const trailer = `trailer <</Root 1 0 R${isEncrypted ? " /Encrypt 99 0 R" : ""}>>\n%%EOF\n`;
	if (!isCompressed) return bytesOf(`%PDF-1.7\n${objects.map(([place, text]) => `${place} 0 obj\n${text}\nendobj\n`).join("")}${trailer}`);
	const text = objects.map(([, object]) => object).join(" ");
	const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
	const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
	const head = bytesOf(`%PDF-1.7\n50 0 obj\n<</Type /ObjStm /N ${objects.length} /First 0 /Filter /FlateDecode>>\nstream\r\n`);
	return new Uint8Array([...head, ...compressed, ...bytesOf(`\nendstream\nendobj\n${trailer}`)]);
}
