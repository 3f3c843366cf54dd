// One Socket.IO session: the namespaces that a client connects to, and the packets of each. Knows
// nothing of transports.

import { FloodControl } from "../../conversation/sockets/flood-control.ts";
import { errors } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Backend } from "./backend.ts";
import { Client, type ClientOwner, type ClientState } from "./client.ts";
import type { Carrier } from "./outbound.ts";
import { decodeSocketPacket, encodeConnectError, type SocketPacket } from "./packets.ts";

/** `roundTrip`: see `Carrier`. */
export type SessionState = { token?: string; clients: ClientState[]; roundTrip?: number };

/** The connection that carries a session. */
export interface SessionCarrier extends Carrier {
	/** The session's `expiresAt` or `isConnected` has changed. */
	updateTimer(): void;
	/** Ends the connection after everything sent so far. */
	end(): void;
}

const namespaces: readonly string[] = ["/", "/chat"];

export class Session implements ClientOwner {
	readonly backend: Backend;
	readonly #carrier: SessionCarrier;
	readonly #clients = new Map<string, Client>();
	/** Namespaces that are being connected to. */
	readonly #connecting = new Map<string, Promise<void>>();
	readonly #floods: FloodControl;
	/** The token of the last HTTP request, for clients that connect without one. */
	#token: string | undefined;
	/** Binary attachments that were announced; they are not read when they come. */
	#attachments = 0;
	#isOver = false;

	constructor(backend: Backend, carrier: SessionCarrier, state: SessionState = { clients: [] }) {
		this.backend = backend;
		this.#carrier = carrier;
		this.#floods = new FloodControl(backend.settings.sends);
		this.#token = state.token;
		for (const client of state.clients) this.#clients.set(client.nsp, new Client(client, this, carrier));
		for (const client of this.#clients.values()) client.resume();
	}

	/** Everything that another transport needs to continue. */
	async state(): Promise<SessionState> {
		await Promise.all(this.#connecting.values());
		return { token: this.#token, clients: [...this.#clients.values()].map(({ state }) => state) };
	}

	offerToken(token: string | undefined): void {
		this.#token = token ?? this.#token;
	}

	get isConnected(): boolean {
		return this.#clients.size + this.#connecting.size > 0;
	}

	/** The time at which the first token expires, in ms. */
	get expiresAt(): number {
		return Math.min(Number.POSITIVE_INFINITY, ...[...this.#clients.values()].map(({ expiresAt }) => expiresAt));
	}

	receive(text: string): void {
		if (this.#isOver) return;
		// Counted before it is decoded, so that refusing it costs next to nothing.
		const verdict = this.#floods.count({ userId: "" }, text.length, Date.now());
		switch (verdict.type) {
			case "read":
				this.#dispatch(decodeSocketPacket(text));
				break;
			case "refuse":
				if (verdict.shouldNotify) this.#refuseFlood(decodeSocketPacket(text), verdict.retryAfterMs);
				break;
			case "flooding":
				this.end();
				break;
			default:
				verdict satisfies never;
		}
	}

	/** Counts a packet without content. */
	receiveEmpty(length: number): void {
		if (this.#floods.count({ userId: "" }, length, Date.now()).type === "flooding") this.end();
	}

	receiveBinary(): void {
		if (this.#attachments === 0) this.end();
		this.#attachments -= 1;
	}

	#refuseFlood(packet: SocketPacket | undefined, retryAfterMs: number): void {
		if (!packet) return;
		this.#clients.get(packet.nsp)?.refuse({ code: "rate_limited", retryAfterMs }, "ackId" in packet ? packet.ackId : undefined);
	}

	#dispatch(packet: SocketPacket | undefined): void {
		const client = packet && this.#clients.get(packet.nsp);
		if (packet?.type === "connect" && !client && !this.#connecting.has(packet.nsp)) this.#connect(packet.nsp, packet.auth);
		else if (client && packet.type !== "connect") this.#deliver(packet, client);
		// Not a packet, or of a namespace that is not connected, or a second connect.
		else this.end();
	}

	#deliver(packet: Exclude<SocketPacket, { type: "connect" }>, client: Client): void {
		switch (packet.type) {
			case "event":
				client.receive(packet);
				break;
			case "binary":
				this.#attachments += packet.attachments;
				client.refuse({ code: "no_binary" }, packet.ackId);
				this.countBadEvent();
				break;
			case "disconnect":
				client.close();
				this.#clients.delete(packet.nsp);
				break;
			case "ack":
				// The server never asks for one.
				break;
			default:
				packet satisfies never;
		}
	}

	#connect(nsp: string, auth: Record<string, unknown>): void {
		const earlier = [...this.#connecting.values()];
		const connecting = this.#welcome(nsp, auth, earlier).catch((error) => {
			console.error("A Socket.IO client could not be connected", error);
			this.#refuse(nsp, { code: "internal" });
		});
		this.#connecting.set(
			nsp,
			connecting.then(() => void this.#connecting.delete(nsp)),
		);
	}

	/**
	 * `earlier`: namespaces connect one after the other, because all of them share one limit of
	 * conversations.
	 */
	async #welcome(nsp: string, auth: Record<string, unknown>, earlier: Promise<void>[]): Promise<void> {
		if (!namespaces.includes(nsp)) return this.#carrier.send(encodeConnectError(nsp, { message: "Invalid namespace" }));
		const verified = await this.backend.identify(tokenIn(auth.token) ?? this.#token);
		await Promise.all(earlier);
		if (this.#isOver) return;
		if ("refusal" in verified) this.countBadEvent();
		if ("refusal" in verified) return this.#refuse(nsp, verified.refusal);
		const client = await Client.connect(nsp, verified.identity, auth, this, this.#carrier);
		if (this.#isOver) return client.close();
		this.#clients.set(nsp, client);
		client.welcome();
		this.#carrier.updateTimer();
	}

	#refuse(nsp: string, { code, retryAfterMs }: Refusal): void {
		if (!this.#isOver) this.#carrier.send(encodeConnectError(nsp, { message: errors[code].text, data: { code, retryAfterMs } }));
	}

	// For its clients

	hasRoomFor(count: number): boolean {
		const rooms = [...this.#clients.values()].reduce((sum, { roomCount }) => sum + roomCount, 0);
		return rooms + count <= limits.conversationsPerSocket;
	}

	countBadEvent(): void {
		if (this.#floods.countBad("", Date.now())) this.end();
	}

	clientDisconnected({ nsp }: Client): void {
		this.#clients.delete(nsp);
	}

	// Time, and the end

	pongReceived(ping: number): void {
		for (const client of this.#clients.values()) client.pongReceived(ping);
	}

	pingSockets(): void {
		for (const client of this.#clients.values()) client.pingSockets();
	}

	/** Disconnects clients whose token has expired. */
	expire(now: number): void {
		for (const client of [...this.#clients.values()]) client.expire(now);
	}

	/** Ends the connection from the server's end. */
	end(): void {
		if (this.#isOver) return;
		this.close();
		this.#carrier.end();
	}

	/**
	 * Sends and receives nothing any more. Its users remain present: another transport is about to
	 * continue.
	 */
	freeze(): void {
		this.#isOver = true;
		for (const client of this.#clients.values()) client.freeze();
	}

	/** Closes the sockets of all clients without a word to them. */
	close(): void {
		this.#isOver = true;
		for (const client of this.#clients.values()) client.close();
		this.#clients.clear();
	}
}

function tokenIn(value: unknown): string | undefined {
	return typeof value === "string" ? value.replace(/^bearer +/i, "") : undefined;
}
