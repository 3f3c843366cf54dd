// One Engine.IO connection on any transport: its packets in order, its heartbeat, and the limit on
// what a client leaves unread.

import { isOversize } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";
import type { Backend } from "../backend.ts";
import { Heartbeat, RoundTrips } from "./heartbeat.ts";
import { decodeEnginePacket, encodeEnginePacket, encodeHandshake, isBinary } from "./packets.ts";
import { Session, type SessionCarrier, type SessionState } from "./session.ts";

export interface Transport {
	write(packet: string): void;
	/**
	 * Closes it after everything written so far; `dead`: the client is gone, so nothing has to
	 * arrive.
	 */
	end(why: "ended" | "dead"): void;
}

export class Connection implements SessionCarrier {
	readonly #transport: Transport;
	readonly #backend: Backend;
	readonly #heartbeat: Heartbeat;
	readonly #session: Session;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** A client has to connect to a namespace by this time, in ms. */
	#connectBy: number | undefined;
	readonly #roundTrips: RoundTrips;
	#isOver = false;
	/** UTF-16 units sent, and those known to be read. */
	#sent = 0;
	#read = 0;
	/** Pings without a pong, with the units sent before each, and its time. */
	#pings: { ping: number; sent: number; at: number }[] = [];

	/** `state`: of a session that another transport began. */
	constructor(backend: Backend, transport: Transport, state?: SessionState) {
		this.#backend = backend;
		this.#transport = transport;
		this.#heartbeat = new Heartbeat(backend.settings.socketIo, Date.now());
		this.#roundTrips = new RoundTrips(state?.roundTrip);
		this.#session = new Session(backend, this, state);
		this.updateTimer();
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** Begins a new session. */
	open(sid: string, upgrades: string[]): void {
		this.#roundTrips.opened(Date.now());
		this.#write(encodeHandshake(sid, upgrades, this.#backend.settings.socketIo));
	}

	get roundTrip(): number {
		return this.#roundTrips.usual;
	}

	addRoundTrip(roundTrip: number): void {
		this.#roundTrips.add(roundTrip);
	}

	/** True once a client has signed in, so that it may send files. */
	get isSignedIn(): boolean {
		return !this.#isOver && this.#session.isSignedIn;
	}

	/** Counts what its client sends, until it is read. */
	hold() {
		return this.#session.hold();
	}

	/** `token`: of an HTTP request, for a client that connects without one. */
	offerToken(token: string | undefined): void {
		this.#session.offerToken(token);
	}

	/** Takes a packet of the client; returns what became of the connection. */
	receive(data: string | ArrayBuffer): "open" | "closed" | "malformed" {
		if (this.#isOver) return "closed";
		if (isBinary(data)) {
			this.#heartbeat.received(Date.now());
			this.#session.receiveBinary(data);
		} else if (!this.#receiveText(data)) {
			this.close();
			return "malformed";
		}
		return this.#isOver ? "closed" : "open";
	}

	/** Returns false for what no client sends. */
	#receiveText(text: string): boolean {
		const packet = isOversize(text) ? undefined : decodeEnginePacket(text);
		if (packet && packet.type !== "pong") this.#heartbeat.received(Date.now());
		const kind = packet?.type;
		switch (kind) {
			case "message":
				this.#roundTrips.answered(Date.now());
				this.#session.receive(packet?.data ?? "");
				break;
			case "pong":
				this.#receivePong(text.length);
				break;
			case "open":
			case "upgrade":
			case "noop":
				this.#session.receiveEmpty(text.length);
				break;
			case "close":
				this.close();
				break;
			case "ping":
			// Only the server sends pings.
			case undefined:
				return false;
			default:
				kind satisfies never;
		}
		return true;
	}

	#receivePong(length: number): void {
		const ping = this.#heartbeat.pong(Date.now());
		if (ping === undefined) this.#session.receiveEmpty(length);
		else this.#markRead(ping);
	}

	/** The client has read everything sent before this ping. */
	#markRead(ping: number): void {
		const answered = this.#pings.findLast((sent) => sent.ping <= ping);
		this.#read = answered?.sent ?? this.#read;
		if (answered?.ping === ping) this.#roundTrips.add(Date.now() - answered.at);
		this.#pings = this.#pings.filter((sent) => sent.ping > ping);
		this.#session.pongReceived(ping);
		this.updateTimer();
	}

	/** Sends a Socket.IO packet. */
	send(packet: string): void {
		this.#write(encodeEnginePacket("message", packet));
	}

	#write(packet: string): void {
		if (this.#isOver) return;
		this.#transport.write(packet);
		this.#sent += packet.length;
		if (this.#sent - this.#read > limits.queuedBytes) this.end();
		else if (this.#sent - (this.#pings.at(-1)?.sent ?? this.#read) >= limits.ackEvery) this.ping();
	}

	ping(): number {
		const at = Date.now();
		const ping = this.#heartbeat.ping(at);
		this.#pings.push({ ping, sent: this.#sent, at });
		this.#write(encodeEnginePacket("ping"));
		return ping;
	}

	updateTimer(): void {
		if (this.#isOver) return;
		clearTimeout(this.#timer);
		const now = Date.now();
		this.#connectBy = this.#session.isConnected ? undefined : (this.#connectBy ?? now + this.#connectTimeout);
		// Timers of more than a day are not portable: anything due later is looked at again.
		const due = Math.min(this.#heartbeat.due, this.#session.dueAt, this.#connectBy ?? Number.POSITIVE_INFINITY, now + 24 * 3600_000);
		this.#timer = setTimeout(() => this.#runDue(), Math.max(1, due - now));
	}

	get #connectTimeout(): number {
		const { interval, timeout } = this.#backend.settings.socketIo;
		return Math.min(limits.connectTimeout, 3 * (interval + timeout));
	}

	#runDue(): void {
		const now = Date.now();
		this.#session.expire(now);
		const isUseless = !this.#session.isConnected && this.#connectBy !== undefined && now >= this.#connectBy;
		const due = isUseless ? "dead" : this.#heartbeat.check(now);
		if (due === "dead") this.end("dead");
		else if (due === "ping") {
			this.ping();
			this.#session.pingSockets();
		}
		if (!this.#isOver) this.updateTimer();
	}

	/**
	 * Hands the session to another transport. This one stops sending but keeps its sockets open
	 * until `close`, so nobody appears to leave.
	 */
	async handOver(): Promise<SessionState> {
		const state = await this.#session.state();
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#session.freeze();
		return { ...state, roundTrip: this.roundTrip };
	}

	/** Ends it from the server's end. */
	end(why: "ended" | "dead" = "ended"): void {
		if (this.#isOver) return;
		this.close();
		this.#transport.end(why);
	}

	/** The transport is closed already. */
	close(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#session.close();
	}
}
