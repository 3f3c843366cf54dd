// The plain peer, written like common templates: hibernating sockets, an insert for each message, and the event
// encoded again for every socket. Must not depend on Parley.

import { DurableObject } from "cloudflare:workers";

type PlainEnv = { ROOMS: DurableObjectNamespace<Room> };
type FromClient = { type: "message"; text: string } | { type: "stream"; tokens: number; perSecond: number };

export class Room extends DurableObject<PlainEnv> {
	constructor(ctx: DurableObjectState, env: PlainEnv) {
		super(ctx, env);
		ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, username TEXT, content TEXT, created_at INTEGER)");
	}

	override fetch(request: Request): Response {
		const { 0: client, 1: server } = new WebSocketPair();
		this.ctx.acceptWebSocket(server);
		server.serializeAttachment(new URL(request.url).searchParams.get("name"));
		return new Response(null, { status: 101, webSocket: client });
	}

	override async webSocketMessage(socket: WebSocket, frame: string): Promise<void> {
		const said: FromClient = JSON.parse(frame);
		if (said.type === "stream") return this.#stream(said.tokens, said.perSecond);
		const username: string = socket.deserializeAttachment();
		const message = { id: crypto.randomUUID(), username, content: said.text, createdAt: Date.now() };
		this.ctx.storage.sql.exec(
			"INSERT INTO messages (id, username, content, created_at) VALUES (?, ?, ?, ?)",
			message.id,
			message.username,
			message.content,
			message.createdAt,
		);
		this.#broadcast({ type: "message", message });
	}

	override webSocketClose(socket: WebSocket): void {
		socket.close(1000);
	}

	/** Streams a reply without a model: one event for each token; `perSecond` 0 means as fast as possible. */
	async #stream(tokens: number, perSecond: number): Promise<void> {
		const id = crypto.randomUUID();
		const start = Date.now();
		for (let token = 0; token < tokens; token++) {
			if (perSecond > 0) await scheduler.wait(Math.max(0, start + (token * 1000) / perSecond - Date.now()));
			this.#broadcast({ type: "token", id, chunk: `word${token} ` });
		}
		this.#broadcast({ type: "stream-end", id });
	}

	#broadcast(event: object): void {
		for (const socket of this.ctx.getWebSockets()) {
			try {
				socket.send(JSON.stringify(event));
			} catch {
				// It was closed meanwhile; webSocketClose follows.
			}
		}
	}
}

export default {
	fetch(request, env) {
		const room = new URL(request.url).pathname;
		return env.ROOMS.get(env.ROOMS.idFromName(room)).fetch(request);
	},
} satisfies ExportedHandler<PlainEnv>;
