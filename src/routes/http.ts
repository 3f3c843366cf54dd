// Helpers of all routes: authentication, reading requests, and responses. Must not contain a route.

import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import * as v from "valibot";
import { readToken } from "../auth/bearer.ts";
import { networkOfRequest } from "../auth/gates.ts";
import { identify, refusalOf } from "../auth/identify.ts";
import { type Identity, writerOf } from "../auth/tokens.ts";
import type { AsideCalls } from "../conversation/aside-calls.ts";
import type { Calls } from "../conversation/calls.ts";
import type { FileCalls } from "../conversation/file-calls.ts";
import { noteRefusal } from "../metrics/requests.ts";
import { passQuota } from "../money/quota.ts";
import { readUpTo } from "../platform/read-body.ts";
import { aboveQuota, type ErrorCode, errorBody, errors, quotaUsedUp } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import { idSchema } from "../protocol/person.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { numberText } from "../protocol/text/number-text.ts";
import type { Settings } from "../settings.ts";
import { passPersonGates } from "./gates.ts";
import { refusalOfProgram } from "./operation.ts";

export type App = { Bindings: Env; Variables: { settings: Settings; identity: Identity; requestId: string } };

/**
 * Verifies the request's token, keeps the identity with the request, and counts the request. A program
 * is let through only where the description of the route admits it. Resolves to the response if the
 * token is refused, or if its bearer requests too much.
 */
export async function authenticate(c: Context<App>) {
	const verified = await identify(readToken(c.req.raw), c.get("settings"), c.env, networkOfRequest(c.req.raw), Date.now());
	if ("refusal" in verified) return refuse(c, verified.refusal);
	const { program } = verified.identity;
	const refusals = program ? routesOf(c).map((route) => refusalOfProgram(route, program)) : [];
	const detail = refusals.find((refusal) => refusal !== undefined);
	if (detail !== undefined) return refuse(c, "forbidden", detail);
	c.set("identity", verified.identity);
	const limited = await passPersonGates(c);
	return limited && refuse(c, limited);
}

/** The routes that a request matches, as their descriptions name them, without middleware for all methods. */
function routesOf(c: Context<App>): string[] {
	const routes = matchedRoutes(c).filter(({ method }) => method !== "ALL");
	return routes.map(({ method, path }) => `${method} ${path.replace(/^\/api/, "")}`);
}

/** The conversation in the request's path. */
export function stubOf(c: Context<App>) {
	const id = c.req.param("id");
	return v.is(idSchema, id) ? c.env.CONVERSATIONS.getByName(id) : undefined;
}

/**
 * The calls as seen from another isolate. The platform's own RPC types distribute over unions and
 * lose tuples.
 */
type Remote<T> = {
	[K in keyof T]: T[K] extends (...args: infer A) => infer R
		? Awaited<R> extends AsideCalls | FileCalls
			? (...args: A) => Remote<Awaited<R>>
			: (...args: A) => Promise<Awaited<R>>
		: never;
};

/** The calls that the Worker makes to a conversation on behalf of a person. */
export type RemoteCalls = Remote<Calls>;

/** Makes a call to the conversation of the address, or to another, on behalf of the caller. */
export async function call<T>(c: Context<App>, make: (calls: Remote<Calls>) => Promise<T>, id = c.req.param("id")): Promise<T | Refusal> {
	if (!v.is(idSchema, id)) return { code: "not_found" };
	using calls = c.env.CONVERSATIONS.getByName(id).as(c.get("identity")) as unknown as Remote<Calls> & Promise<Disposable> & Disposable;
	// If the object cannot begin, this promise fails beside the call, and nobody else waits for it.
	calls.then(
		(reached) => reached[Symbol.dispose](),
		() => {},
	);
	return await make(calls);
}

/**
 * For what lasts: call it after reading and before delivering. Resolves to why the caller's sign-in
 * no longer holds, or to `undefined` if it still does.
 */
export function endOfSignIn(c: Context<App>) {
	return refusalOf(c.get("identity"), c.get("settings"), c.env.USERS, Date.now());
}

