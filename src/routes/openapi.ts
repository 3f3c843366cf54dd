// The API's document, OpenAPI 3.1, made of what is said beside the routes and of the wire's own schemas. Open to anyone: it says nothing of anybody.

import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import { Hono } from "hono";
import * as v from "valibot";
import { version } from "../../package.json";
import { conversationSchema, listEntrySchema, memberSchema } from "../protocol/conversation.ts";
import { type ErrorCode, errors } from "../protocol/errors.ts";
import { clientEvents, serverEvents } from "../protocol/events.ts";
import { messageSchema } from "../protocol/message.ts";
import { personSchema } from "../protocol/person.ts";
import { foundSchema } from "../protocol/search-result.ts";
import { tokenSchema } from "../protocol/token.ts";
import type { App } from "./http.ts";
import { type Content, type Description, describe, descriptions, type RouteName } from "./operation.ts";

export const openapi = new Hono<App>();

describe("GET /openapi.json", {
	is: "This document.",
	who: "anyone",
	answers: { 200: v.looseObject({ openapi: v.string() }) },
});
openapi.get("/openapi.json", (c) => c.json(apiDocument()));

export type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; schema: JsonSchema };
export type MediaType = { schema: JsonSchema };
/** `x-codes`: the refusals that have this status. */
export type Answer = { description: string; content?: Record<string, MediaType>; "x-codes"?: ErrorCode[] };
export type Operation = {
	operationId: string;
	tags: string[];
	summary: string;
	security: Record<string, string[]>[];
	parameters: Parameter[];
	requestBody?: { required: boolean; content: Record<string, MediaType> };
	responses: Record<string, Answer>;
};

/** What has a name in the document, and is referred to by it. */
const named = {
	Message: messageSchema,
	Conversation: conversationSchema,
	ListedConversation: listEntrySchema,
	Member: memberSchema,
	Person: personSchema,
	Found: foundSchema,
	Token: tokenSchema,
	Event: v.union(Object.values(serverEvents)),
	ClientEvent: v.union(Object.values(clientEvents)),
	Error: v.object({ error: v.object({ code: v.string(), message: v.string(), retryAfterMs: v.optional(v.number()) }) }),
};

const conversion: ConversionConfig = {
	target: "draft-2020-12",
	// What a text is made into, and what else is checked of it, JSON Schema has no words for.
	errorMode: "ignore",
	definitions: named,
	overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
	// A number in an address is text that is made one.
	overrideAction: ({ valibotAction, jsonSchema: { pattern: _, ...schema } }) =>
		"operation" in valibotAction && valibotAction.operation === Number ? { ...schema, type: "integer" } : undefined,
	overrideSchema: ({ jsonSchema }) => {
		const { type, default: value } = jsonSchema;
		return type === "integer" && typeof value === "string" ? { ...jsonSchema, default: Number(value) } : undefined;
	},
};

let made: ReturnType<typeof makeDocument> | undefined;

/** Made once. */
export function apiDocument() {
	made ??= makeDocument();
	return made;
}

function makeDocument() {
	const paths: Record<string, Record<string, Operation>> = {};
	for (const [route, description] of [...descriptions].sort(([one], [other]) => (pathOf(one) < pathOf(other) ? -1 : 1))) {
		const [method, path] = [route.slice(0, route.indexOf(" ")), pathOf(route)];
		const template = path.replace(/:(\w+)/g, "{$1}");
		paths[template] = { ...paths[template], [method.toLowerCase()]: operationOf(route, description) };
	}
	return {
		openapi: "3.1.0",
		info: {
			title: "Parley",
			version,
			summary: "A place to talk for several people and Claude.",
			license: { name: "MIT", identifier: "MIT" },
		},
		servers: [{ url: "/api" }],
		paths,
		components: {
			schemas: toJsonSchemaDefs(named, conversion) as Record<string, JsonSchema>,
			securitySchemes: {
				bearer: { type: "http", scheme: "bearer", description: "A JSON Web Token, or a personal token." },
				query: { type: "apiKey", in: "query", name: "token", description: "The same, when nothing else works." },
				guest: { type: "apiKey", in: "cookie", name: "parley_session", description: "The session of a guest." },
				deployer: { type: "http", scheme: "bearer", description: "Made by `npm run import` with the deployment's secret." },
			},
		},
	};
}

/** Any one of these lets in. */
const security: Record<NonNullable<Description["who"]> | "token", Operation["security"]> = {
	anyone: [],
	guest: [{ guest: [] }],
	deployer: [{ deployer: [] }],
	token: [{ bearer: [] }, { query: [] }],
};

function operationOf(route: RouteName, description: Description): Operation {
	const { is, who = "token", headers, query, body, answers } = description;
	const path = pathOf(route);
	const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]): Parameter => {
		return { name: name as string, in: "path", required: true, schema: { type: "string" } };
	});
	return {
		operationId: route
			.replace(/[^a-z]+(\w)/gi, (_, letter: string) => letter.toUpperCase())
			.replace(/^[A-Z]+(?=[A-Z])/, (verb) => verb.toLowerCase()),
		tags: [path.split("/")[1] as string],
		summary: is,
		security: security[who],
		parameters: [...inPath, ...parametersOf("query", query), ...parametersOf("header", headers)],
		...(body && { requestBody: bodyOf(body) }),
		responses: { ...responsesOf(answers), ...refusalsOf(description, path) },
	};
}

function pathOf(route: RouteName): string {
	return route.slice(route.indexOf(" ") + 1);
}

/** A schema in the document's words. */
function convert(schema: v.GenericSchema): JsonSchema {
	const { $schema: _schema, $defs: _defs, ...converted } = toJsonSchema(schema, conversion);
	return converted;
}

function parametersOf(place: "query" | "header", schema: v.GenericSchema | undefined): Parameter[] {
	const { properties = {}, required = [] } = schema ? convert(schema) : {};
	return Object.entries(properties).map(([name, property]) => {
		return { name, in: place, required: required.includes(name), schema: property as JsonSchema };
	});
}

/** An empty body counts as `{}`. */
function bodyOf(body: Exclude<Content, "nothing">): Operation["requestBody"] {
	if ("media" in body) return { required: true, content: { [body.media]: { schema: { type: "string" } } } };
	return { required: !v.is(body, {}), content: { "application/json": { schema: convert(body) } } };
}

function responsesOf(answers: Description["answers"]): Record<string, Answer> {
	return Object.fromEntries(Object.entries(answers).map(([status, content]) => [status, answerOf(content)]));
}

function answerOf(content: Content): Answer {
	if (content === "nothing") return { description: "Nothing." };
	if ("media" in content) return { description: content.is, content: { [content.media]: { schema: { type: "string" } } } };
	return { description: "OK", content: { "application/json": { schema: convert(content) } } };
}

/** By status, each with all codes that go with it and their sentences. */
function refusalsOf({ who, query, body, refuses = [] }: Description, path: string): Record<string, Answer> {
	const codes = new Set<ErrorCode>(["origin_not_allowed", "internal", ...refuses]);
	if (who !== "anyone") codes.add("unauthorized").add("token_expired");
	if (query || body) codes.add("bad_request");
	if (path.includes("/:")) codes.add("not_found");
	const byStatus = Object.groupBy(codes, (code) => errors[code].status);
	return Object.fromEntries(
		Object.entries(byStatus).map(([status, codes]): [string, Answer] => {
			const description = codes.map((code) => errors[code].text).join(" ");
			return [status, { description, "x-codes": codes, content: { "application/json": { schema: errorReference } } }];
		}),
	);
}

const errorReference: JsonSchema = { $ref: "#/components/schemas/Error" };
