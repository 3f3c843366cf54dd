// One Socket.IO session: the namespaces that a client connects to, and the packets of each. Knows
// nothing of transports.

import { FloodControl, type Verdict } from "../../conversation/sockets/flood-control.ts";
import { errors } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Backend } from "../backend.ts";
import { Attachments, type AttachmentsState } from "./attachments.ts";
import { Client, type ClientOwner, type ClientState } from "./client.ts";
import type { Carrier } from "./outbound.ts";
import { type BinaryPacket, decodeSocketPacket, type EventPacket, encodeConnectError, headOf, type SocketPacket } from "./packets.ts";

/** `roundTrip`: see `Carrier`. */
export type SessionState = { token?: string; clients: ClientState[]; attachments?: AttachmentsState; roundTrip?: number };

/** The connection that carries a session. */
export interface SessionCarrier extends Carrier {
	/** The session's `dueAt` or `isConnected` has changed. */
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
	/** The event whose binary attachments are coming. */
	#attachments: { of: Attachments; client: Client } | undefined;
	#isOver = false;

	constructor(backend: Backend, carrier: SessionCarrier, state: SessionState = { clients: [] }) {
		this.backend = backend;
		this.#carrier = carrier;
		this.#floods = new FloodControl(backend.settings.sends);
		this.#token = state.token;
		for (const client of state.clients) this.#clients.set(client.nsp, new Client(client, this, carrier));
		for (const client of this.#clients.values()) client.resume();
		const client = state.attachments && this.#clients.get(state.attachments.packet.nsp);
		if (client && state.attachments) this.#attachments = { of: new Attachments(state.attachments, this.#holdOf(client)), client };
	}

	/** Everything that another transport needs to continue. */
	async state(): Promise<SessionState> {
		await Promise.all(this.#connecting.values());
		await Promise.all([...this.#clients.values()].map(({ files }) => files.settled));
		const attachments = this.#attachments && { attachments: this.#attachments.of.state };
		return { token: this.#token, ...attachments, clients: [...this.#clients.values()].map(({ state }) => state) };
	}

	offerToken(token: string | undefined): void {
		this.#token = token ?? this.#token;
	}

	/** True once somebody's token was accepted. */
	get isSignedIn(): boolean {
		return this.#clients.size > 0;
	}

	get isConnected(): boolean {
		return this.#clients.size + this.#connecting.size > 0;
	}

	/** The time at which the first token expires, or an attachment is overdue, in ms. */
	get dueAt(): number {
		return Math.min(
			this.#attachments?.of.dueAt ?? Number.POSITIVE_INFINITY,
			...[...this.#clients.values()].map(({ expiresAt }) => expiresAt),
		);
	}

	/** When the next attachment has to be there. One that comes so slowly has kept back the client's pongs for too long. */
	get #attachmentsDue(): number {
		const { interval, timeout } = this.backend.settings.socketIo;
		return Date.now() + 2 * (interval + timeout);
	}

	#holdOf({ person }: Client) {
		return this.backend.hold(person);
	}

	/** For what one of its clients sends, as long as it is not known which. */
	hold() {
		return this.backend.hold([...this.#clients.values()][0]?.person);
	}

	receive(text: string): void {
		if (this.#isOver) return;
		// Counted before it is decoded, so that refusing it costs next to nothing.
		const verdict = this.#floods.count({ userId: "" }, text.length, Date.now());
		// Nothing comes between an event and its attachments.
		if (this.#attachments) {
			this.end();
			return;
		}
		switch (verdict.type) {
			case "read":
				this.#dispatch(decodeSocketPacket(text));
				break;
			case "refuse":
				this.#refuseFlood(text, verdict);
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

	/** Ends the connection, before it reads anything, if no attachment is awaited. */
	receiveBinary(packet: BinaryPacket): void {
		if (this.#isOver) return;
		if (!this.#attachments) {
			this.end();
			return;
		}
		const { of, client } = this.#attachments;
		if (of.add(packet, this.#attachmentsDue)) {
			this.#attachments = undefined;
			if (of.isRead) client.files.receive(of);
		}
		this.#carrier.updateTimer();
	}

	/** Who waits for an acknowledgement gets it in any case. */
	#refuseFlood(text: string, { retryAfterMs, shouldNotify }: Extract<Verdict, { type: "refuse" }>): void {
		const { nsp, ackId } = headOf(text);
		if (shouldNotify || ackId !== undefined)
			this.#clients.get(nsp)?.refuse({ code: "rate_limited", retryAfterMs }, ackId, { isQuiet: !shouldNotify });
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
				this.#awaitAttachments(packet, client);
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

	/** Attachments of an event that is not read are dropped when they come. */
	#awaitAttachments({ event, attachments, nsp, ackId }: Extract<SocketPacket, { type: "binary" }>, client: Client): void {
		const packet: EventPacket = event ?? { type: "event", nsp, name: "", payload: undefined, ackId };
		const refusal = client.files.refusalOf(packet);
		const state = { packet, missing: attachments, most: this.backend.mostBytes, isRead: !refusal, dueAt: this.#attachmentsDue };
		this.#attachments = { of: Attachments.await(state, this.#holdOf(client)), client };
		if (refusal) client.files.refuse(packet, refusal);
		this.#carrier.updateTimer();
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

	/** Disconnects clients whose token has expired, and waits no more for attachments that are overdue. */
	expire(now: number): void {
		for (const client of [...this.#clients.values()]) client.expire(now);
		const waiting = this.#attachments;
		if (!waiting?.of.isOverdue(now)) return;
		waiting.of.giveUp();
		waiting.client.files.refuse(waiting.of.packet, { code: "incomplete_file" });
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
		this.#attachments?.of.release();
		for (const client of this.#clients.values()) client.freeze();
	}

	/** Closes the sockets of all clients without a word to them. */
	close(): void {
		this.#isOver = true;
		this.#attachments?.of.release();
		for (const client of this.#clients.values()) client.close();
		this.#clients.clear();
	}
}

function tokenIn(value: unknown): string | undefined {
	return typeof value === "string" ? value.replace(/^bearer +/i, "") : undefined;
}
