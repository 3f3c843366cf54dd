// The API's document describes every route as it is, and the page shows the whole document.

import { exports } from "cloudflare:workers";
import type { JsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import type { apiDocument, Operation } from "../../src/routes/openapi/document.ts";
import { fieldKeyOf, fieldKeys } from "../../src/routes/openapi/fields.ts";
import { schemaDescriptions } from "../../src/routes/openapi/schemas.ts";
import { type Content, descriptions, type RouteName, tags } from "../../src/routes/operation.ts";
import worker from "../../src/worker.ts";
import { call, origin, tokenOf } from "../support/socket.ts";

type Document = ReturnType<typeof apiDocument>;

const documentOf = async (): Promise<Document> => (await call("GET", "/openapi.json")).body;

/** A route's part of the document. */
function operationOf({ paths }: Document, route: string): Operation {
	const [method, path] = route.split(" ") as [string, string];
	const operation = paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
	if (!operation) throw new Error(`Not described: ${route}`);
	return operation;
}

const routes = [
	...new Set(
		worker.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path.replace("/api", "")}` as RouteName),
	),
];

describe("the document", () => {
	it("describes every route of the Worker, and no other", () => {
		expect([...descriptions.keys()].sort()).toEqual(routes.sort());
	});

	it("has the shape of OpenAPI 3.1: unique names, references that resolve, and the parameters of each path", async () => {
		const document = await documentOf();
		expect(document.openapi).toBe("3.1.0");
		const operations = routes.map((route) => operationOf(document, route));
		expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
		for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g))
			expect(Object.keys(document.components.schemas).map((known) => `#/components/schemas/${known}`)).toContain(name);
		for (const [path, methods] of Object.entries(document.paths)) {
			const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
			for (const { parameters, responses } of Object.values(methods)) {
				expect(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name)).toEqual(names);
				for (const { description } of Object.values(responses)) expect(description).not.toBe("");
			}
		}
		expect(Object.keys(document)).toEqual(["openapi", "info", "servers", "tags", "paths", "components"]);
		for (const { security } of operations)
			for (const name of security.flatMap(Object.keys)) expect(Object.keys(document.components.securitySchemes)).toContain(name);
		expect(JSON.stringify(document)).not.toMatch(/\$defs|\$schema/);
	});

	it("describes a body by the schema that the route reads, and the numbers of a query as numbers", async () => {
		const document = await documentOf();
		const { requestBody } = operationOf(document, "POST /conversations/:id/messages");
		expect(requestBody).toMatchObject({
			required: true,
			content: {
				"application/json": { schema: { properties: { content: { type: "string", maxLength: limits.content } } } },
			},
		});
		expect(operationOf(document, "POST /conversations").requestBody?.required).toBe(false);
		const { parameters } = operationOf(document, "GET /conversations/:id/messages");
		expect(parameters.find(({ name }) => name === "limit")).toEqual({
			name: "limit",
			in: "query",
			required: false,
			description: expect.any(String),
			schema: { type: "integer", minimum: 1, maximum: 200, default: 50 },
			example: 2,
		});
		const { content } = operationOf(document, "GET /conversations/:id/messages").responses[200] ?? {};
		expect(content?.["application/json"]?.schema.properties?.messages).toEqual({
			type: "array",
			description: expect.any(String),
			items: { $ref: "#/components/schemas/Message" },
		});
	});

	it("needs no token for these operations only", async () => {
		const document = await documentOf();
		const open = routes.filter((route) => operationOf(document, route).security.length === 0);
		expect(open.sort()).toEqual([
			"GET /auth/methods",
			"GET /auth/oidc/:id/callback",
			"GET /auth/oidc/:id/start",
			"GET /docs",
			"GET /health",
			"GET /openapi.json",
			"POST /auth/device-link/finish",
			"POST /auth/device-link/open",
			"POST /auth/guest",
			"POST /auth/passkey/sign-in/options",
			"POST /auth/passkey/sign-in/verify",
			"POST /auth/recover",
			"POST /hooks/:token",
			"POST /invites/preview",
		]);
	});

	it("can be read by pages of allowed origins", async () => {
		const { status, headers } = await call("GET", "/openapi.json", undefined, undefined, { origin: "https://pages.example" });
		expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "https://pages.example"]);
	});
});

