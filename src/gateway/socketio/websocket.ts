// Socket.IO over a WebSocket, which the Worker holds: while it waits it costs nothing, and the
// conversations behind it can hibernate. Also takes a session over from polling.

import { closeCodes } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Backend } from "../backend.ts";
import { Connection, type Transport } from "./connection.ts";
import type { Handover, PollingObject } from "./object.ts";
import { encodeEnginePacket } from "./packets.ts";
import { upgradeTimeout } from "./polling.ts";

type Packet = string | ArrayBuffer;

/** Begins a session on a WebSocket. `token`: of the request. */
export function openConnection(socket: WebSocket, backend: Backend, token: string | undefined): void {
	const connection = new Connection(backend, new WebSocketTransport(socket));
	connection.offerToken(token);
	listen(
		socket,
		(packet) => receive(packet, connection, socket),
		() => connection.close(),
	);
	connection.open(crypto.randomUUID(), []);
}

/** Continues a session that began by polling, once the client asks for it. */
export function upgradeConnection(socket: WebSocket, backend: Backend, polling: DurableObjectStub<PollingObject>): void {
	const upgrade = new Upgrade(socket, backend, polling);
	listen(
		socket,
		(packet) => upgrade.receive(packet),
		() => upgrade.giveUp(),
	);
}

/** Accepts a WebSocket only to close it. */
export function rejectConnection(socket: WebSocket): void {
	socket.accept();
	close(socket);
}

class WebSocketTransport implements Transport {
	readonly #socket: WebSocket;

	constructor(socket: WebSocket) {
		this.#socket = socket;
	}

	write(packet: string): void {
		try {
			this.#socket.send(packet);
		} catch {
			// It is closing: the close event follows.
		}
	}

	end(): void {
		close(this.#socket);
	}
}

/** A held packet's share of the limit, besides its length: there can be many short ones. */
const packetOverhead = 64;

type UpgradeState =
	/** The client tries the WebSocket, and still polls. */
	| { type: "probing"; timer: ReturnType<typeof setTimeout> }
	/** The session is on its way here; packets wait until it arrives. */
	| { type: "moving"; held: Packet[]; heldUnits: number; hold: ReturnType<Backend["hold"]> }
	| { type: "open"; connection: Connection }
	| { type: "over" };

class Upgrade {
	readonly #socket: WebSocket;
	readonly #backend: Backend;
	readonly #polling: DurableObjectStub<PollingObject>;
	#state: UpgradeState;

	constructor(socket: WebSocket, backend: Backend, polling: DurableObjectStub<PollingObject>) {
		this.#socket = socket;
		this.#backend = backend;
		this.#polling = polling;
		this.#state = { type: "probing", timer: setTimeout(() => this.giveUp(), upgradeTimeout) };
	}

	receive(packet: Packet): void {
		const state = this.#state;
		switch (state.type) {
			case "probing":
				this.#probe(packet);
				break;
			case "moving":
				state.heldUnits += packetOverhead + (typeof packet === "string" ? packet.length : 0);
				if (state.heldUnits > limits.queuedBytes || (typeof packet !== "string" && !state.hold.add(packet.byteLength))) this.giveUp();
				else state.held.push(packet);
				break;
			case "open":
				receive(packet, state.connection, this.#socket);
				break;
			case "over":
				// A client can keep sending after its socket was closed.
				break;
			default:
				state satisfies never;
		}
	}

	#probe(packet: Packet): void {
		if (packet === encodeEnginePacket("ping", "probe")) {
			this.#socket.send(encodeEnginePacket("pong", "probe"));
			void this.#polling.pause().catch(() => this.giveUp());
		} else if (packet === encodeEnginePacket("upgrade")) {
			void this.#takeOver().catch(() => this.giveUp());
		} else {
			this.giveUp();
		}
	}

	async #takeOver(): Promise<void> {
		this.#stopTimer();
		const moving: UpgradeState = { type: "moving", held: [], heldUnits: 0, hold: this.#backend.hold(undefined) };
		this.#state = moving;
		// The platform's types know no `unknown` in what is passed on.
		const handed = (await this.#polling.handOver()) as unknown as Handover | undefined;
		if (!handed || this.#state !== moving) return this.giveUp();
		// The session counts its own from here.
		moving.hold.release();
		const connection = new Connection(this.#backend, new WebSocketTransport(this.#socket), handed.session);
		this.#state = { type: "open", connection };
		for (const packet of handed.packets) this.#socket.send(packet);
		for (const packet of moving.held) receive(packet, connection, this.#socket);
	}

	/** Closes the WebSocket. A session that has not been taken over continues by polling. */
	giveUp(): void {
		const state = this.#state;
		this.#stopTimer();
		this.#state = { type: "over" };
		close(this.#socket);
		if (state.type === "moving") state.hold.release();
		if (state.type === "open") state.connection.close();
		if (state.type === "probing") void this.#polling.resume().catch(() => {});
	}

	#stopTimer(): void {
		if (this.#state.type === "probing") clearTimeout(this.#state.timer);
	}
}

function listen(socket: WebSocket, received: (packet: Packet) => void, closed: () => void): void {
	socket.binaryType = "arraybuffer";
	socket.addEventListener("message", ({ data }) => received(data as Packet));
	socket.addEventListener("close", () => {
		closed();
		close(socket);
	});
	socket.addEventListener("error", closed);
	socket.accept();
}

function receive(packet: Packet, connection: Connection, socket: WebSocket): void {
	const outcome = connection.receive(packet);
	if (outcome !== "open") close(socket);
}

function close(socket: WebSocket): void {
	try {
		socket.close(closeCodes.normal);
	} catch {
		// Closed already.
	}
}
