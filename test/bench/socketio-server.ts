// Socket.IO on Node, one room in memory, nothing stored; the broadcast is the acknowledgement. What Parley is measured against.
// Run as a process of its own: prints a line when it listens on the port given as its argument.

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { Server } from "socket.io";

const port = Number(process.argv[2]);
const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
	const { room, name } = socket.handshake.query as { room: string; name: string };
	socket.join(room);
	socket.on("message", (content: string) => {
		io.to(room).emit("message", { id: randomUUID(), username: name, content, createdAt: Date.now() });
	});
	socket.on("stream", (tokens: number, perSecond: number) => stream(room, tokens, perSecond));
});

/** An answer whose tokens cost nothing to come by: one event a token; `perSecond` 0 is as fast as it goes. */
async function stream(room: string, tokens: number, perSecond: number): Promise<void> {
	const id = randomUUID();
	const start = Date.now();
	for (let token = 0; token < tokens; token++) {
		if (perSecond > 0) await setTimeout(Math.max(0, start + (token * 1000) / perSecond - Date.now()));
		io.to(room).emit("token", { id, chunk: `word${token} ` });
	}
	io.to(room).emit("stream-end", { id });
}

http.listen(port, "127.0.0.1", () => console.log(`Listening on ${port}`));
