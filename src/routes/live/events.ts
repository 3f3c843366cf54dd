// The route of a conversation's server-sent events. `gateway/event-stream` holds the stream.

import { Hono } from "hono";
import * as v from "valibot";
import { EventStream } from "../../gateway/event-stream.ts";
import { openSocket } from "../../gateway/native-socket.ts";
import { patiently } from "../../gateway/patiently.ts";
import { limits } from "../../protocol/limits.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { type App, endOfSignIn, refuse, stubOf } from "../http.ts";
import { describe } from "../operation.ts";

export const events = new Hono<App>();

describe("GET /conversations/:id/events", {
	tag: "Live",
	summary: "Stream events",
	description:
		"Streams the conversation's events as server-sent events: `event:` is the event's type, `data:` the `Event` as JSON, and `id:` its cursor, if it has one. A client that reconnects with `Last-Event-ID` receives what has changed since. A stream counts as one of the caller's sockets in the conversation, is closed before any other of them, and closes none but streams. It ends with a `chat:error` when the token expires or is revoked, the caller is removed, or the conversation is deleted.",
	access: "member",
	programs: "read",
	headers: v.object({ "Last-Event-ID": v.optional(v.string()) }),
	query: v.object({ cursor: v.optional(v.string()) }),
	answers: {
		200: {
			media: "text/event-stream",
			description: "Events until either side closes the stream.",
			example: 'event: chat:user-typing\ndata: {"type":"chat:user-typing",…}\n\n',
		},
	},
	refuses: {
		too_many:
			"The caller has eight other sockets open in the conversation, or too many of them are still closing: the server closed them, but the client has not completed the close.",
		rate_limited:
			"The caller was disconnected for flooding the conversation (sending far too many or invalid frames) within the last minute.",
	},
});
events.get("/conversations/:id/events", async (c) => {
	if (!stubOf(c)) return refuse(c, "not_found");
	// A client that reconnects still has its first cursor in the address: the header is newer.
	const cursor = (c.req.header("last-event-id") ?? c.req.query("cursor"))?.slice(0, limits.cursor);
	// The sign-in may end during a wait, and signing out closes only the sockets that are open by then.
	const open = async () =>
		(await endOfSignIn(c)) ??
		(await openSocket(c.env, c.get("settings"), c.req.param("id"), c.get("identity"), cursor, { isStream: true }));
	// An EventSource gives up for good when it is refused.
	const opened = await patiently(open);
	if (isRefusal(opened)) return refuse(c, opened);
	const { body } = new EventStream(opened, c.req.param("id"));
	const headers = { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" };
	if (c.req.method !== "HEAD") return c.body(body, 200, headers);
	// A HEAD request never reads the body, so the stream would stay open.
	await body.cancel();
	return c.body(null, 200, headers);
});
