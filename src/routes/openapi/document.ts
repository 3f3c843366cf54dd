// The API's document, OpenAPI 3.1, made from the descriptions beside the routes and the wire's own
// schemas. It holds nothing secret: anyone may read it.

import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import * as v from "valibot";
import { version } from "../../../package.json";
import { mcpToolSchema } from "../../protocol/claude/choices.ts";
import { conversationSchema, listEntrySchema, memberSchema } from "../../protocol/conversation.ts";
import { type ErrorCode, errorBody, errors } from "../../protocol/errors.ts";
import { clientEvents, serverEvents } from "../../protocol/events.ts";
import { meEvents } from "../../protocol/me.ts";
import { messageSchema } from "../../protocol/message.ts";
import { personSchema } from "../../protocol/person.ts";
import { searchResultSchema } from "../../protocol/search-result.ts";
import { assistantName, inName, written } from "../../protocol/text/assistant-name.ts";
import { tokenSchema } from "../../protocol/token.ts";
import { maxPlace } from "../http.ts";
import { access, type Content, type Description, descriptions, programSentence, type RouteName, tags } from "../operation.ts";
import { type CodeSample, sampleOf } from "./code-sample.ts";
import { pathExamples } from "./examples.ts";
import { fieldDescription } from "./fields.ts";
import { schemaDescriptions } from "./schemas.ts";
import { successes } from "./successes.ts";

type Place = "path" | "query" | "header";
export type Parameter = { name: string; in: Place; required: boolean; description: string; schema: JsonSchema; example?: unknown };
export type MediaType = { schema: JsonSchema; example: unknown };
/** `x-codes`: the errors that have this status, each with when it happens. */
export type Answer = { description: string; content?: Record<string, MediaType>; "x-codes"?: { [code in ErrorCode]?: string } };
export type Operation = {
	operationId: string;
	tags: string[];
	summary: string;
	description: string;
	security: Record<string, string[]>[];
	parameters: Parameter[];
	requestBody?: { required: boolean; description?: string; content: Record<string, MediaType> };
	responses: Record<string, Answer>;
	"x-codeSamples": CodeSample[];
};

/** The schemas that have a name in the document and are referred to by it. */
const named = {
	Message: messageSchema,
	Conversation: conversationSchema,
	ListedConversation: listEntrySchema,
	Member: memberSchema,
	Person: personSchema,
	SearchResult: searchResultSchema,
	Token: tokenSchema,
	McpTool: mcpToolSchema,
	Event: v.union(Object.values(serverEvents)),
	ClientEvent: v.union(Object.values(clientEvents)),
	MeEvent: v.union(Object.values(meEvents)),
	Error: v.object({
		error: v.object({ code: v.string(), message: v.string(), retryAfterMs: v.optional(v.number()), requestId: v.optional(v.string()) }),
	}),
};

const conversion: ConversionConfig = {
	target: "draft-2020-12",
	// JSON Schema has no words for transformations and for checks in code.
	errorMode: "ignore",
	definitions: named,
	overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
	// A number in an address arrives as text and is converted.
	overrideAction: ({ valibotAction, jsonSchema: { pattern: _, ...schema } }) =>
		"operation" in valibotAction && valibotAction.operation === Number ? { ...schema, type: "integer" } : undefined,
	overrideSchema: ({ jsonSchema }) => {
		const { type, default: value, ...schema } = jsonSchema;
		if (type !== "integer" || typeof value !== "string") return undefined;
		return { ...schema, type, ...(Number(value) !== maxPlace && { default: Number(value) }) };
	},
};

let made: { name: string; document: ReturnType<typeof makeDocument> } | undefined;

/** Made when it is first read. It calls the assistant as the deployment does. */
export function apiDocument() {
	const name = assistantName();
	if (made?.name !== name) made = { name, document: inNames(makeDocument()) };
	return made.document;
}

/** Names of models stay as they are. */
function inNames<T>(document: T): T {
	if (inName(written) === written) return document;
	return JSON.parse(JSON.stringify(document, (key, value) => (typeof value === "string" && key !== "name" ? inName(value) : value)));
}

