// The route table, and the classes of the Durable Objects.

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { base64url } from "jose";
import * as v from "valibot";
import { version } from "../package.json";
import { clearedSession, type GuestSignIn, isGuest, readSession, refreshGuest, sessionCookie, signInGuest } from "./auth/guest.ts";
import { isAllowedOrigin } from "./auth/origins.ts";
import { offersChatProtocol, readToken } from "./auth/request.ts";
import { type Identity, verifyToken } from "./auth/tokens.ts";
import type { Refused } from "./conversation/conversation.ts";
import { upgradeRequest } from "./conversation/object.ts";
import { type ErrorCode, errorBody, errors } from "./protocol/errors.ts";
import { assistantSchema, claude, idSchema, titleSchema, usernameSchema } from "./protocol/events.ts";
import { limits } from "./protocol/limits.ts";
import { readSettings, type Settings } from "./settings.ts";

export { ConversationObject } from "./conversation/object.ts";
export { UserObject } from "./user/object.ts";

type Variables = { settings: Settings; identity: Identity };
type App = { Bindings: Env; Variables: Variables };

const app = new Hono<App>().basePath("/api");

app.onError((error, c) => {
	console.error("A request failed", c.req.method, c.req.routePath, error);
	return refuse(c, "internal");
});
app.notFound((c) => refuse(c, "not_found"));

app.use(async (c, next) => {
	const read = readSettings(c.env);
	if ("problem" in read) {
		console.error(read.problem);
		return refuse(c, "misconfigured", read.problem);
	}
	c.set("settings", read.settings);
	if (!isAllowedOrigin(c.req.header("origin") ?? null, new URL(c.req.url), read.settings)) return refuse(c, "origin_not_allowed");
	return next();
});

// The upgrade comes before what sets headers: a 101 takes none.
app.get("/conversations/:id/socket", async (c) => {
	const refusal = await authenticate(c);
	if (refusal) return refuse(c, refusal);
	if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return refuse(c, "upgrade_required");
	const stub = stubOf(c);
	if (!stub) return refuse(c, "not_found");
	// One that is too long is none of ours: any other that is none does as well, and is shorter.
	const cursor = c.req.query("cursor")?.slice(0, limits.cursor);
	return stub.fetch(upgradeRequest({ identity: c.get("identity"), cursor, isChatProtocol: offersChatProtocol(c.req.raw) }));
});

app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, strictTransportSecurity: false }));
app.use(
	cors({
		// Who comes this far is allowed.
		origin: (origin) => origin,
		allowMethods: ["GET", "POST", "PATCH", "DELETE"],
		allowHeaders: ["Authorization", "Content-Type"],
		credentials: true,
		maxAge: 600,
	}),
);
app.use(bodyLimit({ maxSize: limits.bodyBytes, onError: (c) => refuse(c, "bad_request", "The request's body is too large.") }));
app.use(async (c, next) => {
	await next();
	c.header("Cache-Control", "no-store");
});

app.get("/health", (c) => c.json({ status: "ok", version }));

// Guests

app.post("/auth/guest", async (c) => {
	const settings = c.get("settings");
	if (!settings.guestSignIn) return refuse(c, "guest_sign_in_disabled");
	const tooFast = await pass(c, "GUESTS", c.req.header("cf-connecting-ip") ?? "");
	if (tooFast) return tooFast;
	const body = await readBody(c, v.object({ name: usernameSchema }));
	if (!body) return refuse(c, "bad_request", "Give a name of 1 to 64 characters.");
	if (looksLikeClaude(body.name)) return refuse(c, "bad_request", "That name is Claude's. Choose another.");
	return signedIn(c, await signInGuest(body.name, settings, Date.now()), 201);
});

app.post("/auth/refresh", async (c) => {
	const session = readSession(c.req.raw);
	// Every first visit asks: that nobody is signed in is no error then.
	if (!session) return c.body(null, 204);
	const refreshed = await refreshGuest(session, c.get("settings"), Date.now());
	if (!("refusal" in refreshed) && !(await isSignedOut(c, refreshed.user.id))) return signedIn(c, refreshed, 200);
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return refuse(c, "unauthorized");
});

