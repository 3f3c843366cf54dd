// What all routes share: who asks, what they send, what they are answered. Holds no route.

import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import { readToken } from "../auth/bearer.ts";
import { identify } from "../auth/identify.ts";
import type { Identity } from "../auth/tokens.ts";
import type { Calls } from "../conversation/calls.ts";
import { type ErrorCode, errorBody, errors } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import { numberText } from "../protocol/number-text.ts";
import { idSchema } from "../protocol/person.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import type { Settings } from "../settings.ts";

export type App = { Bindings: Env; Variables: { settings: Settings; identity: Identity } };

/** Verifies the request's token once; answers why not, or leaves the identity with the request. */
export async function authenticate(c: Context<App>): Promise<ErrorCode | undefined> {
	const verified = await identify(readToken(c.req.raw), c.get("settings"), c.env.USERS, Date.now());
	if ("refusal" in verified) return verified.refusal;
	c.set("identity", verified.identity);
	return undefined;
}

/** Refuses a program what only a person may do who is signed in. */
export function refuseProgram(c: Context<App>) {
	return c.get("identity").program && refuse(c, "forbidden", "A personal token may not do that: sign in.");
}

/** The conversation that the address names. */
export function stubOf(c: Context<App>) {
	const id = c.req.param("id");
	return v.is(idSchema, id) ? c.env.CONVERSATIONS.getByName(id) : undefined;
}

/** The calls as seen from another isolate. The platform's own RPC types distribute over unions and lose tuples. */
type Remote<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never };

/** Makes a call to the conversation of the address, or to another, on behalf of the caller. */
export async function call<T>(c: Context<App>, make: (calls: Remote<Calls>) => Promise<T>, id = c.req.param("id")): Promise<T | Refusal> {
	if (!v.is(idSchema, id)) return { code: "not_found" };
	using calls = c.env.CONVERSATIONS.getByName(id).as(c.get("identity")) as unknown as Remote<Calls> & Disposable;
	return await make(calls);
}

/** Refuses who comes too often for a gate of wrangler.toml. */
export async function pass(c: Context<App>, gate: "GUESTS" | "INVITES" | "TOKENS" | "SEARCHES", key: string) {
	const { success } = await c.env[gate].limit({ key });
	if (success) return undefined;
	return refuse(c, { code: "rate_limited", retryAfterMs: 60_000 });
}

/** Refuses a longer body before it is read. Every route that reads a body names its limit by this, where the route is declared. */
export function bodyUpTo(bytes: number, code: "bad_request" | "too_large" = "bad_request") {
	const detail = code === "bad_request" ? `The request's body is too long. It may have up to ${numberText(bytes)} bytes.` : undefined;
	return bodyLimit({ maxSize: bytes, onError: (c) => refuse(c, code, detail) });
}

/** The body as the schema reads it, or `undefined`. */
export async function readBody<T extends v.GenericSchema>(c: Context<App>, schema: T): Promise<v.InferOutput<T> | undefined> {
	const read = v.safeParse(schema, await readJson(c));
	return read.success ? read.output : undefined;
}

/** The body; an empty one counts as `{}`, and what is no object as nothing. */
export async function readJson(c: Context<App>): Promise<object | undefined> {
	const text = await c.req.text();
	try {
		const body: unknown = text === "" ? {} : JSON.parse(text);
		return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined;
	} catch {
		return undefined;
	}
}

/** A place among what has places, in an address. */
export const placeSchema = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));

/** After every place. */
export const afterAll = 1e15 - 1;

/** How many a page is to hold. */
export const limitOf = (page: { min: number; default: number; max: number }) => ({
	limit: v.optional(
		v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(page.min), v.maxValue(page.max)),
		String(page.default),
	),
});

/** A page of what has places: before which one, and how many. */
export const pageSchema = v.object({ before: v.optional(placeSchema, String(afterAll)), ...limitOf(limits.page) });

export function answer<T extends object, B extends object>(
	c: Context<App>,
	result: T,
	body: (result: Exclude<T, Refusal>) => B,
	status: 200 | 201 = 200,
) {
	return isRefusal(result) ? refuse(c, result) : c.json(body(result as Exclude<T, Refusal>), status);
}

/** As `answer`, where there is nothing to say but that it was done. */
export function answerDone(c: Context<App>, result: object) {
	return isRefusal(result) ? refuse(c, result) : c.body(null, 204);
}

export function refuse(c: Context, refused: ErrorCode | Refusal, detail?: string) {
	const { code, retryAfterMs }: Refusal = typeof refused === "string" ? { code: refused } : refused;
	if (retryAfterMs !== undefined) c.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
	return c.json(errorBody(code, detail, retryAfterMs), errors[code].status);
}
