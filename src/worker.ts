// The Worker's routes, and the classes of the Durable Objects.

import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import * as v from "valibot";
import { version } from "../package.json";
import { isAllowedHost, isAllowedOrigin } from "./auth/origins.ts";
import { socketio } from "./gateway/socketio/route.ts";
import { isTooNew } from "./platform/migrate.ts";
import { assistantHeader, nameAssistant } from "./protocol/text/assistant-name.ts";
import { exports, imports } from "./routes/archive.ts";
import { bans } from "./routes/bans.ts";
import { asides } from "./routes/claude/asides.ts";
import { conversationSettings } from "./routes/conversation-settings.ts";
import { conversations, sockets } from "./routes/conversations.ts";
import { docs, openapi } from "./routes/docs.ts";
import { events } from "./routes/events.ts";
import { forks } from "./routes/fork.ts";
import { passNetworkGates } from "./routes/gates.ts";
import { guestNames, guestSignIns } from "./routes/guests.ts";
import { type App, authenticate, refuse } from "./routes/http.ts";
import { listSockets, me } from "./routes/me.ts";
import { members } from "./routes/members.ts";
import { messages } from "./routes/messages.ts";
import { models } from "./routes/models.ts";
import { describe } from "./routes/operation.ts";
import { searches } from "./routes/search.ts";
import { refreshes, signOuts } from "./routes/session.ts";
import { providerSignIns } from "./routes/sign-in/oidc.ts";
import { tokens } from "./routes/tokens.ts";
import { usages } from "./routes/usage.ts";
import { readSettings } from "./settings.ts";

export { ConversationObject } from "./conversation/object.ts";
export { PollingObject } from "./gateway/socketio/object.ts";
export { LedgerObject } from "./money/object.ts";
export { UserObject } from "./user/object.ts";

/** For people. The log has a sentence for the deployer. */
const tooNewText = "This was last opened by a newer version of the service. Nothing is lost. It will be back when that version is.";

// Objects may run where no request of the Worker has been.
const atStart = readSettings(env);
if ("settings" in atStart) nameAssistant(atStart.settings.claude.assistantName);

const worker = new Hono<App>();

worker.onError((error, c) => {
	console.error("A request failed", c.req.method, c.req.routePath, error);
	return isTooNew(error) ? refuse(c, { code: "unavailable", retryAfterMs: 60_000 }, tooNewText) : refuse(c, "internal");
});
worker.notFound((c) => refuse(c, "not_found"));

const harden = secureHeaders({
	contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
	strictTransportSecurity: "max-age=31536000",
	// The API's page and the HTML export bring their own policies.
	overwrite: false,
});
worker.use(async (c, next) => {
	await next();
	// A 101 takes no headers.
	if (c.res.status === 101) return;
	// The headers of an object's response cannot be changed.
	c.res = new Response(c.res.body, c.res);
	await harden(c, async () => {});
});

worker.route("/", socketio);

const app = worker.basePath("/api");

app.use(async (c, next) => {
	const read = readSettings(c.env);
	if ("problem" in read) {
		console.error(read.problem);
		return refuse(c, "misconfigured", read.problem);
	}
	nameAssistant(read.settings.claude.assistantName);
	c.set("settings", read.settings);
	const url = new URL(c.req.url);
	if (!isAllowedHost(url, read.settings))
		return refuse(c, "origin_not_allowed", "This service does not answer to that host name. Its operator can add it to ALLOWED_HOSTS.");
	if (!isAllowedOrigin(c.req.header("origin") ?? null, url, read.settings)) return refuse(c, "origin_not_allowed");
	return next();
});

app.use(async (c, next) => {
	const refusal = await passNetworkGates(c);
	return refusal ? refuse(c, refusal) : next();
});
app.route("/", sockets);
app.route("/", listSockets);
app.route("/", docs);

app.use(
	cors({
		// An origin that is not allowed has been refused above.
		origin: (origin) => origin,
		allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
		allowHeaders: ["Authorization", "Content-Type", "Last-Event-ID"],
		exposeHeaders: [assistantHeader],
		credentials: true,
		maxAge: 600,
	}),
);
app.use(async (c, next) => {
	await next();
	c.header("Cache-Control", "no-store");
});

describe("GET /health", {
	tag: "Service",
	summary: "Check that the service is running",
	description: "Returns the version that is deployed.",
	access: "anyone",
	answers: { 200: { schema: v.object({ status: v.literal("ok"), version: v.string() }), example: { status: "ok", version } } },
});
app.get("/health", (c) => c.json({ status: "ok", version }));
app.route("/", openapi);
app.route("/", guestSignIns);
app.route("/", providerSignIns);
app.route("/", refreshes);
app.route("/", imports);

// Everything below needs an access token.
app.use(async (c, next) => {
	return (await authenticate(c)) ?? next();
});
app.route("/", signOuts);
app.route("/", guestNames);
app.route("/", me);
app.route("/", tokens);
app.route("/", conversations);
app.route("/", conversationSettings);
app.route("/", models);
app.route("/", messages);
app.route("/", asides);
app.route("/", forks);
app.route("/", events);
app.route("/", members);
app.route("/", bans);
app.route("/", searches);
app.route("/", exports);
app.route("/", usages);

export default worker satisfies ExportedHandler<Env>;
