// The API's description: as a document for programs, and as a page to read.

import { Hono } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";
import * as v from "valibot";
import type { App } from "./http.ts";
import { apiDocument } from "./openapi/document.ts";
import { apiPage } from "./openapi/page.ts";
import { describe } from "./operation.ts";

export const openapi = new Hono<App>();

describe("GET /openapi.json", {
	tag: "Service",
	summary: "Get this API as an OpenAPI document",
	description: "Returns an OpenAPI 3.1 document. It is generated from the schemas with which the server checks requests.",
	access: "anyone",
	answers: { 200: { schema: v.looseObject({ openapi: v.string() }), example: { openapi: "3.1.0" } } },
});
openapi.get("/openapi.json", (c) => c.json(apiDocument()));

/**
 * Comes before the other routes' content security policy, and sets its own: one style and one
 * script, by a nonce.
 */
export const docs = new Hono<App>();

docs.use(
	"/docs",
	secureHeaders({
		contentSecurityPolicy: {
			defaultSrc: ["'none'"],
			scriptSrc: [NONCE],
			styleSrc: [NONCE],
			baseUri: ["'none'"],
			formAction: ["'none'"],
			frameAncestors: ["'none'"],
		},
		strictTransportSecurity: false,
	}),
);

describe("GET /docs", {
	tag: "Service",
	summary: "Read this API as a web page",
	description: "Shows the OpenAPI document as a web page with a filter.",
	access: "anyone",
	answers: { 200: { media: "text/html", description: "A web page.", example: "<!doctype html>…" } },
});
docs.get("/docs", (c) => {
	c.header("Cache-Control", "no-store");
	return c.html(apiPage(new URL(c.req.url).origin, c.get("secureHeadersNonce") ?? ""));
});