describe("every operation", () => {
	it.each(routes)("%s has a summary, a description, a known tag and an example", async (route) => {
		const { summary, description, tags: tagged, parameters, requestBody, responses, ...more } = operationOf(await documentOf(), route);
		expect(summary).toMatch(/^[A-Z][a-z]+,? .*[^.]$/);
		expect(summary.length).toBeLessThanOrEqual(60);
		expect(description).toMatch(/^.{20,}\.$/s);
		expect(tagged.map((tag) => Object.keys(tags).includes(tag))).toEqual([true]);
		expect(more["x-codeSamples"].map(({ source }) => source)).toEqual([expect.stringContaining("/api/")]);
		for (const parameter of parameters) if (parameter.required) expect(parameter).toHaveProperty("example");
		const answered = Object.values(responses).flatMap(({ content }) => Object.values(content ?? {}));
		for (const media of [...Object.values(requestBody?.content ?? {}), ...answered]) expect(media.example).toBeDefined();
	});

	it.each(routes)("%s has examples that its own schemas accept", (route) => {
		const { body, query, headers, example = {}, answers } = descriptions.get(route) as NonNullable<ReturnType<typeof descriptions.get>>;
		const contents = [body, ...Object.values(answers)].filter(
			(content): content is Content => content !== undefined && content !== "nothing",
		);
		// Parsing drops fields that the schema does not know.
		for (const content of contents)
			if ("schema" in content) expect(v.parse(content.schema, content.example)).toMatchObject(content.example as object);
		for (const schema of [query, headers]) if (schema && Object.keys(example).length > 0) expect(v.is(schema, example)).toBe(true);
	});
});

/** Every field of a schema, as its path in the document and its owner's name; and whether it has a description. */
function fieldsOf(schema: JsonSchema, path: string, owner: string): { path: string; key: string | undefined; isDescribed: boolean }[] {
	const type = (schema.properties?.type as JsonSchema | undefined)?.const;
	const name = typeof type === "string" ? type : owner;
	const own = Object.entries(schema.properties ?? {}).flatMap(([field, value]) => {
		const isDescribed = Boolean((value as JsonSchema).description);
		return [
			{ path: `${path}.${field}`, key: fieldKeyOf(name, field), isDescribed },
			...fieldsOf(value as JsonSchema, `${path}.${field}`, field),
		];
	});
	const inner = [schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter((one) => typeof one === "object");
	return [...own, ...inner.flatMap((one) => fieldsOf(one as JsonSchema, path, name))];
}

describe("descriptions", () => {
	it("are there for every parameter, every field of every schema, every named schema and every event", async () => {
		const { paths, components } = await documentOf();
		const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
		const media = operations.flatMap(({ operationId, requestBody, responses }) =>
			[requestBody, ...Object.values(responses)].flatMap((one) =>
				Object.values(one?.content ?? {}).map(({ schema }): [string, JsonSchema] => [operationId, schema]),
			),
		);
		const parameters = operations.flatMap((operation) => operation.parameters);
		const fields = [...media, ...Object.entries(components.schemas)].flatMap(([name, schema]) => fieldsOf(schema, name, name));
		expect(fields.length).toBeGreaterThan(250);
		expect(fields.filter(({ isDescribed }) => !isDescribed).map(({ path }) => path)).toEqual([]);
		expect(parameters.filter(({ description }) => description === "")).toEqual([]);
		const variants = Object.values(components.schemas).flatMap(({ anyOf, oneOf }) => [...(anyOf ?? []), ...(oneOf ?? [])] as JsonSchema[]);
		expect([...Object.values(components.schemas), ...variants].filter(({ description }) => !description)).toEqual([]);
		const used = new Set([...fields.map(({ key }) => key), ...parameters.map(({ name }) => name)]);
		expect(fieldKeys.filter((key) => !used.has(key))).toEqual([]);
		const events = variants.map(({ properties }) => (properties?.type as JsonSchema | undefined)?.const);
		expect(Object.keys(schemaDescriptions).filter((name) => !(name in components.schemas) && !events.includes(name))).toEqual([]);
	});
});

it("every response matches its description, to the last field", async () => {
	const document = await documentOf();
	const [ann, bob] = [`d-${crypto.randomUUID()}`, `d-${crypto.randomUUID()}`];
	const answers = new Set<string>();

	/** Calls a route and compares the response with the route's description. */
	async function make(
		route: RouteName,
		as: string | undefined,
		values: { [name: string]: string } = {},
		body?: unknown,
		headers = {},
		query = "",
	) {
		const [method, path] = route.split(" ") as [string, string];
		const address = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] as string));
		const token = as?.startsWith("d-") ? await tokenOf(as) : as;
		const answer = await call(method, address + query, token, body, headers);
		const described = descriptions.get(route)?.answers[answer.status];
		if (described === undefined) {
			expect(Object.keys(operationOf(document, route).responses[answer.status]?.["x-codes"] ?? {})).toContain(answer.body?.error.code);
		} else if (described === "nothing") {
			expect([route, answer.body]).toEqual([route, undefined]);
		} else if ("schema" in described) {
			// Parsing drops fields that the schema does not know.
			expect([route, v.parse(described.schema, answer.body)]).toEqual([route, answer.body]);
		}
		answers.add(`${route} ${answer.status}`);
		return answer;
	}

	await make("GET /health", undefined);
	const guest = await make("POST /auth/guest", undefined, {}, { name: "Gus" });
	const cookie = guest.headers.get("set-cookie")?.split(";")[0] as string;
	await make("POST /auth/guest", undefined, {}, {});
	await make("POST /auth/refresh", undefined, {}, undefined, { cookie });
	await make("POST /auth/refresh", undefined);
	await make("POST /auth/refresh", undefined, {}, undefined, { cookie: "parley_session=x" });
	await make("POST /auth/sign-out", guest.body.token);
	await make("POST /auth/sign-out", ann);
	await make("GET /me", ann);
	await make("GET /me", undefined);
	const { id } = (await make("POST /conversations", ann, {}, { title: "One" })).body.conversation;
	await make("POST /conversations", ann, {}, { title: 1 });
	await make("GET /conversations", ann);
	await make("GET /conversations/:id", ann, { id });
	await make("GET /conversations/:id", bob, { id });
	await make("PATCH /conversations/:id", ann, { id }, { assistant: "mention" });
	const said = await make("POST /conversations/:id/messages", ann, { id }, { content: "Hello", clientId: "k" });
	await make("POST /conversations/:id/messages", ann, { id }, { content: "Hello", clientId: "k" });
	await make("POST /conversations/:id/messages", ann, { id }, { content: "Hello!", clientId: "k" });
	await make("POST /conversations/:id/messages", ann, { id }, { content: "x".repeat(limits.content + 1) });
	await make("POST /conversations/:id/messages", ann, { id }, {});
	expect((await make("GET /conversations/:id/messages", ann, { id })).body.messages).toEqual([said.body.message]);
	expect((await make("GET /conversations/:id/search", ann, { id }, undefined, {}, "?q=hello")).body.results).toHaveLength(1);
	await make("GET /conversations/:id/search", ann, { id });
	expect((await make("GET /search", ann, {}, undefined, {}, "?q=hello")).body.results).toHaveLength(1);
	await make("POST /import/:id", ann, { id }, {}, {}, "?from=0");
	await make("POST /conversations/:id/invites", ann, { id }, { role: "owner" });
	const { token } = (await make("POST /conversations/:id/invites", ann, { id }, { maxUses: 1, role: "reader" })).body.invite;
	await make("POST /invites/:token/accept", bob, { token });
	await make("POST /invites/:token/accept", `d-${crypto.randomUUID()}`, { token });
	await make("PATCH /conversations/:id", bob, { id }, { title: "Mine" });
	await make("POST /conversations/:id/messages", bob, { id }, { content: "x" });
	await make("GET /conversations/:id/audit", ann, { id });
	await make("DELETE /conversations/:id/members/:userId", ann, { id, userId: ann });
	await make("DELETE /conversations/:id/members/:userId", ann, { id, userId: bob });
	const made = (await make("POST /me/tokens", ann, {}, { name: "bot" })).body.token;
	await make("GET /me", made.secret);
	await make("GET /me/tokens", made.secret);
	await make("GET /me/tokens", ann);
	await make("DELETE /me/tokens/:tokenId", ann, { tokenId: made.id });
	await make("DELETE /me/tokens/:tokenId", ann, { tokenId: made.id });
	await make("GET /conversations/:id/socket", ann, { id });
	await make("GET /openapi.json", undefined);
	expect(answers.size).toBeGreaterThanOrEqual(41);
});

