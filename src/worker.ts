// The Worker's routes, and the classes of the Durable Objects.

import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import * as v from "valibot";
import { version } from "../package.json";
import { refuseBanned } from "./auth/network-bans.ts";
import { isAllowedHost, isAllowedOrigin } from "./auth/origins.ts";
import { settingsOf } from "./deployment/settings.ts";
import { socketio } from "./gateway/socketio/route.ts";
import { countRequest, takeCounts } from "./metrics/requests.ts";
import { refusalIfFull } from "./platform/full.ts";
import { refusalIfInterrupted } from "./platform/interruption.ts";
import { isTooNew } from "./platform/migrate.ts";
import { directoryName, type Report } from "./protocol/admin/records.ts";
import { networkBanned } from "./protocol/errors.ts";
import { randomId } from "./protocol/random-id.ts";
import { assistantHeader, markHeader, nameAssistant } from "./protocol/text/assistant-name.ts";
import { markRepeatable } from "./repeatable.ts";
import { admin } from "./routes/admin/index.ts";
import { metrics } from "./routes/admin/metrics.ts";
import { exports, imports } from "./routes/archive.ts";
import { asides } from "./routes/claude/asides.ts";
import { mcpServers } from "./routes/claude/mcp-servers.ts";
import { summaries } from "./routes/claude/summaries.ts";
import { conversationSettings } from "./routes/conversation-settings.ts";
import { conversations, sockets } from "./routes/conversations.ts";
import { docs, openapi } from "./routes/docs.ts";
import { descriptions } from "./routes/files/descriptions.ts";
import { files } from "./routes/files/files.ts";
import { forks } from "./routes/fork.ts";
import { passNetworkGates } from "./routes/gates.ts";
import { guestNames, guestSignIns } from "./routes/guests.ts";
import { type App, authenticate, refuse } from "./routes/http.ts";
import { events } from "./routes/live/events.ts";
import { sharedSockets } from "./routes/live/shared-socket.ts";
import { ownExports } from "./routes/me/export.ts";
import { pushes } from "./routes/me/push.ts";
import { listSockets, me } from "./routes/me.ts";
import { bans } from "./routes/members/bans.ts";
import { invitePreviews, invites } from "./routes/members/invites.ts";
import { members } from "./routes/members/members.ts";
import { messages } from "./routes/messages.ts";
import { models } from "./routes/models.ts";
import { describe } from "./routes/operation.ts";
import { page } from "./routes/page.ts";
import { searches } from "./routes/search.ts";
import { refreshes, signOuts } from "./routes/session.ts";
import { accounts } from "./routes/sign-in/account.ts";
import { deviceLinks, devices } from "./routes/sign-in/devices.ts";
import { identities } from "./routes/sign-in/identities.ts";
import { providerSignIns } from "./routes/sign-in/oidc.ts";
import { passkeyRegistrations, passkeySignIns } from "./routes/sign-in/passkeys.ts";
import { tokens } from "./routes/tokens.ts";
import { usages } from "./routes/usage.ts";
import { hooks } from "./routes/webhooks/hooks.ts";
import { incomingWebhooks } from "./routes/webhooks/incoming.ts";
import { webhooks } from "./routes/webhooks/outgoing.ts";
import { readSettings } from "./settings.ts";

export { DirectoryObject } from "./admin/object.ts";
export { ConversationObject } from "./conversation/object.ts";
export { DeploymentObject } from "./deployment/object.ts";
export { FilesObject } from "./files/object.ts";
export { PollingObject } from "./gateway/socketio/object.ts";
export { LedgerObject } from "./money/object.ts";
export { PushEndpointObject } from "./push/object.ts";
export { RelayObject } from "./relay/object.ts";
export { UserObject } from "./user/object.ts";

/** For people. The log has a sentence for the deployer. */
const tooNewText = "This was last opened by a newer version of the service. Nothing is lost. It will be back when that version is.";