function makeDocument() {
	const paths: Record<string, Record<string, Operation>> = {};
	for (const [route, description] of [...descriptions].sort(([one], [other]) => (pathOf(one) < pathOf(other) ? -1 : 1))) {
		const template = pathOf(route).replace(/:(\w+)/g, "{$1}");
		paths[template] = { ...paths[template], [methodOf(route).toLowerCase()]: operationOf(route, description) };
	}
	return {
		openapi: "3.1.0",
		info: {
			title: "Parley",
			version,
			summary: "Chat for several people and Claude.",
			description:
				"Chat for several people and Claude. Requests and responses are JSON, except for exports, imports and event streams. Pass the token as `Authorization: Bearer TOKEN`. Errors are returned as `Error`: `code` is for programs, `message` for people. The caller is the person whom the token identifies.",
			license: { name: "MIT", identifier: "MIT" },
		},
		servers: [{ url: "/api" }],
		tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
		paths,
		components: {
			schemas: namedSchemas(),
			securitySchemes: {
				bearer: { type: "http", scheme: "bearer", description: "An access token (a JSON Web Token), or a personal token." },
				query: { type: "apiKey", in: "query", name: "token", description: "The same token, for clients that cannot set headers." },
				session: { type: "apiKey", in: "cookie", name: "parley_session", description: "The session cookie, which signing in sets." },
				monitoring: { type: "http", scheme: "bearer", description: "The `METRICS_TOKEN` of the deployment." },
				deployer: { type: "http", scheme: "bearer", description: "An import token, which `npm run import` signs with `JWT_SECRET`." },
			},
		},
	};
}

function namedSchemas(): Record<string, JsonSchema> {
	const schemas = toJsonSchemaDefs(named, conversion) as Record<string, JsonSchema>;
	return Object.fromEntries(
		Object.entries(schemas).map(([name, schema]) => [name, { description: schemaDescriptions[name], ...described(schema, name) }]),
	);
}

/** Any one of the listed schemes is enough. */
const security: Partial<Record<Description["access"], Operation["security"]>> = {
	anyone: [],
	session: [{ session: [] }],
	deployer: [{ deployer: [] }],
	monitoring: [{ monitoring: [] }],
};
const tokenSecurity: Operation["security"] = [{ bearer: [] }, { query: [] }];

function operationOf(route: RouteName, description: Description): Operation {
	const { tag, summary, body, answers, fields = {} } = description;
	const parameters = parametersOf(pathOf(route), description);
	const operation = {
		operationId: route
			.replace(/[^a-z]+(\w)/gi, (_, letter: string) => letter.toUpperCase())
			.replace(/^[A-Z]+(?=[A-Z])/, (verb) => verb.toLowerCase()),
		tags: [tag],
		summary,
		description: `${description.description} ${access[description.access]}${programSentence(description)}`,
		security: security[description.access] ?? tokenSecurity,
		parameters,
		...(body && { requestBody: bodyOf(body, fields) }),
		responses: { ...responsesOf(answers, fields), ...refusalsOf(description, pathOf(route)) },
	};
	return { ...operation, "x-codeSamples": [sampleOf(methodOf(route), pathOf(route), description, parameters)] };
}

function methodOf(route: RouteName): string {
	return route.slice(0, route.indexOf(" "));
}

function pathOf(route: RouteName): string {
	return route.slice(route.indexOf(" ") + 1);
}

type Fields = NonNullable<Description["fields"]>;

function convert(schema: v.GenericSchema, fields: Fields): JsonSchema {
	const { $schema: _schema, $defs: _defs, ...converted } = toJsonSchema(schema, conversion);
	return described(converted, "", fields);
}

/**
 * A schema with a description of each of its fields. `owner`: the named schema, the event or the
 * field that it is.
 */
function described(schema: JsonSchema, owner: string, fields: Fields = {}): JsonSchema {
	const { properties, items, anyOf, oneOf } = schema;
	const type = (properties?.type as JsonSchema | undefined)?.const;
	const name = typeof type === "string" ? type : owner;
	const within = (inner: JsonSchema) => described(inner, name, fields);
	return {
		...schema,
		...(typeof type === "string" && { description: schemaDescriptions[type] }),
		...(properties && {
			properties: Object.fromEntries(
				Object.entries(properties).map(([field, value]) => {
					return [field, { ...described(value as JsonSchema, field), description: fields[field] ?? fieldDescription(name, field) }];
				}),
			),
		}),
		...(items && typeof items === "object" && !Array.isArray(items) && { items: within(items) }),
		...(anyOf && { anyOf: anyOf.map((inner) => within(inner as JsonSchema)) }),
		...(oneOf && { oneOf: oneOf.map((inner) => within(inner as JsonSchema)) }),
	};
}

