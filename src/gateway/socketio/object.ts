// The Durable Object of one Socket.IO client that polls: its requests can reach any instance of the
// Worker, and its session has to be in one place. It lives in memory while the client polls, stores
// nothing and sets no alarm.

import { DurableObject } from "cloudflare:workers";
import { withOwnSecret } from "../../deployment/settings.ts";
import { readUpTo } from "../../platform/read-body.ts";
import { limits } from "../../protocol/limits.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { Backend, mostBytesOf } from "../backend.ts";
import { Connection } from "./connection.ts";
import { separator } from "./packets.ts";
import { type Answer, badRequest, noRoom, Polling, tooLarge, unknownSession, upgradeTimeout } from "./polling.ts";
import type { SessionState } from "./session.ts";

export type Handover = { session: SessionState; packets: string[] };

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * A session that was handed over keeps its sockets open this long, in ms, so that the next transport
 * can open its own.
 */
const handoverOverlap = 3_000;

/** The bytes of files that so much of a body can bring, in base64. */
const fileBytesIn = (length: number): number => Math.floor((Math.max(0, length - limits.frameBytes) * 3) / 4);

export class PollingObject extends DurableObject<Env> {
	readonly #settings: Settings;
	readonly #polling = new Polling();
	#connection: Connection | undefined;
	/** The long bodies that came before are in memory no more. */
	#read: Promise<unknown> = Promise.resolve();
	#upgradeTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		this.#settings = read.settings;
	}

	/** Begins a session; returns the first answer. `network`: where the request comes from. */
	async open(sid: string, token: string | undefined, t: string | undefined, network: string | undefined): Promise<Answer> {
		const settings = await withOwnSecret(this.#settings, this.env);
		this.#connection = new Connection(new Backend(this.env, settings, network), this.#polling);
		this.#connection.offerToken(token);
		this.#connection.open(sid, ["websocket"]);
		return this.#polling.open(t);
	}

	get #openConnection(): Connection | undefined {
		return this.#connection?.isOver ? undefined : this.#connection;
	}

	/** `t`: see `Repeats`. */
	async poll(token: string | undefined, t: string | undefined): Promise<Answer> {
		this.#connection?.offerToken(token);
		return this.#connection ? this.#polling.poll(t) : unknownSession;
	}

	/** Takes packets of the client. */
	async post(packets: string | Body, token: string | undefined, t: string | undefined): Promise<Answer> {
		const body = typeof packets === "string" ? packets : await this.#readLong(packets);
		if (typeof body !== "string") return body;
		const connection = this.#openConnection;
		if (!connection) return unknownSession;
		connection.offerToken(token);
		if (!this.#polling.isNew(t, body)) return { status: 200, body: "ok" };
		for (const packet of body.split(separator)) {
			const outcome = connection.receive(packet);
			if (outcome === "open") continue;
			if (outcome === "malformed") {
				this.#polling.end("dead");
				return badRequest;
			}
			if (!this.#polling.isClosed) this.#polling.close();
			break;
		}
		return { status: 200, body: "ok" };
	}

	/** One after the other: clients send one at a time, and each is in memory as a whole. */
	#readLong(packets: Body): Promise<string | Answer> {
		const read = this.#read.then(() => this.#readNow(packets));
		this.#read = read.catch(() => {});
		return read;
	}

	/** Only a client that has signed in may send files, which are long. */
	async #readNow(packets: Body): Promise<string | Answer> {
		const connection = this.#openConnection;
		if (!connection) {
			await packets.cancel();
			return unknownSession;
		}
		const decoder = new TextDecoder();
		let text = "";
		let length = 0;
		const most = limits.frameBytes + (connection.isSignedIn ? Math.ceil((mostBytesOf(this.#settings) * 4) / 3) : 0);
		const hold = connection.hold();
		try {
			const outcome = await readUpTo(packets, most, (piece) => {
				const carried = fileBytesIn(length + piece.byteLength) - fileBytesIn(length);
				length += piece.byteLength;
				if (!hold.add(carried)) return false;
				text += decoder.decode(piece, { stream: true });
				return true;
			});
			if (outcome === "whole") return text + decoder.decode();
			return outcome === "too long" ? tooLarge : outcome === "refused" ? noRoom : badRequest;
		} finally {
			// What is attached counts from here, without a break in which something else could take its room.
			hold.release();
		}
	}

	/** Ends the session of a client that sent what no client sends. */
	async refuse(): Promise<Answer> {
		const connection = this.#openConnection;
		if (!connection) return unknownSession;
		connection.end();
		return badRequest;
	}

	// The upgrade to a WebSocket

	/** Returns true if a WebSocket may take the session over; only one at a time may. */
	async startUpgrade(): Promise<boolean> {
		if (!this.#openConnection || this.#upgradeTimer !== undefined) return false;
		this.#upgradeTimer = setTimeout(() => void this.resume(), upgradeTimeout);
		return true;
	}

	/** The WebSocket works: answers the request that waits, so that the client stops polling. */
	async pause(): Promise<void> {
		if (this.#openConnection) this.#polling.pause();
	}

	/** The upgrade has failed: the client continues by polling. */
	async resume(): Promise<void> {
		clearTimeout(this.#upgradeTimer);
		this.#upgradeTimer = undefined;
		this.#polling.resume();
	}

	/** Hands everything to the transport that continues, and ends the session here. */
	async handOver(): Promise<Handover | undefined> {
		const connection = this.#openConnection;
		if (!connection) return undefined;
		clearTimeout(this.#upgradeTimer);
		const session = await connection.handOver();
		setTimeout(() => connection.close(), handoverOverlap);
		return { session, packets: this.#polling.handOver() };
	}
}
