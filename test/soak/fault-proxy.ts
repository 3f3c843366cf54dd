// A failing network between clients and a server: it cuts, delays, doubles and loses frames, replayable by seed. As on
// a real network, a living connection loses nothing in the middle: after a lost frame it dies.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket, { WebSocketServer } from "ws";
import type { Random } from "./random.ts";

/** Probabilities for one frame; `delay` is at most this many ms. Only client frames are doubled, as if they were resent. */
export type Faults = { cut: number; lose: number; double: number; delay: number };

export const noFaults: Faults = { cut: 0, lose: 0, double: 0, delay: 0 };

export type FaultProxy = {
	/** `http://…`; accepts WebSockets only. */
	url: string;
	faults: Faults;
	readonly counts: { frames: number; cuts: number; lost: number; doubled: number; delayed: number };
	/** Cuts all connections. */
	cutAll(): void;
	close(): Promise<void>;
};

export async function startFaultProxy(target: string, random: Random): Promise<FaultProxy> {
	const counts = { frames: 0, cuts: 0, lost: 0, doubled: 0, delayed: 0 };
	const sockets = new Set<WebSocket>();
	const http = createServer((_request, response) => response.writeHead(404).end());
	const server = new WebSocketServer({ server: http, handleProtocols: () => "chat.v1", maxPayload: 32 * 1024 * 1024 });

	const proxy: FaultProxy = {
		url: "",
		faults: noFaults,
		counts,
		cutAll: () => {
			for (const socket of sockets) socket.terminate();
		},
		close: async () => {
			proxy.cutAll();
			server.close();
			http.close();
			await once(http, "close");
		},
	};

	server.on("connection", (client, request) => {
		const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
		const upstream = new WebSocket(target.replace(/^http/, "ws") + request.url, offered);
		sockets.add(client).add(upstream);
		const waiting: string[] = [];
		const cut = () => {
			client.terminate();
			upstream.terminate();
			sockets.delete(client);
			sockets.delete(upstream);
		};
		const toServer = pipe(upstream, true, cut);
		const toClient = pipe(client, false, cut);
		client.on("message", (data) => (upstream.readyState === WebSocket.OPEN ? toServer(String(data)) : waiting.push(String(data))));
		upstream.on("open", () => waiting.splice(0).forEach(toServer));
		upstream.on("message", (data) => toClient(String(data)));
		for (const [from, to] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			from.on("error", cut);
			// Codes that mean "no code" cannot be sent.
			from.on("close", (code) => (code >= 3000 || code === 1000 ? to.close(code) : cut()));
		}
	});

	/** Forwards frames of one direction in order, whatever delay each has. */
	function pipe(to: WebSocket, isUp: boolean, cut: () => void): (frame: string) => void {
		let before: Promise<void> = Promise.resolve();
		let isLosing = false;
		const send = (frame: string) => to.readyState === WebSocket.OPEN && to.send(frame);
		return (frame) => {
			counts.frames += 1;
			const { faults } = proxy;
			if (random.chance(faults.lose)) {
				counts.lost += 1;
				isLosing = true;
				setTimeout(cut, 20);
			}
			if (isLosing) return;
			if (random.chance(faults.cut)) {
				counts.cuts += 1;
				return cut();
			}
			const isDoubled = isUp && random.chance(faults.double);
			if (isDoubled) counts.doubled += 1;
			const delay = faults.delay > 0 && random.chance(0.2) ? random.below(faults.delay) : 0;
			if (delay > 0) counts.delayed += 1;
			before = before.then(async () => {
				if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
				send(frame);
				if (isDoubled) send(frame);
			});
		};
	}

	http.listen(0, "127.0.0.1");
	await once(http, "listening");
	proxy.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
	return proxy;
}
