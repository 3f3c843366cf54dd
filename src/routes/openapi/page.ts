// The API's document as a web page. It is whole without a script; the script only filters it.

import type { JsonSchema } from "@valibot/to-json-schema";
import { html, raw } from "hono/html";
import { errors } from "../../protocol/errors.ts";
import { descriptions } from "../operation.ts";
import { exampleOrigin } from "./code-sample.ts";
import { type Answer, apiDocument, type MediaType, type Operation } from "./document.ts";
import { script, style } from "./page-assets.ts";
import { fieldHtml, fieldsHtml, prose, typeHtml } from "./schema-html.ts";

type Html = ReturnType<typeof html>;
type Call = { name: string; method: string; path: string; operation: Operation };

export function apiPage(origin: string, nonce: string): Html {
	const { info, tags, paths, components } = apiDocument();
	// As the routes state them, which is from the usual to the rare. The document is in the order of paths.
	const calls = [...descriptions.keys()].map((route): Call => {
		const [method, template] = route.split(" ") as [string, string];
		const path = template.replace(/:(\w+)/g, "{$1}");
		const operation = paths[path]?.[method.toLowerCase()] as Operation;
		return { name: `${method} /api${path}`, method, path: `/api${path}`, operation };
	});
	const groups = tags.map((tag) => ({ ...tag, calls: calls.filter(({ operation }) => operation.tags[0] === tag.name) }));
	const schemas = Object.entries(components.schemas);
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} API</title>
<style nonce="${nonce}">${raw(style)}</style>
</head>
<body>
<header>
<h1>${info.title} API</h1>
<p>${prose(info.description)} Version ${info.version}. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
<p id="search" hidden><input type="search" aria-label="Filter operations and types" placeholder="Filter, for example: invite" aria-keyshortcuts="/" autocomplete="off"> <span id="count" role="status"></span></p>
</header>
<nav aria-label="Contents">
${groups.map(({ name, calls: listed }) =>
	navHtml(
		idOf(name),
		name,
		listed.map(({ operation }) => [operation.operationId, operation.summary]),
	),
)}
${navHtml(
	"types",
	"Types",
	schemas.map(([name]) => [name, name]),
)}
<a class="group" href="#errors">Errors</a>
</nav>
<main>
${groups.map((group) => groupHtml(group, origin))}
<section id="types">
<h2>Types</h2>
${schemas.map(([name, schema]) => schemaHtml(name, schema))}
</section>
<section id="errors">
<h2>Errors</h2>
<dl class="fields">
${Object.entries(errors).map(([code, { status, text }]) => html`<dt><code>${code}</code> <span class="type">${status}</span></dt><dd>${text}</dd>`)}
</dl>
</section>
</main>
<script nonce="${nonce}">${raw(script)}</script>
</body>
</html>`;
}

function navHtml(id: string, name: string, entries: [id: string, text: string][]): Html {
	return html`<details data-group="${id}" open><summary class="group">${name} <span class="type">${entries.length}</span></summary><ul>
${entries.map(([entry, text]) => html`<li><a href="#${entry}">${text}</a></li>`)}
</ul></details>`;
}

function idOf(tag: string): string {
	return `group-${tag.toLowerCase().replace(/\W+/g, "-")}`;
}

function groupHtml({ name, description, calls }: { name: string; description: string; calls: Call[] }, origin: string): Html {
	return html`<section id="${idOf(name)}">
<h2>${name}</h2>
<p>${description}</p>
${calls.map((call) => callHtml(call, origin))}
</section>`;
}

function callHtml({ name, method, path, operation }: Call, origin: string): Html {
	const { operationId, summary, description, parameters, requestBody, responses } = operation;
	const answers = answersOf(operation);
	return html`<article id="${operationId}" data-entry>
<div class="text">
<h3>${summary}</h3>
<p class="call"><code><b>${method}</b> ${path}</code></p>
<p>${prose(description)}</p>
${
	parameters.length > 0 &&
	html`<h4>Parameters</h4><dl class="fields">${parameters.map((parameter) => {
		return fieldHtml(parameter.name, parameter.schema, parameter.required, parameter.description);
	})}</dl>`
}
${requestBody && html`<h4>Body</h4>${requestBody.description && html`<p>${prose(requestBody.description)}</p>`}${bodyHtml(requestBody.content)}`}
${answers.map(answerHtml)}
<h4>Errors</h4>
<dl class="errors">${Object.entries(responses).map(([status, answer]) => errorsHtml(status, answer))}</dl>
</div>
<div class="samples">
${operation["x-codeSamples"].map(({ label, source }) => sampleHtml(label, `${name}: request`, at(origin, source)))}
${answers.map(({ statuses, content }) => content && sampleHtml(statuses, `${name}: response ${statuses}`, exampleOf(content)))}
</div>
</article>`;
}

function sampleHtml(label: string, title: string, source: string): Html {
	return html`<h4>${label}</h4><pre tabindex="0" aria-label="${title}"><code>${source}</code></pre>`;
}

type Response = Pick<Answer, "description" | "content"> & { statuses: string };

/**
 * The successful responses. Those with the same content are one: a message that is stored, and one
 * that was already.
 */
function answersOf({ responses }: Operation): Response[] {
	const successful = Object.entries(responses).filter(([, answer]) => !answer["x-codes"]);
	const byContent = Map.groupBy(successful, ([status, { content }]) => (content ? JSON.stringify(content) : status));
	return [...byContent.values()].map((alike) => {
		const [, { description, content }] = alike[0] as [string, Answer];
		return { statuses: alike.map(([status]) => status).join(" or "), description, content };
	});
}

function at(origin: string, source: string): string {
	return source.replaceAll(exampleOrigin, origin).replaceAll(exampleOrigin.replace("http", "ws"), origin.replace("http", "ws"));
}

function bodyHtml(content: Record<string, MediaType>): Html {
	return html`${Object.values(content).map(({ schema }) => fieldsHtml(schema) || (schema.$ref ? html`<p>${typeHtml(schema)}</p>` : ""))}`;
}

function answerHtml({ statuses, description, content }: Response): Html {
	const json = content?.["application/json"];
	return html`<h4>Response ${statuses}</h4>${json ? bodyHtml({ json }) : html`<p>${prose(description)}</p>`}`;
}

/** The errors of a status, each with when it happens. */
function errorsHtml(status: string, { "x-codes": cases = {} }: Answer): Html {
	return html`${Object.entries(cases).map(([code, when]) => html`<dt><code>${code}</code> <span class="type">${status}</span></dt><dd>${prose(when)}</dd>`)}`;
}

function exampleOf(content: Record<string, MediaType>): string {
	const [media] = Object.values(content);
	return typeof media?.example === "string" ? media.example : JSON.stringify(media?.example, undefined, 2);
}

function schemaHtml(name: string, schema: JsonSchema): Html {
	const variants = (schema.anyOf ?? schema.oneOf ?? []) as JsonSchema[];
	return html`<article id="${name}" data-entry>
<div class="text">
<h3><code>${name}</code></h3>
<p>${prose(schema.description ?? "")}</p>
${fieldsHtml(schema)}
${variants.map(
	(variant) => html`<h4><code>${String((variant.properties?.type as JsonSchema | undefined)?.const)}</code></h4>
<p>${prose(variant.description ?? "")}</p>${fieldsHtml(variant)}`,
)}
</div>
</article>`;
}
