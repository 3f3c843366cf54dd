// Serves the static files of the page from a folder, with the headers of its file `_headers`, as Cloudflare serves assets.

import { patternOf } from "./routing.ts";
import type { Standalone } from "./standalone.ts";

/** Served for every path without a file, as with `not_found_handling = "single-page-application"`. */
const document = "/index.html";

const types: { readonly [extension: string]: string } = {
	css: "text/css; charset=utf-8",
	htm: "text/html; charset=utf-8",
	html: "text/html; charset=utf-8",
	js: "text/javascript; charset=utf-8",
	json: "application/json",
	png: "image/png",
	svg: "image/svg+xml",
	txt: "text/plain; charset=utf-8",
	webmanifest: "application/manifest+json",
	woff2: "font/woff2",
};

/** Pictures and fonts are compressed already, and the Worker rewrites the document. */
const compressible = /^(?:text\/|application\/|image\/svg)/;

type PageEnv = { STANDALONE: Standalone; FILES: Fetcher; HEADERS: string };

export default {
	async fetch(request, env) {
		const { pathname } = new URL(request.url);
		if (!["GET", "HEAD"].includes(request.method)) return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
		if (pathname === document) return new Response(null, { status: 307, headers: { Location: "/" } });
		const path = Object.hasOwn(env.STANDALONE.files, pathname) ? pathname : document;
		const headers = headersFor(env.HEADERS, pathname);
		const etag = `W/"${env.STANDALONE.files[path]}"`;
		headers.set("ETag", etag);
		if (!headers.has("Cache-Control")) headers.set("Cache-Control", "public, max-age=0, must-revalidate");
		if (request.headers.get("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers });
		const file = await env.FILES.fetch(`http://files${path}`, { method: request.method });
		if (!file.ok) return new Response(null, { status: 404 });
		const type = types[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
		headers.set("Content-Type", type);
		if (path !== document && compressible.test(type)) {
			headers.set("Vary", "Accept-Encoding");
			// This header makes the runtime compress the body.
			if (/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) headers.set("Content-Encoding", "gzip");
		}
		return new Response(file.body, { headers });
	},
} satisfies ExportedHandler<PageEnv>;

/**
 * The headers that `_headers` sets for a path. It has a line for each pattern of paths, and indented lines with headers below it. `! Name`
 * takes one away: at Cloudflare's edge, another value would come beside the one before.
 */
export function headersFor(text: string, path: string): Headers {
	const headers = new Headers();
	let applies = false;
	for (const line of text.split("\n")) {
		const [, removed] = /^\s+!\s*(\S+)\s*$/.exec(line) ?? [];
		const [, name, value] = /^\s+([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
		if (removed !== undefined) applies && headers.delete(removed);
		else if (name !== undefined && value !== undefined) applies && headers.set(name, value);
		else if (line.trim() !== "") applies = patternOf(line.trim()).test(path);
	}
	return headers;
}