// Objects may run where no request of the Worker has been.
const atStart = readSettings(env);
if ("settings" in atStart) nameAssistant(atStart.settings.claude.assistantName, atStart.settings.claude.assistantMark);

markRepeatable();

const worker = new Hono<App>();

// It brings its own headers.
worker.route("/", page);

worker.onError((error, c) => {
	console.error("A request failed", c.req.method, c.req.routePath, c.get("requestId"), error);
	if (isTooNew(error)) return refuse(c, { code: "unavailable", retryAfterMs: 60_000 }, tooNewText);
	return refuse(c, refusalIfFull(error) ?? refusalIfInterrupted(error) ?? "internal");
});
worker.notFound((c) => refuse(c, "not_found"));

/** What is lost is lost: nobody waits for it. */
async function report(env: Env, counted: Report): Promise<void> {
	await env.DIRECTORY.getByName(directoryName)
		.report(counted)
		.catch(() => {});
}

const harden = secureHeaders({
	contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
	strictTransportSecurity: "max-age=31536000",
	// The API's page and the HTML export bring their own policies.
	overwrite: false,
});
worker.use(async (c, next) => {
	c.set("requestId", c.req.header("cf-ray") ?? randomId());
	await next();
	countRequest(c.res.status);
	const counts = takeCounts(Date.now());
	if (counts) c.executionCtx.waitUntil(report(c.env, { counts }));
	// A 101 takes no headers.
	if (c.res.status === 101) return;
	// The headers of an object's response cannot be changed.
	c.res = new Response(c.res.body, c.res);
	c.header("Parley-Request", c.get("requestId"));
	await harden(c, async () => {});
});

worker.route("/", socketio);

const app = worker.basePath("/api");

app.use(async (c, next) => {
	const read = await settingsOf(c.env);
	if ("problem" in read) {
		console.error(read.problem);
		return refuse(c, "misconfigured", read.problem);
	}
	nameAssistant(read.settings.claude.assistantName, read.settings.claude.assistantMark);
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
app.use(async (c, next) => {
	const address = c.req.header("cf-connecting-ip") ?? null;
	const banned = await refuseBanned(c.env, address, Date.now(), (work) => c.executionCtx.waitUntil(work));
	return banned ? refuse(c, banned, networkBanned) : next();
});
app.route("/", sockets);
app.route("/", listSockets);
app.route("/", sharedSockets);
app.route("/", docs);

app.use(
	cors({
		// An origin that is not allowed has been refused above.
		origin: (origin) => origin,
		allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
		allowHeaders: ["Authorization", "Content-Type", "Last-Event-ID", "Range", "If-None-Match"],
		exposeHeaders: [assistantHeader, markHeader, "ETag", "Content-Range", "Content-Disposition"],
		credentials: true,
		maxAge: 600,
	}),
);
app.use(async (c, next) => {
	await next();
	if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
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
app.route("/", passkeySignIns);
app.route("/", metrics);
app.route("/", deviceLinks);
app.route("/", invitePreviews);
app.route("/", refreshes);
app.route("/", imports);
app.route("/", hooks);

// Everything below needs an access token.
app.use(async (c, next) => {
	return (await authenticate(c)) ?? next();
});
app.route("/", admin);
app.route("/", signOuts);
app.route("/", passkeyRegistrations);
app.route("/", accounts);
app.route("/", devices);
app.route("/", identities);
app.route("/", guestNames);
app.route("/", me);
app.route("/", tokens);
app.route("/", pushes);
app.route("/", ownExports);
app.route("/", conversations);
app.route("/", conversationSettings);
app.route("/", models);
app.route("/", mcpServers);
app.route("/", messages);
app.route("/", files);
app.route("/", descriptions);
app.route("/", asides);
app.route("/", summaries);
app.route("/", forks);
app.route("/", events);
app.route("/", members);
app.route("/", invites);
app.route("/", bans);
app.route("/", searches);
app.route("/", exports);
app.route("/", usages);
app.route("/", webhooks);
app.route("/", incomingWebhooks);

export default worker satisfies ExportedHandler<Env>;