function looksLikeClaude(name: string): boolean {
	const seen = name.normalize("NFKC").replace(/[\s\p{Cf}\p{M}]/gu, "");
	return seen.toLowerCase() === claude.username.toLowerCase();
}

function signedIn(c: Context<App>, { session, ...body }: GuestSignIn, status: 200 | 201) {
	c.header("Set-Cookie", sessionCookie(session, new URL(c.req.url)));
	return c.json(body, status);
}

// Everything below wants a token

app.use(async (c, next) => {
	const refusal = await authenticate(c);
	return refusal ? refuse(c, refusal) : next();
});

app.get("/me", (c) => {
	const { userId, username, expiresAt } = c.get("identity");
	return c.json({ user: { id: userId, name: username }, expiresAt: new Date(expiresAt).toISOString() });
});

/** For good: a guest is nobody but their session. */
app.post("/auth/sign-out", async (c) => {
	const { userId } = c.get("identity");
	if (!isGuest(userId)) return refuse(c, "forbidden", "Only guests sign out here; other tokens are their issuer's to end.");
	await c.env.USERS.getByName(userId).signOut();
	c.header("Set-Cookie", clearedSession(new URL(c.req.url)));
	return c.body(null, 204);
});

app.get("/conversations", async (c) => {
	const conversations = await c.env.USERS.getByName(c.get("identity").userId).conversations();
	return c.json({ conversations });
});

app.post("/conversations", async (c) => {
	const body = await readBody(c, v.object({ title: v.optional(titleSchema, "") }));
	if (!body) return refuse(c, "bad_request", "A title is text of at most 200 characters.");
	const { userId, username } = c.get("identity");
	const created = await c.env.CONVERSATIONS.getByName(randomId()).create({ userId, username }, body.title);
	return c.json({ conversation: created }, 201);
});

app.get("/conversations/:id", async (c) => {
	const described = await stubOf(c)?.describe(c.get("identity"));
	return answer(c, described, (conversation) => ({ conversation }));
});

app.patch("/conversations/:id", async (c) => {
	const body = await readBody(c, v.object({ title: v.optional(titleSchema), assistant: v.optional(assistantSchema) }));
	if (!body) return refuse(c, "bad_request", "Give a title of at most 200 characters, an assistant mode, or both.");
	const updated = await stubOf(c)?.update(c.get("identity"), body);
	return answer(c, updated, (conversation) => ({ conversation }));
});

const pageSchema = v.object({
	before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
	limit: v.optional(
		v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(limits.page.min), v.maxValue(limits.page.max)),
		String(limits.page.default),
	),
});

app.get("/conversations/:id/messages", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`before` is a message's seq, `limit` a number from 1 to 200.");
	const { before = Number.MAX_SAFE_INTEGER, limit } = query.output;
	const page = await stubOf(c)?.history(c.get("identity"), before, limit);
	return answer(c, page, (page) => page);
});

app.get("/conversations/:id/audit", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`before` is an entry's id, `limit` a number from 1 to 200.");
	const { before = Number.MAX_SAFE_INTEGER, limit } = query.output;
	return answer(c, await stubOf(c)?.audit(c.get("identity"), before, limit), (page) => page);
});

app.delete("/conversations/:id/members/:userId", async (c) => {
	const userId = c.req.param("userId");
	const removed = v.is(idSchema, userId) ? await stubOf(c)?.remove(c.get("identity"), userId) : undefined;
	if (!removed || "code" in removed) return refuse(c, removed?.code ?? "not_found");
	return c.body(null, 204);
});

const inviteSchema = v.object({
	expiresInSeconds: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(limits.invite.seconds.min), v.maxValue(limits.invite.seconds.max)),
		limits.invite.seconds.default,
	),
	maxUses: v.optional(v.pipe(v.number(), v.integer(), v.minValue(limits.invite.uses.min), v.maxValue(limits.invite.uses.max))),
	role: v.optional(v.picklist(["member", "reader"]), "member"),
});

