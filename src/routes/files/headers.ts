// The headers with which files are answered. Nothing that somebody has uploaded may run here, whatever it is. Pure.

import type { Opened } from "../../files/object.ts";

/** Shown in their place. Everything else is downloaded: it could be opened as a page. */
const shown = /^(image\/(png|jpeg|gif|webp|avif)|(audio|video)\/(webm|mp4|ogg|mpeg|wav|flac))$/;

/** Runs no script, has no origin, and loads nothing. */
const policy = "sandbox; default-src 'none'; frame-ancestors 'none'";

export function headersOf(name: string, { status, type, size, etag, start, end }: Opened): Headers {
	const headers = new Headers({
		ETag: etag,
		"Accept-Ranges": "bytes",
		// Kept, and asked for again each time: whoever was removed gets nothing more.
		"Cache-Control": "private, no-cache",
		"Content-Security-Policy": policy,
		"X-Content-Type-Options": "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin",
	});
	if (status === 304) return headers;
	headers.set("Content-Type", type === "text/plain" ? "text/plain; charset=utf-8" : type);
	headers.set("Content-Disposition", dispositionOf(name, shown.test(type) ? "inline" : "attachment"));
	if (status === 416) headers.set("Content-Range", `bytes */${size}`);
	if (status === 206) headers.set("Content-Range", `bytes ${start}-${end}/${size}`);
	if (status !== 416) headers.set("Content-Length", String(end - start + 1));
	return headers;
}

/** The name in plain letters for old clients, and as it is (RFC 6266). */
function dispositionOf(name: string, disposition: "inline" | "attachment"): string {
	const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
	const exact = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
	return `${disposition}; filename="${plain}"; filename*=UTF-8''${exact}`;
}
