// One Engine.IO session, whatever carries it: what a packet means in it, and when its client counts as dead. Pure. Times in ms.

import { limits } from "../../protocol/limits.ts";
import { decodeEnginePacket, encodeEnginePacket } from "./packets.ts";

/** Between two pings; and how long an answer to one may take. */
export type Heartbeat = { interval: number; timeout: number };

export type Heard =
	| { type: "message"; text: string }
	| { type: "binary" }
	/** Everything has been read that was sent before this ping. */
	| { type: "read"; mark: number }
	| { type: "nothing" }
	| { type: "closed" }
	| { type: "malformed" };

export class Engine {
	readonly #heartbeat: Heartbeat;
	/** Pings that were sent, and how many of them have been answered. */
	#pings = 0;
	#pongs = 0;
	/** When the next ping is to go; while one is not answered, when its client is dead. */
	#due: number;
	#wasHeard = false;

	constructor(heartbeat: Heartbeat, now: number) {
		this.#heartbeat = heartbeat;
		this.#due = now + heartbeat.interval;
	}

	/** The packet that opens a session. */
	handshake(sid: string, upgrades: string[]): string {
		const { interval: pingInterval, timeout: pingTimeout } = this.#heartbeat;
		return encodeEnginePacket("open", JSON.stringify({ sid, upgrades, pingInterval, pingTimeout, maxPayload: limits.frameBytes }));
	}

	receive(text: string, now: number): Heard {
		const packet = decodeEnginePacket(text);
		if (!packet) return { type: "malformed" };
		if (packet.type !== "pong") this.#heard(now);
		switch (packet.type) {
			case "message":
				return { type: "message", text: packet.data ?? "" };
			case "binary":
				return { type: "binary" };
			case "pong":
				return this.#ponged(now);
			case "close":
				return { type: "closed" };
			case "ping":
				// It is the server that pings.
				return { type: "malformed" };
			case "open":
			case "upgrade":
			case "noop":
				return { type: "nothing" };
			default:
				return packet satisfies never;
		}
	}

	#ponged(now: number): Heard {
		if (this.#pongs === this.#pings) return { type: "nothing" };
		this.#pongs += 1;
		this.#wasHeard = false;
		this.#due = now + (this.#pongs === this.#pings ? this.#heartbeat.interval : this.#heartbeat.timeout);
		return { type: "read", mark: this.#pongs };
	}

	/** Whoever sends something lives, but for once only: a client that never answers a ping is none. */
	#heard(now: number): void {
		if (this.#pongs === this.#pings || this.#wasHeard) return;
		this.#wasHeard = true;
		this.#due = now + this.#heartbeat.timeout;
	}

	/** A ping, to be sent after all that it is to stand behind; `mark` comes back once that has been read. */
	ping(now: number): { packet: string; mark: number } {
		if (this.#pongs === this.#pings) {
			this.#due = now + this.#heartbeat.timeout;
			this.#wasHeard = false;
		}
		this.#pings += 1;
		return { packet: encodeEnginePacket("ping"), mark: this.#pings };
	}

	/** What is to be done at this time. */
	beat(now: number): "nothing" | "ping" | "dead" {
		if (now < this.#due) return "nothing";
		return this.#pongs === this.#pings ? "ping" : "dead";
	}

	get due(): number {
		return this.#due;
	}
}
