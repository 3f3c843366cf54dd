// A session on a transport: packets in order, both ways, pings at their times, and the end of it. Knows nothing of which transport it is.

import { isOversize } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";
import { Engine } from "./engine.ts";
import { encodeEnginePacket } from "./packets.ts";
import { type House, Session, type SessionState } from "./session.ts";

/** What carries the packets. */
export type Transport = {
	write(packet: string): void;
	/** Once all has gone that was written; `dead`: nobody is there to have it. */
	end(why: "ended" | "dead"): void;
};

export class Line {
	readonly #transport: Transport;
	readonly #engine: Engine;
	readonly #session: Session;
	/** Connected to no namespace for so long, in ms, it is of no use. */
	readonly #patience: number;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Since when it has been connected to none. */
	#unusedSince: number | undefined;
	#isOver = false;
	/** UTF-16 units that were sent, and that are known to have been read; and how many had been sent before which ping. */
	#sent = 0;
	#read = 0;
	#marks: { mark: number; sent: number }[] = [];

	/** `state`: of a session that another line has begun. */
	constructor(house: House, transport: Transport, state?: SessionState) {
		const { interval, timeout } = house.settings.socketIo;
		this.#patience = Math.min(limits.connectWithin, 3 * (interval + timeout));
		this.#transport = transport;
		this.#engine = new Engine(house.settings.socketIo, Date.now());
		this.#session = new Session(
			house,
			{
				send: (packet) => this.#write(encodeEnginePacket("message", packet)),
				mark: () => this.#ping(),
				watch: () => this.#wait(),
				close: () => this.end(),
			},
			state,
		);
		this.#wait();
	}

	open(sid: string, upgrades: string[]): void {
		this.#write(this.#engine.handshake(sid, upgrades));
	}

	offerToken(token: string | undefined): void {
		this.#session.offerToken(token);
	}

	/** What became of the session with this packet. */
	receive(packet: string): "open" | "closed" | "malformed" {
		if (this.#isOver) return "closed";
		const heard = isOversize(packet) ? { type: "malformed" as const } : this.#engine.receive(packet, Date.now());
		switch (heard.type) {
			case "message":
				this.#session.receive(heard.text);
				break;
			case "binary":
				this.#session.receiveBinary();
				break;
			case "read":
				this.#wasRead(heard.mark);
				break;
			case "nothing":
				this.#session.receiveNothing(packet.length);
				break;
			case "closed":
				this.close();
				break;
			case "malformed":
				this.close();
				return "malformed";
			default:
				heard satisfies never;
		}
		return this.#isOver ? "closed" : "open";
	}

	#write(packet: string): void {
		if (this.#isOver) return;
		this.#transport.write(packet);
		this.#sent += packet.length;
		if (this.#sent - this.#read > limits.queuedBytes) this.end();
		else if (this.#sent - (this.#marks.at(-1)?.sent ?? this.#read) >= limits.ackEvery) this.#ping();
	}

	#ping(): number {
		const { packet, mark } = this.#engine.ping(Date.now());
		this.#marks.push({ mark, sent: this.#sent });
		this.#write(packet);
		return mark;
	}

	#wasRead(mark: number): void {
		const read = this.#marks.findLast((sent) => sent.mark <= mark);
		if (read) this.#read = read.sent;
		this.#marks = this.#marks.filter((sent) => sent.mark > mark);
		this.#session.read(mark);
		this.#wait();
	}

	#wait(): void {
		clearTimeout(this.#timer);
		const now = Date.now();
		this.#unusedSince = this.#session.isConnected ? undefined : (this.#unusedSince ?? now);
		// No timer is longer than a day; whatever is due later is looked at again.
		const at = Math.min(this.#engine.due, this.#session.expiresAt, this.#uselessAt, now + 24 * 3600_000);
		this.#timer = setTimeout(() => this.#beat(), Math.max(1, at - now));
	}

	get #uselessAt(): number {
		return this.#session.isConnected || this.#unusedSince === undefined ? Number.POSITIVE_INFINITY : this.#unusedSince + this.#patience;
	}

	#beat(): void {
		const now = Date.now();
		this.#session.expire(now);
		const due = now >= this.#uselessAt ? "dead" : this.#engine.beat(now);
		if (due === "dead") this.end("dead");
		else if (due === "ping") {
			this.#ping();
			this.#session.ping();
		}
		if (!this.#isOver) this.#wait();
	}

	/** Another one goes on with the session; this one says nothing more, and keeps those who are there from being gone until it is closed. */
	async handOver(): Promise<SessionState> {
		const state = await this.#session.state();
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#session.freeze();
		return state;
	}

	/** From here. */
	end(why: "ended" | "dead" = "ended"): void {
		if (this.#isOver) return;
		this.close();
		this.#transport.end(why);
	}

	/** The transport is at its end. */
	close(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#session.close();
	}
}
