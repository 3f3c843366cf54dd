// What one Socket.IO connection carries: the namespaces its client connects to, and the packets of each. Knows nothing of transports.

import { identify } from "../../auth/identify.ts";
import type { Identity } from "../../auth/tokens.ts";
import { FloodControl } from "../../conversation/sockets/flood-control.ts";
import { type ErrorCode, errors } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Settings } from "../../settings.ts";
import { Client, type ClientOptions, type ClientState } from "./client.ts";
import { decodeSocketPacket, encodeConnectError, type SocketPacket } from "./packets.ts";
import type { OpenSocket } from "./room.ts";

export type SessionState = { token?: string; clients: ClientState[] };

/** What a session has of the house. */
export type House = { settings: Settings; users: Cloudflare.Env["USERS"]; open(identity: Identity): OpenSocket };

/** What a session has of what carries it. */
export type Carrier = {
	send(packet: string): void;
	/** Asks for a sign that all that was sent has been read; its number. */
	mark(): number;
	/** A sign-in begins to count, and ends at some time. */
	watch(): void;
	/** Once all has been sent. */
	close(): void;
};

const namespaces: readonly string[] = ["/", "/chat"];

export class Session {
	readonly #house: House;
	readonly #carrier: Carrier;
	readonly #clients = new Map<string, Client>();
	/** Namespaces that are being connected to. */
	readonly #connecting = new Map<string, Promise<void>>();
	readonly #floods: FloodControl;
	/** A token that came with a request, for who says none when they connect. */
	#token: string | undefined;
	/** Binary data that was announced, and is not read when it comes. */
	#binaryToCome = 0;
	#isOver = false;

	constructor(house: House, carrier: Carrier, state: SessionState = { clients: [] }) {
		this.#house = house;
		this.#carrier = carrier;
		this.#floods = new FloodControl(house.settings.sends);
		this.#token = state.token;
		for (const client of state.clients) this.#clients.set(client.nsp, new Client(client, this.#clientOptions(client.nsp)));
		for (const client of this.#clients.values()) client.resume();
	}

	/** All that another carrier needs to go on with it. */
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

	/** When the first sign-in ends, in ms. */
	get expiresAt(): number {
		return Math.min(Number.POSITIVE_INFINITY, ...[...this.#clients.values()].map(({ expiresAt }) => expiresAt));
	}

	receive(text: string): void {
		if (this.#isOver) return;
		// Counted before it is read, so that refusing it costs next to nothing.
		const verdict = this.#floods.count("", text.length, Date.now());
		switch (verdict.type) {
			case "read":
				this.#take(decodeSocketPacket(text));
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

	/** A packet in which nothing is said: it counts all the same. */
	receiveNothing(length: number): void {
		if (this.#floods.count("", length, Date.now()).type === "flooding") this.end();
	}

	receiveBinary(): void {
		if (this.#binaryToCome === 0) this.end();
		this.#binaryToCome -= 1;
	}

	#refuseFlood(packet: SocketPacket | undefined, retryAfterMs: number): void {
		if (packet) this.#clients.get(packet.nsp)?.refuseFlood(retryAfterMs, "ackId" in packet ? packet.ackId : undefined);
	}

	#take(packet: SocketPacket | undefined): void {
		const client = packet && this.#clients.get(packet.nsp);
		if (packet?.type === "connect" && !client && !this.#connecting.has(packet.nsp)) this.#connect(packet.nsp, packet.auth);
		else if (client && packet.type !== "connect") this.#pass(client, packet);
		// What is none ends it; nobody speaks who is not connected, and nobody connects twice.
		else this.end();
	}

	#pass(client: Client, packet: Exclude<SocketPacket, { type: "connect" }>): void {
		switch (packet.type) {
			case "event":
				client.receive(packet);
				break;
			case "binary":
				this.#binaryToCome += packet.attachments;
				client.refuseBinary(packet.ackId);
				this.#countBad();
				break;
			case "disconnect":
				client.close();
				this.#clients.delete(packet.nsp);
				break;
			case "ack":
				// Nothing here asks for one.
				break;
			default:
				packet satisfies never;
		}
	}

	#connect(nsp: string, auth: Record<string, unknown>): void {
		const earlier = [...this.#connecting.values()];
		const connecting = this.#welcome(nsp, auth, earlier).catch((error) => {
			console.error("A Socket.IO client could not be connected", error);
			this.#refuse(nsp, "internal");
		});
		this.#connecting.set(
			nsp,
			connecting.then(() => void this.#connecting.delete(nsp)),
		);
	}

	/** One after the other: in how many conversations one namespace is, the next has to know. */
	async #welcome(nsp: string, auth: Record<string, unknown>, earlier: Promise<void>[]): Promise<void> {
		if (!namespaces.includes(nsp)) return this.#carrier.send(encodeConnectError(nsp, { message: "Invalid namespace" }));
		const verified = await this.#identify(tokenIn(auth.token) ?? this.#token);
		await Promise.all(earlier);
		if (this.#isOver) return;
		if ("refusal" in verified) return this.#refuse(nsp, verified.refusal);
		const client = await Client.connect(nsp, verified.identity, auth, this.#clientOptions(nsp));
		if (this.#isOver) return client.close();
		this.#clients.set(nsp, client);
		client.welcome();
		this.#carrier.watch();
	}

	#identify(token: string | undefined) {
		return identify(token, this.#house.settings, this.#house.users, Date.now());
	}

	#refuse(nsp: string, code: ErrorCode): void {
		if (!this.#isOver) this.#carrier.send(encodeConnectError(nsp, { message: errors[code].text, data: { code } }));
	}

	#clientOptions(nsp: string): ClientOptions {
		return {
			open: this.#house.open,
			identify: (token) => this.#identify(token),
			send: (packet) => this.#carrier.send(packet),
			mark: () => this.#carrier.mark(),
			hasRoom: (count) => {
				const rooms = [...this.#clients.values()].reduce((sum, { roomCount }) => sum + roomCount, 0);
				return rooms + count <= limits.conversationsPerSocket;
			},
			countBad: () => this.#countBad(),
			gone: () => void this.#clients.delete(nsp),
		};
	}

	#countBad(): void {
		if (this.#floods.countBad("", Date.now())) this.end();
	}

	read(mark: number): void {
		for (const client of this.#clients.values()) client.read(mark);
	}

	ping(): void {
		for (const client of this.#clients.values()) client.ping();
	}

	expire(now: number): void {
		for (const client of [...this.#clients.values()]) client.expire(now);
	}

	/** Ends the connection from here. */
	end(): void {
		if (this.#isOver) return;
		this.close();
		this.#carrier.close();
	}

	/** Says and hears nothing any more. Those who are there are not gone yet: another one is about to go on with it. */
	freeze(): void {
		this.#isOver = true;
		for (const client of this.#clients.values()) client.freeze();
	}

	/** What is behind it goes, quietly. */
	close(): void {
		this.#isOver = true;
		for (const client of this.#clients.values()) client.close();
		this.#clients.clear();
	}
}

function tokenIn(value: unknown): string | undefined {
	return typeof value === "string" ? value.replace(/^bearer +/i, "") : undefined;
}
