// The document of the page, where links lead that people share. Its preview gets absolute addresses: many readers of
// previews follow no others. wrangler.toml names the same paths; all others are served without the Worker.

import { Hono } from "hono";
import type { App } from "./http.ts";

export const page = new Hono<App>();

page.on("ALL", ["/", "/c/*", "/invite/*", "/device"], async (c) => {
	const document = await c.env.ASSETS.fetch(c.req.raw);
	if (!document.ok) return document;
	const { origin, pathname } = new URL(c.req.url);
	// Links of older versions have the secret in their path.
	const path = pathname.startsWith("/invite/") ? "/invite" : pathname;
	return new HTMLRewriter()
		.on('meta[property="og:image"]', {
			element: (tag) => {
				tag.setAttribute("content", new URL(tag.getAttribute("content") ?? "", origin).href);
			},
		})
		.on('meta[property="og:url"]', {
			element: (tag) => {
				tag.setAttribute("content", `${origin}${path}`);
			},
		})
		.transform(document);
});
