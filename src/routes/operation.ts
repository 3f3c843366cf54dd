// The description of every API operation, stated beside its route in the schemas that the route
// reads with. The API's document and its page are made from these. Must not depend on any route.

import type * as v from "valibot";
import type { ErrorCode } from "../protocol/errors.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** A route as it is registered, below `/api`. */
export type RouteName = `${Method} /${string}`;

/** The groups of operations, in the order in which they are read. */
export const tags = {
	"Sign-in": "Access tokens for guests. Everybody else brings an access token from the deployment's own issuer.",
	Account: "The caller's own account, settings and list of conversations.",
	"Personal tokens": "Tokens with which programs act for a person.",
	Conversations: "Creating, listing, changing and deleting conversations.",
	Messages: "Sending and reading messages without a socket.",
	Live: "Events as they happen, over a WebSocket or as server-sent events.",
	Members: "The people of a conversation, their roles, and the invites that admit others.",
	Search: "Full-text search, in one conversation or in all of the caller's.",
	Files: "A conversation as a file: export for members, import for the operator.",
	Service: "The state of the service, and the description of this API.",
} as const;

export type Tag = keyof typeof tags;

/** The callers that an operation admits, each as a sentence that ends its description. */
export const access = {
	anyone: "Needs no token.",
	session: "Needs the session cookie instead of a token.",
	deployer: "For the operator, who runs the deployment: needs an import token, which `npm run import` signs with `JWT_SECRET`.",
	token: "Needs an access token or a personal token.",
	person: "Needs an access token; personal tokens are refused.",
	guest: "For guests only; needs their access token, and personal tokens are refused.",
	member: "For members of the conversation, and for callers whose access token grants it.",
	writer: "For members of the conversation who are not readers, and for callers whose access token grants it.",
	owner: "For owners of the conversation.",
} as const;

/** JSON of a schema, or something else in words. */
export type Content = { schema: v.GenericSchema; example: unknown } | { media: string; description: string; example: string };

export type Description = {
	tag: Tag;
	/** Imperative, at most 60 characters. */
	summary: string;
	/** The effect of the operation. The sentence about its callers is added. */
	description: string;
	access: keyof typeof access;
	headers?: v.GenericSchema;
	query?: v.GenericSchema;
	body?: Content;
	/** By status. */
	answers: { readonly [status: number]: Content | "nothing" };
	/**
	 * The cases in which it refuses, by code, besides those that follow from its access and its
	 * parameters.
	 */
	refuses?: { readonly [code in ErrorCode]?: string };
	/**
	 * Descriptions of its own parameters and fields, by name, where those of `openapi/fields.ts` do
	 * not fit.
	 */
	fields?: { readonly [name: string]: string };
	/** Example values of query parameters and headers. */
	example?: { readonly [name: string]: string };
	/**
	 * Code that calls it, where a plain request with curl does not. `{address}` stands for its
	 * WebSocket address.
	 */
	sample?: { lang: "JavaScript" | "Shell"; source: string };
};

/** In the order in which they were stated. */
export const descriptions = new Map<RouteName, Description>();

export function describe(route: RouteName, description: Description): void {
	descriptions.set(route, description);
}