function parametersOf(path: string, { query, headers, fields = {}, example = {} }: Description): Parameter[] {
	const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]): Parameter => {
		const description = fields[name] ?? fieldDescription("", name) ?? "";
		return { name, in: "path", required: true, description, schema: { type: "string" }, example: pathExamples[name] };
	});
	const others = (["query", "header"] as const).flatMap((place) => {
		const schema = place === "query" ? query : headers;
		const { properties = {}, required = [] } = schema ? convert(schema, fields) : {};
		return Object.entries(properties).map(([name, property]): Parameter => {
			const { description = "", ...of } = property as JsonSchema;
			const value = example[name];
			const shown = of.type === "integer" ? Number(value) : value;
			return {
				name,
				in: place,
				required: required.includes(name),
				description,
				schema: of,
				...(value !== undefined && { example: shown }),
			};
		});
	});
	return [...inPath, ...others];
}

function bodyOf(body: Content, fields: Fields): Operation["requestBody"] {
	const required = "media" in body || !v.is(body.schema, {});
	const description = "media" in body ? body.description : "Optional: an empty body counts as `{}`.";
	return { required, ...(("media" in body || !required) && { description }), content: contentOf(body, fields) };
}

function contentOf(content: Content, fields: Fields): Record<string, MediaType> {
	if ("media" in content) return { [content.media]: { schema: { type: "string" }, example: content.example } };
	return { "application/json": { schema: convert(content.schema, fields), example: content.example } };
}

function responsesOf(answers: Description["answers"], fields: Fields): Record<string, Answer> {
	return Object.fromEntries(
		Object.entries(answers).map(([status, content]): [string, Answer] => {
			if (content === "nothing") return [status, { description: successes[status] ?? "" }];
			const description = "media" in content ? content.description : (successes[status] ?? "");
			return [status, { description, content: contentOf(content, fields) }];
		}),
	);
}

const forbidden: Partial<Record<Description["access"], string>> = {
	person: "The request was made with a personal token.",
	guest: "The caller is not a guest, or the request was made with a personal token.",
	writer: "The caller is a reader.",
	administrator: "The caller is not an administrator.",
	owner: "The caller is not an owner.",
};

/**
 * The cases in which an operation refuses, by code: those that it states, and those that follow
 * from its access and parameters.
 */
function refusalCases(description: Description, path: string): { [code in ErrorCode]?: string } {
	const { access: who, query, body, refuses } = description;
	const needsToken = !security[who];
	const lacksScope = programSentence(description) && "The personal token does not permit it.";
	const cases = [forbidden[who], lacksScope].filter(Boolean).join(" ");
	return {
		...((query || body) && { bad_request: errors.bad_request.text }),
		...(who !== "anyone" && { unauthorized: errors.unauthorized.text }),
		...(who === "deployer" && { unauthorized: "The import token is missing, has expired, or is for another conversation." }),
		...(needsToken && { token_expired: errors.token_expired.text, suspended: errors.suspended.text }),
		...(cases && { forbidden: cases }),
		...(path.includes("/:") && needsToken && { not_found: "There is no such conversation, or the caller may not enter it." }),
		...refuses,
		origin_not_allowed: "The request comes from a web page of an origin that the deployment does not allow.",
		misconfigured: "A setting of the deployment is missing or invalid. The message says which one.",
		unavailable: "The issuer's keys cannot be fetched, or a newer release has changed the data for good.",
		internal: errors.internal.text,
	};
}

function refusalsOf(description: Description, path: string): Record<string, Answer> {
	const cases = Object.entries(refusalCases(description, path)) as [ErrorCode, string][];
	const byStatus = Object.groupBy(cases, ([code]) => errors[code].status);
	return Object.fromEntries(
		Object.entries(byStatus).map(([status, refused]): [string, Answer] => {
			const [first] = refused[0] as [ErrorCode, string];
			const example = errorBody(first, undefined, first === "rate_limited" ? 60_000 : undefined);
			const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" }, example } };
			return [
				status,
				{
					description: refused.map(([code, when]) => `\`${code}\`: ${when}`).join("\n\n"),
					"x-codes": Object.fromEntries(refused),
					content,
				},
			];
		}),
	);
}
