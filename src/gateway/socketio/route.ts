// The route `/socket.io/`: checks the request and passes it to its transport. A session by polling
// belongs to its object, a session by WebSocket to the Worker.

import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { chosenProtocol, readToken } from "../../auth/bearer.ts";
import { networkOfRequest, passNetworkGate } from "../../auth/gates.ts";
import { refuseBanned } from "../../auth/network-bans.ts";
import { isAllowedOrigin } from "../../auth/origins.ts";
import { settingsOf } from "../../deployment/settings.ts";
import { errorBody, errors, networkBanned } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Settings } from "../../settings.ts";
import { Backend } from "../backend.ts";
import type { PollingObject } from "./object.ts";
import { type Answer, badRequest, unknownSession } from "./polling.ts";
import { openConnection, rejectConnection, upgradeConnection } from "./websocket.ts";

type App = { Bindings: Env; Variables: { settings: Settings } };

export const socketio = new Hono<App>();

/** Refusals in the words of Engine.IO servers. */
const refusals = {
	unknownTransport: { code: 0, message: "Transport unknown" },
	badMethod: { code: 2, message: "Bad handshake method" },
	forbidden: { code: 4, message: "Forbidden" },
	unsupported: { code: 5, message: "Unsupported protocol version" },
} as const;

const paths = ["/socket.io", "/socket.io/"];

for (const path of paths) {
	socketio.use(path, async (c, next) => {
		const read = await settingsOf(c.env);
		if ("problem" in read) {
			console.error(read.problem);
			return c.json({ code: 3, message: read.problem }, 500);
		}
		c.set("settings", read.settings);
		if (!isAllowedOrigin(c.req.header("origin") ?? null, new URL(c.req.url), read.settings)) return c.json(refusals.forbidden, 403);
		const refused = await passNetworkGate(c.env, "NETWORKS", networkOfRequest(c.req.raw));
		if (refused) return refuseTooMany(c, refused);
		const address = c.req.header("cf-connecting-ip") ?? null;
		const banned = await refuseBanned(c.env, address, Date.now(), (work) => c.executionCtx.waitUntil(work));
		if (banned) return c.json({ ...refusals.forbidden, message: networkBanned }, 403);
		return isUpgrade(c) ? next() : crossOrigin(c, next);
	});
	socketio.all(path, async (c) => {
		const { transport, EIO, sid } = c.req.query();
		if (transport !== "polling" && transport !== "websocket") return c.json(refusals.unknownTransport, 400);
		if (EIO !== "4") return c.json(refusals.unsupported, 400);
		return transport === "polling" ? poll(c, sid) : connect(c, sid);
	});
}

/** The origin has been checked by now. Clients may choose their own headers. */
const crossOrigin = cors({ origin: (origin) => origin, allowMethods: ["GET", "POST"], credentials: true, maxAge: 600 });

function isUpgrade(c: Context<App>): boolean {
	return c.req.header("upgrade")?.toLowerCase() === "websocket";
}

async function poll(c: Context<App>, sid: string | undefined): Promise<Response> {
	const token = readToken(c.req.raw);
	const isGet = c.req.method === "GET";
	const t = c.req.query("t")?.slice(0, 64);
	if (!sid) {
		if (!isGet) return c.json(refusals.badMethod, 400);
		// The token is only verified when the client connects, but from here on an object is awake.
		const refused = await passNetworkGate(c.env, "HANDSHAKES", networkOfRequest(c.req.raw));
		if (refused) return refuseTooMany(c, refused);
		const id = c.env.POLLING.newUniqueId();
		return respond(c, await c.env.POLLING.get(id).open(id.toString(), token, t, networkOfRequest(c.req.raw)));
	}
	const session = sessionOf(c, sid);
	if (!session) return respond(c, unknownSession);
	if (isGet) return respond(c, await session.poll(token, t));
	if (c.req.method !== "POST") return respond(c, badRequest);
	if (c.req.header("content-type") === "application/octet-stream") return respond(c, await session.refuse());
	const { body } = c.req.raw;
	// A longer body is read by the object, which knows the session: the Worker would hold it for anybody.
	const isShort = body === null || Number(c.req.header("content-length") ?? Number.NaN) <= limits.bodyBytes;
	return respond(c, await session.post(isShort ? await c.req.text() : body, token, t));
}

async function connect(c: Context<App>, sid: string | undefined): Promise<Response> {
	if (!isUpgrade(c)) return respond(c, badRequest);
	const backend = new Backend(c.env, c.get("settings"), networkOfRequest(c.req.raw));
	const session = sid ? sessionOf(c, sid) : undefined;
	if (sid && !session) return respond(c, unknownSession);
	const { 0: theirs, 1: ours } = new WebSocketPair();
	// Like the reference server: if the session is over or already upgrading, the WebSocket is
	// closed instead of refused.
	if (session && !(await session.startUpgrade())) rejectConnection(ours);
	else if (session) upgradeConnection(ours, backend, session);
	else openConnection(ours, backend, readToken(c.req.raw));
	const protocol = chosenProtocol(c.req.raw);
	return new Response(null, {
		status: 101,
		webSocket: theirs,
		headers: protocol === undefined ? {} : { "Sec-WebSocket-Protocol": protocol },
	});
}

/** Readable both for Engine.IO clients and for clients of the API. */
function refuseTooMany(c: Context<App>, { code, retryAfterMs = 0 }: Refusal): Response {
	const refusal = { code: 3, message: errors.rate_limited.text, ...errorBody(code, undefined, retryAfterMs) };
	return c.json(refusal, 429, { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) });
}

/** The object of a session. Returns `undefined` for an id that was not made here. */
function sessionOf(c: Context<App>, sid: string): DurableObjectStub<PollingObject> | undefined {
	try {
		return c.env.POLLING.get(c.env.POLLING.idFromString(sid));
	} catch {
		return undefined;
	}
}

function respond(c: Context<App>, { status, body }: Answer): Response {
	const type = status === 200 ? "text/plain; charset=UTF-8" : "application/json";
	return c.body(body, status, { "Content-Type": type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
}
