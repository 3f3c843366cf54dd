// What the documentation, and people who met it, say that the Messages API refuses of pictures and documents. Pure.

import { Buffer } from "node:buffer";
import type { RequestBody } from "./messages-api-script.ts";

type Source = { type?: unknown; media_type?: unknown; data?: unknown };
export type FileBlock = { type: "image" | "document"; source?: Source; title?: unknown; citations?: { enabled?: unknown } };

/** Of a picture in base64, and of the whole request. */
const longest = { picture: 5 * 1024 * 1024, request: 32 * 1024 * 1024 };
const mostPages = 100;
const mostPictures = 100;
/** The longest side; the shorter one holds as soon as there are so many pictures. */
const sides = { few: 8_000, many: 2_000, fewest: 20 };

const heads: Record<string, RegExp> = {
	"image/png": /^\x89PNG\r\n/,
	"image/jpeg": /^\xff\xd8\xff/,
	"image/gif": /^GIF8[79]a/,
	"image/webp": /^RIFF.{4}WEBP/s,
};

const blockFields = ["type", "source", "title", "context", "citations", "cache_control"];

export const isFileBlock = (block: object): block is FileBlock => "type" in block && (block.type === "image" || block.type === "document");

export function isTooLarge(json: string): boolean {
	return Buffer.byteLength(json) > longest.request;
}

/**
 * The message of the refusal, or `undefined` if all files are accepted. A model whose name ends in `-blind` sees none, and one in `-vague`
 * does not say why.
 */
export function refusalOfFiles({ messages, model }: RequestBody): string | undefined {
	const placed = messages.flatMap(({ role, content }, turn) =>
		typeof content === "string"
			? []
			: (content as object[]).flatMap((block, index) =>
					isFileBlock(block) ? [{ role, block, place: `messages.${turn}.content.${index}` }] : [],
				),
	);
	if (placed.length === 0) return undefined;
	if (String(model).endsWith("-textonly")) return "image input is not supported - hint: you may need to provide the mmproj";
	if (String(model).endsWith("-blind")) return "This model does not support image input.";
	if (String(model).endsWith("-vague")) return "The request is not valid.";
	const pictures = placed.filter(({ block }) => block.type === "image");
	if (pictures.length > mostPictures) return `Too many images: ${pictures.length} > ${mostPictures}`;
	const side = pictures.length > sides.fewest ? sides.many : sides.few;
	let pages = 0;
	for (const { role, block, place } of placed) {
		if (role !== "user") return `${place}: ${block.type} blocks are only allowed in user messages`;
		const refusal = block.type === "image" ? refusalOfPicture(block, place, side) : refusalOfDocument(block, place);
		if (refusal !== undefined) return refusal;
		if (block.type === "document") pages += pagesIn(block);
		if (pages > mostPages) return `${place}.pdf.source.base64.data: A maximum of ${mostPages} PDF pages may be provided.`;
	}
	const cited = new Set(placed.filter(({ block }) => block.type === "document").map(({ block }) => block.citations?.enabled === true));
	return cited.size > 1 ? "Citations must be enabled on all documents of a request or on none." : undefined;
}

function refusalOfPicture({ source = {}, ...block }: FileBlock, place: string, side: number): string | undefined {
	const unknown = unknownFieldOf(block);
	if (unknown !== undefined) return `${place}.image.${unknown}: Extra inputs are not permitted`;
	const at = `${place}.image.source.base64`;
	const head = heads[String(source.media_type)];
	if (source.type !== "base64") return `${place}.image.source.type: only base64 is used here`;
	if (!head) return `${at}.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`;
	if (!isBase64(source.data)) return `${at}.data: Invalid base64 data`;
	if (source.data.length > longest.picture)
		return `${at}: image exceeds 5 MB maximum: ${source.data.length} bytes > ${longest.picture} bytes`;
	const bytes = Buffer.from(source.data, "base64");
	const text = bytes.subarray(0, 64).toString("latin1");
	if (!Object.values(heads).some((one) => one.test(text))) return "Could not process image";
	if (!head.test(text)) return `${at}.data: Image does not match the provided media type ${source.media_type}`;
	// A test's word for a picture that is damaged in its middle. The API does not say which one it is.
	if (bytes.includes("!damaged")) return "Could not process image";
	const isPng = source.media_type === "image/png";
	if (isPng && bytes.length < 24) return "Could not process image";
	if (isPng && Math.max(bytes.readUInt32BE(16), bytes.readUInt32BE(20)) > side)
		return `${at}.data: At least one of the image dimensions exceed max allowed size: ${side} pixels`;
	return undefined;
}

function refusalOfDocument({ source = {}, ...block }: FileBlock, place: string): string | undefined {
	const unknown = unknownFieldOf(block);
	if (unknown !== undefined) return `${place}.document.${unknown}: Extra inputs are not permitted`;
	if (block.title !== undefined && (typeof block.title !== "string" || block.title === "" || block.title.length > 500))
		return `${place}.document.title: String should have at least 1 and at most 500 characters`;
	if (source.type === "text") {
		if (source.media_type !== "text/plain") return `${place}.document.source.text.media_type: Input should be 'text/plain'`;
		const isText = typeof source.data === "string" && source.data.trim() !== "";
		return isText ? undefined : `${place}.document.source.text.data: text content blocks must contain non-whitespace text`;
	}
	const at = `${place}.pdf.source.base64`;
	if (source.type !== "base64") return `${place}.document.source.type: only base64 and text are used here`;
	if (source.media_type !== "application/pdf") return `${at}.media_type: Input should be 'application/pdf'`;
	if (!isBase64(source.data)) return `${at}.data: Invalid base64 data`;
	const text = Buffer.from(source.data, "base64").toString("latin1");
	if (!text.startsWith("%PDF-")) return `${at}.data: The PDF specified was not valid.`;
	return /\/Encrypt\b/.test(text) ? `${at}.data: The PDF specified is password protected.` : undefined;
}

function pagesIn({ source }: FileBlock): number {
	if (source?.media_type !== "application/pdf") return 0;
	const text = Buffer.from(String(source.data), "base64").toString("latin1");
	return Number(/\/Count (\d+)/.exec(text)?.[1] ?? 1);
}

function unknownFieldOf(block: object): string | undefined {
	return Object.keys(block).find((field) => !blockFields.includes(field));
}

function isBase64(data: unknown): data is string {
	return typeof data === "string" && data.length > 0 && data.length % 4 === 0 && /^[\w+/]*={0,2}$/.test(data) && !data.includes("_");
}

/** A request without the bytes of its files, whose length says nothing about their tokens. */
export function withoutBytes(body: unknown): unknown {
	return JSON.parse(JSON.stringify(body, (key, value) => (key === "data" && isBase64(value) ? "" : value)));
}