/**
 * Reads the body, within bounds. Every route that reads a body declares its limit with this. A body may come long after the
 * request's token was verified, so that the sign-in is asked again once it is there.
 */
export function bodyUpTo(bytes: number, code: "bad_request" | "too_large" = "bad_request"): MiddlewareHandler<App> {
	const detail = code === "bad_request" ? `The request's body is too long. It may have up to ${numberText(bytes)} bytes.` : undefined;
	return async (c, next) => {
		const { body, headers } = c.req.raw;
		if (!body) return next();
		if (Number(headers.get("content-length")) > bytes) return refuse(c, code, detail);
		const pieces: Uint8Array<ArrayBuffer>[] = [];
		const outcome = await readUpTo(body, bytes, (piece) => pieces.push(piece) > 0);
		if (outcome === "too long") return refuse(c, code, detail);
		if (outcome === "too slow") return refuse(c, "bad_request", "The request's body took too long to arrive. Send it again.");
		const ended = (c.get("identity") as Identity | undefined) && (await endOfSignIn(c));
		if (ended) return refuse(c, ended);
		c.req.raw = new Request(c.req.raw, { body: new Blob(pieces) });
		return next();
	};
}

/** The body, parsed by the schema; `undefined` if it does not fit. */
export async function readBody<T extends v.GenericSchema>(c: Context<App>, schema: T): Promise<v.InferOutput<T> | undefined> {
	const read = v.safeParse(schema, await readJson(c));
	return read.success ? read.output : undefined;
}

/** The body as an object. An empty body counts as `{}`; anything but a JSON object is `undefined`. */
export async function readJson(c: Context<App>): Promise<object | undefined> {
	const text = await c.req.text();
	try {
		const body: unknown = text === "" ? {} : JSON.parse(text);
		return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined;
	} catch {
		return undefined;
	}
}

/** The number of a message or an audit event, in a query. */
export const placeSchema = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));

/** Higher than every place. */
export const maxPlace = 1e15 - 1;

/** The query parameter that says how many entries a page may have. */
export const limitParameter = (page: { min: number; default: number; max: number }) => ({
	limit: v.optional(
		v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(page.min), v.maxValue(page.max)),
		String(page.default),
	),
});

/** The query of a page that ends before a place. */
export const pageSchema = v.object({ before: v.optional(placeSchema, String(maxPlace)), ...limitParameter(limits.page) });

export function respond<T extends object, B extends object>(
	c: Context<App>,
	result: T,
	body: (result: Exclude<T, Refusal>) => B,
	status: 200 | 201 = 200,
) {
	return isRefusal(result) ? refuse(c, result) : c.json(body(result as Exclude<T, Refusal>), status);
}

/** Like `respond`, without a body. */
export function respondEmpty(c: Context<App>, result: object) {
	return isRefusal(result) ? refuse(c, result) : c.body(null, 204);
}

export function refuse(c: Context, refused: ErrorCode | Refusal, detail?: string) {
	const { code, text, retryAfterMs }: Refusal = typeof refused === "string" ? { code: refused } : refused;
	if (retryAfterMs !== undefined) c.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
	const { status } = errors[code];
	const requestId = (c.get("requestId") as string | undefined) ?? "";
	noteRefusal({ requestId, method: c.req.method, route: c.req.routePath, status, code });
	return c.json(errorBody(code, detail ?? text, retryAfterMs, status >= 500 ? requestId : undefined), status);
}

/** Counts rows that the request is about to store. Resolves to the response if they are too many for a day. */
export async function refuseByQuota(c: Context<App>, rows: number) {
	const refused = await passQuota(c.env.LEDGER, writerOf(c.get("identity")), rows);
	return refused && refuseQuota(c, refused);
}

export function refuseQuota(c: Context<App>, refused: Refusal) {
	return refuse(c, refused, refused.code === "too_large" ? aboveQuota : quotaUsedUp);
}

/** The browser keeps files for a visit without a network. */
export function forgetFiles(c: Context): void {
	c.header("Clear-Site-Data", '"cache"');
}
