// Socket.IO over a WebSocket, which the Worker holds: while it waits it bills nothing, and the conversations behind it may sleep. One that
// began by polling takes its session over from the object that has carried it.

import { closeCodes } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import { Line } from "./connection.ts";
import type { PollingObject } from "./object.ts";
import { encodeEnginePacket } from "./packets.ts";
import type { House, SessionState } from "./session.ts";

/** How long a client may take to finish an upgrade, in ms. */
export const upgradeWithin = 10_000;

/** What a packet that waits weighs besides its length: of short ones there can be many. */
const perPacket = 64;

export function openLine(socket: WebSocket, house: House, token: string | undefined): void {
	const line = lineOn(socket, house);
	line.offerToken(token);
	listen(
		socket,
		(packet) => feed(line, socket, packet),
		() => line.close(),
	);
	line.open(crypto.randomUUID(), []);
}

/** A WebSocket of which nothing comes. */
export function shut(socket: WebSocket): void {
	socket.accept();
	closeSocket(socket);
}

/** Goes on with what was begun by polling, once the client says so: a probe both ways, and then all that is still to come. */
export function upgradeLine(socket: WebSocket, house: House, polling: DurableObjectStub<PollingObject>): void {
	let line: Line | undefined;
	/** What comes while the session is on its way, and how much it is. */
	let early: (string | ArrayBuffer)[] | undefined;
	let earlyLength = 0;
	let isOver = false;

	/** Without it: as long as the session has not been taken over, its client goes on polling. */
	const giveUp = () => {
		closeSocket(socket);
		if (isOver) return;
		isOver = true;
		clearTimeout(timer);
		line?.close();
		early?.splice(0);
		if (!early) void polling.goOn().catch(() => {});
	};
	const timer = setTimeout(giveUp, upgradeWithin);

	const takeOver = async () => {
		early = [];
		clearTimeout(timer);
		const handed = await polling.handOver();
		if (!handed || isOver) return giveUp();
		line = lineOn(socket, house, handed.session);
		for (const packet of handed.packets) socket.send(packet);
		for (const packet of early.splice(0)) feed(line, socket, packet);
	};
	const hear = (packet: string | ArrayBuffer) => {
		// Who was closed may go on sending.
		if (isOver) return;
		if (line) {
			feed(line, socket, packet);
		} else if (early) {
			earlyLength += perPacket + (typeof packet === "string" ? packet.length : packet.byteLength);
			if (earlyLength > limits.queuedBytes) giveUp();
			else early.push(packet);
		} else if (packet === encodeEnginePacket("ping", "probe")) {
			socket.send(encodeEnginePacket("pong", "probe"));
			void polling.pause().catch(giveUp);
		} else if (packet === encodeEnginePacket("upgrade")) {
			void takeOver().catch(giveUp);
		} else {
			giveUp();
		}
	};
	listen(socket, hear, giveUp);
}

function lineOn(socket: WebSocket, house: House, state?: SessionState): Line {
	const write = (packet: string) => {
		try {
			socket.send(packet);
		} catch {
			// It closes, and says so.
		}
	};
	return new Line(house, { write, end: () => closeSocket(socket) }, state);
}

function listen(socket: WebSocket, heard: (packet: string | ArrayBuffer) => void, closed: () => void): void {
	socket.addEventListener("message", ({ data }) => heard(data as string | ArrayBuffer));
	socket.addEventListener("close", () => {
		closed();
		closeSocket(socket);
	});
	socket.addEventListener("error", closed);
	socket.accept();
}

function feed(line: Line, socket: WebSocket, packet: string | ArrayBuffer): void {
	// A binary frame is a binary packet.
	const outcome = line.receive(typeof packet === "string" ? packet : "b");
	if (outcome !== "open") closeSocket(socket);
}

function closeSocket(socket: WebSocket): void {
	try {
		socket.close(closeCodes.normal);
	} catch {
		// Closed already.
	}
}
