// The API's document as a page to read: HTML that is whole when it comes, without a script. Its one style is the only thing its policy lets in.

import type { JsonSchema } from "@valibot/to-json-schema";
import { Hono } from "hono";
import { html, raw } from "hono/html";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { errors } from "../protocol/errors.ts";
import type { App } from "./http.ts";
import { type Answer, apiDocument, type MediaType, type Operation, type Parameter } from "./openapi.ts";
import { describe } from "./operation.ts";

export const docs = new Hono<App>();

docs.use(
	"/docs",
	secureHeaders({
		contentSecurityPolicy: {
			defaultSrc: ["'none'"],
			styleSrc: [NONCE],
			baseUri: ["'none'"],
			formAction: ["'none'"],
			frameAncestors: ["'none'"],
		},
		strictTransportSecurity: false,
	}),
);

describe("GET /docs", { is: "The API as a page to read.", who: "anyone", answers: { 200: { media: "text/html", is: "A page." } } });
docs.get("/docs", (c) => {
	c.header("Cache-Control", "no-store");
	return c.html(page(new URL(c.req.url).origin, c.get("secureHeadersNonce") ?? ""));
});

const style = `
:root { color-scheme: light dark; }
body { max-width: 50rem; margin: 0 auto; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1, h2 { line-height: 1.2; }
h2 { margin-top: 3rem; }
h3 { margin: 2.5rem 0 0; font-size: 1rem; overflow-wrap: anywhere; }
p, dl { margin: 0.25rem 0; }
dt { margin-top: 0.5rem; opacity: 0.7; font-size: 0.875rem; }
dd { margin: 0; }
pre { margin: 0; padding: 0.5rem 0.75rem; overflow-x: auto; border: 1px solid; border-color: color-mix(in srgb, currentColor 25%, transparent); border-radius: 0.5rem; }
pre, code { font: 0.875rem/1.5 ui-monospace, monospace; }
nav ul { padding: 0; list-style: none; }
a { color: inherit; overflow-wrap: anywhere; }
`;

function page(origin: string, nonce: string) {
	const { info, paths, components } = apiDocument();
	const calls = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} /api${path}`, operation })),
	);
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}: the API</title>
<style nonce="${nonce}">${raw(style)}</style>
</head>
<body>
<header>
<h1>${info.title}: the API</h1>
<p>Version ${info.version}. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
<pre>${examples(origin)}</pre>
</header>
<nav aria-label="Calls"><ul>
${calls.map(({ name, operation }) => html`<li><a href="#${operation.operationId}"><code>${name}</code></a></li>`)}
</ul></nav>
<main>
<h2>Calls</h2>
${calls.map(({ name, operation }) => call(name, operation))}
<h2>Types</h2>
${Object.entries(components.schemas).map(([name, schema]) => html`<h3 id="${name}"><code>${name}</code></h3><pre>${typeOf(schema)}</pre>`)}
<h2>Refusals</h2>
<dl>
${Object.entries(errors).map(([code, { status, text }]) => html`<dt>${status} <code>${code}</code></dt><dd>${text}</dd>`)}
</dl>
</main>
</body>
</html>`;
}

function examples(origin: string): string {
	return [
		`TOKEN=parley_…  # from POST /api/me/tokens`,
		`curl -H "Authorization: Bearer $TOKEN" ${origin}/api/conversations`,
		`curl -H "Authorization: Bearer $TOKEN" ${origin}/api/conversations/$ID/messages --json '{"content":"Hello"}'`,
		`curl -N -H "Authorization: Bearer $TOKEN" ${origin}/api/conversations/$ID/events`,
	].join("\n");
}

function whoOf([scheme]: Operation["security"]): string {
	if (!scheme) return "anyone";
	if ("guest" in scheme) return "a guest, by their cookie";
	return "deployer" in scheme ? "who deploys, with the deployment's secret" : "whoever has a token";
}

function call(name: string, { operationId, summary, security, parameters, requestBody, responses }: Operation) {
	const asked = parameters.filter((parameter) => parameter.in !== "path");
	const answered = Object.entries(responses).filter(([, answer]) => !answer["x-codes"]);
	const refused = Object.entries(responses).filter(([, answer]) => answer["x-codes"]);
	return html`<section>
<h3 id="${operationId}"><code>${name}</code></h3>
<p>${summary}</p>
<dl>
<dt>Who</dt><dd>${whoOf(security)}</dd>
${asked.map((parameter) => html`<dt>${wordFor(parameter)}</dt><dd><code>${typeOf(parameter.schema)}</code></dd>`)}
${requestBody && html`<dt>Body${requestBody.required ? "" : ", or none"}</dt><dd>${content(requestBody.content)}</dd>`}
${answered.map(([status, answer]) => html`<dt>${status}</dt><dd>${said(answer)}</dd>`)}
<dt>Refusal</dt><dd>${refused.map(([status, answer]) => `${status} ${answer["x-codes"]?.join(", ")}`).join(" · ")}</dd>
</dl>
</section>`;
}

function wordFor({ name, in: place, required }: Parameter): string {
	return `${place === "query" ? `?${name}` : name}${required ? "" : " (optional)"}`;
}

function said({ description, content: answered }: Answer) {
	return answered?.["application/json"] ? content(answered) : description;
}

function content(media: Record<string, MediaType>) {
	return Object.values(media).map(({ schema }) => html`<pre>${typeOf(schema)}</pre>`);
}

/** A schema as a type, to read. */
export function typeOf(schema: JsonSchema | boolean, indent = ""): string {
	if (typeof schema === "boolean") return "anything";
	if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
	if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(" | ");
	if (schema.prefixItems) return `[${schema.prefixItems.map((item) => typeOf(item as JsonSchema, indent)).join(", ")}]`;
	if (schema.type === "array") return `${typeOf(schema.items as JsonSchema, indent)}[]`;
	if (schema.type !== "object") return String(schema.type ?? "anything") + boundsOf(schema);
	const fields = Object.entries(schema.properties ?? {}).map(
		([name, field]) => `${indent}  ${name}${schema.required?.includes(name) ? "" : "?"}: ${typeOf(field, `${indent}  `)}`,
	);
	if (fields.length === 0 && schema.additionalProperties) return `{ [name]: ${typeOf(schema.additionalProperties, indent)} }`;
	return `{\n${fields.join("\n")}\n${indent}}`;
}

function boundsOf({ minLength, maxLength, minimum, maximum, default: usual }: JsonSchema): string {
	const least = minLength ?? minimum;
	const most = maxLength ?? maximum;
	const bounds = [
		least !== undefined && `from ${least}`,
		most !== undefined && `to ${most}`,
		usual !== undefined && usual !== "" && `else ${usual}`,
	];
	const words = bounds.filter(Boolean).join(" ");
	return words && ` (${words})`;
}
