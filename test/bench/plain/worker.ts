// A plain Durable Object broadcast, as the common templates write it: hibernating sockets, an insert for each message, then the
// event made into JSON again for every socket. What Parley is measured against; knows nothing of Parley.

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

	/** An answer whose tokens cost nothing to come by: one event a token; `perSecond` 0 is as fast as it goes. */
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
				// Closed meanwhile: webSocketClose will come.
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