app.post("/conversations/:id/invites", async (c) => {
	const tooFast = await pass(c, "INVITES", c.get("identity").userId);
	if (tooFast) return tooFast;
	const body = await readBody(c, inviteSchema);
	if (!body) return refuse(c, "bad_request", "expiresInSeconds is 60 to 31,536,000, maxUses 1 to 10,000, role member or reader.");
	const secret = randomId();
	const expiresAt = Date.now() + body.expiresInSeconds * 1000;
	const invite = { id: await sha256(secret), role: body.role, expiresAt, maxUses: body.maxUses ?? null };
	const invited = await stubOf(c)?.invite(c.get("identity"), invite);
	const token = `${c.req.param("id")}.${secret}`;
	const url = new URL(`/invite/${encodeURIComponent(token)}`, c.req.header("origin") ?? c.req.url);
	return answer(c, invited, () => ({ invite: { token, url: url.href, expiresAt: new Date(expiresAt).toISOString() } }), 201);
});

app.post("/invites/:token/accept", async (c) => {
	const tooFast = await pass(c, "INVITES", c.get("identity").userId);
	if (tooFast) return tooFast;
	const token = c.req.param("token");
	const dot = token.lastIndexOf(".");
	const conversationId = token.slice(0, Math.max(0, dot));
	if (!v.is(idSchema, conversationId)) return refuse(c, "not_found");
	const { userId, username } = c.get("identity");
	const accepted = await c.env.CONVERSATIONS.getByName(conversationId).accept({ userId, username }, await sha256(token.slice(dot + 1)));
	return answer(c, accepted, () => ({ conversationId }));
});

// What the routes share

/** Verifies the request's token once; answers why not, or leaves the identity with the request. */
async function authenticate(c: Context<App>): Promise<ErrorCode | undefined> {
	const token = readToken(c.req.raw);
	if (token === undefined) return "unauthorized";
	const verified = await verifyToken(token, c.get("settings"), Date.now());
	if ("refusal" in verified) return verified.refusal;
	if (await isSignedOut(c, verified.identity.userId)) return "unauthorized";
	c.set("identity", verified.identity);
	return undefined;
}

/** Whether a guest has signed out: their tokens would live on for minutes. */
async function isSignedOut(c: Context<App>, userId: string): Promise<boolean> {
	return isGuest(userId) && c.env.USERS.getByName(userId).isSignedOut();
}

/** The conversation that the address names. */
function stubOf(c: Context<App>) {
	const id = c.req.param("id");
	return v.is(idSchema, id) ? c.env.CONVERSATIONS.getByName(id) : undefined;
}

/** Refuses who comes too often for a gate of wrangler.toml. */
async function pass(c: Context<App>, gate: "GUESTS" | "INVITES", key: string) {
	const { success } = await c.env[gate].limit({ key });
	if (success) return undefined;
	c.header("Retry-After", "60");
	return refuse(c, "rate_limited");
}

/** The body as the schema reads it; an empty one counts as `{}`. */
async function readBody<T extends v.GenericSchema>(c: Context<App>, schema: T): Promise<v.InferOutput<T> | undefined> {
	const text = await c.req.text();
	try {
		const body: unknown = text === "" ? {} : JSON.parse(text);
		return Array.isArray(body) ? undefined : v.parse(schema, body);
	} catch {
		return undefined;
	}
}

function answer<T extends object, B extends object>(
	c: Context<App>,
	result: T | Refused | undefined,
	body: (result: T) => B,
	status: 200 | 201 = 200,
) {
	if (result === undefined) return refuse(c, "not_found");
	if ("code" in result) return refuse(c, result.code);
	return c.json(body(result as T), status);
}

function refuse(c: Context, code: ErrorCode, detail?: string) {
	return c.json(errorBody(code, detail), errors[code].status);
}

/** 128 random bits. */
function randomId(): string {
	return base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
}

async function sha256(text: string): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default app satisfies ExportedHandler<Env>;
