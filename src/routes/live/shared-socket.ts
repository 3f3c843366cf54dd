// One socket for many conversations.

import { Hono } from "hono";
import { offersChatProtocol } from "../../auth/bearer.ts";
import { networkOfRequest } from "../../auth/gates.ts";
import { Backend } from "../../gateway/backend.ts";
import { openSharedSocket } from "../../gateway/shared-socket.ts";
import { type App, authenticate, refuse } from "../http.ts";
import { describe } from "../operation.ts";

/** Comes before the middleware that sets headers: a 101 response takes none. */
export const sharedSockets = new Hono<App>();

describe("GET /socket", {
	tag: "Live",
	summary: "Open one socket for many conversations",
	description:
		"Opens a WebSocket for up to 50 conversations. It carries the frames and events of a conversation's socket, each event with its `conversationId`. The client enters a conversation by `chat:join`, with the cursor that it has reached there, and leaves it by `chat:leave`. `chat:left` says that the connection is in a conversation no more, and by its `code` why, in the codes by which a conversation's own socket closes. The others go on. `chat:auth` renews the token for all of them.",
	access: "token",
	programs: "read",
	answers: { 101: "nothing" },
	refuses: { upgrade_required: "The request does not ask for a WebSocket." },
	sample: {
		lang: "JavaScript",
		source: `const socket = new WebSocket("{address}", ["chat.v1", \`bearer.\${token}\`]);
socket.onmessage = ({ data }) => JSON.parse(data).forEach(console.log);
socket.onopen = () => socket.send(JSON.stringify([{ type: "chat:join", conversationId, cursor }]));`,
	},
});
sharedSockets.get("/socket", async (c) => {
	const refused = await authenticate(c);
	if (refused) return refused;
	if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return refuse(c, "upgrade_required");
	const webSocket = openSharedSocket(new Backend(c.env, c.get("settings"), networkOfRequest(c.req.raw)), c.get("identity"));
	const headers: HeadersInit = offersChatProtocol(c.req.raw) ? { "sec-websocket-protocol": "chat.v1" } : {};
	return new Response(null, { status: 101, webSocket, headers });
});