describe("the page", () => {
	it("shows the whole document, loads nothing, and runs one script by its nonce", async () => {
		const response = await exports.default.fetch(`${origin}/api/docs`);
		const page = await response.text();
		expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
		const policy = response.headers.get("content-security-policy") ?? "";
		const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
		expect(policy.split("; ")).toEqual([
			"default-src 'none'",
			`script-src 'nonce-${nonce}'`,
			`style-src 'nonce-${nonce}'`,
			"base-uri 'none'",
			"form-action 'none'",
			"frame-ancestors 'none'",
		]);
		expect(page).toContain(`<style nonce="${nonce}">`);
		expect(page.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`]);
		expect(page).not.toMatch(/<link|<img|\son\w+=|style=|src=|url\(|@import/i);
		for (const route of routes) {
			const [method, path] = route.split(" ") as [string, string];
			expect(page).toContain(`<code><b>${method}</b> /api${path.replace(/:(\w+)/g, "{$1}")}</code>`);
		}
		const { components } = await documentOf();
		for (const name of Object.keys(components.schemas)) expect(page).toContain(`<article id="${name}"`);
		const again = await (await exports.default.fetch(`${origin}/api/docs`)).text();
		expect(again).not.toContain(nonce);
	});

	it("repeats nothing of its address but the origin", async () => {
		const page = await (await exports.default.fetch(`${origin}/api/docs?<script>alert(1)</script>`)).text();
		expect(page).not.toContain("alert");
		expect(page).toContain(`${origin}/api/conversations`);
	});
});
