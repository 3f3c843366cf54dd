// The Socket.IO peer: one room in memory on Node, nothing stored, and the broadcast as acknowledgement.
// Runs as a process of its own and prints a line when it listens on the port in its argument.

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

/** Streams a reply without a model: one event for each token; `perSecond` 0 means as fast as possible. */
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
