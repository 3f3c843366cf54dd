// The description of every API operation, stated beside its route in the schemas that the route
// reads with. The API's document and its page are made from these. Must not depend on any route.

import type * as v from "valibot";
import type { ErrorCode } from "../protocol/errors.ts";
import { hasScope, type Scope, scopes } from "../protocol/token.ts";

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
	Webhooks: "Addresses that are told what happens in a conversation, and addresses by which programs post in one.",
	Search: "Full-text search, in one conversation or in all of the caller's.",
	Files: "Pictures, recordings and other files of messages.",
	Archive: "A conversation as a file: export for members, import for the operator.",
	Administration: "For whoever runs the deployment: people, and what administrators did. Other callers are refused.",
	Service: "The state of the service, and the description of this API.",
} as const;

export type Tag = keyof typeof tags;

/** The callers that an operation admits, each as a sentence that ends its description. */
export const access = {
	anyone: "Needs no token.",
	session: "Needs the session cookie instead of a token.",
	deployer: "For the operator, who runs the deployment: needs an import token, which `npm run import` signs with `JWT_SECRET`.",
	administrator: "For administrators of the deployment; needs an access token, and personal tokens are refused.",
	monitoring: "Needs `METRICS_TOKEN` as its bearer token.",
	token: "Needs an access token or a personal token.",
	person: "Needs an access token; personal tokens are refused.",
	guest: "For people who came as guests; needs their access token, and personal tokens are refused.",
	member: "For members of the conversation, and for callers whose access token grants it.",
	writer: "For members of the conversation who are not readers, and for callers whose access token grants it.",
	owner: "For owners of the conversation.",
} as const;

/** JSON of a schema, or something else in words. */
export type Content = { schema: v.GenericSchema; example: unknown } | { media: string; description: string; example: string };

/**
 * What a personal token needs: a scope, or `any` of them. Programs are refused where this does not
 * name them: an operation that says nothing is for people alone.
 */
type Programs = Scope | "any" | "refused";

export type Description = {
	tag: Tag;
	/** Imperative, at most 60 characters. */
	summary: string;
	/** The effect of the operation. The sentence about its callers is added. */
	description: string;
	access: keyof typeof access;
	programs?: Programs;
	/** Refuses personal tokens that are limited to some conversations. */
	needsAllConversations?: true;
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

/** The scopes with which a personal token may call an operation. None where programs are refused. */
export function scopesFor({ programs = "refused" }: Description): readonly Scope[] {
	if (programs === "any") return scopes;
	return programs === "refused" ? [] : [programs];
}

/** Why a program may not call a route, as a sentence; `undefined` if it may. Unknown routes are for people alone. */
export function refusalOfProgram(route: string, program: { scopes?: readonly Scope[]; conversations?: readonly string[] }) {
	const description = descriptions.get(route as RouteName);
	const allowed = description ? scopesFor(description) : [];
	if (allowed.length === 0) return "A personal token may not do that. Use an access token.";
	if (!allowed.some((scope) => hasScope(program.scopes, scope))) return `This personal token needs the scope \`${allowed[0]}\` for that.`;
	if (description?.needsAllConversations && program.conversations)
		return "This personal token is limited to some conversations. That needs one for all of them.";
	return undefined;
}

/** The sentence on personal tokens that ends the description of an operation that admits them. */
export function programSentence(description: Description): string {
	const allowed = scopesFor(description);
	if (description.programs === undefined || description.programs === "any") return "";
	if (allowed.length === 0) return " Personal tokens are refused.";
	const all = description.needsAllConversations ? " for all conversations" : "";
	return ` A personal token${all} needs the scope \`${allowed[0]}\`.`;
}
