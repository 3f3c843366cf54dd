// The API's document: that it describes every route there is, as it is; and the page to read it.

import { exports } from "cloudflare:workers";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import type { apiDocument, Operation } from "../../src/routes/openapi.ts";
import { descriptions, type RouteName } from "../../src/routes/operation.ts";
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
	it("describes every route of the Worker, and none that there is not", () => {
		expect([...descriptions.keys()].sort()).toEqual(routes.sort());
	});

	it("is an OpenAPI document in itself: its names are unique, its references lead somewhere, its paths have their parameters", async () => {
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
		expect(JSON.stringify(document)).not.toMatch(/\$defs|\$schema/);
	});

	it("says of a body what the route reads it by, and of a query that its numbers are numbers", async () => {
		const document = await documentOf();
		const { requestBody } = operationOf(document, "POST /conversations/:id/messages");
		expect(requestBody).toMatchObject({
			required: true,
			content: {
				"application/json": { schema: { required: ["content"], properties: { content: { type: "string", maxLength: limits.content } } } },
			},
		});
		expect(operationOf(document, "POST /conversations").requestBody?.required).toBe(false);
		const { parameters } = operationOf(document, "GET /conversations/:id/messages");
		expect(parameters.find(({ name }) => name === "limit")).toEqual({
			name: "limit",
			in: "query",
			required: false,
			schema: { type: "integer", minimum: 1, maximum: 200, default: 50 },
		});
		const { content } = operationOf(document, "GET /conversations/:id/messages").responses[200] ?? {};
		expect(content?.["application/json"]?.schema.properties?.messages).toEqual({
			type: "array",
			items: { $ref: "#/components/schemas/Message" },
		});
	});

	it("says who may call what", async () => {
		const document = await documentOf();
		const open = routes.filter((route) => operationOf(document, route).security.length === 0);
		expect(open.sort()).toEqual(["GET /docs", "GET /health", "GET /openapi.json", "POST /auth/guest"]);
	});

	it("may be read by pages of ours, and by programs", async () => {
		const { status, headers } = await call("GET", "/openapi.json", undefined, undefined, { origin: "https://pages.example" });
		expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "https://pages.example"]);
	});
});

it("every answer is as it is described, to the last field", async () => {
	const document = await documentOf();
	const [ann, bob] = [`d-${crypto.randomUUID()}`, `d-${crypto.randomUUID()}`];
	const answers = new Set<string>();

	/** Calls a route and holds its answer against what is said of it. */
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
			expect([route, operationOf(document, route).responses[answer.status]?.["x-codes"]]).toEqual([
				route,
				expect.arrayContaining([answer.body?.error.code]),
			]);
		} else if (described === "nothing") {
			expect([route, answer.body]).toEqual([route, undefined]);
		} else if ("kind" in described) {
			// What a schema does not know it leaves out.
			expect([route, v.parse(described, answer.body)]).toEqual([route, answer.body]);
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
	it("says all of it, runs nothing, and loads nothing", async () => {
		const response = await exports.default.fetch(`${origin}/api/docs`);
		const page = await response.text();
		expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
		const policy = response.headers.get("content-security-policy") ?? "";
		const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
		expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
		expect(page).toContain(`<style nonce="${nonce}">`);
		expect(page).not.toMatch(/<script|<link|<img|\son\w+=|style=|src=|url\(|@import/i);
		for (const route of routes) expect(page).toContain(`<code>${route.replace(" ", " /api").replace(/:(\w+)/g, "{$1}")}</code>`);
		const { components } = await documentOf();
		for (const name of Object.keys(components.schemas)) expect(page).toContain(`<h3 id="${name}">`);
		const again = await (await exports.default.fetch(`${origin}/api/docs`)).text();
		expect(again).not.toContain(nonce);
	});

	it("repeats nothing of its address but where it is", async () => {
		const page = await (await exports.default.fetch(`${origin}/api/docs?<script>alert(1)</script>`)).text();
		expect(page).not.toContain("alert");
		expect(page).toContain(`${origin}/api/conversations`);
	});
});
